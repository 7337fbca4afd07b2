"""Eloqua's part of the control door: edits of contacts, members of app services, scripted syncs.

An edited contact looks to a client as if a user of Eloqua had changed it: the stamps move, the journal has a
line with the operation ``edit``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Request, Response, Routes, json_response, transactional
from certain_eloqua_sandbox.world import ScriptedSync, World

SOURCE = "the sandbox itself"
DOOR = Routes("/_sandbox")
KINDS = ("ActionInstance", "DecisionInstance", "FeederInstance")


@DOOR.answers("POST", "/eloqua/contact", source=SOURCE)
@transactional
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
                f"contacts have no field {bodies.quoted(name)}; a field is named like C_FirstName"
            )
        changes[known[name.lower()].column] = value or None
    if "subscribed" in given:
        changes["is_subscribed"] = given["subscribed"]
        changes["subscription_date" if given["subscribed"] else "unsubscription_date"] = world.now()
    if "bounced" in given:
        changes["is_bounced"] = given["bounced"]
        changes["bounceback_date"] = world.now() if given["bounced"] else None
    assigned = ", ".join(f"{column} = ?" for column in changes)
    world.run(f"UPDATE contacts SET {assigned} WHERE id = ?", [*changes.values(), number])
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
        f"SELECT id FROM contacts WHERE {key_sql(field.column)} = text_key(?) ORDER BY id LIMIT 1",
        (email,),
    )
    if not found:
        raise bodies.refusal(f"Eloqua has no contact with the address {bodies.quoted(email)}", 404)
    return int(found)


@DOOR.answers("GET", "/eloqua/members", source=SOURCE)
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


@DOOR.answers("POST", "/eloqua/members", source=SOURCE)
@transactional
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


@DOOR.answers("DELETE", "/eloqua/members", source=SOURCE)
def no_members(world: World, request: Request) -> Response:
    """Empty all steps of apps."""
    del request
    world.run("DELETE FROM service_members")
    return json_response({})


def _elq(what: str, value: Any) -> str:
    code = bodies.text(what, value).upper()
    if not (code.startswith("ELQ-") and len(code) == 9 and code[4:].isdigit()):
        raise bodies.refusal(f"{what} must be a status code such as ELQ-00146, not {bodies.quoted(value)}")
    return code


SCRIPT: dict[str, bodies.Check] = {
    "status": bodies.one_of("success", "warning", "error"),
    "code": _elq,
    "message": bodies.text,
    "kind": bodies.one_of("*", "import", "export", "action"),
    "path": bodies.expression,
    "times": bodies.whole(1),
}


@DOOR.answers("GET", "/syncs/next", source=SOURCE)
def scripted_syncs(world: World, request: Request) -> Response:
    """The outcomes scripted for the next syncs."""
    bodies.parameters(request, ())
    return json_response({"syncs": [asdict(script) for script in world.scripted_syncs]})


@DOOR.answers("POST", "/syncs/next", source=SOURCE)
def script_syncs(world: World, request: Request) -> Response:
    """Script how one of the next syncs ends, or several: {status, code, message, kind, path, times}."""
    world.scripted_syncs += [
        ScriptedSync(**bodies.keys(each, SCRIPT, what="a sync", required=("status",)))
        for each in bodies.several(bodies.json_of(request))
    ]
    return json_response({"syncs": [asdict(script) for script in world.scripted_syncs]}, 201)


@DOOR.answers("DELETE", "/syncs/next", source=SOURCE)
def no_scripted_syncs(world: World, request: Request) -> Response:
    """Drop the outcomes scripted for syncs."""
    del request
    world.scripted_syncs.clear()
    return json_response({"syncs": []})
