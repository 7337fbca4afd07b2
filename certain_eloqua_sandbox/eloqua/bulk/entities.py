"""The entities of the Bulk API: their paths, their tables, and the codes of their logs."""

from __future__ import annotations

from dataclasses import dataclass

from certain_eloqua_sandbox.world import World


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as it is addressed: ``contacts``, or ``customObjects`` with an object's id."""

    path: str  # as in uris: contacts, customObjects, opportunities/contacts ...
    parent_id: int = 0

    @property
    def table(self) -> str:
        """Return the table of its records."""
        return {
            "contacts": "contacts",
            "accounts": "accounts",
            "activities": "activities",
            "opportunities": "bulk_opportunities",
            "campaignResponses": "bulk_campaign_responses",
        }.get(self.path, f"cdo_{self.parent_id}")

    @property
    def fields_entity(self) -> str:
        """Return what ``eloqua_fields.entity`` calls it."""
        kinds = {"contacts": "contact", "accounts": "account", "customObjects": "cdo", "events": "event"}
        return kinds.get(self.path, "")

    @property
    def has_records(self) -> bool:
        """Return whether its records have fields of their own (``eloqua_fields``)."""
        return bool(self.fields_entity)

    @property
    def member_entity(self) -> str:
        """Return what ``service_members.entity`` calls it."""
        return {"contacts": "contact", "accounts": "account"}.get(self.path, f"cdo_{self.parent_id}")

    @property
    def is_object(self) -> bool:
        """Return whether its records are custom-object or event records."""
        return self.path in ("customObjects", "events")

    @property
    def uri(self) -> str:
        """Return its path relative to the Bulk root."""
        return f"/{self.path}/{self.parent_id}" if self.parent_id else f"/{self.path}"

    @property
    def noun(self) -> str:
        """Return the word of the journal."""
        nouns = {
            "contacts": "contact",
            "accounts": "account",
            "customObjects": "custom_object_record",
            "events": "event_record",
            "opportunities": "opportunity",
        }
        return nouns.get(self.path, self.path)

    @property
    def identifier_rule(self) -> bool:
        """Return whether an import must say which field identifies a record."""
        return self.path in (
            "contacts",
            "accounts",
            "customObjects",
            "events",
            "opportunities",
            "emailAddresses",
        )


CONTACTS = Entity("contacts")
ACCOUNTS = Entity("accounts")
ACTIVITIES = Entity("activities")
CREATED_CODES = {
    "contacts": ("ELQ-00004", "ELQ-00022"),
    "accounts": ("ELQ-00005", "ELQ-00023"),
    "customObjects": ("ELQ-00007", "ELQ-00012"),
    "events": ("ELQ-00077", "ELQ-00079"),
    "opportunities": ("ELQ-00049", ""),
}
LINKED_CODES = {"customObjects": "ELQ-00025", "events": "ELQ-00078"}


def exists(world: World, entity: Entity) -> bool:
    """Return whether a custom object or event of this id is there; the others always are."""
    if not entity.is_object:
        return True
    kind = "cdo" if entity.path == "customObjects" else "event"
    return bool(
        world.value("SELECT 1 FROM custom_objects WHERE id = ? AND kind = ?", (entity.parent_id, kind))
    )
