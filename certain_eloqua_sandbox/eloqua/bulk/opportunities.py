"""Linking opportunities to contacts; opportunities themselves are merged like other records."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning
from certain_eloqua_sandbox.eloqua.bulk.records import meanings_of
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import Staged
from certain_eloqua_sandbox.text_keys import key_sql


def link(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Link the opportunity of each row to its contact, or to the contacts of its account."""
    meanings, body = meanings_of(run, definition), definition.body
    deal = next((key for key, of in meanings.items() if of.role == "id" and not of.of_contact), None)
    person = next(
        (key for key, of in meanings.items() if of.of_contact or of.role == "through_account"), None
    )
    exact = bool(body.get("isIdentifierFieldCaseSensitive"))
    find_people = _people(meanings[person], body) if person else "SELECT 1 WHERE ?1 AND 0"
    lost, links = run.dropped(), 0
    cursor = run.world.db.cursor()
    cursor.row_factory = None
    columns = [staged.column(key) if key else "NULL" for key in (deal, person)]
    sql = f"SELECT s.n, {', '.join(columns)} FROM {staged.table} s ORDER BY s.n"
    for n, deal_key, person_key in cursor.execute(sql).fetchall():
        if n in lost:
            continue
        deal_id = run.world.value(
            f"SELECT id FROM bulk_opportunities WHERE {_same('opportunity_id', exact=exact)}",
            (deal_key,),
        )
        found = run.world.rows(find_people, (person_key,))
        if deal_id is None:
            run.reject("ELQ-00084", [n], [deal] if deal else [])
        elif not found:
            run.reject("ELQ-00085", [n], [person] if person else [])
        elif len(found) > 1 and body.get("linkOpportunitiesMultipleSourceMatches") is False:
            run.reject("ELQ-00026", [n], [person] if person else [])
        else:
            links += sum(
                run.world.run(
                    "INSERT OR IGNORE INTO bulk_opportunity_contacts VALUES (?, ?)", (deal_id, row["id"])
                ).rowcount
                for row in found
            )
    run.journal_one("add", "opportunity_contact", definition.uri, links)
    return [("ELQ-00049", links)]


def _people(meaning: Meaning, body: dict[str, Any]) -> str:
    """Return the query of the contacts that a value means; an account stands for all its contacts."""
    cases = ("linkOpportunitiesCaseSensitiveMatchField", "linkOpportunitiesCaseSensitiveSourceField")
    same = _same(meaning.sql, exact=any(map(body.get, cases)))
    if meaning.role == "through_account":
        accounts = f"SELECT r.id FROM accounts r WHERE {same}"
        return f"SELECT c.id FROM contacts c WHERE c.account_id IN ({accounts})"
    return f"SELECT r.id FROM contacts r WHERE {same}"


def _same(sql: str, *, exact: bool) -> str:
    """Return the condition that a text is the one bound value."""
    return f"{sql} = ?" if exact else f"{key_sql(sql)} = text_key(?)"
