"""Exports: which rows, which values, and every way of reading them."""

import csv
import gzip
import io
import json

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk, as_csv

COUNTRY = "{{Contact.Field(C_Country)}}"
DEPARTMENT = "{{Contact.Field(C_City)}}"


@pytest.fixture
def people(bulk: Bulk) -> Bulk:
    rows = [["E", "F", "C", "D"]] + [
        [f"p{n}@filter.example", f"First{n}", "Filterland", ("north", "South", "")[n % 3]] for n in range(9)
    ]
    fields = {"E": EMAIL, "F": FIRST, "C": COUNTRY, "D": DEPARTMENT}
    assert bulk.contacts(as_csv(rows), fields=fields)["status"] == "success"
    return bulk


def _found(bulk: Bulk, more: str) -> list[str]:
    rows = bulk.exported("/contacts", {"E": EMAIL}, filter=f" '{COUNTRY}'='filterland' AND ({more}) ")
    return [row["E"][1] for row in rows]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (f"'{FIRST}' = 'FIRST3'", "3"),
        (f"'{FIRST}' != 'First3'", "01245678"),
        (f"'{FIRST}' > 'First6'", "78"),
        (f"'{FIRST}'>='First6'", "678"),
        (f"'{FIRST}' < 'First2'", "01"),
        (f"'{FIRST}' <= 'First2'", "012"),
        (f"'{FIRST}' ~ '%T[2-4]'", "234"),
        (f"'{FIRST}' ~ '_irst_'", "012345678"),
        (f"'{DEPARTMENT}' = ''", "258"),
        (f"'{DEPARTMENT}' != ''", "013467"),
        (f"not '{DEPARTMENT}' = 'north'", "124578"),
        (f"'{FIRST}' = 'First1' or '{FIRST}' = 'First2' AND '{DEPARTMENT}' = 'north'", "1"),
        (f"('{FIRST}' = 'First1' OR '{FIRST}' = 'First3') AND '{DEPARTMENT}' = 'north'", "3"),
        ("'{{Contact.Id}}' > '0'", "012345678"),
        ("'{{Contact.CreatedAt}}' >= '2019-01-01 00:00:00'", "012345678"),
        ("'{{Contact.UpdatedAt}}' < '2019-01-01'", ""),
        ("'{{Contact.Email.IsSubscribed}}' = 'true'", "012345678"),
    ],
)
def test_filters(people: Bulk, more: str, found: str) -> None:
    assert "".join(_found(people, more)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "'{{Contact.Field(C_Nothing)}}' = 'x'",
        f"'{FIRST}' = 'x' AND",
        f"'{FIRST}' LIKE 'x'",
        f"({FIRST} = 'x'",
        f"'{FIRST}' = 'x' '{FIRST}' = 'y'",
        "EXISTS('{{ContactList[999999]}}')",
        "STATUS('{{ActionInstance(f82d50cd-86a9-4fca-b37e-4ec9a98b0339)}}') = 'pending'",
        "STATUS('{{ActionInstance(f82d50cd86a94fcab37e4ec9a98b0339)}}') = 'pending'",
        "EXISTS('{{ContactSegment[11]}}') AND '{{Contact.Field(C_Country)}}' = 'BE'",
        "'{{Contact.CreatedAt}}' > 'yesterday'",
        f"'{FIRST}' = '" + "x" * 1000 + "'",
    ],
)
def test_filters_that_break_a_rule(bulk: Bulk, text: str) -> None:
    if not text:
        bulk.define("/contacts/exports", fields={"E": EMAIL}, filter=text)
        return
    failures = bulk.failures("/contacts/exports", fields={"E": EMAIL}, filter=text)
    assert [failure["field"] for failure in failures] == ["filter"]
    assert failures[0]["value"] == (text if len(text) <= 200 else f"{text[:200]}…")


def test_members_of_lists_and_segments(bulk: Bulk) -> None:
    vips = bulk.list_named("VIPs")
    rows = bulk.exported("/contacts", {"E": EMAIL}, filter=f"EXISTS('{vips['statement']}')")
    assert len(rows) == vips["count"] > 0
    segment = bulk.list_named("Active*", "/contacts/segments")
    both = f"EXISTS('{segment['statement']}') AND '{{{{Contact.UpdatedAt}}}}' > '2001-01-01 00:00:00'"
    assert len(bulk.exported("/contacts", {"E": EMAIL}, filter=both)) == segment["count"]


def test_times_are_eastern_unless_asked_in_utc(bulk: Bulk) -> None:
    bulk.sandbox.control("PUT", "/clock", {"at": "2026-07-01T12:00:00Z", "frozen": True})
    bulk.contacts([{"E": "summer@a.example", "F": "x"}])
    times = {"U": "{{Contact.UpdatedAt}}", "C": "{{Contact.Field(C_DateCreated)}}"}
    row = bulk.by_email("summer@a.example", **times)
    assert row == {"E": "summer@a.example", "U": "2026-07-01 08:00:00", "C": "2026-07-01 08:00:00"}
    after = f"'{EMAIL}' = 'summer@a.example' AND '{{{{Contact.UpdatedAt}}}}' > '2026-07-01 11:59:59'"
    assert bulk.exported("/contacts", times, filter=after) == []
    rows = bulk.exported("/contacts", times, filter=after, areSystemTimestampsInUTC=True)
    assert rows == [{"U": "2026-07-01 12:00:00", "C": "2026-07-01 12:00:00"}]


