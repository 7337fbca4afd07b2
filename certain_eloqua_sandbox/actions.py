"""What a tester does as a user of a platform: edit a contact in Eloqua, change a status in Certain.

Such a change looks to a client as if somebody at the other company had made it: the stamps move, the
journal has a line with the operation ``edit``.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.statuses import statuses_of
from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Handler, Request, Response, Routes, json_response
from certain_eloqua_sandbox.world import World

SOURCE = "the sandbox itself"
KINDS = ("ActionInstance", "DecisionInstance", "FeederInstance")


# -- Certain -------------------------------------------------------------------------------------


def change_registration(world: World, request: Request) -> Response:
    """Change registrations as a user of Certain: {code or email, event, status, active, test}."""
    given = bodies.keys(
        bodies.json_of(request),
        {
            "code": bodies.text,
            "email": bodies.text,
            "event": bodies.text,
            "status": bodies.text,
            "active": bodies.flag,
            "test": bodies.flag,
        },
        what="a registration",
    )
    if not ("code" in given or ("email" in given and "event" in given)):
        raise bodies.refusal("say which registration: 'code', or 'email' and 'event'")
    changes = {name: given[name] for name in ("status", "active", "test") if name in given}
    if not changes:
        raise bodies.refusal("say what to change: 'status', 'active', 'test'")
    found = world.rows(
        "SELECT r.*, p.email, e.eventCode FROM certain_registrations r "  # noqa: S608
        "JOIN certain_profiles p USING (pkProfileId) JOIN certain_events e ON e.eventId = r.pkEventId "
        "WHERE (:code IS NULL OR r.registrationCode = :code) "
        f"AND (:email IS NULL OR {key_sql('p.email')} = text_key(:email)) "
        "AND (:event IS NULL OR e.eventCode = :event COLLATE NOCASE)",
        {name: given.get(name) for name in ("code", "email", "event")},
    )
    if not found:
        raise bodies.refusal("there is no such registration", 404)
    now = stamp(world)
    for row in found:
        status = _status(world, row, given["status"]) if "status" in given else row["registrationStatusLabel"]
        moved = status != row["registrationStatusLabel"]
        world.run(
            "UPDATE certain_registrations SET registrationStatusLabel = ?, statusModified = ?, isActive = ?, "
            "isTestMode = ?, dateModified = ? WHERE pkRegId = ?",
            (
                status,
                now if moved else row["statusModified"],
                given.get("active", row["isActive"]),
                given.get("test", row["isTestMode"]),
                now,
                row["pkRegId"],
            ),
        )
        world.note(
            "certain", "edit", "registration", row["registrationCode"], {**changes, "email": row["email"]}
        )
    return json_response({"changed": [row["registrationCode"] for row in found], "dateModified": now})


def _status(world: World, row: Any, label: str) -> str:
    """Return a status as the event spells it. Raises :class:`Refusal` for one it does not have."""
    labels = list(statuses_of(world, {"accountCode": row["accountCode"], "eventId": row["pkEventId"]}))
    for known in labels:
        if known.casefold() == label.casefold():
            return known
    raise bodies.refusal(
        f"{row['eventCode']} has no status {bodies.said(label)}; it has: {', '.join(labels) or 'none'}"
    )


# -- Eloqua --------------------------------------------------------------------------------------


def edit_contact(world: World, request: Request) -> Response:
    """Edit a contact as a user of Eloqua: {email, fields, subscribed, bounced}; fields by internal name."""
    given = bodies.keys(
        bodies.json_of(request),
        {"email": bodies.text, "fields": bodies.texts, "subscribed": bodies.flag, "bounced": bodies.flag},
        what="a contact",
        required=("email",),
    )
    number = contact_id(world, given["email"])
    known = {field.internal_name.lower(): field for field in schema.fields_of(world, "contact")}
    changes: dict[str, Any] = {"updated_at": world.now(), "updated_by": "demo"}
    for name, value in given.get("fields", {}).items():
        if name.lower() not in known:
            raise bodies.refusal(
                f"contacts have no field {bodies.said(name)}; a field is named like C_FirstName"
            )
        changes[known[name.lower()].column] = value or None
    if "subscribed" in given:
        changes["is_subscribed"] = given["subscribed"]
        changes["subscription_date" if given["subscribed"] else "unsubscription_date"] = world.now()
    if "bounced" in given:
        changes["is_bounced"] = given["bounced"]
        changes["bounceback_date"] = world.now() if given["bounced"] else None
    assigned = ", ".join(f"{column} = ?" for column in changes)
    world.run(f"UPDATE contacts SET {assigned} WHERE id = ?", [*changes.values(), number])  # noqa: S608
    world.note(
        "eloqua", "edit", "contact", given["email"], {name: given[name] for name in given if name != "email"}
    )
    return json_response({"id": number, "updated_at": bodies.iso(changes["updated_at"])})


def contact_id(world: World, email: str) -> int:
    """Return the id of the contact with an address. Raises :class:`Refusal` when there is none."""
    field = next(
        (one for one in schema.fields_of(world, "contact") if one.internal_name == "C_EmailAddress"), None
    )
    found = field and world.value(
        f"SELECT id FROM contacts WHERE {key_sql(field.column)} = text_key(?) "  # noqa: S608
        "ORDER BY id LIMIT 1",
        (email,),
    )
    if not found:
        raise bodies.refusal(f"Eloqua has no contact with the address {bodies.said(email)}", 404)
    return int(found)


def show_members(world: World, request: Request) -> Response:
    """The members of app services: ?instance=&execution=."""
    given = bodies.parameters(request, ("instance", "execution"))
    rows = world.rows(
        "SELECT * FROM service_members WHERE (:instance IS NULL OR instance = :instance) "
        "AND (:execution IS NULL OR execution = :execution) ORDER BY instance, execution, member_id",
        {
            "instance": given["instance"].replace("-", "").lower() if "instance" in given else None,
            "execution": given.get("execution"),
        },
    )
    return json_response({"count": len(rows), "items": [dict(row) for row in rows]})


def put_members(world: World, request: Request) -> Response:
    """Let contacts wait in an app's step, for STATUS: {instance, execution, kind, status, emails, ids}."""
    given = bodies.keys(
        bodies.json_of(request),
        {
            "instance": bodies.text,
            "execution": bodies.whole(0),
            "kind": bodies.one_of(*KINDS),
            "status": bodies.text,
            "entity": bodies.text,
            "emails": bodies.listed(bodies.text),
            "ids": bodies.listed(bodies.whole(1)),
        },
        what="members",
        required=("instance",),
    )
    instance = given["instance"].replace("-", "").lower()
    if len(instance) != 32 or any(letter not in "0123456789abcdef" for letter in instance):
        raise bodies.refusal(
            "'instance' of members must be a GUID: 32 hexadecimal digits, with or without dashes"
        )
    ids = [*given.get("ids", []), *(contact_id(world, email) for email in given.get("emails", []))]
    if not ids:
        raise bodies.refusal("members need 'emails' or 'ids'")
    status = given.get("status", "pending")
    world.db.executemany(
        "INSERT OR REPLACE INTO service_members (instance, kind, execution, entity, member_id, status) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                instance,
                given.get("kind", "ActionInstance"),
                given.get("execution", 1),
                given.get("entity", "contact"),
                number,
                status,
            )
            for number in ids
        ],
    )
    return json_response({"instance": instance, "members": len(ids), "status": status}, 201)


def no_members(world: World, request: Request) -> Response:
    """Empty all steps of apps."""
    del request
    world.run("DELETE FROM service_members")
    return json_response({})


def _whole(handler: Handler) -> Handler:
    """Return the handler, writing all or nothing."""

    @wraps(handler)
    def whole(world: World, request: Request) -> Response:
        with world.transaction():
            return handler(world, request)

    return whole


def add_to(door: Routes) -> None:
    """Add the actions to the control door."""
    door.answers("POST", "/certain/registration", source=SOURCE)(_whole(change_registration))
    door.answers("POST", "/eloqua/contact", source=SOURCE)(_whole(edit_contact))
    door.answers("GET", "/eloqua/members", source=SOURCE)(show_members)
    door.answers("POST", "/eloqua/members", source=SOURCE)(_whole(put_members))
    door.answers("DELETE", "/eloqua/members", source=SOURCE)(no_members)
