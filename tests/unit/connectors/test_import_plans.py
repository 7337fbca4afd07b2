from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.mapping import Direction, FieldMap, Pair
from tests.unit.connectors.conftest import (
    FIELD_MAP,
    LINKED,
    Planned,
    contact,
    job,
    profile,
    reads,
    registration,
)

Plan = Callable[..., Planned]
BY_EMAIL = {"contact_list_name": "L", "profile_deduplication": "email"}
BY_ID = {"contact_list_name": "L", "profile_deduplication": "eloqua_id"}
REGISTER: dict[str, Any] = {
    **BY_EMAIL,
    "attendee_type_code": "DELEGATE",
    "registration_status": "Pre-Registered",
    "overwrite_registration_status": True,
}
PROFILES, REGISTRATIONS = "import_profiles", "import_registrations"


def test_a_new_contact_is_created_with_its_fields_id_and_source(plan_of: Plan):
    row = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1, C_Country="Norway")])["1"]
    assert row["action"] == "create"
    assert row["write"] == {
        "profile": {
            "email": "p1@x.example",
            "firstName": "Ann",
            "lastName": "Lee",
            "address.country": "NO",
            "externalKey": "1",
            "sourceOfProfile": "Eloqua",
        }
    }


def test_a_profile_that_is_already_so_is_unchanged(plan_of: Plan):
    planned = plan_of(
        PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[profile(1, externalKey="1", **LINKED)]
    )
    assert planned.actions() == {"1": "unchanged"}
    assert planned["1"]["write"] is None


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0"])
def test_a_blank_field_never_erases_a_value(plan_of: Plan, blank: str):
    there = profile(1, externalKey="1", organization="Fabrikam", **LINKED)
    planned = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1, C_Company=blank)], profiles=[there])
    assert planned.actions() == {"1": "unchanged"}


def test_a_change_shows_the_old_value_and_the_new(plan_of: Plan):
    there = profile(1, externalKey="1", position="Intern", **LINKED)
    row = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1, C_Title="CTO")], profiles=[there])["1"]
    assert row["action"] == "update"
    assert row["changes"] == [{"on": "profile", "field": "position", "new": "CTO", "old": "Intern"}]


def test_only_the_id_missing_is_a_link(plan_of: Plan):
    row = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[profile(1)])["1"]
    assert row["action"] == "link"
    assert row["write"] == {"profile": {"externalKey": "1", "sourceOfProfile": "Eloqua"}}


def test_only_the_part_of_the_link_that_differs_is_written(plan_of: Plan):
    row = plan_of(
        PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[profile(1, externalKey="77", **LINKED)]
    )["1"]
    assert row["changes"] == [{"on": "profile", "field": "externalKey", "new": "1", "old": "77"}]


def test_addresses_are_compared_without_case_and_not_rewritten(plan_of: Plan):
    there = profile(1, email="P1@X.example", externalKey="1", **LINKED)
    assert plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[there]).actions() == {
        "1": "unchanged"
    }


def test_another_spelling_of_the_same_country_is_no_change(plan_of: Plan):
    there = profile(1, externalKey="1", **{"address.country": "US"}, **LINKED)
    planned = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1, C_Country="U.S.A.")], profiles=[there])
    assert planned.actions() == {"1": "unchanged"}


def test_a_value_outside_of_its_table_is_left_alone_and_said(plan_of: Plan):
    row = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1, C_Country="Utopia")])["1"]
    assert "address.country" not in row["write"]["profile"]
    assert "C_Country is not in the table" in row["detail"]


def test_a_pair_for_the_way_out_is_not_used_on_the_way_in(plan_of: Plan):
    pairs = [p for p in FIELD_MAP.pairs if p.certain != "position"]
    out = FieldMap("NWIND", (*pairs, Pair("position", "C_Title", Direction.OUT)))
    row = plan_of(PROFILES, BY_EMAIL, out, contacts=[contact(1, C_Title="CTO")])["1"]
    assert "position" not in row["write"]["profile"]


