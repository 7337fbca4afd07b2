"""A profile as a record: its members, reading a posted one, writing it, showing it.

The person of an account. Inside a registration the PIN is called ``pin``, in the Profile object
``profilePin``. The names of the external id and of the source are settings, because no authoritative
page gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.members import Shape, as_object, change, dumped, insert, read, scalar
from certain_eloqua_sandbox.certain.questions import merged
from certain_eloqua_sandbox.certain.settings import settings
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World

OTHER_TEXTS = frozenset(
    {
        "prefix",
        "middleName",
        "suffix",
        "nickName",
        "ccEmail",
        "phoneExt",
        "phoneHome",
        "website",
        "gender",
        "notes",
    }
)
ADDRESSES = ("address", "altAddress", "shipAddress")
ADDRESS_MEMBERS = ("line1", "line2", "line3", "line4", "city", "state", "zip", "country")
OBJECTS = ("privateFinancial", "privatePersonal", "media")
PARTS = {
    "assistant": "assistant",
    "associate": "associate",
    "additional": "additional",
    "travel_info": "travelInfo",
}
QUESTIONS = "profileQuestions"
EXISTS = "A profile already exists for given profile pin"

PROFILE = Shape(
    table="certain_profiles",
    key="pkProfileId",
    plural="profiles",
    singular="profile",
    members={
        "accountCode": "text", "pkProfileId": "id", "profilePin": "text", "externalKey": "text",
        "sourceOfProfile": "text", "salutation": "text", "firstName": "text", "lastName": "text",
        "email": "email", "organization": "text", "position": "text", "phone": "text", "phoneMobile": "text",
        "fax": "text", "username": "text", "isActive": "flag", "dateCreated": "time", "dateModified": "time",
    },
    writable=frozenset(
        {
            "profilePin", "externalKey", "sourceOfProfile", "salutation", "firstName", "lastName", "email",
            "organization", "position", "phone", "phoneMobile", "fax", "username", "isActive",
        }
    ),
    required=("firstName", "lastName"),
    document=OTHER_TEXTS,
)  # fmt: skip

# The names that a profile's members have; no setting gives one of them to another member.
STANDARD = frozenset(
    {*PROFILE.members, *OTHER_TEXTS, *ADDRESSES, *OBJECTS, *PARTS.values(), QUESTIONS, "pin", "registrations"}
)


@dataclass
class Posted:
    """A profile as it was posted: columns, and what goes into its document."""

    columns: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)


def posted(world: World, request: Request, body: Mapping[str, Any]) -> Posted:
    """Read a posted profile, under either name of its PIN and under the settings' names."""
    known = settings(world)
    own = {
        known.external_id_member: "externalKey",
        known.source_member: "sourceOfProfile",
        "pin": "profilePin",
    }
    named: dict[str, Any] = {}
    for name, value in body.items():
        if name in ("externalKey", "sourceOfProfile") and name not in own:
            continue  # this server calls it something else
        named[own.get(name, name)] = value
    found = Posted(read(request, named, PROFILE))
    for name in OTHER_TEXTS & named.keys():
        if named[name] is not None:
            found.document[name] = scalar(request, name, named[name], "text")
    for name in ADDRESSES:
        if named.get(name) is not None:
            address = as_object(request, name, named[name])
            found.document[name] = {
                member: scalar(request, f"{name}.{member}", address[member], "text")
                for member in ADDRESS_MEMBERS
                if address.get(member) is not None
            }
    for name in (*OBJECTS, *PARTS.values(), QUESTIONS):
        if named.get(name) is not None:
            found.document[name] = as_object(request, name, named[name])
    return found


