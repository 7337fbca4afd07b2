"""What a definition may name: fields, lists, segments, custom objects, scoring models, priorities."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.bulk import activity_fields, definitions, listing
from certain_eloqua_sandbox.eloqua.bulk.entities import Entity
from certain_eloqua_sandbox.eloqua.bulk.meaning import SYSTEM_TIMES
from certain_eloqua_sandbox.eloqua.bulk.responses import ok, refused
from certain_eloqua_sandbox.eloqua.bulk.routes import ROUTES
from certain_eloqua_sandbox.eloqua.bulk.times import NEVER_EDITED, stamp
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

SOURCE = "Fields (metadata); Retrieving large volumes of data"
Items = Callable[..., list[dict[str, Any]]]

# Attributes that are statements of their own: (name, internal name, type, statement, read-only)
_CONTACT_ATTRIBUTES = (
    ("Eloqua Contact ID", "Id", "number", "{{Contact.Id}}", True),
    ("Created At", "CreatedAt", "date", "{{Contact.CreatedAt}}", True),
    ("Updated At", "UpdatedAt", "date", "{{Contact.UpdatedAt}}", True),
    ("Is Subscribed", "IsSubscribed", "boolean", "{{Contact.Email.IsSubscribed}}", False),
    ("Is Bounceback", "IsBounceback", "boolean", "{{Contact.Email.IsBounced}}", False),
    ("Email Format", "EmailFormat", "string", "{{Contact.Email.Format}}", False),
    ("Account Name", "AccountName", "string", "{{Contact.Account.Field(M_CompanyName)}}", True),
)
_ACCOUNT_ATTRIBUTES = (
    ("Eloqua Account ID", "Id", "number", "{{Account.Id}}", True),
    ("Created At", "CreatedAt", "date", "{{Account.CreatedAt}}", True),
    ("Updated At", "UpdatedAt", "date", "{{Account.UpdatedAt}}", True),
)
_OTHER_FIELDS: dict[str, tuple[tuple[str, str, str, str, bool], ...]] = {
    "opportunities": (
        ("Opportunity ID", "Id", "string", "{{Opportunity.Id}}", False),
        ("Opportunity Name", "Name", "string", "{{Opportunity.Field(Name)}}", False),
        ("Account Name", "AccountName", "string", "{{Opportunity.Field(AccountName)}}", False),
        ("Stage", "Stage", "string", "{{Opportunity.Field(Stage)}}", False),
        ("Amount", "Amount", "number", "{{Opportunity.Field(Amount)}}", False),
        ("Created At", "CreatedAt", "date", "{{Opportunity.CreatedAt}}", False),
    ),
    "campaignResponses": (
        ("Campaign Response ID", "Id", "number", "{{CampaignResponse.Id}}", True),
        ("Created At", "CreatedAt", "date", "{{CampaignResponse.CreatedAt}}", True),
        ("Updated At", "UpdatedAt", "date", "{{CampaignResponse.UpdatedAt}}", True),
        ("Member Status", "MemberStatus", "string", "{{CampaignResponse.Field(MemberStatus)}}", False),
        (
            *("Integration Return Value", "IntegrationReturnValue", "string"),
            *("{{CampaignResponse.Field(IntegrationReturnValue)}}", False),
        ),
        ("Campaign ID", "CampaignId", "number", "{{CampaignResponse.Campaign.Id}}", True),
        ("Contact ID", "ContactId", "number", "{{CampaignResponse.Contact.Id}}", True),
    ),
}
_CAMPAIGN_FIELDS = {
    "activity": (
        ("Campaign ID", "CampaignId", "number", "{{Activity.Campaign.Id}}", True),
        ("CRM Campaign ID", "CRMCampaignId", "string", "{{Activity.Campaign.Field(CRMCampaignId)}}", True),
        ("Campaign Name", "CampaignName", "string", "{{Activity.Campaign.Field(CampaignName)}}", True),
    ),
    "campaignresponse": (("Campaign ID", "CampaignId", "number", "{{CampaignResponse.Campaign.Id}}", True),),
    "sourcecampaign": (
        ("Campaign ID", "Id", "number", "{{Contact.Campaign.Id}}", True),
        ("Campaign Name", "Name", "string", "{{Contact.Campaign.Field(Name)}}", True),
    ),
}


def _item(
    name: str, internal: str, kind: str, statement: str, read_only: bool, uri: str = ""
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "name": name,
        "internalName": internal,
        "dataType": kind,
        "hasReadOnlyConstraint": read_only,
        "hasNotNullConstraint": False,
        "hasUniquenessConstraint": False,
        "statement": statement,
    }
    if uri:
        item["uri"] = uri
    return item | {"createdAt": NEVER_EDITED, "updatedAt": NEVER_EDITED}


def _own_fields(world: World, entity: Entity) -> list[dict[str, Any]]:
    """Return the fields that a record of an entity has."""
    items = []
    for field in schema.fields_of(world, entity.fields_entity, entity.parent_id):
        root = {"contacts": "Contact", "accounts": "Account"}.get(entity.path)
        if root:
            statement = f"{{{{{root}.Field({field.internal_name})}}}}"
        elif field.internal_name in ("CreatedAt", "UpdatedAt"):
            continue
        else:
            noun = "CustomObject" if entity.path == "customObjects" else "Event"
            statement = f"{{{{{noun}[{entity.parent_id}].Field[{field.id}]}}}}"
        read_only = field.is_read_only or field.internal_name.lower() in SYSTEM_TIMES
        item = _item(
            *(field.name, field.internal_name, field.bulk_type, statement, read_only),
            f"{entity.uri}/fields/{field.id}",
        )
        # Observed (2021): the address has the constraint, though REST does not call it required.
        item["hasNotNullConstraint"] = field.is_required or field.internal_name == "C_EmailAddress"
        item["hasUniquenessConstraint"] = field.is_unique
        if field.default_value:
            item["defaultValue"] = field.default_value
        item["createdAt"], item["updatedAt"] = stamp(field.created_at), stamp(field.updated_at)
        items.append(item)
    return items


def _record_fields(world: World, request: Request, path: str, parent_id: int = 0) -> list[dict[str, Any]]:
    """Return the fields of contacts, accounts, custom objects and events."""
    del request
    entity = definitions.at(world, path, parent_id)
    items = _own_fields(world, entity)
    if path == "contacts":
        return [*items, *(_item(*attribute) for attribute in _CONTACT_ATTRIBUTES)]
    if path == "accounts":
        return [*items, *(_item(*attribute) for attribute in _ACCOUNT_ATTRIBUTES)]
    root = f"{'CustomObject' if path == 'customObjects' else 'Event'}[{parent_id}]"
    return [
        *items,
        _item("DataCard created at", "CreatedAt", "date", f"{{{{{root}.CreatedAt}}}}", True),
        _item("DataCard updated at", "UpdatedAt", "date", f"{{{{{root}.UpdatedAt}}}}", True),
    ]


def _activity_fields(world: World, request: Request) -> list[dict[str, Any]]:
    """Return the fields of one activity type, or of all."""
    del world
    wanted = request.param("activityType")
    if wanted and wanted.strip().lower() not in activity_fields.TYPES:
        return []  # accepted (accepted_rules.py)
    types = [activity_fields.TYPES[wanted.strip().lower()]] if wanted else list(activity_fields.FIELDS)
    items: dict[str, dict[str, Any]] = {}
    for kind in types:
        for internal, (statement, data_type) in activity_fields.FIELDS[kind].items():
            item = items.setdefault(internal, _item(internal, internal, data_type, statement, True))
            item.setdefault("activityTypes", [])
            item["activityTypes"].append(kind)
    if not wanted:
        return list(items.values())
    for item in items.values():
        item["activityTypes"] = [
            k for k, own in activity_fields.FIELDS.items() if item["internalName"] in own
        ]
    return list(items.values())


def _written_fields(world: World, request: Request, path: str) -> list[dict[str, Any]]:
    """Return the fields of an entity that has the same ones everywhere."""
    del world, request
    return [_item(*one, f"/{path}/fields/{place}") for place, one in enumerate(_OTHER_FIELDS[path], start=1)]


def _campaign_fields(world: World, request: Request) -> list[dict[str, Any]]:
    """Return the fields that can be read through a campaign."""
    del world
    wanted = (request.param("type") or "").strip().lower()
    kinds = [wanted] if wanted else list(_CAMPAIGN_FIELDS)
    found = [one for kind in kinds for one in _CAMPAIGN_FIELDS.get(kind, ())]
    return [_item(*one, f"/campaigns/fields/{place}") for place, one in enumerate(found, start=1)]


def _lists(world: World, request: Request, kind: str, uri: str, root: str) -> list[dict[str, Any]]:
    """Return lists, segments, filters or e-mail groups."""
    del request
    items = []
    for row in world.rows(
        "SELECT l.*, (SELECT count(*) FROM eloqua_list_members m WHERE m.list_id = l.id) AS members "
        "FROM eloqua_lists l WHERE l.kind = ? ORDER BY l.id",
        (kind,),
    ):
        item = {"name": row["name"]}
        if kind != "email_group":
            item["count"] = row["members"]
        item |= {"statement": f"{{{{{root}[{row['id']}]}}}}", "uri": f"{uri}/{row['id']}"}
        if kind in ("segment", "filter") and row["executed_at"] is not None:
            item["executedAt"] = stamp(row["executed_at"])
        items.append(item | _audit(world, row))
    return items


def _audit(world: World, row: Any) -> dict[str, Any]:
    """Return who made and changed something: Bulk has the login name where REST has the user's id."""

    def login(kept: str | None) -> str | None:
        named = "SELECT username FROM eloqua_users WHERE id = CAST(? AS INTEGER)"
        return (world.value(named, (kept,)) or kept) if kept and kept.isdigit() else kept

    audit = {"createdBy": login(row["created_by"]), "createdAt": stamp(row["created_at"])}
    if "updated_at" in dict(row):
        audit |= {"updatedBy": login(row["updated_by"]), "updatedAt": stamp(row["updated_at"])}
    return {key: value for key, value in audit.items() if value is not None}