@pytest.mark.parametrize(
    ("email", "reason"),
    [("", "no_email"), ("   ", "no_email"), ("nobody", "invalid_email"), ("a@b", "invalid_email")],
)
def test_a_contact_without_a_usable_address_is_left_out(plan_of: Plan, email: str, reason: str):
    assert plan_of(PROFILES, BY_EMAIL, contacts=[contact(1, email)]).actions() == {"1": reason}


def test_a_contact_without_a_name_cannot_become_a_profile(plan_of: Plan):
    assert plan_of(PROFILES, BY_EMAIL, contacts=[contact(1, C_LastName=" ")]).actions() == {"1": "no_name"}


def test_a_contact_without_a_name_can_update_a_profile_that_has_one(plan_of: Plan):
    planned = plan_of(
        PROFILES, BY_EMAIL, contacts=[contact(1, C_LastName="", C_Title="CTO")], profiles=[profile(1)]
    )
    assert planned.actions() == {"1": "update"}


def test_two_contacts_with_one_address_are_one_person_and_the_older_is_taken(plan_of: Plan):
    rows = [contact(12, "same@x.example"), contact(5, "SAME@x.example")]
    planned = plan_of(PROFILES, BY_EMAIL, contacts=rows)
    assert planned.actions() == {"12": "merged", "5": "create"}
    assert "contact 5" in planned["12"]["detail"]


def test_of_two_contacts_with_one_address_the_one_the_profile_carries_is_taken(plan_of: Plan):
    rows = [contact(5, "same@x.example"), contact(12, "same@x.example")]
    there = profile(1, "same@x.example", externalKey="12", **LINKED)
    assert plan_of(PROFILES, BY_EMAIL, contacts=rows, profiles=[there]).actions() == {
        "5": "merged",
        "12": "unchanged",
    }


def test_an_inactive_profile_is_not_made_anew(plan_of: Plan):
    planned = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[profile(1, isActive=False)])
    assert planned.actions() == {"1": "inactive"}


def test_an_active_profile_of_the_same_address_wins_over_an_inactive_one(plan_of: Plan):
    there = [profile(1, isActive=False), profile(2, "p1@x.example")]
    assert plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=there)["1"]["profile_pin"] == "P2"


@pytest.mark.parametrize("there", [[], [profile(7, "", isActive=False)]], ids=["vanished", "anonymised"])
@pytest.mark.parametrize("mode", [BY_EMAIL, BY_ID], ids=["email", "id"])
def test_a_person_whose_profile_is_gone_is_not_made_anew(
    plan_of: Plan, there: list[Any], mode: dict[str, Any]
):
    planned = plan_of(PROFILES, mode, contacts=[contact(1, known_profile_pin="P7")], profiles=there)
    assert planned.actions() == {"1": "inactive"}


def test_two_profiles_of_one_address_are_ambiguous(plan_of: Plan):
    there = [profile(1), profile(2, "p1@x.example")]
    planned = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=there)
    assert planned.actions() == {"1": "ambiguous_profile"}
    assert "P1, P2" in planned["1"]["detail"]


def test_of_two_profiles_the_one_with_the_contacts_id_is_meant(plan_of: Plan):
    there = [profile(1), profile(2, "p1@x.example", externalKey="1", **LINKED)]
    assert plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=there)["1"]["profile_pin"] == "P2"


def test_of_two_profiles_the_registered_one_is_meant(plan_of: Plan):
    there = [profile(1), profile(2, "p1@x.example")]
    planned = plan_of(
        REGISTRATIONS, REGISTER, contacts=[contact(1)], profiles=there, registrations=[registration(2)]
    )
    assert planned["1"]["profile_pin"] == "P2"


def test_by_address_a_profile_with_the_id_and_another_address_is_another_person(plan_of: Plan):
    there = profile(1, "other@x.example", externalKey="1", **LINKED)
    row = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[there])["1"]
    assert row["action"] == "create"
    assert "profile P1 carries the External Profile ID 1 already" in row["detail"]
    assert not {"externalKey", "sourceOfProfile"} & set(row["write"]["profile"])


@pytest.mark.parametrize("email", ["", "jane@"])
def test_by_address_a_profile_with_the_id_and_no_usable_address_gets_it(plan_of: Plan, email: str):
    there = profile(1, email, externalKey="1", **LINKED)
    row = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[there])["1"]
    assert (row["action"], row["profile_pin"]) == ("update", "P1")
    assert row["write"] == {"profile": {"email": "p1@x.example"}}


