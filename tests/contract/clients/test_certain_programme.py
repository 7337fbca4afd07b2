"""What an event offers and who takes part, read from the sandbox over HTTP."""

import base64
import json
import urllib.request

import pyarrow as pa
import pytest

from certain_eloqua.clients.certain import (
    AGENDA_ITEM_SCHEMA,
    AGENDA_REGISTRATION_SCHEMA,
    APPOINTMENT_SCHEMA,
    RATING_SCHEMA,
    SESSION_REGISTRATION_SCHEMA,
    SESSION_SCHEMA,
    session_registration_batch,
    tags_of,
    to_table,
)
from certain_eloqua.clients.errors import NotFound

EXPO = "NWEXPO25"
STANDARD = "/api/standard/2.0/accounts/NWIND/events"


def session_registrations(pages) -> pa.Table:
    return pa.Table.from_batches(
        [session_registration_batch(page) for page in pages], SESSION_REGISTRATION_SCHEMA
    )


def write(sandbox, method: str, path: str, body: object = None) -> None:
    login = base64.b64encode(b"demo:demo").decode()
    request = urllib.request.Request(
        f"{sandbox.url}{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def test_sessions_come_with_tags_points_and_plain_texts(certain):
    table = to_table(certain.iter_session_pages("NWROAD26"), SESSION_SCHEMA)
    rows = {row["sessionCode"]: row for row in table.to_pylist()}
    assert rows["SEC-01"]["sessionTitle"] == "Sichere Häfen <Security>"
    assert [tag["name"] for tag in json.loads(rows["CLOUD-01"]["tags"])] == ["cloud", "data"]
    assert rows["LAB-AI"]["points"] == "15"
    assert rows["LAB-AI"]["typeName"] == "Workshop"
    assert rows["IDEA-01"]["status"] == "Qualified"
    assert len(table) == 8  # instances, not sessions


@pytest.mark.parametrize("page_size", [7, 5_000])
@pytest.mark.parametrize("xmlish", [False, True])
def test_session_registrations_are_one_row_per_registration_and_instance(
    sandbox, connect_certain, page_size, xmlish
):
    sandbox.control("PATCH", "/settings", {"xmlish_lists": xmlish})
    table = session_registrations(connect_certain(page_size=page_size).iter_session_registration_pages(EXPO))
    rows = table.to_pylist()
    assert len(rows) == len({(row["registrationCode"], row["instanceId"]) for row in rows}) > 100
    assert {row["regSessionStatus"] for row in rows} >= {"Registered", "Attended", "Cancelled"}
    assert {row["eventCode"] for row in rows} == {EXPO}


def test_session_registrations_changed_since_bring_all_their_sessions(sandbox, certain):
    registrations = certain.iter_registration_pages("NWROAD26")
    list(registrations)
    rows = session_registrations(certain.iter_session_registration_pages("NWROAD26")).to_pylist()
    one = next(row for row in rows if row["regSessionStatus"] == "Registered")
    sandbox.control("POST", "/clock/advance", {"seconds": 7_200})
    path = f"{STANDARD}/NWROAD26/sessions/{one['instanceId']}/registrations"
    write(sandbox, "POST", path, {"registrationCode": one["registrationCode"], "status": "Attended"})
    changed = session_registrations(
        certain.iter_session_registration_pages("NWROAD26", registrations.watermark)
    ).to_pylist()
    mine = [row for row in changed if row["registrationCode"] == one["registrationCode"]]
    assert len(mine) == sum(row["registrationCode"] == one["registrationCode"] for row in rows)
    assert {row["instanceId"]: row["regSessionStatus"] for row in mine}[one["instanceId"]] == "Attended"


def test_agenda_items_come_with_tags_and_points(certain):
    table = to_table(certain.iter_agenda_item_pages("NWFORUM27"), AGENDA_ITEM_SCHEMA)
    rows = {row["activityCode"]: row for row in table.to_pylist()}
    assert {code: row["points"] for code, row in rows.items()} == {"K1": "10", "K2": "5", "K3": "20"}
    assert json.loads(rows["K1"]["tags"]) == [
        {"name": "ai", "label": "Artificial Intelligence"},
        {"name": "cloud", "label": "Cloud"},
    ]


@pytest.mark.parametrize("mode", ["record", "page"])
def test_agenda_registrations_are_known_by_registration_and_item(sandbox, connect_certain, mode):
    sandbox.control("PATCH", "/settings", {"paging_mode": mode})
    certain = connect_certain(page_size=50)
    pages = certain.iter_agenda_registration_pages("NWSUMMIT27")
    rows = to_table(pages, AGENDA_REGISTRATION_SCHEMA).to_pylist()
    pairs = {(row["registrationCode"], row["activityCode"]) for row in rows}
    assert len(rows) == len(pairs) == pages.total > 200
    assert pages.watermark == max(row["dateModified"] for row in rows)


def test_an_appointment_names_no_people_and_keeps_each_sides_rating(certain):
    table = to_table(certain.iter_appointment_pages(EXPO), APPOINTMENT_SCHEMA)
    rows = table.to_pylist()
    assert len(rows) > 50
    assert not any(row["extra"] and "name" in row["extra"] for row in rows)
    rated = [row for row in rows if row["rating.registration"]]
    assert rated
    assert any(row["rating.targetRegistration"] is None for row in rated), "some rated alone"
    assert all(row["registration.regCode"] and row["targetRegistration.regCode"] for row in rows)


def test_ratings_are_of_sessions_or_of_agenda_items(certain):
    rows = to_table(certain.iter_rating_pages(EXPO), RATING_SCHEMA).to_pylist()
    assert any(row["instanceId"] and not row["activityCode"] for row in rows)
    assert any(row["activityCode"] and not row["instanceId"] for row in rows)


@pytest.mark.parametrize(
    "read",
    ["iter_rating_pages", "iter_appointment_pages", "iter_agenda_registration_pages"],
)
def test_an_event_without_any_is_empty_and_an_unknown_event_is_refused(certain, read):
    assert list(getattr(certain, read)("NWROAD26")) == []
    with pytest.raises(NotFound):
        list(getattr(certain, read)("NOSUCH"))


@pytest.mark.parametrize("read", ["iter_session_pages", "iter_session_registration_pages"])
def test_the_newer_api_refuses_an_unknown_event_as_well(certain, read):
    with pytest.raises(NotFound):
        list(getattr(certain, read)("NOSUCH"))


@pytest.mark.parametrize(
    "member",
    [
        {"tag": [{"tagId": 1, "name": "ai", "label": "AI"}, {"tagName": "cloud"}]},
        {"tags": ["ai", "cloud"]},
        {"tag": {"tag": ["ai", {"name": "cloud"}]}},
    ],
)
def test_tags_are_read_whatever_their_shape(member):
    assert [tag["name"] for tag in tags_of(member)] == ["ai", "cloud"]
