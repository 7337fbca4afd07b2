"""Totals and points in contact fields: the roll-up's latest event, and the plan."""

import json
from datetime import date

import orjson
import pandas as pd
import pyarrow as pa
import pytest
from pydantic import ValidationError

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.metrics.account import EventTable, account_engagement, account_interest
from certain_eloqua.connectors.metrics.contact_plan import plan
from certain_eloqua.connectors.metrics.contact_settings import ContactMetricsSettings
from certain_eloqua.connectors.metrics.engagement import engagement
from certain_eloqua.connectors.metrics.interest import interest
from certain_eloqua.connectors.metrics.people import EventFacts
from certain_eloqua.connectors.metrics.reads import ProgrammeReads
from tests.unit.connectors.metrics_rows import NOW, STATUSES, attends, person, rating, session

SETTINGS = ContactMetricsSettings(
    totals=["SessionsRegistered -> C_Sessions1", "AverageSessionRating -> C_Rating1"],
    tags=["ai -> C_AI1"],
)
FIELDS = pd.DataFrame(
    {"field": ["C_Sessions1", "C_Rating1", "C_AI1"], "type": "numeric", "read_only": None, "nearest": None}
)


def event(code: str, day: int, **rows) -> tuple[EventTable, EventTable]:
    """The metrics of one event."""
    facts = EventFacts("NWIND", code, code, date(2026, 10, day))
    reads = ProgrammeReads.of_rows(**{"statuses": STATUSES, **rows})
    return tuple(
        EventTable(made.table, made.facts, code, facts.starts)
        for made in (engagement(reads, facts, NOW), interest(reads, facts, NOW))
    )


def rolled_up(*events: tuple[EventTable, EventTable]) -> tuple[dict, dict]:
    account = account_engagement(one for one, _ in events)
    points = account_interest(one for _, one in events)
    return (
        {row["EmailAddress"]: row for row in account.to_pylist()},
        {(row["EmailAddress"], row["TagName"]): row for row in points.to_pylist()},
    )


def two_events() -> tuple[tuple[EventTable, EventTable], ...]:
    """A was at both, with other tags; B at the first alone."""
    first = event(
        "FIRST",
        1,
        registrations=[person("A"), person("B", **{"profile.externalKey": "1002004"})],
        sessions=[session("1", 10, "ai"), session("2", 5, "cloud")],
        session_registrations=[attends("A", "1"), attends("A", "2"), attends("B", "1")],
        ratings=[rating("A", "1", 4)],
    )
    second = event(
        "SECOND",
        9,
        registrations=[person("A")],
        sessions=[session("3", 7, "cloud")],
        session_registrations=[attends("A", "3")],
    )
    return first, second


@pytest.mark.parametrize("turned", [False, True])
def test_the_latest_event_is_the_one_that_starts_last_whatever_the_order(turned):
    events = two_events()
    account, points = rolled_up(*(reversed(events) if turned else events))
    a, b = account["a@example.com"], account["b@example.com"]
    assert (a["SessionsRegistered"], a["LatestSessionsRegistered"]) == (3, 1)
    assert (b["SessionsRegistered"], b["LatestSessionsRegistered"]) == (1, 1)
    assert (points["a@example.com", "ai"]["Points"], points["a@example.com", "ai"]["LatestPoints"]) == (10, 0)
    assert points["a@example.com", "cloud"]["LatestPoints"] == 7
    assert points["b@example.com", "ai"]["LatestPoints"] == 10


def planned(settings=SETTINGS, sent=None, fields=FIELDS, events=None):
    tables = two_events() if events is None else events
    remembered = [orjson.dumps(one).decode() for one in (sent or {}).values()]
    reads = {
        "metrics/account": account_engagement(one for one, _ in tables).to_pandas(),
        "metrics/account_interest": account_interest(one for _, one in tables).to_pandas(),
        "contact_fields": fields,
        "sent": pd.DataFrame({"key": list(sent or {}), "numbers": remembered}, dtype=str),
    }
    job = Job("numbers", "NWIND", None, settings, "run-1")
    frame = plan(job, reads)
    rows = {row.key: row for row in frame.itertuples()}
    writes = {
        key: json.loads(row.write)["contact"] for key, row in rows.items() if isinstance(row.write, str)
    }
    return rows, writes, frame.attrs


def test_running_totals_and_points_of_every_contact():
    _, writes, _ = planned()
    assert writes == {
        "1002003": {"C_Sessions1": "3", "C_Rating1": "4", "C_AI1": "10"},
        "1002004": {"C_Sessions1": "1", "C_AI1": "10"},  # B rated nothing: blank, not 0
    }