def test_any_window_of_rows_in_json_and_csv(bulk: Bulk) -> None:
    rows = [["E", "F"]] + [[f"w{n}@window.example", f'{n},"é\r\n😀'] for n in range(2500)]
    bulk.contacts(as_csv(rows))
    made = bulk.define(
        "/contacts/exports", fields={"E": EMAIL, "F": FIRST}, filter=f"'{EMAIL}' ~ 'w%@window.example'"
    )
    uri = bulk.sync(made["uri"])["uri"]
    whole = bulk.get(f"{uri}/data?limit=50000")
    assert {
        "totalResults": 2500,
        "limit": 50000,
        "offset": 0,
        "count": 2500,
        "hasMore": False,
    }.items() <= whole.items()
    assert [list(item.values()) for item in whole["items"]] == rows[1:]
    for offset, limit in ((0, 1), (999, 2), (1000, 1000), (2499, 7), (700, 1500)):
        page = bulk.get(f"{uri}/data?limit={limit}&offset={offset}")
        assert page["items"] == whole["items"][offset : offset + limit]
        assert page["hasMore"] is (offset + limit < 2500)
        text = bulk.call(
            "GET", f"{uri}/data?limit={limit}&offset={offset}", headers={"Accept": "text/csv"}
        ).content.decode()
        assert list(csv.reader(io.StringIO(text, newline=""))) == [rows[0], *rows[1 + offset :][:limit]]
    assert "items" not in bulk.get(f"{uri}/data?offset=2500")
    assert "totalResults" not in bulk.get(f"{uri}/data?totalResults=false")
    assert bulk.get(f"{uri}/data?limit=50001")["limit"] == 50_000
    assert bulk.call("GET", f"{uri}/data?limit=x").status_code == 400


def test_a_zipped_upload_and_a_zipped_page(bulk: Bulk) -> None:
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"]
    body = gzip.compress(json.dumps([{"E": "zip@a.example"}]).encode())
    answer = bulk.call(
        "POST",
        f"{uri}/data",
        data=body,
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 204
    assert ("ELQ-00004", 1) in bulk.logs(bulk.sync(uri))


def test_the_definition_serves_its_latest_sync(bulk: Bulk) -> None:
    made = bulk.define("/contacts/exports", fields={"E": EMAIL}, maxRecords=3)
    assert bulk.call("GET", f"{made['uri']}/data").status_code == 404
    sync = bulk.sync(made["uri"])
    assert bulk.get(f"{made['uri']}/data?limit=1")["totalResults"] == 3
    assert bulk.get(f"{sync['uri']}/data?limit=1")["totalResults"] == 3


def test_the_log_of_an_export(bulk: Bulk) -> None:
    sync = bulk.sync(bulk.define("/contacts/exports", fields={"E": EMAIL}, maxRecords=3)["uri"])
    lines = bulk.get(f"{sync['uri']}/logs")["items"]
    assert [(line["statusCode"], line["count"]) for line in lines[:3]] == [
        *[("ELQ-00102", 3), ("ELQ-00131", 0), ("ELQ-00106", 0)]
    ]
    assert lines[0]["message"] == "Successfully exported members to csv file."
    assert bulk.get(f"{sync['uri']}/rejects")["count"] == 0


def test_data_goes_after_its_retention(bulk: Bulk) -> None:
    made = bulk.define("/contacts/exports", fields={"E": EMAIL}, maxRecords=1, dataRetentionDuration="PT1H")
    sync = bulk.sync(made["uri"])
    bulk.sandbox.control("POST", "/clock/advance", {"seconds": 3700})
    assert bulk.call("GET", f"{sync['uri']}/data").status_code == 410
    assert bulk.call("GET", "/syncs/999999/data").status_code == 404
    sync = bulk.sync(made["uri"])
    assert bulk.call("DELETE", f"{sync['uri']}/data").status_code == 204
    assert bulk.call("GET", f"{sync['uri']}/data").status_code == 404


def test_only_who_ran_the_sync_may_read_its_data(bulk: Bulk) -> None:
    sync = bulk.sync(bulk.define("/contacts/exports", fields={"E": EMAIL}, maxRecords=1)["uri"])
    other = Bulk(bulk.sandbox, user="api.reader")
    assert other.get(sync["uri"])["status"] == "success"
    assert other.call("GET", f"{sync['uri']}/data").status_code == 403


def test_the_data_of_an_import_sync_is_refused(bulk: Bulk) -> None:
    sync = bulk.contacts([{"E": "x@a.example", "F": "x"}])
    assert bulk.call("GET", f"{sync['uri']}/data").status_code == 400
