"""What a statement means for an entity: an SQL expression, its type, and the column an import writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.bulk import activity_fields
from certain_eloqua_sandbox.eloqua.bulk.entities import Entity
from certain_eloqua_sandbox.eloqua.bulk.statements import Part, parse
from certain_eloqua_sandbox.world import World

SYSTEM_TIMES = {
    "c_datecreated": "created_at",
    "c_datemodified": "updated_at",
    "m_datecreated": "created_at",
    "m_datemodified": "updated_at",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What to read for a statement, and what an import may do with it.

    ``kind``: text, email, number, date (text, Eastern), time (Unix seconds), flag (0 or 1), id.
    ``column``: the column of the record's table that an import writes, ``None``: it cannot.
    ``role``: what else an import must know: id, ext_id, email, linked ...
    """

    sql: str
    kind: str = "text"
    column: str | None = None
    role: str = ""
    field: schema.Field | None = None
    of_contact: bool = False  # read from a contact, where that is another entity


_NOTHING = Meaning("NULL")


def resolve(world: World, entity: Entity, statement: str, alias: str = "r") -> Meaning | None:
    """Return what a statement means in a definition of an entity, or ``None`` when it means nothing there."""
    parts = parse(statement)
    if not parts or len(parts) < 2:
        return None
    root, rest = parts[0], parts[1:]
    if entity.path == "contacts" and root.name == "contact" and root.bare:
        return contact(world, rest, alias)
    if entity.path == "accounts" and root.name == "account" and root.bare:
        return account(world, rest, alias)
    if entity.is_object and root.number == entity.parent_id:
        wanted = "customobject" if entity.path == "customObjects" else "event"
        return record(world, entity, rest, alias) if root.name == wanted else None
    if entity.path == "activities" and root.name == "activity" and root.bare:
        return activity(world, rest, alias)
    return _small_entity(world, entity, root, rest, alias)


def contact(world: World, parts: Sequence[Part], alias: str) -> Meaning | None:
    """Return the meaning of a statement below ``Contact``."""
    names = tuple(part.name for part in parts)
    if len(parts) == 1:
        return _own(world, Entity("contacts"), parts[0], alias)
    if len(parts) == 2 and names[0] == "email" and parts[0].bare and parts[1].bare:
        return {
            "issubscribed": Meaning(f"{alias}.is_subscribed", "flag", "is_subscribed", "is_subscribed"),
            "isbounced": Meaning(f"{alias}.is_bounced", "flag", "is_bounced", "is_bounced"),
            "format": Meaning(f"{alias}.email_format", "text", "email_format"),
        }.get(names[1])
    if names[0] == "account" and parts[0].bare:
        return _through(
            account(world, parts[1:], f"{alias}a"), f"accounts {alias}a", f"{alias}a.id = {alias}.account_id"
        )
    if len(parts) == 3 and names[:2] == ("leadscore", "model") and parts[1].number is not None:
        column = {
            "rating": "rating",
            "profilescore": "profile_score",
            "engagementscore": "engagement_score",
        }
        if names[2] not in column:
            return None
        return Meaning(
            f"(SELECT s.{column[names[2]]} FROM bulk_scores s WHERE s.model_id = {parts[1].number} "
            f"AND s.contact_id = {alias}.id)",
            "text" if names[2] == "rating" else "number",
        )
    if len(parts) == 2 and names[0] == "campaign" and (parts[1].name == "id" or parts[1].text):
        return _NOTHING  # only inside a campaign's app step
    return None


def account(world: World, parts: Sequence[Part], alias: str) -> Meaning | None:
    """Return the meaning of a statement below ``Account``."""
    if len(parts) == 1:
        return _own(world, Entity("accounts"), parts[0], alias)
    if len(parts) == 2 and parts[0].name == "user" and parts[1].name == "field" and parts[1].text:
        return replace(_NOTHING, role="linked_user")
    return None


def record(world: World, entity: Entity, parts: Sequence[Part], alias: str) -> Meaning | None:
    """Return the meaning of a statement below ``CustomObject[n]`` or ``Event[n]``."""
    name = parts[0].name
    if len(parts) == 1:
        if parts[0].bare and name == "externalid":
            return Meaning(f"{alias}.external_id", "text", "external_id", "external_id")
        if parts[0].bare and name == "uniqueid":
            return Meaning(f"{alias}.unique_code", "text")
        if parts[0].bare and name == "mappedentityid":
            return Meaning(f"COALESCE({alias}.contact_id, {alias}.account_id)", "id")
        if parts[0].bare and name == "mappedentitytype":
            return Meaning(
                f"CASE WHEN {alias}.contact_id IS NOT NULL THEN 'Contact' "
                f"WHEN {alias}.account_id IS NOT NULL THEN 'Company' END"
            )
        return _own(world, entity, parts[0], alias)
    if name == "contact" and parts[0].bare:
        found = contact(world, parts[1:], f"{alias}c")
        return _through(found, f"contacts {alias}c", f"{alias}c.id = {alias}.contact_id", of_contact=True)
    if name in ("account", "company") and parts[0].bare:
        found = account(world, parts[1:], f"{alias}a")
        return _through(found, f"accounts {alias}a", f"{alias}a.id = {alias}.account_id")
    return None


def activity(world: World, parts: Sequence[Part], alias: str) -> Meaning | None:
    """Return the meaning of a statement below ``Activity``."""
    names = tuple(part.name for part in parts)
    if names[0] == "contact" and len(parts) > 1:
        if len(parts) == 2 and names[1] == "id":
            return Meaning(f"{alias}.contact_id", "id", role="contact_id")
        found = contact(world, parts[1:], f"{alias}c")
        return _through(found, f"contacts {alias}c", f"{alias}c.id = {alias}.contact_id", of_contact=True)
    known = activity_fields.known(parts, alias)
    return Meaning(*known) if known else None