def test_the_latest_event_alone():
    _, writes, _ = planned(SETTINGS.model_copy(update={"values": "latest_event"}))
    assert writes["1002003"] == {"C_Sessions1": "1", "C_Rating1": "4", "C_AI1": "0"}
    assert writes["1002004"] == {"C_Sessions1": "1", "C_AI1": "10"}


def test_what_was_sent_is_not_sent_again_and_a_change_shows_the_old_number():
    _, sent, _ = planned()
    rows, writes, _ = planned(sent=sent)
    assert ({row.action for row in rows.values()}, writes) == ({"unchanged"}, {})
    rows, writes, _ = planned(sent={**sent, "1002003": {**sent["1002003"], "C_AI1": "4"}})
    assert writes == {"1002003": sent["1002003"]}
    assert json.loads(rows["1002003"].changes) == [
        {"on": "contact", "field": "C_AI1", "new": "10", "old": "4"}
    ]
    _, writes, _ = planned(SETTINGS.model_copy(update={"refresh_all": True}), sent=sent)
    assert writes == sent


def test_a_number_that_is_no_longer_measured_is_erased():
    _, sent, _ = planned()
    rows, writes, _ = planned(sent={**sent, "1002004": {**sent["1002004"], "C_Rating1": "5"}})
    assert writes == {"1002004": sent["1002004"]}
    (shown,) = json.loads(rows["1002004"].changes)
    assert (shown["field"], shown["new"], shown["old"]) == ("C_Rating1", "", "5")


def test_who_counts_nowhere_any_more_is_set_to_zero_once():
    _, sent, _ = planned()
    gone = {"77": {"C_Sessions1": "2", "C_Rating1": "3", "C_AI1": "0"}}
    _, writes, facts = planned(sent=sent | gone)
    assert writes == {"77": {"C_Sessions1": "0", "C_AI1": "0"}}
    assert facts["set_to_zero"] == 1
    _, writes, _ = planned(sent=sent | writes)
    assert writes == {}


def test_an_average_of_who_counts_nowhere_any_more_is_erased_once():
    settings = ContactMetricsSettings(totals=["AverageSessionRating -> C_Rating1"])
    rows, writes, facts = planned(settings, sent={"77": {"C_Rating1": "3"}})
    assert (writes["77"], facts["set_to_zero"]) == ({}, 1)
    assert json.loads(rows["77"].changes) == [{"on": "contact", "field": "C_Rating1", "new": "", "old": "3"}]
    rows, _, facts = planned(settings, sent={"77": {}})
    assert ("77" in rows, facts["set_to_zero"]) == (False, 0)


def test_people_without_a_contact_and_second_addresses_are_left_out_with_the_reason():
    both = {"profile.sourceOfProfile": "Other"}
    one = event(
        "ONE",
        1,
        registrations=[person("A"), person("B"), person("C", **both)],
        sessions=[session("1", 10, "ai")],
        session_registrations=[attends("A", "1"), attends("B", "1"), attends("C", "1")],
    )
    rows, writes, _ = planned(events=[one])
    assert list(writes) == ["1002003"]
    reasons = {row.email: row.reason for row in rows.values() if row.action == "skip"}
    assert reasons == {"b@example.com": "merged", "c@example.com": "no_contact_id"}
    assert not any("@" in key for key in rows)


def test_fields_that_do_not_fit_are_all_named():
    wrong = FIELDS.assign(type=["date", "number", None], nearest=[None, None, "C_AI2"])
    with pytest.raises(Permanent) as caught:
        planned(fields=wrong)
    for part in (
        "C_Sessions1 is a field of type date",
        "C_Rating1 holds whole numbers",
        "did you mean C_AI2",
    ):
        assert part in str(caught.value)


def test_tags_without_points_are_reported():
    settings = ContactMetricsSettings(tags=["ai -> C_AI1", "al -> C_Sessions1"])
    _, _, facts = planned(settings)
    assert facts["tags_without_points"] == ["al"]


def test_an_account_without_metrics_has_an_empty_plan():
    rows, _, _ = planned(events=[])
    assert rows == {}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "at least one total or tag"),
        ({"totals": ["Sessions -> C_A"]}, "no such total: Sessions"),
        ({"totals": ["SessionsRated"]}, "is no pair"),
        ({"totals": ["SessionsRated -> C_A"], "tags": ["ai -> C_A"]}, "named several times: C_A"),
        ({"tags": ["ai -> C_EmailAddress"]}, "identifies the contact"),
    ],
)
def test_wrong_settings_are_refused(settings, words):
    with pytest.raises(ValidationError, match=words):
        ContactMetricsSettings(**settings)


def test_points_with_decimals_keep_two():
    table = pa.array([10.5, 0.0, 7.25])
    from certain_eloqua.connectors.metrics.contact_plan import _texts

    assert _texts(table, decimals=True).to_pylist() == ["10.50", "0", "7.25"]
