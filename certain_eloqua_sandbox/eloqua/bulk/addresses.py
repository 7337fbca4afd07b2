"""E-mail address imports: the status of an address, with or without a contact that has it."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.identifiers import check_keys
from certain_eloqua_sandbox.eloqua.bulk.indexes import ensure_index
from certain_eloqua_sandbox.eloqua.bulk.records import meanings_of
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import Staged, exclude


def mark(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Mark addresses as unsubscribed or bounced; contacts that have them follow, now and in future."""
    meanings = meanings_of(run, definition)
    identifier = str(definition.body["identifierFieldName"])
    check_keys(run, definition, staged, meanings, identifier)
    address = staged.column(identifier)
    chosen = f"SELECT {address} AS address FROM {staged.table} s WHERE {exclude(run)}"  # noqa: S608
    known = run.world.value(
        f"SELECT count(*) FROM ({chosen}) a JOIN bulk_email_statuses e ON e.address = a.address"  # noqa: S608
    )
    total = staged.count - len(run.dropped())
    counts = [("ELQ-00033", total - known), ("ELQ-00035", known)]
    wanted = {str(action.get("status")) for action in definition.body.get("syncActions", [])}
    for status in sorted(wanted or {"unsubscribed"}):
        flag = "bounced" if status == "bounced" else "unsubscribed"
        run.world.run(
            f"INSERT INTO bulk_email_statuses (address, {flag}, updated_at) "  # noqa: S608
            f"SELECT address, 1, ? FROM ({chosen}) WHERE true "
            f"ON CONFLICT DO UPDATE SET {flag} = 1, updated_at = excluded.updated_at",
            (run.now,),
        )
        ensure_index(run.world, "contacts", '"C_EmailAddress"')
        change = (
            "is_bounced = 1, bounceback_date = ?"
            if flag == "bounced"
            else "is_subscribed = 0, unsubscription_date = ?"
        )
        run.world.run(
            f"UPDATE contacts AS r SET {change}, updated_at = ? FROM ({chosen}) a "  # noqa: S608
            'WHERE r."C_EmailAddress" = a.address COLLATE NOCASE',
            (run.now, run.now),
        )
        counts.append(("ELQ-00016" if flag == "bounced" else "ELQ-00017", total))
        keys = f"SELECT address || '|{flag}' FROM ({chosen})"  # noqa: S608
        run.journal_rows("update", "email_address", keys, (), total, flag)
    return counts