def _objects(world: World, request: Request, kind: str, uri: str) -> list[dict[str, Any]]:
    """Return the custom objects, or the events."""
    del request
    items = []
    for row in world.rows("SELECT * FROM custom_objects WHERE kind = ? ORDER BY id", (kind,)):
        item: dict[str, Any] = {"name": row["name"]}
        for name, column in (
            ("displayNameFieldUri", "display_name_field"),
            ("emailAddressFieldUri", "email_field"),
            ("uniqueFieldUri", "unique_field"),
        ):
            if row[column]:
                item[name] = f"{uri}/{row['id']}/fields/{row[column]}"
        items.append(item | {"uri": f"{uri}/{row['id']}"} | _audit(world, row))
    return items


def _models(world: World, request: Request) -> list[dict[str, Any]]:
    """Return the lead scoring models."""
    del request
    items = []
    for row in world.rows("SELECT * FROM bulk_scoring_models ORDER BY id"):
        fields = [
            {
                "name": name,
                "statement": f"{{{{Contact.LeadScore.Model[{row['id']}].{name}}}}}",
                "dataType": kind,
            }
            for name, kind in (
                ("Rating", "string"),
                ("ProfileScore", "number"),
                ("EngagementScore", "number"),
            )
        ]
        item = {"id": row["id"], "name": row["name"], "status": row["status"], "fields": fields}
        items.append(item | {"uri": f"/contacts/scoring/models/{row['id']}"} | _audit(world, row))
    return items


