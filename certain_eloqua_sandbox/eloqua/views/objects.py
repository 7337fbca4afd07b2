"""Custom objects, events and activities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.views.columns import ID, PERSON, SHOWN_FIELDS, TIMES, columns
from certain_eloqua_sandbox.views.table import Column, Filter, Table, natural
from certain_eloqua_sandbox.world import World


def custom_objects(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of custom objects."""
    del asked
    return _objects(world, "Custom objects", "cdo", "custom_objects")


def events(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of event objects."""
    del asked
    return _objects(world, "Events", "event", "events")


def _objects(world: World, title: str, kind: str, view: str) -> Table:
    counts = " UNION ALL ".join(
        f"SELECT {row['id']} AS of, COUNT(*) AS n FROM {schema.table_of('cdo', row['id'])}"
        for row in world.rows("SELECT id FROM custom_objects WHERE kind = ? ORDER BY id LIMIT 400", (kind,))
    )
    return Table(
        title,
        (
            Column("name", "Name", "t.name", link=f"#/eloqua/{view}/{{id}}"),
            Column(
                "fields",
                "Fields",
                "(SELECT COUNT(*) FROM eloqua_fields f WHERE f.parent_id = t.id)",
                "number",
            ),
            Column(
                "records",
                "Records",
                f"(SELECT n FROM ({counts}) WHERE of = t.id)" if counts else "0",
                "number",
            ),
            ID,
            *TIMES,
        ),
        f"FROM (SELECT * FROM custom_objects WHERE kind = '{kind}') t",
        search=("t.name",),
        order="t.name",
        empty=f"No {title.lower()}.",
    )


def _shown(fields: Sequence[schema.Field]) -> list[schema.Field]:
    """Return the fields that the table has room for: of many, the first, the numbers, then the last ones.

    What a record is about is seldom among the codes and addresses it begins with.
    """
    by_weight = sorted(
        range(len(fields)),
        key=lambda place: (place > 0 and fields[place].data_type not in ("number", "numeric"), -place),
    )
    chosen = by_weight[:SHOWN_FIELDS] if len(fields) > SHOWN_FIELDS else by_weight
    return [fields[place] for place in sorted(chosen)]


def records(world: World, asked: Mapping[str, str]) -> Table:
    """Return the records of one custom object."""
    number = natural(asked, "object", 0)
    known = world.row("SELECT * FROM custom_objects WHERE id = ?", (number,))
    if known is None:
        raise bodies.refusal(f"there is no custom object {number}", 404)
    fields = schema.fields_of(world, known["kind"], number)
    email = columns(world, "contact", "C_EmailAddress")["C_EmailAddress"].replace("t.", "c.", 1)
    return Table(
        known["name"],
        (
            Column("email", "Contact", email, link=PERSON),
            *(Column(f"f{field.id}", field.name, f"t.{field.column}") for field in _shown(fields)),
            ID,
            Column("updated", "Updated", "t.updated_at", "time"),
        ),
        f"FROM {schema.table_of('cdo', number)} t LEFT JOIN contacts c ON c.id = t.contact_id",
        search=(email, *(f"t.{field.column}" for field in fields[:SHOWN_FIELDS])),
        order="t.id",
        filters=(Filter("object", "Object", f"'{number}'"),),
        empty="No records.",
        head=lambda world, asked: {"Id": number, "Fields": len(fields), "Description": known["description"]},
    )


ACTIVITIES = Table(
    "Activities",
    (
        Column("at", "When", "t.happened_at", "time"),
        Column("type", "Type", "COALESCE(t.external_type, t.type)"),
        Column("email", "E-mail", "t.email", link=PERSON),
        Column("asset", "Asset", "t.asset_name"),
        Column("asset_type", "Asset type", "t.asset_type"),
        Column("campaign", "Campaign", "t.campaign_id", "number"),
        Column("fields", "Details", "t.fields", "json"),
        Column("id", "Id", "t.id", "number"),
    ),
    "FROM activities t",
    search=("t.email", "t.asset_name", "t.external_type", "t.name", "t.external_id"),
    order="t.happened_at DESC, t.id DESC",
    filters=(Filter("type", "Type", "t.type", "SELECT DISTINCT type, type FROM activities ORDER BY 1"),),
    empty="No activities.",
)
