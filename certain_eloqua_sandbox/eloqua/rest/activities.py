"""External activities (write, read), and the activities of a contact."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import bad_parameter, bad_value, not_found
from certain_eloqua_sandbox.eloqua.rest.listing import (
    LARGEST_PAGE,
    body_of,
    depth_of,
    ident,
    int_or_zero,
    text_of,
    user_id,
)
from certain_eloqua_sandbox.eloqua.rest.times import seconds, unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

EXTERNAL = "Application/2.0 External activities"
OF_CONTACT = "Application/1.0 Activities"
OBJECT = "ExternalActivities"
# Names in the parameter `type` -> activities.type
TYPES = {
    "emailsend": "EmailSend",
    "emailopen": "EmailOpen",
    "emailclickthrough": "EmailClickthrough",
    "emailsubscribe": "Subscribe",
    "emailunsubscribe": "Unsubscribe",
    "subscribe": "Subscribe",
    "unsubscribe": "Unsubscribe",
    "bounceback": "Bounceback",
    "formsubmit": "FormSubmit",
    "webvisit": "WebVisit",
    "pageview": "PageView",
    "externalactivity": "ExternalActivity",
    "smssend": "SmsSend",
    "smsreply": "SmsReply",
    "smsclickthrough": "SmsClickthrough",
    "campaignmembership": "",
}
_SHOWN = {"Subscribe": "emailSubscribe", "Unsubscribe": "emailUnsubscribe"}


def _render(row: Row, depth: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": OBJECT,
        "id": str(row["id"]),
        "depth": depth,
        "name": row["name"] or "",
        "activityDate": unix(row["happened_at"]),
        "activityType": row["external_type"],
        "assetName": row["asset_name"],
        "assetType": row["asset_type"],
    }
    for property_ in ("campaign_id", "contact_id"):
        if row[property_] is not None:
            found[property_.split("_")[0] + "Id"] = row[property_]
    if values := orjson.loads(row["fields"]).get("fieldValues"):
        found["fieldValues"] = values
    return found


@answers("POST", "/data/activity", source=EXTERNAL)
def create_activity(world: World, request: Request) -> Response:
    """Record an external activity; the asset is made if its type exists. Posting again records it again."""
    body = body_of(request, OBJECT)
    name, asset_type, asset_name, activity_type = (
        text_of(body, member, OBJECT) or "" for member in ("name", "assetType", "assetName", "activityType")
    )
    happened_at = _date(body)
    contact = world.row(
        'SELECT id, "C_EmailAddress" FROM contacts WHERE id = ?', (int_or_zero(body.get("contactId")),)
    )
    if contact is None:
        raise _unrelated(body, "contactId")
    campaign_id = None if body.get("campaignId") in (None, "") else int_or_zero(body["campaignId"])
    known_campaign = "SELECT 1 FROM eloqua_assets WHERE kind = 'campaign' AND id = ?"
    if campaign_id is not None and not world.value(known_campaign, (campaign_id,)):
        raise _unrelated(body, "campaignId")
    kind = world.row("SELECT id, name FROM asset_types WHERE name = ? ORDER BY id LIMIT 1", (asset_type,))
    if kind is None:
        raise _unrelated(body, "assetType")
    known = world.row(
        "SELECT name FROM activity_types WHERE asset_type_id = ? AND name = ?", (kind["id"], activity_type)
    )
    if known is None:
        raise _unrelated(body, "activityType")
    user = user_id(world, request)
    asset_id = _asset(world, kind["id"], asset_name, user)
    fields = {"fieldValues": body["fieldValues"]} if body.get("fieldValues") else {}
    key = records.insert(
        world,
        "activities",
        {
            "type": "ExternalActivity",
            "happened_at": happened_at,
            "contact_id": contact["id"],
            "email": contact["C_EmailAddress"],
            "campaign_id": campaign_id,
            "asset_type": kind["name"],
            "asset_name": asset_name,
            "asset_id": asset_id,
            "external_type": known["name"],
            "name": name,
            "fields": orjson.dumps(fields).decode(),
            "created_at": world.now(),
        },
    )
    email = contact["C_EmailAddress"] or contact["id"]
    world.note(
        "eloqua",
        "create",
        "activity",
        f"{known['name']}|{asset_name}|{email}|{int(happened_at)}",
        {"id": key, "campaign": campaign_id, "assetType": kind["name"], "name": name},
    )
    row = world.row("SELECT * FROM activities WHERE id = ?", (key,))
    return json_response(_render(row, "complete") if row else {}, 201)


def _unrelated(body: dict[str, Any], member: str) -> Exception:
    """Return the refusal of a name or id that points to nothing, or is missing."""
    value = body.get(member)
    return bad_value(
        OBJECT, member, value, "NotNullRequirement" if value in (None, "") else "RelationshipRequirement"
    )


def _date(body: dict[str, Any]) -> float:
    given = body.get("activityDate")
    if given in (None, ""):
        raise bad_value(OBJECT, "activityDate", given, "NotNullRequirement")
    text = str(given)
    if not text.lstrip("-").isdigit() or not text.isascii() or len(text) > 11:
        raise bad_value(OBJECT, "activityDate", given, "DateRequirement")
    return float(text)


def _asset(world: World, type_id: int, name: str, user: str) -> int:
    found = world.value(
        "SELECT id FROM external_assets WHERE asset_type_id = ? AND name = ? ORDER BY id LIMIT 1",
        (type_id, name),
    )
    if found is not None:
        return int(found)
    now = world.now()
    key = records.insert(
        world,
        "external_assets",
        {
            "name": name,
            "asset_type_id": type_id,
            "created_at": now,
            "updated_at": now,
            "created_by": user,
            "updated_by": user,
        },
    )
    world.note("eloqua", "create", "external_asset", name, {"id": key})
    return key


@answers("GET", "/data/activity/{id}", source=EXTERNAL)
def read_activity(world: World, request: Request, id: str) -> Response:
    """Read an external activity."""
    row = world.row("SELECT * FROM activities WHERE id = ? AND type = 'ExternalActivity'", (ident(id),))
    if row is None:
        raise not_found()
    return json_response(_render(row, depth_of(request, "complete")))


# -- of a contact --------------------------------------------------------------------------------------------


@answers("GET", "/data/activities/contact/{id}", source=OF_CONTACT)
def activities_of_contact(world: World, request: Request, id: str) -> Response:
    """List a contact's activities of one type between two dates, as a bare array."""
    return _of_contact(world, request, id, request.param("type"))


