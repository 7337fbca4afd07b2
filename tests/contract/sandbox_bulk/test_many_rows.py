"""Shortcuts for very many rows change nothing: computed fields, indexes, the journal, bytes of exports."""

import csv
import io
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certain_eloqua_sandbox.eloqua.bulk import exporting, uploads
from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk

MANY = 60_000  # more than the shortcuts need


def _rows(first: str) -> str:
    return "E,F\r\n" + "".join(f"{n}@many.example,{first} {n}\r\n" for n in range(MANY))


def _check_computed(bulk: Bulk, first: str) -> None:
    domain, full = "{{Contact.Field(C_EmailAddressDomain)}}", "{{Contact.Field(C_FirstAndLastName)}}"
    asked = {"Id": "{{Contact.Id}}", "X": "{{Contact.Field(ContactIDExt)}}", "D": domain, "N": full}
    one = bulk.by_email("59999@many.example", **asked)
    assert one
    assert (one["D"], one["N"], int(one["X"].lstrip("CSNBX"))) == (
        *("many.example", f"{first} 59999"),
        int(one["Id"]),
    )
    old = bulk.exported("/contacts", {"E": EMAIL, "D": domain}, maxRecords=1)[0]
    assert old["E"].lower().endswith("@" + old["D"])


def test_an_import_of_very_many_contacts_leaves_everything_in_place(bulk: Bulk) -> None:
    for first, code in (("New", "ELQ-00004"), ("Changed", "ELQ-00022")):
        sync = bulk.contacts(_rows(first))
        assert sync["status"] == "success"
        assert (code, MANY) in bulk.logs(sync)
        _check_computed(bulk, first)
    lines = bulk.sandbox.control("GET", "/journal?entity=contact&key=59999@MANY.example")
    assert [line["operation"] for line in lines["items"]] == ["create", "update"]
    lines = bulk.sandbox.control("GET", "/journal?entity=contact&limit=1")
    assert lines["count"] == 2 * MANY
    again = bulk.session.post(
        bulk.sandbox.url + "/api/rest/2.0/data/contact", json={"emailAddress": "7@many.example"}
    )
    assert again.status_code == 409
    later = "'{{Contact.UpdatedAt}}' >= '2026-01-01 00:00:00'"
    assert len(bulk.exported("/contacts", {"E": EMAIL}, filter=later)) == min(MANY, 50_000)


def test_some_bad_rows_among_very_many(bulk: Bulk) -> None:
    sync = bulk.contacts(_rows("New") + "nobody,x\r\n3@many.example,twice\r\n,blank\r\n")
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [
        (MANY + 1, "ELQ-00002"),
        (MANY + 2, "ELQ-00026"),
        (MANY + 3, "ELQ-00061"),
    ]
    assert ("ELQ-00004", MANY) in bulk.logs(sync)
    assert bulk.by_email("3@many.example", F=FIRST) == {"E": "3@many.example", "F": "New 3"}


VALUES = st.one_of(st.text(max_size=8), st.sampled_from(["", "plain", 'a "b"', "a,b", "a\r\nb", "\\", "é😀"]))


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[VALUES] * n), min_size=1, max_size=30)))
def test_exported_rows_are_what_the_encoders_write(rows: list[tuple[str, ...]]) -> None:
    names = ['%s "quoted"', "E", "é", "d"][: len(rows[0])]
    objects, lines = exporting.written(names, rows)
    assert [json.loads(text) for text in objects] == [dict(zip(names, row, strict=True)) for row in rows]
    assert objects == [orjson.dumps(dict(zip(names, row, strict=True))).decode() for row in rows]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    assert "".join(f"{line}\r\n" for line in lines) == text.getvalue()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(lines=st.lists(st.text("ab ,é\t\x00\x0b\x85", max_size=6), max_size=12), last=st.booleans())
def test_files_without_quotes_are_read_as_the_csv_module_reads_them(
    end: str, lines: list[str], last: bool
) -> None:
    text = end.join(lines) + (end if last else "")
    assert list(uploads._plain_rows(text)) == list(csv.reader(io.StringIO(text, newline="")))
