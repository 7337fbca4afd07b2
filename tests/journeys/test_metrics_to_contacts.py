"""Metrics in contact fields: read back from the sandbox's Eloqua over HTTP."""

import pandas as pd
import pytest

from tests.journeys.test_metrics import METRICS, READS
from tests.journeys.test_metrics_upload import certain, eloqua

EVENTS = ("NWEXPO25", "NWFORUM27")
CONNECTOR = """
kind: upload_metrics_to_contacts
settings:
  totals: [SessionsRegistered -> {registered}, AverageSessionRating -> {rating}]
  tags: [ai -> {ai}]
"""


def new_field(deployment, name, data_type="numeric"):
    body = {"name": name, "dataType": data_type, "displayType": "text", "updateType": "always"}
    return eloqua(deployment, "POST", "/assets/contact/field", body)


@pytest.fixture
def fields(deployment):
    """Three contact fields: statement name by metric, and their ids."""
    made = {
        "registered": new_field(deployment, "Sessions Registered"),
        "rating": new_field(deployment, "Session Rating"),
        "ai": new_field(deployment, "Interest AI"),
    }
    return {name: (one["internalName"], one["id"]) for name, one in made.items()}


@pytest.fixture
def computed(deployment):
    for event in EVENTS:
        ran = deployment.runner().assets([*READS, *METRICS], event)
        assert ran.success, ran.failure


def connector(deployment, fields, **more):
    names = {name: internal for name, (internal, _) in fields.items()} | more
    deployment.file("numbers", CONNECTOR.format(**names))


def run(deployment):
    ran = deployment.job("numbers", None)
    assert ran.success, ran.failure
    return ran.of("numbers/plan"), ran.of("numbers/delivery")


def numbers_of(deployment, fields, contact):
    """The numbers that a contact holds, by metric; "" for a blank one."""
    found = eloqua(deployment, "GET", f"/data/contact/{contact}?depth=complete")["fieldValues"]
    values = {one["id"]: one.get("value") or "" for one in found}
    return {name: values.get(number, "") for name, (_, number) in fields.items()}


def people(deployment):
    """What the roll-up holds of people with a contact, and their points for the tag."""
    account = deployment.frames.frame(("metrics", "account"), None)
    interest = deployment.frames.frame(("metrics", "account_interest"), None)
    points = interest[interest.TagName == "ai"].set_index("EmailAddress").Points
    account["ai"] = account.EmailAddress.map(points).fillna(0.0)
    account.loc[~account.EmailAddress.isin(interest.EmailAddress), "ai"] = None
    return list(account[account.EloquaContactID.notna()].itertuples())


def rejected(deployment):
    """The contacts whose numbers Eloqua did not take."""
    frame = deployment.frames.frame(("numbers", "delivery"), None)
    some = frame[frame.outcome == "rejected"]
    assert some.cause.notna().all()
    return list(some.key)


def text(value):
    return "" if pd.isna(value) else f"{value:.2f}"


def same(one, other):
    """Whether two texts are the same number, or both blank."""
    return one == other or bool(one and other and float(one) == float(other))


def test_totals_points_and_averages_reach_the_contacts_and_a_second_run_writes_nothing(
    deployment, fields, computed
):
    connector(deployment, fields)
    planned, delivered = run(deployment)
    lost = set(rejected(deployment))
    assert lost, "the demo account has profiles that carry the id of a contact that is not there"
    assert delivered["updated"] == planned["plan_update"] - len(lost) > 0
    for one in people(deployment):
        if one.EloquaContactID in lost:
            continue
        found = numbers_of(deployment, fields, one.EloquaContactID)
        assert same(found["registered"], text(one.SessionsRegistered))
        assert same(found["rating"], text(one.AverageSessionRating))
        assert same(found["ai"], text(one.ai))
    before = deployment.writes()
    planned, _ = run(deployment)
    assert planned["plan_update"] == len(lost)
    after = deployment.writes()
    assert {what: number for what, number in after.items() if "contact" in what} == {
        what: number for what, number in before.items() if "contact" in what
    }


def test_a_person_who_counts_no_more_is_set_to_zero_once(deployment, fields, computed):
    connector(deployment, fields)
    run(deployment)
    counted = [one for one in people(deployment) if one.Events == 1 and one.SessionsRegistered > 0]
    contact, email = counted[0].EloquaContactID, counted[0].EmailAddress
    for event in EVENTS:
        listed = certain(deployment, "GET", f"/Registration/NWIND/{event}?maxResults=5000")["registrations"]
        for one in listed:
            if str(one["profile"]["email"]).lower() == email:
                body = {"code": one["registrationCode"], "status": "Cancelled"}
                deployment.sandbox.control("POST", "/certain/registration", body)
        deployment.runner().assets([*READS, *METRICS], event)
    planned, _ = run(deployment)
    assert planned["set_to_zero"] == 1
    found = numbers_of(deployment, fields, contact)
    assert (float(found["registered"]), found["rating"]) == (0, "")
    planned, _ = run(deployment)
    assert planned["plan_update"] == len(rejected(deployment))


def test_fields_that_cannot_hold_the_numbers_are_all_named(deployment, fields, computed):
    connector(deployment, fields, rating="C_Sesion_Rating1", ai="C_DateCreated")
    before = deployment.writes()
    ran = deployment.job("numbers", None)
    assert not ran.success
    assert "Eloqua has no contact field C_Sesion_Rating1 (did you mean" in ran.failure
    assert "C_DateCreated" in ran.failure
    assert deployment.writes() == before
