"""Certain's part of the control door: change registrations as its user.

A changed registration looks to a client as if a user of Certain had changed it: the stamps move, the journal
has a line with the operation ``edit``.
"""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.statuses import statuses_of
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Request, Response, Routes, json_response, transactional
from certain_eloqua_sandbox.world import World

SOURCE = "the sandbox itself"
DOOR = Routes("/_sandbox")


@DOOR.answers("POST", "/certain/registration", source=SOURCE)
@transactional
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
        "SELECT r.*, p.email, e.eventCode FROM certain_registrations r "
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
        f"{row['eventCode']} has no status {bodies.quoted(label)}; it has: {', '.join(labels) or 'none'}"
    )
