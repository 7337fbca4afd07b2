"""What Eloqua itself gives a record of a custom object or an event: its unique code and its external id.

REST and Bulk both call :func:`settle` after writing, so a record looks the same whichever made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.world import World

LETTERS = {"cdo": "D", "event": "E"}


def unique_column(world: World, object_id: int) -> str | None:
    """Return the column of an object's unique-code field, ``None`` where it has none."""
    key = world.value("SELECT unique_field FROM custom_objects WHERE id = ?", (object_id,))
    field = schema.field_by_id(world, key) if key is not None else None
    return field.column if field else None


def settle(world: World, object_id: int, where: str, parameters: Iterable[Any] = ()) -> None:
    """Give some records the unique code of their field, or a made-up one without such a field, and an id."""
    kind = world.value("SELECT kind FROM custom_objects WHERE id = ?", (object_id,))
    code = unique_column(world, object_id) or "COALESCE(unique_code, printf('DCTET%012d', id))"
    world.run(
        f"UPDATE {schema.table_of(kind, object_id)} SET unique_code = {code}, "
        f"external_id = COALESCE(external_id, printf('{LETTERS[kind]}{object_id}-%09d', id)) WHERE {where}",
        parameters,
    )
