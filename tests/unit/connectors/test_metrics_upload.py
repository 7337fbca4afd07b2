"""Plans of the two uploads: what is new, changed, unchanged, and set to 0."""

from datetime import UTC, datetime
from types import SimpleNamespace

import orjson
import pandas as pd
import pyarrow as pa
import pytest

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.metrics import upload_delivery, uploaded_rows
from certain_eloqua.connectors.metrics.columns import ENGAGEMENT
from certain_eloqua.connectors.metrics.engagement import engagement
from certain_eloqua.connectors.metrics.interest import interest
from certain_eloqua.connectors.metrics.object_designs import ENGAGEMENT_OBJECT, INTEREST_OBJECT, problems
from certain_eloqua.connectors.metrics.reads import ProgrammeReads
from certain_eloqua.connectors.metrics.settings import EngagementSettings, InterestSettings
from certain_eloqua.connectors.metrics.upload_engagement_metrics import plan as plan_engagement
from certain_eloqua.connectors.metrics.upload_interest_metrics import plan as plan_interest
from certain_eloqua.domain.event import Event
from certain_eloqua.ledger.sent_records import SENT_RECORDS_SCHEMA
from certain_eloqua.mapping.field_types import CUSTOM_OBJECT_TEXT, fitted
from tests.unit.connectors.metrics_rows import (
    EVENT,
    NOW,
    STATUSES,
    attends,
    item,
    person,
    rating,
    session,
    takes,
)

STARTS = datetime(2026, 10, 6, 9, tzinfo=UTC)
REAL = Event(
    "NWSUMMIT26", "Northwind Summit 2026", "NWIND", "Live", STARTS, STARTS, "UTC", "UTC", False, True
)
NOTHING = pd.DataFrame(columns=["object_id", "object_name", "field_id", "field_name", "data_type", "role"])


def job(settings) -> Job:
    return Job("metrics", "NWIND", REAL, settings, "run-1")


def frame(made) -> pd.DataFrame:
    found = made.table.to_pandas()
    found.attrs["facts"] = made.facts
    return found


def sent_frame(rows: list[dict] | None = None) -> pd.DataFrame:
    return pa.Table.from_pylist(rows or [], schema=SENT_RECORDS_SCHEMA).to_pandas()


def reads(name: str, made, sent: list[dict] | None = None, found: pd.DataFrame = NOTHING) -> dict:
    return {
        f"metrics/{name}": frame(made),
        "statuses": pd.DataFrame(STATUSES),
        "attendee_types": pd.DataFrame({"attendeeTypeCode": ["DELEGATE", "SPEAKER"]}),
        "custom_object": found,
        "sent": sent_frame(sent),
    }


def engaged(settings=None, sent=None, **rows) -> pd.DataFrame:
    rows = {"registrations": [person("A")], "statuses": STATUSES, **rows}
    made = engagement(ProgrammeReads.of_rows(**rows), EVENT, NOW)
    return plan_engagement(job(settings or EngagementSettings()), reads("engagement", made, sent))


def interested(settings=None, sent=None, **rows) -> pd.DataFrame:
    rows = {"registrations": [person("A")], "statuses": STATUSES, **rows}
    made = interest(ProgrammeReads.of_rows(**rows), EVENT, NOW)
    return plan_interest(job(settings or InterestSettings()), reads("interest", made, sent))


def as_sent(plan: pd.DataFrame, settings, design) -> list[dict]:
    """What the ledger remembers after this plan was delivered whole."""
    rows = []
    for what in ("record", "zero"):
        for writes, batch in uploaded_rows.written(plan, what):
            rows += upload_delivery._as_sent(job(settings), design, what, writes, batch, {}).to_pylist()
    return rows


def written(plan: pd.DataFrame, key: str) -> dict:
    (text,) = plan.loc[plan["key"] == key, "write"]
    return orjson.loads(text)


SESSIONS = {"sessions": [session("0", 10, "ai"), session("1", 5, "ai", "cloud")]}
A, B = "NWIND.NWSUMMIT26.A", "NWIND.NWSUMMIT26.B"


def test_a_new_record_is_created_with_its_numbers_and_no_blanks():
    plan = engaged(**SESSIONS, session_registrations=[attends("A", "0", "Attended")])
    assert plan["action"].tolist() == ["create"]
    record = written(plan, A)["record"]
    assert (record["SessionsRegistered"], record["SessionsAttended"]) == ("1", "1")
    assert "AverageSessionRating" not in record
    assert "AppointmentsScheduled" not in record
    assert plan["email"].tolist() == ["a@example.com"]


