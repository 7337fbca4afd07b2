"""Which existing profile a posted one is: ``profileIdentifier`` and ``allowduplicates``."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.profile_record import EXISTS, Posted, create, find_pin, update
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World

COLUMNS = {"EMAIL": "email", "PIN": "profilePin", "EXTERNAL": "externalKey"}
SYNC = "SYNC_"


def identifier_of(request: Request) -> str | None:
    """Return the ``profileIdentifier`` of a request, or ``None`` when it has none."""
    identifier = request.param("profileIdentifier")
    if not identifier:
        return None
    if identifier.removeprefix(SYNC) not in COLUMNS:
        allowed = ", ".join([*COLUMNS, *(SYNC + name for name in COLUMNS)])
        stop(request, 400, f"profileIdentifier: '{identifier}' is not one of {allowed}")
    return identifier


def profile_for(world: World, request: Request, account: str, given: Posted, *, upsert_pin: bool) -> int:
    """Return the key of the profile that a posted one belongs to, creating or updating it as asked.

    Without an identifier a known PIN is the same profile to the Profile object (``upsert_pin``), and a
    refusal to the Registration object.
    """
    identifier = identifier_of(request)
    if identifier is None:
        pin = given.columns.get("profilePin")
        found = find_pin(world, account, pin) if pin else None
        if found is None:
            return create(world, request, account, given)
        if not upsert_pin:
            stop(request, 400, EXISTS)
        update(world, request, found, given)
        return int(found["pkProfileId"])
    found = match(world, request, account, identifier.removeprefix(SYNC), given)
    if found is None:
        return create(world, request, account, given)
    if identifier.startswith(SYNC):
        update(world, request, found, given)
    return int(found["pkProfileId"])


def match(world: World, request: Request, account: str, identifier: str, given: Posted) -> Any:
    """Return the profile that carries the posted identifying member; the oldest active one of several."""
    column = COLUMNS[identifier]
    value = given.columns.get(column)
    if value in (None, ""):
        stop(request, 400, f"profileIdentifier {identifier} needs a value for {column}")
    if identifier == "PIN":
        return find_pin(world, account, str(value))
    same = f"{key_sql(column)} = text_key(?)" if identifier == "EMAIL" else f"{column} = ?"
    return world.row(
        f"SELECT * FROM certain_profiles WHERE {same} AND accountCode = ? AND isActive = 1"
        " ORDER BY pkProfileId LIMIT 1",
        (value, account),
    )
