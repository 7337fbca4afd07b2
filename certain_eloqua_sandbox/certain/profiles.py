"""The Profile object and the anonymising of profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.matching import profile_for
from certain_eloqua_sandbox.certain.members import body_of, change
from certain_eloqua_sandbox.certain.profile_record import PROFILE, find_pin, posted, show, update
from certain_eloqua_sandbox.certain.routes import API, GUIDE, SUITE
from certain_eloqua_sandbox.certain.scope import account_of
from certain_eloqua_sandbox.certain.searching import answer_search, by_key, parts
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World


def _render(world: World, request: Request, rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
    asked = parts(request)
    items = show(world, rows, asked)
    if "event_list" not in asked and "tags" not in asked:
        return items
    return _with_parts(world, rows, items, asked)


def _with_parts(
    world: World, rows: Sequence[Any], items: Iterable[dict[str, Any]], asked: frozenset[str]
) -> Iterable[dict[str, Any]]:
    events = _events(world, [row["pkProfileId"] for row in rows]) if "event_list" in asked else None
    for row, item in zip(rows, items, strict=True):
        if events is not None:
            item["events"] = {"event": events.get(row["pkProfileId"], [])}
        if "tags" in asked:
            item["tag"] = []  # no source names profiles among the things that carry tags
        yield item


def _events(world: World, profiles: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in world.rows(
        "SELECT r.pkProfileId, e.eventCode, e.eventName, r.registrationCode, r.registrationStatusLabel"
        " FROM certain_registrations r JOIN certain_events e ON e.eventId = r.pkEventId"
        " WHERE r.pkProfileId IN (SELECT value FROM json_each(?)) ORDER BY r.pkRegId",
        (str(list(profiles)),),
    ):
        item = dict(row)
        found.setdefault(item.pop("pkProfileId"), []).append(item)
    return found


def _one(world: World, request: Request, key: int) -> Response:
    rows = by_key(world, PROFILE, [key])
    return answer(world, request, next(iter(_render(world, request, rows))), "profile")


def _profile_of(world: World, request: Request, account: str, pin: str) -> Any:
    account_of(world, request, account)
    return find_pin(world, account, pin) or stop(request, 404, f"Profile {pin} not found")


@API.answers("GET", "/Profile/{account}", source=GUIDE)
def list_profiles(world: World, request: Request, account: str) -> Response:
    """List the profiles of an account."""
    account_of(world, request, account)
    scope = {"o.accountCode": account}
    return answer_search(world, request, PROFILE, scope, lambda rows: _render(world, request, rows))


@API.answers("GET", "/Profile/{account}/{pin}", source=SUITE)
def read_profile(world: World, request: Request, account: str, pin: str) -> Response:
    """Read one profile by its PIN."""
    return _one(world, request, _profile_of(world, request, account, pin)["pkProfileId"])


@API.answers("POST", "/Profile/{account}", source=SUITE)
def create_profile(world: World, request: Request, account: str) -> Response:
    """Create a profile, or meet an existing one by PIN or ``profileIdentifier``."""
    account_of(world, request, account)
    given = posted(world, request, body_of(request))
    return _one(world, request, profile_for(world, request, account, given, upsert_pin=True))


@API.answers("POST", "/Profile/{account}/{pin}", source=SUITE)
def update_profile(world: World, request: Request, account: str, pin: str) -> Response:
    """Change the posted members of a profile."""
    row = _profile_of(world, request, account, pin)
    update(world, request, row, posted(world, request, body_of(request)))
    return _one(world, request, row["pkProfileId"])


@API.answers("DELETE", "/Profile/{account}/{pin}", source=SUITE)
def delete_profile(world: World, request: Request, account: str, pin: str) -> Response:
    """Make a profile inactive; its registrations stay unchanged."""
    row = _profile_of(world, request, account, pin)
    change(world, PROFILE, row["pkProfileId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "profile", row["email"] or pin, {"pkProfileId": str(row["pkProfileId"])})
    return _one(world, request, row["pkProfileId"])


@API.answers("POST", "/ProfileAnonymize/{account}", source=SUITE)
def anonymize_profiles(world: World, request: Request, account: str) -> Response:
    """Take everything that names a person out of the given profiles."""
    account_of(world, request, account)
    keys = body_of(request).get("pkProfileId")
    keys = keys if isinstance(keys, list) else [keys]
    done = []
    for key in keys:
        text = str(key)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
        row = world.row(
            "SELECT * FROM certain_profiles WHERE pkProfileId = ? AND accountCode = ?", (number, account)
        )
        if row is None:
            stop(request, 400, f"pkProfileId: no profile {key}")
        anonymize(world, number, stamp(world))
        world.note(
            "certain", "anonymize", "profile", row["email"] or row["profilePin"], {"pkProfileId": text}
        )
        done.append(number)
    return json_response({"results": _anonymized(world, account, done)})


def anonymize(world: World, key: int, now: str) -> None:
    """Blank one profile."""
    blanks = dict.fromkeys(
        (
            "externalKey", "sourceOfProfile", "salutation", "email", "organization", "position", "phone",
            "phoneMobile", "fax",
        )
    )  # fmt: skip
    names = {"firstName": "Anonymized", "lastName": "Anonymized", "username": f"anonymized{key}", "doc": "{}"}
    change(world, PROFILE, key, {**blanks, **names, "isActive": 0, "isAnonymized": 1, "dateModified": now})


@API.answers("GET", "/ProfileAnonymize/{account}", source=SUITE)
def list_anonymized(world: World, request: Request, account: str) -> Response:
    """List the anonymised profiles with their registrations; ``limit=-1`` means all of them."""
    account_of(world, request, account)
    text = request.param("limit") or "-1"
    if not text.removeprefix("-").isdigit():
        stop(request, 400, f"limit: '{text}' is not a number")
    rows = world.rows(
        "SELECT pkProfileId FROM certain_profiles WHERE accountCode = ? AND isAnonymized = 1"
        " ORDER BY pkProfileId LIMIT ?",
        (account, max(-1, min(int(text), 2**31))),
    )
    return json_response({"results": _anonymized(world, account, [row[0] for row in rows])})


def _anonymized(world: World, account: str, keys: Sequence[int]) -> list[dict[str, Any]]:
    codes: dict[int, list[dict[str, str]]] = {}
    for row in world.rows(
        "SELECT pkProfileId, registrationCode FROM certain_registrations"
        " WHERE accountCode = ? AND pkProfileId IN (SELECT value FROM json_each(?)) ORDER BY pkRegId",
        (account, str(list(keys))),
    ):
        codes.setdefault(row[0], []).append({"registrationCode": row[1]})
    return [{"pkProfileID": str(key), "registrations": codes.get(key, [])} for key in keys]