# -- by id


def test_by_id_the_address_does_not_matter(plan_of: Plan):
    there = profile(1, "old@x.example", externalKey="1", **LINKED)
    row = plan_of(PROFILES, BY_ID, contacts=[contact(1)], profiles=[there])["1"]
    assert row["write"] == {"profile": {"email": "p1@x.example"}}


def test_by_id_the_only_profile_of_the_address_without_an_id_is_linked(plan_of: Plan):
    there = [profile(1), profile(2, "p1@x.example", externalKey="99", **LINKED)]
    row = plan_of(PROFILES, BY_ID, contacts=[contact(1)], profiles=there)["1"]
    assert (row["action"], row["profile_pin"]) == ("link", "P1")


@pytest.mark.parametrize(
    "there",
    [
        [profile(1), profile(2, "p1@x.example")],
        [profile(1, externalKey="99", **LINKED)],
        [profile(1, externalKey="1", **LINKED), profile(2, externalKey="1", **LINKED)],
    ],
    ids=["two without an id", "one with another id", "two with this id"],
)
def test_by_id_everything_else_of_the_address_is_ambiguous(plan_of: Plan, there: list[Any]):
    assert plan_of(PROFILES, BY_ID, contacts=[contact(1)], profiles=there).actions() == {
        "1": "ambiguous_profile"
    }


def test_by_id_another_systems_equal_number_is_not_our_id(plan_of: Plan):
    there = profile(5, "else@x.example", externalKey="1", sourceOfProfile="Marketo")
    assert plan_of(PROFILES, BY_ID, contacts=[contact(1)], profiles=[there]).actions() == {"1": "create"}


def test_by_id_two_contacts_with_profiles_of_their_own_are_two_people(plan_of: Plan):
    rows = [contact(1, "same@x.example"), contact(2, "same@x.example")]
    there = [
        profile(1, "same@x.example", externalKey="1", **LINKED),
        profile(2, "same@x.example", externalKey="2", **LINKED),
    ]
    assert set(plan_of(PROFILES, BY_ID, contacts=rows, profiles=there).actions().values()) == {"unchanged"}


# -- another system


def test_another_systems_mark_is_kept(plan_of: Plan):
    there = profile(1, externalKey="M7", sourceOfProfile="Marketo")
    row = plan_of(PROFILES, BY_EMAIL, contacts=[contact(1)], profiles=[there])["1"]
    assert row["action"] == "unchanged"
    assert "Marketo" in row["detail"]


def test_another_systems_mark_is_taken_over_when_told(plan_of: Plan):
    there = profile(1, externalKey="M7", sourceOfProfile="Marketo")
    row = plan_of(PROFILES, {**BY_EMAIL, "take_over_source": True}, contacts=[contact(1)], profiles=[there])[
        "1"
    ]
    assert row["write"] == {"profile": {"externalKey": "1", "sourceOfProfile": "Eloqua"}}


# -- registrations


def test_a_new_registration_gets_the_chosen_type_and_status(plan_of: Plan):
    row = plan_of(
        REGISTRATIONS, REGISTER, contacts=[contact(1)], profiles=[profile(1, externalKey="1", **LINKED)]
    )["1"]
    assert row["action"] == "create"
    chosen = {"attendeeTypeCode": "DELEGATE", "registrationStatusLabel": "Pre-Registered"}
    assert row["write"] == {"registration": chosen}


@pytest.mark.parametrize(("overwrite", "action"), [(True, "update"), (False, "unchanged")])
def test_an_existing_registration_changes_status_only_with_overwrite(
    plan_of: Plan, overwrite: bool, action: str
):
    settings = {**REGISTER, "overwrite_registration_status": overwrite}
    there = {"profiles": [profile(1, externalKey="1", **LINKED)], "registrations": [registration(1)]}
    row = plan_of(REGISTRATIONS, settings, contacts=[contact(1)], **there)["1"]
    assert row["action"] == action
    if overwrite:
        assert row["changes"] == [
            {
                "on": "registration",
                "field": "registrationStatusLabel",
                "new": "Pre-Registered",
                "old": "Invited",
            }
        ]


