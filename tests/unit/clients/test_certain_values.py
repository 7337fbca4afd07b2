"""Certain's values, tables and writes."""

import json
import threading
import time
from datetime import UTC, datetime

import pytest

from certain_eloqua.clients.certain import (
    PROFILE_SCHEMA,
    REGISTRATION_SCHEMA,
    CertainClient,
    Write,
    to_batch,
    to_table,
)
from certain_eloqua.clients.certain.error_causes import explain
from certain_eloqua.clients.certain.readers import event_of
from certain_eloqua.clients.certain.session import Pace, without_nulls
from certain_eloqua.clients.certain.values import as_list, filter_stamp, greatest_stamp, with_overlap
from certain_eloqua.clients.certain.writing import write_many
from certain_eloqua.clients.concurrency import AdaptiveLimit
from certain_eloqua.clients.errors import AuthError, ValidationError


def test_repeated_elements_are_lists_in_every_dress():
    assert as_list(None) == []
    assert as_list([1, 2]) == [1, 2]
    assert as_list({"a": 1}) == [{"a": 1}]
    assert as_list({"question": {"a": 1}}, "question") == [{"a": 1}]
    assert as_list({"question": [{"a": 1}]}, "question") == [{"a": 1}]


def test_a_watermark_goes_back_ten_minutes():
    assert with_overlap("2026-05-04T11:20:10") == "2026-05-04T11:10:10"


@pytest.mark.parametrize("near", ["2026-11-01T01:30:00", "2026-11-01T03:30:00", "2026-03-08T03:30:00"])
def test_a_watermark_goes_back_seventy_minutes_where_the_clocks_change(near):
    asked, seen = datetime.fromisoformat(with_overlap(near)), datetime.fromisoformat(near)
    assert (seen - asked).total_seconds() == 70 * 60


def test_an_aware_time_is_asked_in_certains_wall_clock():
    assert filter_stamp(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "2026-07-01T05:00:00"


def test_the_greatest_stamp_ignores_the_missing():
    assert greatest_stamp(["2026-01-01T00:00:00", None, "", "2026-02-01T00:00:00"]) == "2026-02-01T00:00:00"
    assert greatest_stamp([]) is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b"<title>HTTP Status 400 - A profile already exists for given profile pin</title>",
            "A profile already exists for given profile pin",
        ),
        (b"<h1>HTTP Status 404 \xe2\x80\x93 Not &amp; found</h1>", "Not & found"),
        (b'{"errors": [{"message": "bad status"}]}', "bad status"),
        (b'{"message": "no"}', "no"),
        (b"<html><body>Sorry, <b>maintenance</b></body></html>", "Sorry, maintenance"),
    ],
)
def test_refusals_become_words(body, words):
    assert explain(400, "text/html", body) == words


def test_nulls_are_never_sent():
    assert without_nulls({"a": None, "b": {"c": None, "d": 1}, "e": ""}) == {"b": {"d": 1}, "e": ""}


REGISTRATION = {
    "registrationCode": "1-2-3",
    "isActive": True,
    "isTestMode": "false",
    "profile": {
        "pin": "P1",
        "email": "a@x.example",
        "address": {"city": "Ulm"},
        "nickname": "Al",
        "phone": None,
    },
    "registrationQuestions": {
        "question": {
            "questionName": "Diet",
            "answers": {"answer": [{"answerCode": "veg"}, {"answerCode": "nut"}]},
        }
    },
    "badgeName": "",
    "checkins": [{"source": "x"}],
}


def test_a_registration_becomes_a_row_with_certains_own_names():
    batch = to_batch([REGISTRATION], REGISTRATION_SCHEMA)
    row = batch.to_pylist()[0]
    assert batch.schema == REGISTRATION_SCHEMA
    assert row["profile.pin"] == "P1"
    assert row["profile.address.city"] == "Ulm"
    assert (row["isActive"], row["isTestMode"], row["isConfirmed"]) == (True, False, None)
    assert (row["badgeName"], row["profile.phone"]) == ("", None)
    assert json.loads(row["extra"]) == {"profile.nickname": "Al", "registrationQuestions.Diet": "veg; nut"}


def test_members_with_another_name_on_this_server_go_to_their_column():
    client = CertainClient("http://127.0.0.1:1", "u", "p", "A", external_id_member="externalId")
    row = to_batch([{"profilePin": "P", "externalId": 17}], PROFILE_SCHEMA, client.renamed).to_pylist()[0]
    assert row["externalKey"] == "17"
    assert row["extra"] is None


def test_no_pages_make_an_empty_table_of_the_same_columns():
    assert to_table([], PROFILE_SCHEMA).schema == PROFILE_SCHEMA


def test_an_event_has_aware_times_in_its_own_zone():
    event = event_of({"eventCode": "E", "startDate": "2026-10-06T09:00:00", "timezone": "America/Chicago"})
    assert event.starts.isoformat() == "2026-10-06T09:00:00-05:00"
    assert event.ends is None


@pytest.mark.parametrize("label", ["Pacific Time (U.S. & Canada)", "(GMT-08:00) Pacific Time (US & Canada)"])
def test_zone_labels_are_understood(label):
    event = event_of({"eventCode": "E", "timezone": label})
    assert (event.timezone, event.timezone_is_guessed) == ("America/Los_Angeles", False)


def test_an_unknown_zone_is_said_to_be_guessed(caplog):
    event = event_of({"eventCode": "E", "timezone": "Middle Earth"})
    assert event.timezone_is_guessed
    assert "Middle Earth" in caplog.text


def test_one_bad_record_does_not_stop_the_others():
    def call(number: int) -> int:
        if number == 3:
            raise ValidationError("Writing", "no")
        return number * 10

    results = {r.key: r for r in write_many((Write.of(n, call, n) for n in range(20)), AdaptiveLimit(4, 4))}
    assert len(results) == 20
    assert not results[3].ok
    assert isinstance(results[3].error, ValidationError)
    assert results[4].value == 40


def test_at_most_so_many_writes_run_at_once():
    running, most, lock = 0, 0, threading.Lock()

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    assert len(list(write_many([Write(n, call) for n in range(30)], AdaptiveLimit(3, 3)))) == 30
    assert 2 <= most <= 3


def test_a_refused_login_stops_all_writes():
    begun = []

    def call(number: int) -> None:
        begun.append(number)
        raise AuthError("Writing", "HTTP 401", status=401)

    with pytest.raises(AuthError):
        list(write_many((Write.of(n, call, n) for n in range(1_000)), AdaptiveLimit(2, 2)))
    assert len(begun) < 20


def test_a_mistake_of_ours_is_not_taken_for_a_bad_record():
    with pytest.raises(ZeroDivisionError):
        list(write_many([Write("a", lambda: 1 / 0)], AdaptiveLimit(2, 2)))


def test_requests_are_spaced_evenly():
    now, slept = [0.0], []
    pace = Pace(4, slept.append, lambda: now[0])
    for _ in range(3):
        pace.wait()
    assert slept == [0.25, 0.5]
