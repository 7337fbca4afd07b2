"""One big event: as many registrations as wanted, each of a person of its own, in a few seconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from certain_eloqua_sandbox.certain.registrations import registration_code
from certain_eloqua_sandbox.certain.seeds.people import (
    PROFILE_COLUMNS,
    PROFILES,
    REGISTRATION_COLUMNS,
    address_of,
    insert_rows,
    moment,
)
from certain_eloqua_sandbox.seeds.people import people
from certain_eloqua_sandbox.world import World

FIRST_PROFILE = 6_000_000
FIRST_REGISTRATION = 8_000_000
STATUSES = ("Pre-Registered",) * 11 + ("Invited",) * 4 + ("New", "New", "Cancelled", "Attended")
MOMENTS = tuple(moment("2026-01-05", 300, dice * 641) for dice in range(6_000))


def plant_many(world: World, seed: int, count: int, event: int) -> None:
    """Add ``count`` people after those of the story, each registered once and with a distinct e-mail."""

    def profiles() -> Iterator[tuple[Any, ...]]:
        for person in islice(people(seed, PROFILES + count), PROFILES, None):
            key = FIRST_PROFILE + person.number
            email = person.email.upper() if person.number % 997 == 0 else person.email
            made = MOMENTS[person.number % len(MOMENTS)]
            yield (
                key, "NWIND", f"P-{key}", None, None, None, person.first_name, person.last_name, email,
                person.company, person.title or None, person.phone, person.mobile or None, None,
                f"NWIND{key}", 1, 0, made, made, json.dumps({"address": address_of(person)}),
            )  # fmt: skip

    def registrations() -> Iterator[tuple[Any, ...]]:
        for number in range(PROFILES, PROFILES + count):
            key = FIRST_REGISTRATION + number
            made = MOMENTS[number % len(MOMENTS)]
            code = registration_code(event, key)
            yield (
                key, event, "NWIND", code, FIRST_PROFILE + number, "DELEGATE",
                STATUSES[number * 7_919 % len(STATUSES)], made, 1, number % 2, 0, code, None, "Web", made,
                made, "{}",
            )  # fmt: skip

    insert_rows(world, "certain_profiles", PROFILE_COLUMNS, profiles())
    insert_rows(world, "certain_registrations", REGISTRATION_COLUMNS, registrations())