def test_waitlist_hold_is_not_forced(plan_of: Plan):
    there = {
        "profiles": [profile(1, externalKey="1", **LINKED)],
        "registrations": [registration(1, status="Waitlist Hold")],
    }
    row = plan_of(REGISTRATIONS, REGISTER, contacts=[contact(1)], **there)["1"]
    assert row["action"] == "unchanged"
    assert "not forced" in row["detail"]


def test_the_newest_active_registration_counts(plan_of: Plan):
    regs = [
        registration(1, "P1", dateCreated="2026-01-01T00:00:00", dateModified="2026-09-01T00:00:00"),
        registration(2, "P1", dateCreated="2026-02-01T00:00:00"),
        registration(3, "P1", dateCreated="2026-03-01T00:00:00", isActive=False),
        registration(4, "P1", dateCreated="2026-04-01T00:00:00", isTestMode=True),
    ]
    row = plan_of(REGISTRATIONS, REGISTER, contacts=[contact(1)], profiles=[profile(1)], registrations=regs)[
        "1"
    ]
    assert row["registration_code"] == "R2"
    assert "3 registrations of this person" in row["detail"]


def test_a_deleted_registration_is_not_made_anew(plan_of: Plan):
    regs = [registration(1, isActive=False)]
    planned = plan_of(
        REGISTRATIONS, REGISTER, contacts=[contact(1)], profiles=[profile(1)], registrations=regs
    )
    assert planned.actions() == {"1": "inactive"}


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("attendee_type_code", "DELGATE", "Did you mean 'DELEGATE'?"),
        ("attendee_type_code", "OLD", "is inactive. Allowed: DELEGATE"),
        ("registration_status", "pre-registered", "Did you mean 'Pre-Registered'?"),
    ],
)
def test_what_the_event_does_not_have_is_refused(plan_of: Plan, setting: str, value: str, message: str):
    with pytest.raises(Permanent) as error:
        plan_of(REGISTRATIONS, {**REGISTER, setting: value}, contacts=[contact(1)])
    assert message in str(error.value)


def test_a_contact_outside_of_the_pages_is_listed(plan_of: Plan):
    rows = [contact(1), contact(2, left_out="list_truncated")]
    planned = plan_of(PROFILES, {**BY_EMAIL, "ending_page": 2}, contacts=rows)
    assert planned.actions() == {"1": "create", "2": "list_truncated"}
    assert "pages 1 to 2 of 1000" in planned["2"]["detail"]


def test_an_empty_list_is_an_empty_plan(plan_of: Plan):
    planned = plan_of(PROFILES, BY_EMAIL)
    assert list(planned.frame.columns) == KINDS[PROFILES].plan_schema.names
    assert planned.frame.empty


emails = st.sampled_from(["a@x.example", "A@X.example", "b@x.example", "", "bad"])
people = st.tuples(
    emails, st.sampled_from(["", "1", "2", "9"]), st.booleans(), st.sampled_from(["", "Eloqua", "Marketo"])
)
modes = st.sampled_from([BY_EMAIL, BY_ID])


@settings(deadline=None, max_examples=60)
@given(members=st.lists(emails, max_size=6), there=st.lists(people, max_size=5), mode=modes)
def test_every_member_has_one_row_and_no_profile_is_written_twice(
    members: list[str], there: list[Any], mode: dict[str, Any]
):
    contacts = [contact(n, email) for n, email in enumerate(members)]
    profiles = [
        profile(n, email, externalKey=key, isActive=active, sourceOfProfile=source)
        for n, (email, key, active, source) in enumerate(there)
    ]
    plan = KINDS[PROFILES].plan(job(PROFILES, **mode), reads(contacts, profiles))
    assert sorted(plan["key"]) == sorted(str(n) for n in range(len(members)))
    assert set(plan["action"]) <= set(Action)
    assert plan[plan["action"] == "skip"]["reason"].notna().all()
    assert plan[plan["action"] != "skip"]["reason"].isna().all()
    written = plan[plan["action"].isin(["create", "update", "link", "unchanged"])]
    assert written["profile_pin"].dropna().is_unique
    assert plan[plan["action"] == "create"]["email"].str.casefold().is_unique
