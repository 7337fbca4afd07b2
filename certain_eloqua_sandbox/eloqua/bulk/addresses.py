"""E-mail address imports: the status of an address, with or without a contact that has it."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua.bulk import actions
from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.identifiers import check_keys
from certain_eloqua_sandbox.eloqua.bulk.indexes import ensure_index
from certain_eloqua_sandbox.eloqua.bulk.records import meanings_of
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import Staged, exclude
from certain_eloqua_sandbox.text_keys import key_sql

UNSUBSCRIBE = {"action": "setStatus", "destination": "{{GlobalSubscribe}}", "status": "unsubscribed"}


def mark(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Mark addresses as unsubscribed or bounced; contacts that have them follow, now and in future."""
    meanings = meanings_of(run, definition)
    identifier = str(definition.body["identifierFieldName"])
    check_keys(run, definition, staged, meanings, identifier)
    address = staged.column(identifier)
    both = f"{address} AS address, {key_sql(address)} AS key"
    chosen = f"SELECT {both} FROM {staged.table} s WHERE {exclude(run)}"
    known = run.world.value(f"SELECT count(*) FROM ({chosen}) a JOIN bulk_email_statuses e ON e.key = a.key")
    total = staged.count - len(run.dropped())
    counts = [("ELQ-00033", total - known), ("ELQ-00035", known)]
    asked = definition.body.get("syncActions") or [UNSUBSCRIBE]
    entity = definition.entity
    for status in sorted({action["status"] for action in asked if actions.has_effect(entity, action)}):
        flag = "bounced" if status == "bounced" else "unsubscribed"
        run.world.run(
            f"INSERT INTO bulk_email_statuses (key, address, {flag}, updated_at) "
            f"SELECT key, address, 1, ? FROM ({chosen}) WHERE true "
            f"ON CONFLICT DO UPDATE SET {flag} = 1, updated_at = excluded.updated_at",
            (run.now,),
        )
        ensure_index(run.world, "contacts", '"C_EmailAddress"')
        change = (
            "is_bounced = 1, bounceback_date = ?"
            if flag == "bounced"
            else "is_subscribed = 0, unsubscription_date = ?"
        )
        of_contact = key_sql('r."C_EmailAddress"')
        run.world.run(
            f"UPDATE contacts AS r SET {change}, updated_at = ? FROM ({chosen}) a WHERE {of_contact} = a.key",
            (run.now, run.now),
        )
        counts.append(("ELQ-00016" if flag == "bounced" else "ELQ-00017", total))
        keys = f"SELECT address || '|{flag}' FROM ({chosen})"
        run.journal_rows("update", "email_address", keys, (), total, flag)
    return counts
