"""What follows the writing of records: statuses of known addresses, records linked to people."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua import record_codes
from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.entities import ACCOUNTS, CONTACTS, LINKED_CODES
from certain_eloqua_sandbox.eloqua.bulk.indexes import ensure_index
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning, resolve
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import Staged
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.world import World


def after_write(
    run: Run, definition: Definition, staged: Staged, meanings: dict[str, Meaning], base: int
) -> None:
    """Give new contacts the status their address already has, and dates to statuses just imported."""
    del staged
    if definition.entity.path == "contacts":
        adopt_address_statuses(run.world, base)
        roles = {meaning.role for meaning in meanings.values()}
        for role, column, value in (
            ("is_bounced", "bounceback_date", 1),
            ("is_subscribed", "unsubscription_date", 0),
        ):
            if role in roles:
                run.world.run(
                    f"UPDATE contacts SET {column} = COALESCE({column}, ?) WHERE {role} = ? "
                    "AND id IN (SELECT id FROM bulk_written)",
                    (run.now, value),
                )
    if definition.entity.is_object:
        number = definition.entity.parent_id
        unique = record_codes.unique_column(run.world, number)
        if unique in {meaning.column for meaning in meanings.values() if meaning.column}:
            record_codes.settle(run.world, number, "id IN (SELECT id FROM bulk_written)")
        else:
            record_codes.settle(run.world, number, "id > ?", (base,))


def adopt_address_statuses(world: World, base: int) -> None:
    """Set the contacts created after an id to the status of their address."""
    address = key_sql('contacts."C_EmailAddress"')
    for status, change in (
        ("unsubscribed", "is_subscribed = 0, unsubscription_date = s.updated_at"),
        ("bounced", "is_bounced = 1, bounceback_date = s.updated_at"),
    ):
        if world.value(f"SELECT 1 FROM bulk_email_statuses WHERE {status} = 1 LIMIT 1"):
            world.run(
                f"UPDATE contacts SET {change} FROM bulk_email_statuses s "
                f"WHERE contacts.id > ? AND s.key = {address} AND s.{status} = 1",
                (base,),
            )


def map_records(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Link the records just written to contacts or accounts, where the definition asks for it."""
    body = definition.body
    if not body.get("mapDataCards"):
        return []
    entity = {"contact": CONTACTS, "company": ACCOUNTS}.get(str(body.get("mapDataCardsEntityType")).lower())
    statement, source = str(body.get("mapDataCardsEntityField")), body.get("mapDataCardsSourceField")
    meaning = resolve(run.world, entity, statement, "e") if entity else None
    if meaning is None or source not in definition.fields:
        return []  # incomplete: accepted, and nothing is linked (accepted_rules.py)
    to_contact = entity == CONTACTS
    people, link = ("contacts", "contact_id") if to_contact else ("accounts", "account_id")
    value = staged.column(source)
    if meaning.kind == "id":
        same = f"CAST({meaning.sql} AS TEXT) = {value}"
    else:
        same = f"{key_sql(meaning.sql)} = {key_sql(value)}"
        if body.get("mapDataCardsCaseSensitiveMatch"):
            same += f" AND {meaning.sql} = {value}"
        if meaning.column:
            ensure_index(run.world, people, meaning.column)
    linked = run.world.run(
        f"UPDATE {definition.entity.table} AS r SET {link} = f.found FROM ("
        f"SELECT w.id AS target, min(e.id) AS found FROM bulk_written w JOIN {staged.table} s ON s.n = w.n "
        f"JOIN {people} e ON {same} WHERE COALESCE({value}, '') <> '' GROUP BY w.id) f WHERE r.id = f.target"
    ).rowcount
    return [(LINKED_CODES[definition.entity.path], linked)]
