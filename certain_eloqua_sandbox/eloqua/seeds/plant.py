"""The planted Eloqua: fields always; contacts, lists, custom objects, assets and activities if wanted."""

from __future__ import annotations

import json
import math
import uuid

from certain_eloqua_sandbox.eloqua.seeds.assets import plant_activities, plant_assets, plant_custom_objects
from certain_eloqua_sandbox.eloqua.seeds.contacts import FILLED, plant_contacts
from certain_eloqua_sandbox.eloqua.seeds.content import plant_content, plant_folders
from certain_eloqua_sandbox.eloqua.seeds.fields import plant_fields, plant_indexes, plant_option_lists
from certain_eloqua_sandbox.eloqua.seeds.scores import plant_event, plant_scores
from certain_eloqua_sandbox.world import World

MADE = 1_735_732_800.0  # 2025-01-01T12:00:00Z
ALL_CONTACTS = 1 << 40

# (kind, name, members, folder); as many members as there are when a small seed has fewer contacts.
LISTS: tuple[tuple[str, str, int, int], ...] = (
    ("contact_list", "Summit Prospects", 2_417, 360),
    ("contact_list", "Newsletter Readers", 1_203, 360),
    ("contact_list", "VIPs", 40, 360),
    ("contact_list", "Roadshow_Invitees", 312, 361),
    ("contact_list", "Empty List", 0, 361),
    ("contact_list", "Partners", 75, 360),
    ("contact_list", "Partners", 130, 362),
    ("contact_list", "Ines' Picks", 18, 362),
    ("contact_list", "100% Attendees", 220, 361),
    ("contact_list", "All Contacts", ALL_CONTACTS, 360),
    ("segment", "Active Prospects", 840, 370),
    ("segment", "Opened in the Last 90 Days", 411, 370),
    ("segment", "Empty Segment", 0, 370),
    ("filter", "Has a Customer Tier", 600, 380),
    ("filter", "Lives in EMEA", 520, 380),
    ("email_group", "Newsletter", 1_900, 390),
    ("email_group", "Event Invitations", 2_200, 390),
    ("email_group", "Product Updates", 700, 390),
    ("account_list", "Key Accounts", 12, 395),
    ("account_list", "Prospect Accounts", 40, 395),
    ("segment", "Roadshow Audience", 0, 370),  # made of a shared list, see plant_lists
)
MADE_OF = {"Roadshow Audience": "Roadshow_Invitees"}  # segment -> the list it includes


def plant(world: World, *, seed: int, contacts: int, people: bool = True) -> None:
    """Fill an empty Eloqua. The same arguments give the same content, byte for byte."""
    with world.transaction():
        plant_option_lists(world)
        plant_fields(world, filled=FILLED, now=True)
        if people:
            plant_contacts(world, seed, contacts)
        plant_fields(world, filled=FILLED, now=False)
        plant_indexes(world)
        plant_folders(world)
        if people:
            plant_lists(world, contacts)
            plant_assets(world)
            plant_content(world)
            plant_custom_objects(world, contacts)
            plant_activities(world, contacts)
            plant_event(world, contacts)
            plant_scores(world, contacts)


def plant_lists(world: World, contacts: int) -> None:
    """Add shared lists, segments, filters, e-mail groups and account lists with their members."""
    accounts = int(world.value("SELECT count(*) FROM accounts"))
    for number, (kind, name, size, folder) in enumerate(LISTS, 1):
        made = MADE + 3_600 * number
        world.run(
            "INSERT INTO eloqua_lists (id, kind, name, description, folder_id, data_lookup_id, executed_at, "
            "created_at, updated_at, created_by, updated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '8', '8')",
            (number, kind, name, None if number % 3 else f"Planted as an example: {name}", folder,
             str(uuid.uuid5(uuid.NAMESPACE_URL, f"list {number}")),
             made + 600 if kind in ("segment", "filter") else None, made, made + 60),
        )  # fmt: skip
        if name in MADE_OF:
            _include(world, number, MADE_OF[name])
        else:
            _fill(world, number, accounts if kind == "account_list" else contacts, size, made)


def _include(world: World, segment: int, name: str) -> None:
    """Make a segment of a shared list: the list cannot be deleted while the segment is there."""
    source = world.value("SELECT id FROM eloqua_lists WHERE kind = 'contact_list' AND name = ?", (name,))
    element = {
        "type": "ContactListSegmentElement", "id": str(900 + segment), "isIncluded": "true",
        "list": {"type": "ContactList", "id": str(source), "depth": "minimal", "name": name},
    }  # fmt: skip
    world.run("INSERT INTO eloqua_list_bodies VALUES (?, ?)", (segment, json.dumps({"elements": [element]})))
    world.run(
        "INSERT INTO eloqua_list_members SELECT ?, member_id, added_at FROM eloqua_list_members "
        "WHERE list_id = ?",
        (segment, source),
    )


def _fill(world: World, list_id: int, population: int, size: int, at: float) -> None:
    """Make ``size`` of the ids from 1 to ``population`` members, scattered but always the same."""
    if size >= population:
        source = "accounts" if LISTS[list_id - 1][0] == "account_list" else "contacts"
        world.run(
            f"INSERT INTO eloqua_list_members SELECT ?, id, ? FROM {source} ORDER BY id",
            (list_id, at),
        )
        return
    step = max(1, int(population * 0.618)) | 1
    while math.gcd(step, population) != 1:
        step += 2
    world.db.executemany(
        "INSERT INTO eloqua_list_members VALUES (?, ?, ?)",
        ((list_id, 1 + (list_id * 37 + turn * step) % population, at) for turn in range(size)),
    )
