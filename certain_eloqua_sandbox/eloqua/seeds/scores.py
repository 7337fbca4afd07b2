"""An event object with registrations, and lead scoring models with scores, of the planted Eloqua."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.world import World

MADE = 1_736_600_000.0  # 2025-01-11
EVENT = 4  # after the custom objects, with which events share their ids
FIRST_FIELD = 201
FIELDS = (
    ("Registrant_ID1", "Registrant ID", "text"),
    ("Email_Address1", "Email Address", "text"),
    ("Session1", "Session", "text"),
    ("Seats1", "Seats", "number"),
)
MODELS = (("Event Engagement", "Active"), ("Newsletter Interest", "Draft"))
MOST_SCORED = 2_000


def plant_event(world: World, contacts: int) -> None:
    """Add one event object and up to 60 records, linked to contacts."""
    ids = range(FIRST_FIELD, FIRST_FIELD + len(FIELDS))
    world.run(
        "INSERT INTO custom_objects (id, name, description, kind, display_name_field, email_field, "
        "unique_field, created_at, updated_at, created_by, updated_by) "
        "VALUES (?, 'Executive Dinner', NULL, 'event', ?, ?, ?, ?, ?, '8', '8')",
        (EVENT, ids[0], ids[1], ids[0], MADE, MADE),
    )
    schema.create_record_table(world, EVENT)
    for field_id, (internal_name, name, data_type) in zip(ids, FIELDS, strict=True):
        schema.add_field(
            world, "event", internal_name, name, parent_id=EVENT, id=field_id, data_type=data_type,
            created_at=MADE, updated_at=MADE, is_unique=int(field_id == FIRST_FIELD),
        )  # fmt: skip
    people = world.rows(
        'SELECT id, "C_EmailAddress" AS email FROM contacts WHERE id <= ?', (min(contacts, 60),)
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for turn, person in enumerate(people, 1):
            at, code = MADE + 60 * turn, f"DINNER-{turn:04d}"
            yield (turn, at, at, "8", "8", person["id"], f"E{EVENT}-{turn:09d}", code,
                   code, person["email"], ("Early", "Late")[turn % 2], str(1 + turn % 2))  # fmt: skip

    columns = ", ".join(f'"f{field_id}"' for field_id in ids)
    world.db.executemany(
        f"INSERT INTO cdo_{EVENT} (id, created_at, updated_at, created_by, updated_by, contact_id, "
        f"external_id, unique_code, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows(),
    )


def plant_scores(world: World, contacts: int) -> None:
    """Add the scoring models; the first contacts have a score in each that is active."""
    for number, (name, status) in enumerate(MODELS, 1):
        world.run(
            "INSERT INTO bulk_scoring_models VALUES (?, ?, ?, '8', ?, '8', ?)",
            (number, name, status, MADE, MADE + 3_600),
        )
    scored = range(1, min(contacts, MOST_SCORED) + 1)
    world.db.executemany(
        "INSERT INTO bulk_scores VALUES (1, ?, ?, ?, ?)",
        ((n, f"{'ABCD'[n % 4]}{1 + n // 4 % 4}", 100 - n % 4 * 25, 100 - n // 4 % 4 * 25) for n in scored),
    )
