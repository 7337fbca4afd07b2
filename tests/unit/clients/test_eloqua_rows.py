"""Rows on their way to and from Eloqua: CSV pieces, pages, rejects, definitions."""

import csv
import io
import json

import pyarrow as pa
import pytest

from certain_eloqua.clients.eloqua.exports import export_definition
from certain_eloqua.clients.eloqua.imports import _groups, import_definition
from certain_eloqua.clients.eloqua.pages import PageReader
from certain_eloqua.clients.eloqua.pieces import as_strings, csv_pieces
from certain_eloqua.clients.eloqua.receipts import ImportReceipt, rejects_table
from certain_eloqua.clients.eloqua.times import parse_time
from certain_eloqua.clients.errors import LimitExceeded, UnexpectedContent, ValidationError
from certain_eloqua.clients.http import HttpClient
from certain_eloqua.clients.retry import RetryPolicy
from tests.unit.clients.scripted_server import Reply, ScriptedServer

NASTY = [
    "plain",
    'quo"te',
    "line\nbreak",
    "cr\r\nlf",
    "comma, semi;",
    "",
    "  blanks  ",
    "émoji 😀 𝒳",
    "null",
    "<b>",
    "'",
    "\\",
]


def batch_of(values: list[str | None]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {"email": [f"p{i}@example.com" for i in range(len(values))], "text": pa.array(values, pa.string())}
    )


def rows_of(pieces: list[bytes]) -> list[list[str]]:
    read = []
    for piece in pieces:
        lines = list(csv.reader(io.StringIO(piece.decode(), newline="")))
        assert lines[0] == ["email", "text"]
        read += lines[1:]
    return read


def test_pieces_hold_every_row_in_order_and_stay_below_the_limit():
    batches = [batch_of(NASTY * 40), batch_of(["x" * 700, None])]
    pieces = list(csv_pieces(batches, ["email", "text"], 2_000, "x"))
    assert max(map(len, pieces)) <= 2_000
    expected = [[e or "", t or ""] for b in batches for e, t in zip(*b.to_pydict().values(), strict=True)]
    assert rows_of(pieces) == expected


def test_no_rows_make_no_piece():
    assert list(csv_pieces([batch_of([])], ["email", "text"], 1_000, "x")) == []


def test_a_row_larger_than_an_upload_is_refused():
    with pytest.raises(LimitExceeded, match="one row has"):
        list(csv_pieces([batch_of(["x" * 2_000])], ["email", "text"], 1_000, "x"))


def test_a_missing_column_is_refused_and_others_are_left_out():
    given = batch_of(["a"])
    assert as_strings(given, ["text"], "x").schema.names == ["text"]
    with pytest.raises(ValidationError, match="no column phone"):
        as_strings(given, ["email", "phone"], "x")


def test_rows_are_grouped_by_sync_without_losing_one():
    groups = list(_groups([batch_of(["x" * 100] * 1_000)], 20_000))
    assert len(groups) > 4
    assert sum(b.num_rows for group in groups for b in group) == 1_000


def read_page(server: ScriptedServer, reply: Reply, names=("email", "text"), attempts: int = 1) -> pa.Table:
    server.replies(reply)
    http = HttpClient(server.url, platform="S", retry=RetryPolicy(attempts=attempts), sleep=lambda s: None)
    return http.read("GET", "data", PageReader(names), doing="Reading")


def csv_of(rows: list[tuple[str, ...]], newline: str = "\r\n") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=newline).writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_and_json_pages_give_equal_tables(server, newline):
    rows = [(f"p{i}@example.com", value) for i, value in enumerate(NASTY)]
    from_csv = read_page(
        server, Reply(body=csv_of([("email", "text"), *rows], newline), content_type="text/csv")
    )
    items = [{"email": e, "text": t} for e, t in rows]
    from_json = read_page(server, Reply(body=json.dumps({"items": items, "totalResults": len(items)})))
    assert from_csv.column("text").to_pylist() == NASTY
    assert from_csv.combine_chunks().equals(from_json.combine_chunks())


def test_columns_come_in_the_order_asked_for(server):
    page = read_page(server, Reply(body=b"text,email\n1,2\n", content_type="text/csv"))
    assert page.to_pydict() == {"email": ["2"], "text": ["1"]}


def test_one_column_may_hold_blanks(server):
    page = read_page(server, Reply(body=b'text\nx\n""\n\ny\n', content_type="text/csv"), names=["text"])
    assert page.column("text").to_pylist() == ["x", "", "", "y"]