def _own(world: World, entity: Entity, part: Part, alias: str) -> Meaning | None:
    """Return the meaning of an attribute or field of the record itself."""
    if part.bare:
        return {
            "id": Meaning(f"{alias}.id", "id", role="id"),
            "createdat": Meaning(f"{alias}.created_at", "time"),
            "updatedat": Meaning(f"{alias}.updated_at", "time"),
        }.get(part.name)
    if part.name != "field":
        return None
    field = field_of(world, entity, part)
    if field is None:
        return None
    name = field.internal_name.lower()
    if not entity.is_object and name in SYSTEM_TIMES:
        return Meaning(f"{alias}.{SYSTEM_TIMES[name]}", "time", field=field)
    if entity.is_object and name in ("createdat", "updatedat"):
        return Meaning(
            f"{alias}.{'created_at' if name == 'createdat' else 'updated_at'}", "time", field=field
        )
    column = f"{alias}.{field.column}"
    if name in ("contactidext", "companyidext") and not entity.is_object:
        letters = "C" if name == "contactidext" else "A"
        number = f"printf('{letters}SBOX%012d', {alias}.id)"
        return Meaning(f"COALESCE({column}, {number})", "text", role="ext_id", field=field)
    kind = {"number": "number", "date": "date", "emailAddress": "email"}.get(field.bulk_type, "text")
    writable = None if field.is_read_only else field.column
    return Meaning(column, kind, writable, "email" if name == "c_emailaddress" else "", field)


def field_of(world: World, entity: Entity, part: Part) -> schema.Field | None:
    """Return the field that ``Field(Name)`` or ``Field[id]`` names; ids only address custom objects."""
    where = "entity = ? AND parent_id = ?"
    key: str | int
    if part.number is not None:
        if not entity.is_object:
            return None
        where, key = f"{where} AND id = ?", part.number
    else:
        where, key = f"{where} AND internal_name = ?", part.text or ""
    found = world.value(
        f"SELECT id FROM eloqua_fields WHERE {where}",
        (entity.fields_entity, entity.parent_id, key),
    )
    return None if found is None else schema.field_by_id(world, found)


def _through(
    found: Meaning | None, table: str, condition: str, *, of_contact: bool = False
) -> Meaning | None:
    """Return a meaning read through a link to another entity."""
    if found is None:
        return None
    sql = f"(SELECT {found.sql} FROM {table} WHERE {condition})"
    role = f"linked_{found.role}" if found.role else "linked"
    return Meaning(sql, found.kind, None, role, found.field, of_contact or found.of_contact)


_SMALL: dict[str, dict[str, tuple[str, str, bool]]] = {
    "opportunities": {
        "id": ("opportunity_id", "text", True),
        "createdat": ("opened_at", "date", True),
        "field:name": ("name", "text", True),
        "field:accountname": ("account_name", "text", True),
        "field:stage": ("stage", "text", True),
        "field:amount": ("amount", "number", True),
    },
    "campaignResponses": {
        "id": ("id", "id", False),
        "createdat": ("created_at", "time", False),
        "updatedat": ("updated_at", "time", False),
        "field:memberstatus": ("member_status", "text", False),
        "field:integrationreturnvalue": ("integration_return_value", "text", False),
        "campaign.id": ("campaign_id", "id", False),
        "contact.id": ("contact_id", "id", False),
    },
    "emailAddresses": {"field:emailaddress": ("address", "email", True)},
}
_ROOTS = {
    "opportunities": "opportunity",
    "opportunities/contacts": "opportunity",
    "campaignResponses": "campaignresponse",
    "emailAddresses": "emailaddress",
}


def _small_entity(
    world: World, entity: Entity, root: Part, rest: Sequence[Part], alias: str
) -> Meaning | None:
    """Return the meaning of a statement in one of the entities whose fields are written down above."""
    if _ROOTS.get(entity.path) != root.name or not root.bare:
        # Addresses and links may be given by the contact's own field as well.
        if entity.path in ("emailAddresses", "opportunities/contacts") and root.name == "contact":
            found = contact(world, rest, alias)
            return None if found is None else replace(found, column=found.column or "", of_contact=True)
        if entity.path == "opportunities/contacts" and root.name == "account" and root.bare:
            found = account(world, rest, alias)
            return (
                None if found is None else replace(found, column=found.column or "", role="through_account")
            )
        return None
    if entity.path == "opportunities/contacts" and len(rest) > 1 and rest[0].name in ("contact", "account"):
        return _small_entity(world, entity, rest[0], rest[1:], alias)
    if (
        entity.path == "campaignResponses"
        and rest[0].name == "contact"
        and len(rest) > 1
        and not rest[1].bare
    ):
        found = contact(world, rest[1:], f"{alias}c")
        return _through(found, f"contacts {alias}c", f"{alias}c.id = {alias}.contact_id", of_contact=True)
    key = ".".join(f"{part.name}:{part.text.lower()}" if part.text else part.name for part in rest)
    own = _SMALL["opportunities" if entity.path == "opportunities/contacts" else entity.path].get(key)
    if own is None:
        return None
    column, kind, writable = own
    role = "id" if key == "id" else "email" if kind == "email" else ""
    return Meaning(f"{alias}.{column}", kind, column if writable else None, role)