def test_what_was_sent_is_unchanged_and_a_changed_number_is_an_update_with_its_old_value():
    rows = {**SESSIONS, "session_registrations": [attends("A", "0")]}
    sent = as_sent(engaged(**rows), EngagementSettings(), ENGAGEMENT_OBJECT)
    assert engaged(sent=sent, **rows)["action"].tolist() == ["unchanged"]
    more = {**rows, "session_registrations": [attends("A", "0"), attends("A", "1")]}
    plan = engaged(sent=sent, **more)
    assert plan["action"].tolist() == ["update"]
    changes = orjson.loads(plan["changes"][0])
    assert changes == [{"on": "record", "field": "SessionsRegistered", "new": "2", "old": "1"}]


def test_a_rating_that_disappears_is_shown_as_a_change_to_blank():
    rows = {"registrations": [person("A"), person("B")], **SESSIONS}
    two = [rating("A", "0", 4), rating("B", "0", 3)]
    sent = as_sent(engaged(**rows, ratings=two), EngagementSettings(), ENGAGEMENT_OBJECT)
    plan = engaged(sent=sent, **rows, ratings=[rating("B", "0", 3)])
    assert dict(zip(plan["key"], plan["action"], strict=True)) == {A: "update", B: "unchanged"}
    changes = {change["field"]: change["new"] for change in orjson.loads(plan["changes"][0])}
    assert changes == {"SessionsRated": "0", "AverageSessionRating": ""}


@pytest.mark.parametrize("gone", [[person("A", "Cancelled")], [person("A", isTestMode=True)], []])
def test_a_registration_that_no_longer_counts_is_set_to_zero_once(gone):
    rows = {**SESSIONS, "session_registrations": [attends("A", "0")]}
    sent = as_sent(engaged(**rows), EngagementSettings(), ENGAGEMENT_OBJECT)
    left = {**rows, "registrations": gone}
    plan = engaged(sent=sent, **left)
    assert plan["action"].tolist() == ["update"]
    zero = written(plan, A)["zero"]
    status = gone[0]["registrationStatusLabel"] if gone else "Removed from Certain"
    assert zero == {"SessionsRegistered": "0", "SessionsAttended": "0", "RegistrationStatus": status}
    again = engaged(sent=as_sent(plan, EngagementSettings(), ENGAGEMENT_OBJECT), **left)
    assert again["action"].isin(["skip"]).all()


def test_one_that_counts_again_is_sent_whole():
    rows = {**SESSIONS, "session_registrations": [attends("A", "0")]}
    first = as_sent(engaged(**rows), EngagementSettings(), ENGAGEMENT_OBJECT)
    away = engaged(sent=first, **{**rows, "registrations": [person("A", "Cancelled")]})
    back = engaged(sent=as_sent(away, EngagementSettings(), ENGAGEMENT_OBJECT), **rows)
    assert back["action"].tolist() == ["update"]
    assert written(back, A)["record"]["SessionsRegistered"] == "1"


def test_a_tag_that_drops_to_nothing_is_set_to_zero_once():
    rows = {"agenda_items": [item("K1", 10, "ai", "cloud"), item("K2", 5, "ai"), item("K3", 20, "security")]}
    all_three = [takes("A", "K1"), takes("A", "K2"), takes("A", "K3")]
    first = interested(**rows, agenda_registrations=all_three)
    assert dict(zip(first["tag"], first["action"], strict=True)) == dict.fromkeys(
        ["ai", "cloud", "security"], "create"
    )
    sent = as_sent(first, InterestSettings(), INTEREST_OBJECT)
    two = [*all_three[:2], takes("A", "K3", "CANCELLED")]
    plan = interested(sent=sent, **rows, agenda_registrations=two)
    assert dict(zip(plan["tag"], plan["action"], strict=True)) == {
        "ai": "unchanged",
        "cloud": "unchanged",
        "security": "update",
    }
    assert written(plan, f"{A}.security") == {"zero": {"Points": "0", "ItemsCounted": "0"}}
    rest = [row for row in sent if row["part"] != "security"]
    again = interested(
        sent=[*rest, *as_sent(plan, InterestSettings(), INTEREST_OBJECT)], **rows, agenda_registrations=two
    )
    assert again["action"].tolist() == ["unchanged", "unchanged"]


def test_who_cannot_be_linked_or_does_not_count_is_left_out_with_the_reason():
    people = [
        person("A"),
        person("N", **{"profile.email": None}),
        person("X", **{"profile.email": "no address"}),
        person("C", "Cancelled"),
        person("S", attendeeTypeCode="SPEAKER"),
    ]
    plan = engaged(EngagementSettings(attendee_types=["delegate"]), registrations=people, **SESSIONS)
    assert dict(zip(plan["registration_code"], plan["reason"].fillna(""), strict=True)) == {
        "A": "",
        "N": "no_email",
        "X": "invalid_email",
        "C": "status_not_selected",
        "S": "type_not_selected",
    }
    tagged = interested(
        registrations=people, **SESSIONS, session_registrations=[attends("C", "1"), attends("A", "1")]
    )
    assert tagged["action"].tolist() == ["create", "create", "skip"]


