"""Which profile a posted one matches: ``profileIdentifier`` and ``allowduplicates``."""

import pytest

from tests.contract.same_addresses import PAIRS

EVENT = "Registration/NWIND/NWEMPTY27"
BODY = {"email": "ada@quist.example", "pin": "ADA-1", "externalKey": "1002003"}
MEMBERS = {"EMAIL": "email", "PIN": "pin", "EXTERNAL": "externalKey"}


def body(**changes):
    return {"firstName": "Ada", "lastName": "Quist", **BODY, **changes}


def others(member):
    """The identifying members that are not this one, with values that no profile has."""
    return {name: f"other-{name}"[:25] for name in MEMBERS.values() if name != member}


@pytest.mark.parametrize(("identifier", "member"), MEMBERS.items())
def test_a_plain_identifier_matches_the_profile_and_leaves_it(certain, identifier, member):
    first = certain.post("Profile/NWIND", body())
    met = certain.post(
        "Profile/NWIND",
        body(**others(member), firstName="X"),
        profileIdentifier=identifier,
        allowduplicates="no",
    )
    assert met == first


@pytest.mark.parametrize(("identifier", "member"), MEMBERS.items())
def test_a_sync_identifier_matches_the_profile_and_changes_it(certain, identifier, member):
    first = certain.post("Profile/NWIND", body())
    met = certain.post(
        "Profile/NWIND", body(**others(member), firstName="X"), profileIdentifier=f"SYNC_{identifier}",
        allowduplicates="no",
    )  # fmt: skip
    assert met["pkProfileId"] == first["pkProfileId"]
    assert met["firstName"] == "X"


@pytest.mark.parametrize("identifier", [*MEMBERS, *(f"SYNC_{name}" for name in MEMBERS)])
def test_an_identifier_without_a_match_creates(certain, identifier):
    first = certain.post("Profile/NWIND", body(), profileIdentifier=identifier)
    assert first["profilePin"] == "ADA-1"
    registration = certain.post(
        EVENT, {"profile": body(email="b@x.example", pin="B", externalKey="B")}, profileIdentifier=identifier
    )
    assert registration["profile"]["pkProfileId"] != first["pkProfileId"]


@pytest.mark.parametrize("identifier", [*MEMBERS, *(f"SYNC_{name}" for name in MEMBERS)])
def test_the_identifying_member_must_be_there(certain, identifier):
    member = MEMBERS[identifier.removeprefix("SYNC_")]
    for blank in (None, ""):
        posted = body(**{member: blank})
        assert certain.refused("POST", "Profile/NWIND", posted, profileIdentifier=identifier)[0] == 400
        assert certain.refused("POST", EVENT, {"profile": posted}, profileIdentifier=identifier)[0] == 400


def test_an_unknown_identifier_is_refused(certain):
    assert certain.refused("POST", "Profile/NWIND", body(), profileIdentifier="NAME")[0] == 400


def test_an_email_is_met_in_any_letter_case(certain):
    first = certain.post("Profile/NWIND", body())
    met = certain.post(
        "Profile/NWIND", body(email="ADA@Quist.Example", pin=None), profileIdentifier="SYNC_EMAIL"
    )
    assert met["pkProfileId"] == first["pkProfileId"]
    assert met["email"] == "ADA@Quist.Example"


def test_of_two_profiles_with_one_email_the_older_is_met_and_inactive_ones_are_not(certain):
    first = certain.post("Profile/NWIND", body(pin="1"))
    second = certain.post("Profile/NWIND", body(pin="2"))
    assert first["pkProfileId"] != second["pkProfileId"]
    assert certain.post("Profile/NWIND", body(pin=None), profileIdentifier="EMAIL")["profilePin"] == "1"
    certain.delete("Profile/NWIND/1")
    assert certain.post("Profile/NWIND", body(pin=None), profileIdentifier="EMAIL")["profilePin"] == "2"


def test_registering_a_known_pin_without_identifier_is_refused(certain):
    certain.post("Profile/NWIND", body())
    status, text = certain.refused("POST", EVENT, {"profile": body()})
    assert (status, "A profile already exists for given profile pin" in text) == (400, True)
    assert certain.refused("GET", EVENT)[0] == 404


def test_without_duplicates_the_existing_registration_is_changed_and_returned(certain):
    asked = {"profileIdentifier": "SYNC_EMAIL", "allowduplicates": "no"}
    first = certain.post(EVENT, {"profile": body(), "registrationStatusLabel": "Invited"}, **asked)
    again = certain.post(
        EVENT, {"profile": body(position="CEO"), "registrationStatusLabel": "Pre-Registered"}, **asked
    )
    assert again["registrationCode"] == first["registrationCode"]
    assert again["registrationStatusLabel"] == "Pre-Registered"
    assert again["profile"]["position"] == "CEO"
    assert certain.get(EVENT)["completeCollectionSize"] == 1


def test_with_duplicates_one_profile_registers_twice(certain):
    first = certain.post(EVENT, {"profile": body()}, profileIdentifier="EMAIL")
    second = certain.post(EVENT, {"profile": body()}, profileIdentifier="EMAIL")
    assert first["registrationCode"] != second["registrationCode"]
    assert first["profile"]["pkProfileId"] == second["profile"]["pkProfileId"]


def test_a_refused_registration_leaves_no_profile_behind(certain):
    before = certain.get("Profile/NWIND")["completeCollectionSize"]
    refused = certain.refused("POST", EVENT, {"profile": body(), "registrationStatusLabel": "Nonsense"})
    assert refused[0] == 400
    assert certain.get("Profile/NWIND")["completeCollectionSize"] == before


def test_a_sub_account_has_profiles_of_its_own(certain):
    first = certain.post("Profile/NWIND", body())
    second = certain.post("Profile/NWIND-EU", body(), profileIdentifier="SYNC_EMAIL")
    assert first["pkProfileId"] != second["pkProfileId"]


@pytest.mark.parametrize(("first", "second", "same"), PAIRS)
def test_an_address_matches_and_finds_the_profile_with_the_same_address_only(certain, first, second, same):
    made = certain.post("Profile/NWIND", body(email=first))
    met = certain.post(
        "Profile/NWIND", body(**(others("email") | {"email": second})), profileIdentifier="EMAIL"
    )
    assert (met["pkProfileId"] == made["pkProfileId"]) == same
    found = certain.get("Profile/NWIND", email=second)
    assert (made["profilePin"] in {one["profilePin"] for one in found["profiles"]}) == same