def combined(before: Mapping[str, Any], given: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Merge a posted document into a stored one, member by member; questions by name."""
    after = dict(before)
    for name, value in given.items():
        if name == QUESTIONS:
            after[name] = merged(request, name, after.get(name), value)
        elif isinstance(value, dict):
            after[name] = {**(after.get(name) or {}), **{k: v for k, v in value.items() if v is not None}}
        else:
            after[name] = value
    return after


def create(world: World, request: Request, account: str, given: Posted) -> int:
    """Create a profile; the system makes up PIN and user name when there are none."""
    for name in PROFILE.required:
        if not str(given.columns.get(name) or "").strip():
            stop(request, 400, f"{name} is required")
    pin = given.columns.get("profilePin")
    if pin and find_pin(world, account, pin):
        stop(request, 400, EXISTS)
    now = stamp(world)
    values = {
        **given.columns,
        "accountCode": account,
        "profilePin": pin or "?",
        "dateCreated": now,
        "dateModified": now,
        "doc": dumped(combined({}, given.document, request)),
    }
    key = insert(world, PROFILE.table, values)
    made_up = {} if pin else {"profilePin": f"P-{key}"}
    if not values.get("username"):
        made_up["username"] = f"{account}{key}"
    change(world, PROFILE, key, made_up)
    world.note(
        "certain", "create", "profile", values.get("email") or pin or f"P-{key}", {"pkProfileId": str(key)}
    )
    return key


def update(world: World, request: Request, row: Any, given: Posted) -> None:
    """Merge a posted profile into a stored one; the stamp moves even when nothing else does."""
    pin = given.columns.get("profilePin")
    if pin == "":
        stop(request, 400, "profilePin: must not be empty")
    if pin and pin != row["profilePin"] and find_pin(world, row["accountCode"], pin):
        stop(request, 400, EXISTS)
    for name in PROFILE.required:
        if name in given.columns and not str(given.columns[name]).strip():
            stop(request, 400, f"{name} is required")
    now = stamp(world)
    values = {**given.columns, "dateModified": now}
    if given.document:
        values["doc"] = dumped(combined(orjson.loads(row["doc"]), given.document, request))
    change(world, PROFILE, row["pkProfileId"], values)
    world.note(
        "certain",
        "update",
        "profile",
        values.get("email") or row["email"] or row["profilePin"],
        {"pkProfileId": str(row["pkProfileId"]), "members": sorted({*given.columns, *given.document})},
    )
    if settings(world).profile_touches_registration:
        world.run(
            "UPDATE certain_registrations SET dateModified = ? WHERE pkProfileId = ?",
            (now, row["pkProfileId"]),
        )


def find_pin(world: World, account: str, pin: str) -> Any:
    """Return the row of a profile by its PIN, or ``None``."""
    return world.row(
        "SELECT * FROM certain_profiles WHERE accountCode = ? AND profilePin = ?", (account, pin)
    )


def show(
    world: World, rows: Sequence[Any], asked: frozenset[str], *, pin: str = "profilePin"
) -> Iterable[dict[str, Any]]:
    """Return profiles as the API answers them, with the parts that were asked for."""
    external, source = settings(world).external_id_member, settings(world).source_member
    wanted = {member for part, member in PARTS.items() if part in asked}
    if "profile_questions" in asked:
        wanted.add(QUESTIONS)
    hidden = {QUESTIONS, *PARTS.values()} - wanted
    for row in rows:
        document: dict[str, Any] = orjson.loads(row["doc"])
        item = {
            "accountCode": row["accountCode"],
            "pkProfileId": str(row["pkProfileId"]),
            pin: row["profilePin"],
            external: row["externalKey"],
            source: row["sourceOfProfile"],
            "salutation": row["salutation"],
            "firstName": row["firstName"],
            "lastName": row["lastName"],
            "email": row["email"],
            "organization": row["organization"],
            "position": row["position"],
            "phone": row["phone"],
            "phoneMobile": row["phoneMobile"],
            "fax": row["fax"],
            "username": row["username"],
            "address": None,
            "isActive": bool(row["isActive"]),
            "dateCreated": row["dateCreated"],
            "dateModified": row["dateModified"],
        }
        for name in hidden & document.keys():
            del document[name]
        for name in wanted - document.keys():
            item[name] = {"question": []} if name == QUESTIONS else {}
        item.update(document)
        yield item
