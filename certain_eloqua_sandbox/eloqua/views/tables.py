"""Eloqua's tables of the page, and how many rows each has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from certain_eloqua_sandbox.eloqua.views.bulk import DEFINITIONS, REJECTS, SYNCS, logs
from certain_eloqua_sandbox.eloqua.views.objects import ACTIVITIES, custom_objects, events, records
from certain_eloqua_sandbox.eloqua.views.people import LISTS, accounts, contacts, members
from certain_eloqua_sandbox.views.table import Table, count_rows
from certain_eloqua_sandbox.views.tabs import Below, Tab
from certain_eloqua_sandbox.world import World

TABLES: dict[str, Table | Callable[[World, Mapping[str, str]], Table]] = {
    "contacts": contacts,
    "accounts": accounts,
    "lists": LISTS,
    "members": members,
    "custom_objects": custom_objects,
    "events": events,
    "records": records,
    "activities": ACTIVITIES,
    "syncs": SYNCS,
    "logs": logs,
    "rejects": REJECTS,
    "definitions": DEFINITIONS,
}


SOURCES = {
    "contacts": "contacts",
    "lists": "eloqua_lists",
    "custom_objects": "custom_objects WHERE kind = 'cdo'",
    "events": "custom_objects WHERE kind = 'event'",
    "activities": "activities",
    "syncs": "bulk_syncs",
    "definitions": "bulk_definitions",
    "accounts": "accounts",
}


def counts(world: World) -> dict[str, int]:
    """Return how many there are of everything the tabs name."""
    return count_rows(world, SOURCES)


TABS = (
    Tab("contacts", "Contacts"),
    Tab("lists", "Lists", below=(Below("members", "list"),)),
    Tab("custom_objects", "Custom objects", below=(Below("records", "object"),)),
    Tab("events", "Events", below=(Below("records", "object"),)),
    Tab("activities", "Activities"),
    Tab("syncs", "Syncs", below=(Below("logs", "sync"), Below("rejects", "sync")), unit="line of its log"),
    Tab("definitions", "Definitions"),
    Tab("accounts", "Accounts"),
)


def open_definitions(world: World) -> int:
    """Return how many import, export and sync action definitions exist."""
    return int(world.value("SELECT COUNT(*) FROM bulk_definitions"))
