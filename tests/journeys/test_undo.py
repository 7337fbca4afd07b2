"""Undo, repair and drift through Dagster and the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from tests.contract.undoing import killed_at
from tests.journeys.conftest import EVENT
from tests.journeys.test_metrics import METRICS, READS
from tests.journeys.test_metrics_to_contacts import connector, new_field, numbers_of, same
from tests.journeys.test_metrics_upload import FORUM, certain, records

pytestmark = pytest.mark.slow

FIELDS = {"registered": "Sessions Registered", "rating": "Session Rating", "ai": "Interest AI"}


@pytest.fixture
def ours(kept):
    def call(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == code, done.output + repr(done.exception)
        return done.output

    return call


def runs_of(output: str) -> list[dict]:
    return json.loads(output[output.index("{\n") :])["runs"]


def state(deployment) -> list[tuple]:
    """The registrations of the event, with what an import changes of their people."""
    return sorted(
        (
            one["registrationCode"],
            one["registrationStatusLabel"],
            one["profile"].get("externalKey") or "",
            one["profile"].get("sourceOfProfile") or "",
            one["profile"].get("organization") or "",
        )
        for one in deployment.platforms.registrations(EVENT)
        if one.get("isActive", True)
    )


def test_a_run_is_previewed_undone_and_not_undone_twice(kept, ours):
    before = state(kept)
    (made,) = runs_of(ours("run", "prospects", "--event", EVENT, "--json"))
    after = state(kept)
    assert after != before
    preview = ours("undo", made["run"][:13], "--dry-run", "--delete-created")
    assert "Nothing was written." in preview
    assert "@" not in preview.replace("***@", "")
    assert state(kept) == after
    (undone,) = runs_of(ours("undo", made["run"], "--delete-created", "--json"))
    assert undone["delivery"]["deleted"] == made["delivery"]["created"]
    assert state(kept) == before
    writes = kept.writes()
    (again,) = runs_of(ours("undo", made["run"], "--delete-created", "--json"))
    assert set(again["plan"]) == {"unchanged"}
    assert kept.writes() == writes
    listed = {one["name"]: one for one in json.loads(ours("connectors", "list", "--json"))["connectors"]}
    assert listed["prospects"]["last_run"]["restored"] == "undo"
    pages = json.loads(ours("report", undone["run"], "--unmasked", "--out", str(kept.folder / "x"), "--json"))
    (plan, delivery) = [Path(one["page"]) for one in pages["reports"]]
    assert "prospects undo" in plan.read_text()
    assert "deleted" in delivery.read_text()


def test_a_run_for_events_that_the_file_does_not_select_any_more_is_undone(kept, ours):
    before = state(kept)
    (made,) = runs_of(ours("run", "prospects", "--event", EVENT, "--json"))
    file = kept.connectors / "prospects.yaml"
    file.write_text(file.read_text().replace("[NWSUMMIT27, NWFORUM27]", "[NWFORUM27]"))
    ours("run", "prospects", "--event", EVENT, "--dry-run", code=1)
    ours("undo", made["run"], "--delete-created")
    assert state(kept) == before


def test_what_cannot_be_undone_says_why(kept, ours):
    kept.file(
        "activities",
        """
        kind: registration_status_activities
        events: [NWSUMMIT27]
        settings:
          registration_statuses: [Pre-Registered]
          first_run: include
          campaign_id: "1"
          create_activity_types: true
        """,
    )
    (made,) = runs_of(ours("run", "activities", "--event", EVENT, "--json", code=3))
    output = ours("undo", made["run"])
    assert f"{made['delivery']['added']} cannot be undone" in output, output
    assert "no call that changes or deletes an external activity" in output
    ours("repair", "activities", "--all-events", code=1)
    ours("undo", "0000", code=2)


def test_drift_is_found_shown_and_repaired(kept, ours):
    ours("run", "prospects", "--event", EVENT)
    ran = kept.runner().assets(["prospects/drift"])
    assert ran.success, ran.failure
    assert ran.checks["prospects/drift: as_delivered"]
    after = state(kept)
    delivered = kept.frames.frame(("prospects", "delivery"), EVENT)
    for code in delivered.loc[delivered["outcome"].eq("created"), "registration_code"][:3]:
        kept.platforms.change_status(code, "Cancelled")
    changed = kept.runner().assets(["prospects/drift"])
    assert not changed.checks["prospects/drift: as_delivered"]
    found = changed.of("prospects/drift")["values_changed_since"]
    assert found == 3
    output = ours("repair", "prospects", "--event", EVENT, "--dry-run")
    assert f"{found:,} update" in output
    (repaired,) = runs_of(ours("repair", "prospects", "--all-events", "--json"))
    assert repaired["delivery"]["updated"] == found
    assert kept.runner().assets(["prospects/drift"]).checks["prospects/drift: as_delivered"]
    assert state(kept) == after


@pytest.mark.parametrize(
    ("name", "kind", "stored"),
    [
        ("engagement", "upload_engagement_metrics", "Certain Engagement Metrics"),
        ("interest", "upload_interest_metrics", "Certain Interest Metrics"),
    ],
)
def test_uploaded_metrics_are_taken_back(kept, ours, name, kind, stored):
    kept.file(name, f"kind: {kind}\nevents: all\nsettings: {{}}\n")
    kept.instance.add_dynamic_partitions("events", [FORUM])
    (first,) = runs_of(ours("run", name, "--event", FORUM, "--json"))
    before = numbers(kept, stored)
    assert len(before) == first["delivery"]["created"] > 0
    # Some records get other numbers, some drop to 0.
    kept.sandbox.control("POST", "clock/advance", {"seconds": 7_200})
    for code in sorted({key[1] for key in before})[:3]:
        certain(kept, "POST", f"/Registration/NWIND/{FORUM}/{code}", {"registrationStatusLabel": "Cancelled"})
    (second,) = runs_of(ours("run", name, "--event", FORUM, "--json"))
    assert second["delivery"]["updated"] > 0
    assert numbers(kept, stored) != before
    (undone,) = runs_of(ours("undo", second["run"], "--json"))
    assert undone["delivery"]["updated"] == second["delivery"]["updated"]
    assert numbers(kept, stored) == before
    (all_gone,) = runs_of(ours("undo", first["run"], "--delete-created", "--json"))
    assert all_gone["delivery"]["deleted"] == len(before)
    assert numbers(kept, stored) == {}
    (again,) = runs_of(ours("run", name, "--event", FORUM, "--json"))
    assert again["delivery"]["created"] > 0


def numbers(deployment, stored) -> dict[tuple[str, str], dict[str, str]]:
    """The numbers of every record, by its unique code and registration."""
    left_out = {"LastCalculated", "RegistrationStatus", "contact"}
    return {
        (key, one["RegistrationCode"]): {name: value for name, value in one.items() if name not in left_out}
        for key, one in records(deployment, stored).items()
    }


def test_numbers_in_contact_fields_are_put_back(kept, ours):
    made = {name: new_field(kept, title) for name, title in FIELDS.items()}
    fields = {name: (one["internalName"], one["id"]) for name, one in made.items()}
    connector(kept, fields)
    kept.instance.add_dynamic_partitions("events", [FORUM])
    assert kept.runner().assets([*READS, *METRICS], FORUM).success
    (first,) = runs_of(ours("run", "numbers", "--json"))
    delivered = kept.frames.frame(("numbers", "delivery"), None)
    contacts = list(delivered.loc[delivered["outcome"].eq("updated"), "key"])[:40]
    before = {one: numbers_of(kept, fields, one) for one in contacts}
    kept.sandbox.control("POST", "clock/advance", {"seconds": 7_200})
    metrics = kept.frames.frame(("metrics", "engagement"), FORUM)
    mine = metrics[metrics["EloquaContactID"].isin(contacts[:6])]
    for code in mine["RegistrationCode"][:3]:
        certain(kept, "POST", f"/Registration/NWIND/{FORUM}/{code}", {"registrationStatusLabel": "Cancelled"})
    assert kept.runner().assets([*READS, *METRICS], FORUM).success
    (second,) = runs_of(ours("run", "numbers", "--json"))
    assert second["delivery"]["updated"] > 0
    assert {one: numbers_of(kept, fields, one) for one in contacts} != before
    ours("undo", second["run"])
    after = {one: numbers_of(kept, fields, one) for one in contacts}
    assert all(same(after[one][name], before[one][name]) for one in contacts for name in fields)
    # What the contacts had before the first run is not known, so nothing of it is guessed.
    output = ours("undo", first["run"], "--dry-run")
    assert "its old value was not known" in output


@pytest.mark.parametrize(("number", "answered"), [(2, True), (8, False)])
def test_an_undo_of_metrics_that_was_killed_and_is_run_again_ends_the_same(kept, ours, number, answered):
    kept.file("engagement", "kind: upload_engagement_metrics\nevents: all\nsettings: {}\n")
    kept.instance.add_dynamic_partitions("events", [FORUM])
    (first,) = runs_of(ours("run", "engagement", "--event", FORUM, "--json"))
    stored = "Certain Engagement Metrics"
    assert numbers(kept, stored)
    undo = ["undo", first["run"], "--delete-created"]
    assert killed_at(number, lambda: CliRunner().invoke(main, undo), answered=answered)
    (again,) = runs_of(ours(*undo, "--json"))
    assert again["succeeded"]
    assert numbers(kept, stored) == {}