def test_values_stay_texts(server):
    page = read_page(server, Reply(body=b"email,text\n007,NA\n1e3,true\n", content_type="text/csv"))
    assert page.to_pydict() == {"email": ["007", "1e3"], "text": ["NA", "true"]}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"<html>sorry</html>", content_type="text/html"),
        Reply(body=b"<html>sorry</html>", content_type="text/csv"),
        Reply(body=b"", content_type="text/csv"),
        Reply(body=b"email\nx\n", content_type="text/csv"),
        Reply(body=b"email,text\na,b\nc", content_type="text/csv"),
        Reply(body='{"error": "Unable to process request due to a permanent error.", "errorSeverity": 0}'),
        Reply(body='{"items": [{"email": "x"}]}'),
    ],
)
def test_what_is_no_page_of_rows_is_refused(server, reply):
    with pytest.raises(UnexpectedContent):
        read_page(server, reply)


def test_a_page_cut_in_the_middle_is_read_again(server):
    body = csv_of([("email", "text"), *[(f"p{i}@example.com", "x" * 50) for i in range(20_000)]])
    server.replies(Reply(body=body, content_type="text/csv", stop_after=len(body) // 2))
    page = read_page(server, Reply(body=body, content_type="text/csv"), attempts=2)
    assert page.num_rows == 20_000
    assert len(server.asked) == 2


def reject(index: int | None, email: str | None = None, code: str = "ELQ-00002", fields=("email",)) -> dict:
    return {
        "recordIndex": index,
        "statusCode": code,
        "message": "m",
        "invalidFields": list(fields),
        **({"fieldValues": {"email": email}} if email is not None else {}),
    }


IDENTIFIERS = ["a@x.example", "b@x.example", "c@x.example", "c@x.example"]


def joined(*rejects: dict, first_row: int = 1) -> list:
    return rejects_table(rejects, first_row, IDENTIFIERS, "email").column("row").to_pylist()


def test_rejects_are_joined_by_record_index():
    assert joined(reject(2, "b@x.example"), reject(4, "C@x.example ")) == [2, 4]


def test_rows_of_later_syncs_are_counted_on():
    assert joined(reject(1, "a@x.example"), first_row=5_001) == [5_001]


def test_where_index_and_address_disagree_the_address_decides():
    assert joined(reject(1, "b@x.example")) == [2]


def test_a_reject_that_fits_no_row_or_several_is_kept_without_a_row():
    assert joined(reject(1, "stranger@x.example"), reject(99, "c@x.example"), reject(0)) == [None, None, None]


def test_a_reject_without_values_is_believed():
    assert joined(reject(3)) == [3]


def test_a_bad_value_in_another_field_leaves_the_row_written():
    table = rejects_table(
        [reject(1, code="ELQ-00040", fields=["phone"]), reject(2, code="ELQ-00040"), reject(3), reject(3)],
        1,
        IDENTIFIERS,
        "email",
    )
    receipt = ImportReceipt(("1",), "warning", 4, 4, 0, 0, table, (), None)
    assert table.column("written").to_pylist() == [True, False, False, False]
    assert receipt.rejected == 2
    assert table.column("cause").to_pylist()[2] == "the e-mail address is not valid for Eloqua"


def test_a_statement_asked_for_twice_is_sent_once():
    body = export_definition({"a": "{{X}}", "b": "{{X}}"}, name="n", filter=None, utc=True)
    assert body["fields"] == {"a": "{{X}}"}
    assert body["autoDeleteDuration"]
    assert body["dataRetentionDuration"]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"fields": {str(i): str(i) for i in range(251)}}, LimitExceeded),
        ({"fields": {}}, ValidationError),
        ({"filter": "x" * 1_001}, LimitExceeded),
    ],
)
def test_an_export_eloqua_would_refuse_costs_no_call(options, kind):
    with pytest.raises(kind):
        export_definition(**{"fields": {"a": "{{A}}"}, "name": "n", "filter": None, "utc": True, **options})


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"fields": {str(i): str(i) for i in range(101)}, "identifier": "1"}, LimitExceeded),
        ({"identifier": "z"}, ValidationError),
        ({"update_rule": "sometimes"}, ValidationError),
    ],
)
def test_an_import_eloqua_would_refuse_costs_no_call(options, kind):
    good = {"fields": {"a": "{{A}}"}, "name": "n", "identifier": "a", "update_rule": "always"}
    with pytest.raises(kind):
        import_definition(**{**good, **options})


def test_eloquas_seven_decimals_are_understood():
    assert parse_time("2018-08-19T20:51:28.8201911Z").isoformat() == "2018-08-19T20:51:28.820191+00:00"
    assert parse_time("") is None