def _priorities(world: World, request: Request) -> list[dict[str, Any]]:
    """Return the import priorities."""
    del request
    return [
        {"name": row["name"], "priority": row["priority"], "uri": f"/imports/priorities/{row['id']}"}
        | _audit(world, row)
        for row in world.rows("SELECT * FROM bulk_priorities ORDER BY id")
    ]


def _listed(world: World, request: Request, items: Items, **path: int) -> Response:
    return listing.answer(world, request, items(world, request, **path))


def _one(world: World, request: Request, items: Items, id: int, **path: int) -> Response:
    for item in items(world, request, **path):
        if str(item.get("uri", "")).endswith(f"/{id}"):
            return ok(item)
    raise refused(404)


def _register() -> None:
    collections: tuple[tuple[str, Items], ...] = (
        ("/contacts/fields", partial(_record_fields, path="contacts")),
        ("/accounts/fields", partial(_record_fields, path="accounts")),
        ("/customObjects/{parent_id:int}/fields", partial(_record_fields, path="customObjects")),
        ("/events/{parent_id:int}/fields", partial(_record_fields, path="events")),
        ("/activities/fields", _activity_fields),
        ("/opportunities/fields", partial(_written_fields, path="opportunities")),
        ("/campaignResponses/fields", partial(_written_fields, path="campaignResponses")),
        ("/campaigns/fields", _campaign_fields),
        *(
            (uri, partial(_lists, kind=kind, uri=uri, root=root))
            for uri, kind, root in (
                ("/contacts/lists", "contact_list", "ContactList"),
                ("/contacts/segments", "segment", "ContactSegment"),
                ("/contacts/filters", "filter", "ContactFilter"),
                ("/accounts/lists", "account_list", "AccountList"),
                ("/emailGroups", "email_group", "EmailGroup"),
            )
        ),
        ("/customObjects", partial(_objects, kind="cdo", uri="/customObjects")),
        ("/events", partial(_objects, kind="event", uri="/events")),
        ("/contacts/scoring/models", _models),
        ("/imports/priorities", _priorities),
    )
    for template, items in collections:
        what = template.replace("/{parent_id:int}", "").strip("/")
        ROUTES.add("GET", template, partial(_listed, items=items), source=SOURCE, summary=f"List {what}.")
        ROUTES.add(
            "GET",
            f"{template}/{{id:int}}",
            partial(_one, items=items),
            source=SOURCE,
            summary=f"Read one of {what}.",
        )


_register()
