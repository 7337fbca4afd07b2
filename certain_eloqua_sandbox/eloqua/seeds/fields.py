"""The contact and account fields of an ordinary Eloqua instance, and their option lists.

The fields are in ``fields.json``; here is what Eloqua computes.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.world import World

EMAIL, COMPANY = '"C_EmailAddress"', '"M_CompanyName"'
DATA = Path(__file__).with_name("fields.json")


# Not here: C_DateCreated and its like. They are created_at and updated_at of the row, which readers
# turn into US Eastern text; computing that in SQL would double the time of every insert.
COMPUTED = {
    "ContactIDExt": "'CSNBX' || printf('%012d', id)",
    "C_EmailAddressDomain": 'lower(substr("C_EmailAddress", instr("C_EmailAddress", \'@\') + 1))',
    "C_FirstAndLastName": (
        "nullif(trim(coalesce(\"C_FirstName\", '') || ' ' || coalesce(\"C_LastName\", '')), '')"
    ),
    "C_ElqPURLName": "replace(\"C_FirstName\" || \"C_LastName\", ' ', '')",
    "CompanyIDExt": "'ASNBX' || printf('%012d', id)",
}


def plant_fields(world: World, *, filled: Collection[str], now: bool) -> None:
    """Add the contact and account fields that the seed fills (``now``), or all others.

    Contacts are planted between the two: SQLite adds a column without touching the rows, so a row has no
    place for the hundred fields that are blank in every one: a million rows take a quarter less memory.
    """
    data: dict[str, list[dict[str, Any]]] = orjson.loads(DATA.read_bytes())
    for entity in ("contact", "account"):
        for given in data[entity]:
            more = dict(given)
            internal_name = more.pop("internal_name")
            if (internal_name in filled) == now:
                computed = COMPUTED.get(internal_name)
                schema.add_field(world, entity, internal_name, more.pop("name"), generated=computed, **more)


def plant_option_lists(world: World) -> None:
    """Add the option lists of the fields."""
    data: dict[str, list[dict[str, Any]]] = orjson.loads(DATA.read_bytes())
    world.db.executemany(
        "INSERT INTO eloqua_option_lists (id, name, options) VALUES (?, ?, ?)",
        [(one["id"], one["name"], orjson.dumps(one["options"]).decode()) for one in data["option_lists"]],
    )


def plant_indexes(world: World) -> None:
    """Index what is matched and searched on; after the records, as that is much faster."""
    for statement in (
        f"CREATE UNIQUE INDEX contacts_email ON contacts ({key_sql(EMAIL)})",
        "CREATE INDEX contacts_updated ON contacts (updated_at)",
        f"CREATE INDEX accounts_name ON accounts ({key_sql(COMPANY)})",
    ):
        world.run(statement)
