"""Rows of Bulk 2.0, staged, imported and exported: never a 500, never a changed value."""

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.contract.sandbox_properties.bulk_checks import check_page, check_refusal, check_sync
from tests.contract.sandbox_properties.bulk_strategies import BULK, JUNK
from tests.contract.sandbox_properties.conftest import Connection

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
RANDOM = settings.get_profile("sandbox")


VALUES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
    | st.sampled_from("\n\t\"',;|\\%_[]{}<>& é漢🎉𝔘"),
    max_size=40,
)


@settings(RANDOM, max_examples=200)
@given(
    st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8),
    st.sampled_from(["json", "csv"]),
    st.integers(1, 9),
)
@example(
    [('a "quoted", value', "line\nbreak\r\nand return", "𝔘𝔫𝔦 👩‍🚀 漢字 é"), ("'", '""', ";|\t\\")], "csv", 1
)
@example([("=1+1", "{{Contact.Id}}", "NULL"), ("0", "00012", "1e5"), ("true", "2024-01-01", " ")], "json", 2)
def test_an_export_returns_what_was_imported(
    ask: Connection, rows: list[tuple[str, str, str]], kind: str, limit: int
) -> None:
    names = {"email": "C_EmailAddress", "first": "C_FirstName", "last": "C_LastName", "company": "C_Company"}
    fields = {name: "{{Contact.Field(%s)}}" % field for name, field in names.items()}  # noqa: UP031  braces
    sent = [
        {"email": f"row{place}@property.example", **dict(zip(("first", "last", "company"), row, strict=True))}
        for place, row in enumerate(rows)
    ]
    definition = ask(
        "POST",
        f"{BULK}/contacts/imports",
        {"name": "property", "fields": fields, "identifierFieldName": "email", "updateRule": "always"},
    ).json()
    staged = ask("POST", f"{BULK}{definition['uri']}/data", *body_of(sent, kind))
    assert staged.status in (201, 204)
    sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": definition["uri"]}).json()
    assert ask("GET", BULK + sync["uri"]).json()["status"] == "success"

    chosen = "'{{Contact.Field(C_EmailAddress)}}' ~ '%@property.example'"
    export = ask(
        "POST", f"{BULK}/contacts/exports", {"name": "back", "fields": fields, "filter": chosen}
    ).json()
    sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": export["uri"]}).json()
    by_json, by_csv = walk(ask, sync["uri"], limit), walk_csv(ask, sync["uri"])

    wanted = {row["email"]: {**row, "first": row["first"] if row["first"].strip() else ""} for row in sent}
    for found in (by_json, by_csv):
        back = {row["email"]: row for row in found if row["email"] in wanted}
        assert {email: _blank(row) for email, row in back.items()} == {
            email: _blank(row) for email, row in wanted.items()
        }


def _blank(row: dict[str, str]) -> dict[str, str]:
    """A value of blanks only is blank."""
    return {name: value if value.strip() else "" for name, value in row.items()}


def body_of(rows: list[dict[str, str]], kind: str) -> tuple[Any, ...]:
    if kind == "json":
        return (rows,)
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return (Csv(written.getvalue().encode()),)


class Csv(bytes):
    """Bytes to be sent as CSV."""


def walk(ask: Connection, uri: str, limit: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    while True:
        page = ask("GET", f"{BULK}{uri}/data?limit={limit}&offset={len(found)}").json()
        check_page(page, limit)
        found += page.get("items", [])
        if not page["hasMore"]:
            return found


def walk_csv(ask: Connection, uri: str) -> list[dict[str, str]]:
    answer = ask("GET", f"{BULK}{uri}/data?limit=50000", headers={**_login(), "Accept": "text/csv"})
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


def _login() -> dict[str, str]:
    from tests.contract.sandbox_properties.conftest import ELOQUA

    return ELOQUA


@RANDOM
@given(
    st.one_of(
        st.lists(st.dictionaries(st.sampled_from(["email", "first", "other"]), JUNK, max_size=3), max_size=4),
        JUNK,
        st.binary(max_size=60).map(bytes),
        st.text(max_size=60).map(str.encode),
    ),
    st.sampled_from(["application/json", "text/csv", "text/plain", "", "application/json; charset=utf-16"]),
)
def test_rows_are_staged_or_refused(ask: Connection, body: Any, kind: str) -> None:
    definition = ask(
        "POST",
        f"{BULK}/contacts/imports",
        {
            "name": "rows",
            "identifierFieldName": "email",
            "fields": {
                "email": "{{Contact.Field(C_EmailAddress)}}",
                "first": "{{Contact.Field(C_FirstName)}}",
            },
        },
    ).json()
    answer = ask("POST", f"{BULK}{definition['uri']}/data", body, kind=kind)

    event(f"staged: {answer.status}")
    if answer.status in (201, 204):
        sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": definition["uri"]})
        if sync.status == 201:
            check_sync(ask, sync.json()["uri"])
    else:
        assert answer.status in (400, 413, 415)
        check_refusal(answer)
    ask("DELETE", f"{BULK}{quote(definition['uri'])}")
