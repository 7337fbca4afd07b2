"""Identity: the contact id and the word Eloqua on a Certain profile, which tie the two platforms together.

Written only where they differ, because every write touches the profile's stamp; and never over another
system's mark, unless the settings ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EXTERNAL_KEY = "externalKey"
SOURCE = "sourceOfProfile"
ELOQUA = "Eloqua"
NEW_ID = "{contact_id}"
"""Stands in a plan for the id of a contact that is not there, or not known, yet."""


@dataclass(frozen=True, slots=True)
class Link:
    """What must be written so that a profile carries the contact: field -> (new, old). Empty if it does."""

    fields: dict[str, tuple[str, str]]
    held_by: str | None = None  # another system's name, when it keeps us from writing
    linked_profile: str | None = None  # PIN of another profile that has the id already, likewise


def is_ours(source: str) -> bool:
    """Whether a profile's source allows us to write: it is Eloqua, or nobody's."""
    return source.strip().casefold() in ("", ELOQUA.casefold())


def link(
    external_key: str,
    source: str,
    contact_id: str,
    *,
    take_over: bool,
    linked_profiles: Iterable[str] = (),
) -> Link:
    """What ties a profile with these two values to a contact.

    `linked_profiles` are the PINs of other active profiles that have the contact's id. A second one with
    the same id would leave it open who is meant, so neither id nor source is written then.
    """
    fields: dict[str, tuple[str, str]] = {}
    if not is_ours(source) and not take_over:
        return Link({}, held_by=source.strip())
    if external_key.strip() != contact_id and (another := min(linked_profiles, default=None)) is not None:
        return Link({}, linked_profile=another)
    if external_key.strip() != contact_id:
        fields[EXTERNAL_KEY] = (contact_id, external_key)
    if source.strip() != ELOQUA:
        fields[SOURCE] = (ELOQUA, source)
    return Link(fields)


def linked_to_another_profile(pin: str, contact_id: str) -> str:
    """The remark about a profile that is not given an id, because another one has it."""
    return (
        f"profile {pin} carries the External Profile ID {contact_id} already: "
        "neither id nor source is written a second time"
    )


def held_by_another(system: str) -> str:
    """The remark about a profile that another system has marked."""
    return (
        f"Source of Profile is {system}: External Profile ID and Source are left alone (see take_over_source)"
    )