def test_other_settings_count_otherwise():
    rows = {
        **SESSIONS,
        "session_registrations": [attends("A", "0", "Attended"), attends("A", "1")],
        "agenda_items": [item("K", 7, "ai"), item("L", None, "ai")],
        "agenda_registrations": [takes("A", "K"), takes("A", "L")],
    }

    def points(**settings) -> dict[str, str]:
        plan = interested(InterestSettings(**settings), **rows)
        return {tag: written(plan, f"{A}.{tag}")["record"]["Points"] for tag in plan["tag"]}

    assert points() == {"ai": "15", "cloud": "5"}
    assert points(count_statuses="attended") == {"ai": "10"}
    assert points(source="agenda_items", default_points=2.5) == {"ai": "9.50"}
    assert points(source="both") == {"ai": "22", "cloud": "5"}
    record = written(engaged(EngagementSettings(source="agenda_items"), **rows), A)["record"]
    assert record["SessionsRegistered"] == "2"
    on = written(engaged(EngagementSettings(include_appointments="on"), **rows), A)["record"]
    assert on["AppointmentsScheduled"] == "0"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"registration_statuses": ["Atended"]}, "Did you mean 'Attended'"),
        ({"attendee_types": ["DELEGAT"]}, "Did you mean 'DELEGATE'"),
    ],
)
def test_an_unknown_status_or_type_is_refused_with_the_nearest(setting, message):
    with pytest.raises(Permanent, match=message):
        engaged(EngagementSettings(**setting), **SESSIONS)


def test_a_long_description_is_cut_and_a_long_code_is_left_out():
    long = "x" * 300
    plan = engaged(
        registrations=[
            person("A", attendeeType=long),
            person("y" * 260, **{"profile.email": "y@example.com"}),
        ],
        **SESSIONS,
    )
    assert len(written(plan, A)["record"]["AttendeeType"]) == 250
    assert plan["reason"].tolist()[1] == "too_long"
    assert plan.attrs["texts_cut"] == 1


def test_an_object_with_every_field_right_has_no_problems():
    rows = [
        {"field_name": one.name, "data_type": one.data_type, "role": "unique" if not number else None}
        for number, one in enumerate(ENGAGEMENT_OBJECT.fields)
    ]
    assert problems(ENGAGEMENT_OBJECT, pd.DataFrame(rows)) == []


def test_every_field_of_the_objects_that_is_a_metric_is_a_documented_column():
    names = {column.name for column in ENGAGEMENT}
    assert {*ENGAGEMENT_OBJECT.numbers, *ENGAGEMENT_OBJECT.averages} <= names


def test_rejected_rows_are_joined_by_number_and_not_remembered():
    sent = uploaded_rows.SentRows([pa.array(["a", "b", "c"])], [pa.array(["create", "update", "create"])])
    schema = pa.schema(
        [("row", pa.int64()), ("code", pa.string()), ("cause", pa.string()), ("written", pa.bool_())]
    )
    rejects = pa.Table.from_pylist(
        [
            {"row": 2, "code": "ELQ-00026", "cause": "duplicate", "written": False},
            {"row": 3, "code": "ELQ-00040", "cause": "bad value", "written": True},
            {"row": None, "code": "ELQ-1", "cause": "?", "written": False},
        ],
        schema=schema,
    )
    outcomes = uploaded_rows.outcomes_of(
        sent, SimpleNamespace(rejects=rejects, sync_ids=("7", "8"))
    ).to_pylist()
    assert [row["outcome"] for row in outcomes] == ["created", "rejected", "created"]
    assert [row["code"] for row in outcomes] == [None, "ELQ-00026", "ELQ-00040"]
    assert {row["sync"] for row in outcomes} == {"/syncs/7, /syncs/8"}


@pytest.mark.parametrize("size", [CUSTOM_OBJECT_TEXT, CUSTOM_OBJECT_TEXT + 1])
def test_a_text_that_only_describes_is_cut_to_what_its_field_holds(size):
    """Labels of Certain may be longer. A text field of a custom object holds more than one of contacts."""
    label = "x" * size
    plan = engaged(registrations=[person("A", attendeeType=label)], **SESSIONS)
    assert (
        written(plan, A)["record"]["AttendeeType"]
        == fitted("", label, ENGAGEMENT_OBJECT.types["AttendeeType"]).value
    )
    assert plan.attrs["texts_cut"] == (size > CUSTOM_OBJECT_TEXT)
