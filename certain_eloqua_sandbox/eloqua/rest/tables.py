"""Tables of the Application API beyond those that all of Eloqua shares."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua.rest import asset_bodies, forms
from certain_eloqua_sandbox.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS eloqua_list_bodies (    -- of e-mail groups and segments: what has no column
    list_id INTEGER PRIMARY KEY, body TEXT NOT NULL);
"""


def create_tables(world: World) -> None:
    """Create the tables, empty."""
    for tables in (TABLES, asset_bodies.TABLES, forms.TABLES):
        world.db.executescript(tables)
