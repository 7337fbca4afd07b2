"""Kinds 7, 8 and 9 with the real clients against the sandbox: read, plan, deliver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pytest
import requests

from certain_eloqua.clients.certain import (
    AGENDA_ITEM_SCHEMA,
    AGENDA_REGISTRATION_SCHEMA,
    ATTENDEE_TYPE_SCHEMA,
    PROFILE_SCHEMA,
    REGISTRATION_SCHEMA,
    SESSION_REGISTRATION_SCHEMA,
    SESSION_SCHEMA,
    CertainClient,
    session_registration_batch,
    to_table,
)
from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.kind import Delivered, Job, Kind, Platforms
from certain_eloqua.connectors.status_changes import (
    agenda_item_status_activities,
    registration_status_activities,
    session_status_activities,
)
from certain_eloqua.connectors.status_changes.people import people_of
from certain_eloqua.connectors.status_changes.replay import find_retryable, retry
from certain_eloqua.ledger import Filter, Ledger
from certain_eloqua.mapping import FieldMap
from tests.conftest import Sandbox

ACCOUNT, EVENT = "NWIND", "NWSUMMIT27"
KIND8 = registration_status_activities.KIND
KIND7 = session_status_activities.KIND
KIND9 = agenda_item_status_activities.KIND


class Bench:
    """Both platforms, a ledger, and the steps of one connector."""

    def __init__(
        self, sandbox: Sandbox, eloqua: EloquaClient, certain: CertainClient, ledger: Ledger
    ) -> None:
        self.sandbox, self.eloqua, self.certain, self.ledger = sandbox, eloqua, certain, ledger
        self.campaign = next(
            one["id"]
            for one in self.ask("GET", "/api/rest/2.0/assets/campaigns")["elements"]
            if self.ask("GET", f"/api/rest/2.0/assets/campaign/{one['id']}")["currentStatus"] == "Active"
        )
        self.runs = 0
        self.event = EVENT

    def ask(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        login = ("Sandbox\\demo", "demo") if path.startswith("/api/rest") else ("demo", "demo")
        answer = requests.request(
            method, self.sandbox.url + path, auth=login, json=body, params=params,
            headers={"Accept": "application/json"}, timeout=30,
        )  # fmt: skip
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def reads(self, kind: Kind) -> dict[str, pd.DataFrame]:
        certain = self.certain
        tables: dict[str, Any] = {
            "registrations": (certain.iter_registration_pages, REGISTRATION_SCHEMA),
            "attendee_types": (certain.iter_attendee_type_pages, ATTENDEE_TYPE_SCHEMA),
            "sessions": (certain.iter_session_pages, SESSION_SCHEMA),
            "agenda_items": (certain.iter_agenda_item_pages, AGENDA_ITEM_SCHEMA),
            "agenda_registrations": (certain.iter_agenda_registration_pages, AGENDA_REGISTRATION_SCHEMA),
        }
        frames = {}
        for name in kind.reads:
            if name == "profiles":
                table = to_table(certain.iter_profile_pages(), PROFILE_SCHEMA)
            elif name == "statuses":
                table = self._statuses()
            elif name == "session_registrations":
                pages = certain.iter_session_registration_pages(self.event, None)
                table = pa.Table.from_batches(
                    map(session_registration_batch, pages), SESSION_REGISTRATION_SCHEMA
                )
            else:
                read, schema = tables[name]
                table = to_table(read(self.event), schema)
            frames[name] = table.to_pandas()
        return frames

    def _statuses(self) -> pa.Table:
        found = self.certain.registration_statuses(self.event)
        return pa.table(
            {"label": [one.label for one in found], "tags": ["; ".join(one.tags) for one in found]}
        )

    def plan(self, kind: Kind, **settings: Any) -> tuple[Job, pd.DataFrame]:
        self.runs += 1
        usual = {"campaign_id": self.campaign, "create_activity_types": True, "create_missing_contacts": True}
        fields = kind.settings.model_fields
        settings = {name: value for name, value in usual.items() if name in fields} | settings
        if settings.get("campaign_question"):
            settings.pop("campaign_id")
        event = self.certain.event(self.event)
        chosen = kind.settings(**settings)
        job = Job("tested", ACCOUNT, event, chosen, f"run-{self.runs}", FieldMap(ACCOUNT))
        reads = self.reads(kind)
        reads |= {name: read(self.ledger, job, reads) for name, read in kind.ledger_reads.items()}
        plan = kind.plan(job, reads)
        table = pa.Table.from_pandas(plan, schema=kind.plan_schema, preserve_index=False)
        assert plan["key"].is_unique
        return job, table.to_pandas()  # as it travels through a file

    def deliver(self, kind: Kind, job: Job, plan: pd.DataFrame) -> Delivered:
        platforms = Platforms({"eloqua": self.eloqua, "certain": self.certain}, self.ledger)
        return kind.deliver(job, plan, platforms)

    def run(self, kind: Kind, **settings: Any) -> Counter[str]:
        job, plan = self.plan(kind, **settings)
        delivered = self.deliver(kind, job, plan)
        assert list(delivered.frame["key"]) == list(plan["key"])
        return Counter(delivered.frame["outcome"]) - Counter({"skipped": 10**6})

    def change(self, code: str, status: str) -> None:
        path = f"/certainExternal/service/v1/Registration/{ACCOUNT}/{self.event}/{code}"
        self.ask("POST", path, {"registrationStatusLabel": status})

    def codes(self, status: str | None = None) -> list[str]:
        reads = self.reads(KIND8)
        people = people_of(reads["registrations"], reads["profiles"])
        rows = reads["registrations"]
        usable = rows[rows["registrationCode"].isin(people["registration"])]
        if status:
            usable = usable[usable["registrationStatusLabel"] == status]
        return list(usable["registrationCode"])

    def activities(self) -> list[str]:
        lines = self.sandbox.control("GET", "/journal?entity=activity&limit=10000")["items"]
        return [line["key"] for line in lines]


@pytest.fixture
def bench(sandbox: Sandbox, connect: Any, tmp_path: Path) -> Iterator[Bench]:
    with (
        CertainClient(sandbox.url, "demo", "demo", ACCOUNT) as certain,
        Ledger(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger,
    ):
        yield Bench(sandbox, connect(), certain, ledger)


NEW = "new.guest@nowhere.example"
NO_SUCH_TAG = {"registration_statuses": [], "registration_status_tags": ["no such tag"]}
WANTED: dict[str, Any] = {"registration_statuses": ["Pre-Registered", "Attended", "Cancelled"]}


def test_a_status_change_of_a_registration_becomes_an_activity(bench: Bench):
    assert not bench.run(KIND8, **WANTED)  # the first look only remembers
    code = bench.codes("Invited")[0]
    bench.change(code, "Pre-Registered")
    assert bench.run(KIND8, **WANTED) == {"added": 1}
    (key,) = bench.activities()
    assert key.startswith("Pre-Registered|NWSUMMIT27: ")
    bench.change(code, "Attended")
    assert bench.run(KIND8, **WANTED) == {"added": 1}
    assert bench.activities()[1].startswith("Attended|NWSUMMIT27: ")
    assert not bench.run(KIND8, **WANTED)
    assert len(bench.activities()) == 2


@pytest.mark.filterwarnings("error::FutureWarning", "error::DeprecationWarning", "error::RuntimeWarning")
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (KIND8, {"registration_statuses": ["Attended"]}),
        (KIND7, {"session_statuses": ["Attended"], "sessions": ["all"]}),
        (KIND9, {"agenda_statuses": ["Attended"], "agenda_items": ["all"]}),
    ],
)
def test_an_event_without_people_is_looked_at(bench: Bench, kind: Kind, settings: Any):
    bench.event = "NWEMPTY27"
    for _ in range(2):
        assert not bench.run(kind, **settings)


def test_the_date_of_the_activity_is_the_time_of_the_change(bench: Bench):
    bench.run(KIND8, **WANTED)
    code = bench.codes("Invited")[0]
    before = bench.sandbox.control("GET", "/clock")["now"]
    bench.change(code, "Attended")
    bench.run(KIND8, **WANTED)
    second = int(bench.activities()[0].rpartition("|")[2])
    assert before - 1 <= second <= bench.sandbox.control("GET", "/clock")["now"]


def test_include_takes_what_is_there_as_changed(bench: Bench):
    selected = sum(len(bench.codes(status)) for status in WANTED["registration_statuses"])
    job, plan = bench.plan(KIND8, **WANTED, first_run="include")
    bench.deliver(KIND8, job, plan)
    states = bench.ledger.outbox.counts("tested")
    assert sum(states.values()) == selected
    assert len(bench.activities()) == states["sent"] > 0
    assert set(states) <= {"sent", "skipped"}


def test_statuses_are_chosen_by_tag_too(bench: Bench):
    tagged = [one for one in bench.certain.registration_statuses(EVENT) if one.tags]
    assert tagged
    status, tag = tagged[0].label, tagged[0].tags[0]
    bench.run(KIND8, registration_statuses=[], registration_status_tags=[tag])
    code = next(code for code in bench.codes() if code not in bench.codes(status))
    bench.change(code, status)
    assert bench.run(KIND8, registration_statuses=[], registration_status_tags=[tag]) == {"added": 1}


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (KIND8, {"registration_statuses": ["Atended"]}, "Did you mean 'Attended'"),
        (
            KIND8,
            {"registration_statuses": [], "registration_status_tags": ["no such tag"]},
            "no status with the tag 'no such tag'",
        ),
        (KIND8, WANTED | {"attendee_types": ["DELEGAT"]}, "Did you mean 'DELEGATE'"),
        (KIND7, {"session_statuses": ["Atended"], "sessions": ["all"]}, "Did you mean 'Attended'"),
        (KIND7, {"session_statuses": ["Attended"], "sessions": ["NO-SUCH"]}, "no session 'NO-SUCH'"),
        (KIND9, {"agenda_statuses": ["Attended"], "agenda_items": ["NO-SUCH"]}, "no agenda item 'NO-SUCH'"),
    ],
)
def test_what_the_event_does_not_have_is_refused(bench: Bench, kind: Kind, settings: Any, words: str):
    with pytest.raises(Permanent, match=words):
        bench.plan(kind, **settings)


def test_missing_activity_types_are_told_before_anything_is_sent_and_nothing_is_lost(bench: Bench):
    changed = {"registration_statuses": ["Declined Invitation"], "create_activity_types": False}
    bench.run(KIND8, **changed)
    bench.change(bench.codes("Invited")[0], "Declined Invitation")
    with pytest.raises(Permanent, match="create_activity_types"):
        bench.run(KIND8, **changed)
    assert not bench.activities()
    job, plan = bench.plan(KIND8, **changed | {"create_activity_types": True})
    assert list(plan["detail"]) == ["an earlier run has seen this change and not sent it"]
    assert list(bench.deliver(KIND8, job, plan).frame["outcome"]) == ["added"]
    assert len(bench.activities()) == 1


@pytest.mark.parametrize("campaign", ["99999999", "draft"])
def test_a_campaign_that_takes_no_activities_is_refused(bench: Bench, campaign: str):
    if campaign == "draft":
        listed = bench.ask("GET", "/api/rest/2.0/assets/campaigns", depth="partial")["elements"]
        campaign = next(one["id"] for one in listed if one["currentStatus"] != "Active")
    bench.run(KIND8, **WANTED)
    bench.change(bench.codes("Invited")[0], "Attended")
    with pytest.raises(Permanent, match="campaign"):
        bench.run(KIND8, **WANTED | {"campaign_id": campaign})
    assert bench.ledger.outbox.counts("tested") == {"pending": 1}


def test_who_is_not_in_eloqua_is_rejected_with_the_remedy_or_created(bench: Bench):
    bench.run(KIND8, **WANTED)
    body = {
        "profile": {
            "firstName": "New",
            "lastName": "Guest",
            "email": "new.guest@nowhere.example",
            "pin": "N-1",
        },
        "registrationStatusLabel": "Attended",
        "attendeeTypeCode": "DELEGATE",
    }
    bench.certain.create_registration(EVENT, body, "SYNC_PIN")
    assert bench.run(KIND8, **WANTED, create_missing_contacts=False) == {"rejected": 1}
    (row,) = bench.ledger.outbox.find(Filter("tested"))
    assert (row.state, row.code) == ("skipped", "no_contact")
    assert retry(bench.ledger, find_retryable(bench.ledger, Filter("tested"))) == 1
    assert bench.run(KIND8, **WANTED) == {"added": 1}
    assert NEW in bench.activities()[0]


def test_a_plan_that_was_overtaken_sends_nothing_twice(bench: Bench):
    bench.run(KIND8, **WANTED)
    bench.change(bench.codes("Invited")[0], "Attended")
    old, newer = bench.plan(KIND8, **WANTED), bench.plan(KIND8, **WANTED)
    assert list(bench.deliver(KIND8, *newer).frame["outcome"]) == ["added"]
    bench.deliver(KIND8, *old)
    assert len(bench.activities()) == 1


def test_a_person_is_registered_for_a_session_and_cancelled(bench: Bench):
    bench.event = "NWEXPO25"
    settings = {"session_statuses": ["Registered", "Attended", "Cancelled"], "sessions": ["all"]}
    assert not bench.run(KIND7, **settings)
    rows = bench.reads(KIND7)["session_registrations"]
    row = rows[rows["registrationCode"].isin(bench.codes()) & rows["regSessionStatus"].eq("Attended")].iloc[0]
    base = f"/api/standard/2.0/accounts/{ACCOUNT}/events/{bench.event}"
    who = {"registrationCode": row["registrationCode"], "instanceId": int(row["instanceId"])}
    for status in ("Cancelled", "Registered"):
        path = f"{base}/sessions/{who['instanceId']}/registrations/bulkAssign"
        bench.ask("POST", path, [{"registrationCode": who["registrationCode"], "status": status}])
        assert bench.run(KIND7, **settings) == {"added": 1}
        assert bench.activities()[-1].startswith(f"{status}|{bench.event}: {row['sessionCode']} ")
    assert not bench.run(KIND7, **settings)
    assert len(bench.activities()) == 2


def test_an_agenda_item_is_registered_and_cancelled(bench: Bench):
    settings = {"agenda_statuses": ["Registered", "Cancelled"], "agenda_items": ["all"]}
    bench.run(KIND9, **settings)
    rows = bench.reads(KIND9)["agenda_registrations"]
    usable = rows[rows["registrationCode"].isin(bench.codes()) & rows["status"].str.upper().eq("REGISTERED")]
    row = usable.iloc[0]
    path = f"/certainExternal/service/v1/RegistrationAgenda/{ACCOUNT}/{EVENT}/{row['registrationCode']}"
    bench.ask("DELETE", f"{path}/{row['activityCode']}")
    assert bench.run(KIND9, **settings) == {"added": 1}
    (key,) = bench.activities()
    assert key.startswith(f"Cancelled|{EVENT}: {row['activityCode']} ")


QUESTION = {**WANTED, "campaign_question": "Eloqua Campaign"}


@pytest.mark.parametrize("name", ["eloqua campaign", "ELQCAMPAIGN", "Eloqua campaign of this event"])
def test_the_campaign_is_the_event_s_answer_to_a_question(bench: Bench, name: str):
    job, plan = bench.plan(KIND8, **WANTED | {"campaign_question": name})
    (answer,) = job.event.answers if job.event else ()
    assert answer.value.isdecimal()
    assert set(plan["campaign"]) == {answer.value}


def test_an_event_that_has_not_answered_is_refused_with_the_questions_it_answers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(Permanent, match="Did you mean 'Eloqua Campaign'") as refused:
        bench.plan(KIND8, **WANTED | {"campaign_question": "Eloqua Campain"})
    assert EVENT in str(refused.value)
    silent = replace(bench.certain.event(EVENT), answers=())
    monkeypatch.setattr(bench.certain, "event", lambda code: silent)
    with pytest.raises(Permanent, match="Allowed: none"):
        bench.plan(KIND8, **QUESTION)


def test_an_answer_that_is_no_id_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    event = bench.certain.event(EVENT)
    answers = tuple(replace(one, value="Spring") for one in event.answers)
    monkeypatch.setattr(bench.certain, "event", lambda code: replace(event, answers=answers))
    with pytest.raises(Permanent, match="no campaign's id"):
        bench.plan(KIND8, **QUESTION)


def test_what_waits_is_sent_with_the_campaign_of_the_settings_now(bench: Bench):
    bench.run(KIND8, **WANTED)
    bench.change(bench.codes("Invited")[0], "Attended")
    with pytest.raises(Permanent, match="campaign"):
        bench.run(KIND8, **WANTED, campaign_id="999999")
    assert bench.run(KIND8, **WANTED) == {"added": 1}
    (row,) = bench.ledger.outbox.find(Filter("tested"))
    assert (row.state, row.campaign) == ("sent", bench.campaign)


def test_attendee_types_are_selected_by_tag_by_name_and_by_code(bench: Bench):
    types = bench.reads(KIND8)["attendee_types"]
    tagged = types[types["tags"].ne("[]")]
    (code,), (name,) = tagged["attendeeTypeCode"], tagged["name"]
    (tag,) = orjson.loads(tagged["tags"].iloc[0])
    chosen = []
    for settings in (
        {"attendee_type_tags": [tag["name"].upper()]},
        {"attendee_types": [name]},
        {"attendee_types": [code.lower()]},
    ):
        _, plan = bench.plan(KIND8, **WANTED, first_run="include", **settings)
        sent = set(plan.loc[plan["action"].eq("add"), "registration_code"])
        chosen.append(sent)
    registrations = bench.reads(KIND8)["registrations"]
    of_type = set(registrations.loc[registrations["attendeeTypeCode"].eq(code), "registrationCode"])
    assert chosen[0]
    assert chosen[0] == chosen[1] == chosen[2]
    assert chosen[0] <= of_type
    with pytest.raises(Permanent, match="attendee type with the tag 'VIPs'"):
        bench.plan(KIND8, **WANTED, attendee_type_tags=["VIPs"])


def test_a_new_contact_has_the_fields_of_the_field_map_and_a_known_one_is_left_alone(bench: Bench):
    bench.run(KIND8, **WANTED)
    (known,) = bench.ask("GET", "/api/rest/2.0/data/contacts", count="1", depth="complete")["elements"]
    people = {NEW: "P-NEW", known["emailAddress"]: "P-KNOWN"}
    for email, pin in people.items():
        profile = {
            "firstName": "Newly",
            "lastName": "Met",
            "email": email,
            "pin": pin,
            "organization": "Acme",
        }
        body = {"profile": profile, "registrationStatusLabel": "Attended", "attendeeTypeCode": "DELEGATE"}
        bench.certain.create_registration(EVENT, body, "SYNC_PIN")
    assert bench.run(KIND8, **WANTED) == {"added": 2}

    def contact(email: str) -> dict[str, Any]:
        search = f"emailAddress='{email}'"
        listed = bench.ask("GET", "/api/rest/2.0/data/contacts", search=search, depth="complete")
        (found,) = listed["elements"]
        return dict(found)

    made = contact(NEW)
    assert (made["firstName"], made["lastName"], made["accountName"]) == ("Newly", "Met", "Acme")
    now = contact(known["emailAddress"])
    assert {name: now.get(name) for name in known} | {"currentStatus": 0} == known | {"currentStatus": 0}


def test_a_campaign_that_one_event_cannot_use_stops_no_other_event(bench: Bench):
    listed = bench.ask("GET", "/api/rest/2.0/assets/campaigns", depth="partial")["elements"]
    draft = next(one["id"] for one in listed if one["currentStatus"] != "Active")
    plans = []
    for event, campaign in ((EVENT, bench.campaign), ("NWEXPO25", draft)):
        bench.event = event
        bench.run(KIND8, **WANTED)
        attended = set(bench.codes("Attended"))
        bench.change(next(code for code in bench.codes() if code not in attended), "Attended")
        plans.append(bench.plan(KIND8, **WANTED | {"campaign_id": campaign}))
    platforms = Platforms({"eloqua": bench.eloqua, "certain": bench.certain}, bench.ledger)
    assert KIND8.deliver_together is not None
    causes = KIND8.deliver_together(plans, platforms)
    assert list(causes) == ["NWEXPO25"]
    assert draft in causes["NWEXPO25"]
    assert len(bench.activities()) == 1