@answers("GET", "/data/activities/contact/{id}/{kind}", source=OF_CONTACT)
def activities_of_type(world: World, request: Request, id: str, kind: str) -> Response:
    """List a contact's activities of the type in the path."""
    return _of_contact(world, request, id, kind)


def _bound(request: Request, *names: str) -> float | None:
    text = request.param(*names)
    if not text:
        return None
    at = seconds(text)
    if at is None:
        raise bad_parameter(names[0], text, "DateRequirement")
    return at


def _of_contact(world: World, request: Request, id: str, kind: str | None) -> Response:
    contact_id = ident(id)
    if not world.value("SELECT 1 FROM contacts WHERE id = ?", (contact_id,)):
        raise not_found()
    where = "contact_id = ?"
    values: list[Any] = [contact_id]
    if kind:
        if kind.lower() not in TYPES:
            raise bad_parameter("type", kind, "EnumRequirement", values=sorted(set(TYPES.values()) - {""}))
        where, values = f"{where} AND type = ?", [*values, TYPES[kind.lower()]]
    for operator, bound in (
        (">=", _bound(request, "startDate", "startAt")),
        ("<=", _bound(request, "endDate", "endAt")),
    ):
        if bound is not None:
            where, values = f"{where} AND happened_at {operator} ?", [*values, bound]
    count = min(max(int_or_zero(request.param("count") or LARGEST_PAGE), 1), LARGEST_PAGE)
    page = max(int_or_zero(request.param("page") or 1), 1)
    rows = world.rows(
        f"SELECT * FROM activities WHERE {where} ORDER BY happened_at DESC, id DESC LIMIT ? OFFSET ?",
        [*values, count, (page - 1) * count],
    )
    return json_response([_short(row) for row in rows])


def _short(row: Row) -> dict[str, Any]:
    """Return an activity of a contact; ``Key`` and ``Value`` are spelt with capitals."""
    external = row["type"] == "ExternalActivity"
    kind = row["type"]
    details = {
        name: value for name, value in orjson.loads(row["fields"]).items() if not isinstance(value, list)
    }
    if external:
        details |= {
            "AssetName": row["asset_name"],
            "ActivityType": row["external_type"],
            "ActivityName": row["name"],
        }
    if row["campaign_id"] is not None:
        details["CampaignId"] = row["campaign_id"]
    asset_type = row["asset_type"] or ""
    return {
        "type": "Activity",
        "id": str(row["id"]),
        "activityDate": unix(row["happened_at"]),
        "activityType": _SHOWN.get(kind, kind[:1].lower() + kind[1:]),
        "asset": str(row["asset_id"] or ""),
        "assetType": asset_type if external else asset_type.lower(),
        "contact": str(row["contact_id"]),
        "details": [
            {"Key": name, "Value": str(value)} for name, value in details.items() if value is not None
        ],
    }
