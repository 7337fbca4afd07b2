"""Columns that several tables of Eloqua have."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.views.table import Column
from certain_eloqua_sandbox.world import World

PERSON = "#/person/{email}"
ID = Column("id", "Id", "t.id", "number")
TIMES = (
    Column("created", "Created", "t.created_at", "time"),
    Column("updated", "Updated", "t.updated_at", "time"),
)
SHOWN_FIELDS = 8


def columns(world: World, entity: str, *names: str) -> dict[str, str]:
    """Return the SQL of the fields an entity has, by the names asked for."""
    known = {field.internal_name.lower(): field for field in schema.fields_of(world, entity)}
    return {name: f"t.{known[name.lower()].column}" if name.lower() in known else "NULL" for name in names}
