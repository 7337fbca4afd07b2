"""Campaigns: list, read, create, update, delete, activate and back to draft."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.asset_bodies import as_text
from certain_eloqua_sandbox.eloqua.rest.assets import asset_term
from certain_eloqua_sandbox.eloqua.rest.errors import bad_parameter, bad_value
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
    body_of,
    ident,
    text_of,
    truth,
    user_id,
)
from certain_eloqua_sandbox.eloqua.rest.reading import Readable
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers, is_2_0
from certain_eloqua_sandbox.eloqua.rest.workflow_steps import number_steps
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

CAMPAIGNS = "Application/2.0 Campaigns"
# What a body may set; the rest is read-only and passed over, as clients send back what they read.
TEXTS = (
    "description",
    "folderId",
    "sourceTemplateId",
    "runAsUserId",
    "startAt",
    "endAt",
    "budgetedCost",
    "actualCost",
    "campaignType",
    "product",
    "region",
    "clrEndDate",
    "crmId",
    "badgeId",
    "campaignCategory",
)
FLAGS = {
    "isReadOnly": "false",
    "isMemberAllowedReEntry": "false",
    "isIncludedInROI": "false",
    "isSyncedWithCRM": "false",
    "isEmailMarketingCampaign": "false",
}
PERMISSIONS = ["Retrieve", "SetSecurity", "Delete", "Update", "Activate"]
DATES = ("startAt", "endAt", "clrEndDate")


def _render(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    del world
    body = orjson.loads(row["body"])
    found: dict[str, Any] = {
        "type": "Campaign",
        "currentStatus": row["status"] or "Draft",
        **audit(row),
        "depth": depth,
        "name": row["name"],
        "permissions": PERMISSIONS if is_2_0(request) else "fullControl",
        **{name: value for name, value in FLAGS.items() if name != "isEmailMarketingCampaign"},
        "isEmailMarketingCampaign": "false",
        "campaignCategory": "contact",
    }
    found |= {name: value for name, value in body.items() if name not in ("elements", "fieldValues")}
    if depth != "minimal":
        found["memberCount"] = "0"
        found["fieldValues"] = body.get("fieldValues", [])
        found["elements"] = body.get("elements", [])
    return found


CAMPAIGN = Readable("Campaign", "eloqua_assets", asset_term, _render, where="t.kind = 'campaign'")
CAMPAIGN.register("/assets/campaign", "/assets/campaigns", source=CAMPAIGNS)


def _values(world: World, body: dict[str, Any], old: Row | None) -> dict[str, Any]:
    key = int(old["id"]) if old else None
    name = text_of(body, "name", "Campaign", object_id=key)
    kept: dict[str, Any] = {}
    for member in TEXTS:
        if body.get(member) in (None, ""):
            continue
        if member in DATES and not str(body[member]).isdigit():
            raise bad_value("Campaign", member, body[member], "DateRequirement", object_id=key)
        kept[member] = str(body[member])
    for member in FLAGS:
        if body.get(member) in (None, ""):
            continue
        flag = truth(body[member])
        if flag is None:
            raise bad_value("Campaign", member, body[member], "BooleanRequirement", object_id=key)
        kept[member] = "true" if flag else "false"
    for member in ("elements", "fieldValues"):
        if not isinstance(body.get(member, []), list):
            raise bad_value("Campaign", member, body[member], "ContentRequirement", object_id=key)
        if body.get(member):
            kept[member] = as_text(body[member])
    number_steps(world, kept.get("elements"), orjson.loads(old["body"]).get("elements") if old else None)
    return {"name": name, "body": orjson.dumps(kept).decode()}


@answers("POST", "/assets/campaign", source=CAMPAIGNS)
def create_campaign(world: World, request: Request) -> Response:
    """Create a campaign as a draft."""
    values = _values(world, body_of(request, "Campaign"), None)
    key = records.create(
        world,
        request,
        "eloqua_assets",
        {
            **values,
            "kind": "campaign",
            "status": "Draft",
        },
    )
    world.note("eloqua", "create", "campaign", values["name"], {"id": key})
    return CAMPAIGN.answer(world, request, key, 201)


@answers("PUT", "/assets/campaign/{id}", source=CAMPAIGNS)
def update_campaign(world: World, request: Request, id: str) -> Response:
    """Replace a campaign; a property left out, such as crmId, is blanked."""
    old = CAMPAIGN.row(world, ident(id))
    key = int(old["id"])
    values = _values(world, body_of(request, "Campaign", key), old)
    records.replace(world, request, "eloqua_assets", key, values)
    world.note("eloqua", "update", "campaign", values["name"], {"id": key})
    return CAMPAIGN.answer(world, request, key)


@answers("DELETE", "/assets/campaign/{id}", source=CAMPAIGNS)
def delete_campaign(world: World, request: Request, id: str) -> Response:
    """Delete a campaign."""
    row = CAMPAIGN.row(world, ident(id))
    world.run("DELETE FROM eloqua_assets WHERE id = ?", (row["id"],))
    world.note("eloqua", "delete", "campaign", row["name"], {"id": row["id"]})
    return Response()


@answers("POST", "/assets/campaign/active/{id}", source=CAMPAIGNS)
def activate_campaign(world: World, request: Request, id: str) -> Response:
    """Activate a campaign: now, or at scheduledFor (Unix seconds)."""
    row = CAMPAIGN.row(world, ident(id))
    scheduled = (request.param("scheduledFor") or "").strip()
    now = truth(request.param("activateNow") or "false") or scheduled.lower() in ("", "now")
    if now:
        return _set_status(world, request, row, "Active", str(int(world.now())))
    if not scheduled.isdigit():
        raise bad_parameter("scheduledFor", scheduled, "DateRequirement")
    due = int(scheduled) <= world.now()
    return _set_status(world, request, row, "Active" if due else "Scheduled", scheduled)


@answers("POST", "/assets/campaign/draft/{id}", source=CAMPAIGNS)
def draft_campaign(world: World, request: Request, id: str) -> Response:
    """Return a campaign to draft."""
    return _set_status(world, request, CAMPAIGN.row(world, ident(id)), "Draft", None)


def _set_status(world: World, request: Request, row: Row, status: str, at: str | None) -> Response:
    body = orjson.loads(row["body"])
    body.pop("scheduledFor", None)
    if at is not None:
        body["scheduledFor"] = at
        body.setdefault("startAt", at)
        body.setdefault("firstActivation", unix(world.now()))
    if run_as := request.param("runAsUserId"):
        body["runAsUserId"] = run_as
    records.update(
        world,
        "eloqua_assets",
        row["id"],
        {
            "status": status,
            "body": orjson.dumps(body).decode(),
            "updated_at": world.now(),
            "updated_by": user_id(world, request),
        },
    )
    world.note("eloqua", "update", "campaign", row["name"], {"id": row["id"], "status": status})
    return CAMPAIGN.answer(world, request, row["id"], 201)
