"""People who are surely unchanged are planned by whole columns; the plan is that of planning one by one."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contacts import upsert_plan
from certain_eloqua.mapping import DEFAULT_PAIRS, FieldMap, constant_pair
from tests.unit.connectors.conftest import contact, job, profile, reads, registration

KIND = KINDS["upsert_contacts"]
SETTINGS: dict[str, Any] = {"registration_statuses": ["Invited"]}
WITH_CONSTANT = FieldMap("NWIND", (*DEFAULT_PAIRS, constant_pair("Event", eloqua="C_Lead_Source1")))

person = st.fixed_dictionaries(
    {
        "linked": st.sampled_from(["", "own", "other"]),
        "source": st.sampled_from(["", "Eloqua", "Marketo"]),
        "company": st.sampled_from(["", "Acme", " Acme "]),
        "theirs": st.sampled_from(["", "Acme", "Other"]),
        "country": st.sampled_from(["", "US", "NO", "??"]),
        "their_country": st.sampled_from(["", "United States", "Norway", "NO"]),
        "lead_source": st.sampled_from(["", "Event", "Web"]),
        "status": st.sampled_from(["Invited", "New"]),
        "in_eloqua": st.booleans(),
        "has_profile": st.booleans(),
    }
)


def frames(people: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    contacts, profiles, registrations = [], [], []
    for number, one in enumerate(people, 1):
        linked = {"": "", "own": str(number), "other": "999"}[one["linked"]]
        members = {
            "externalKey": linked,
            "sourceOfProfile": one["source"],
            "organization": one["company"],
            "address.country": one["country"],
        }
        if one["has_profile"]:
            profiles.append(profile(number, **members))
        nested = {f"profile.{name}": value for name, value in members.items()}
        nested |= {
            "profile.email": f"p{number}@x.example",
            "profile.firstName": "Ann",
            "profile.lastName": "Lee",
        }
        registrations.append(registration(number, status=one["status"], **nested))
        if one["in_eloqua"]:
            fields = {"C_Company": one["theirs"], "C_Country": one["their_country"]}
            fields["C_Lead_Source1"] = one["lead_source"]
            contacts.append(contact(number, **fields))
    return reads(contacts, profiles, registrations)


def nobody(people: Any, contacts: Any, pairs: Any) -> Any:
    return np.zeros(len(people["profilePin"]), np.bool_)


@pytest.mark.parametrize("field_map", [FieldMap("NWIND"), WITH_CONSTANT], ids=["default", "constant"])
@given(people=st.lists(person, max_size=8))
def test_the_plan_is_the_same_as_one_by_one(field_map: FieldMap, people: list[dict[str, Any]]):
    work = job("upsert_contacts", field_map=field_map, **SETTINGS)
    fast = KIND.plan(work, frames(people))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upsert_plan, "surely_unchanged", nobody)
        slow = KIND.plan(work, frames(people))
    pd.testing.assert_frame_equal(fast, slow)
    assert fast.attrs == slow.attrs


def test_what_is_unchanged_is_planned_by_columns():
    one = {
        "linked": "own",
        "source": "Eloqua",
        "company": "Acme",
        "theirs": "Acme",
        "country": "NO",
        "their_country": "Norway",
        "lead_source": "Event",
        "status": "Invited",
        "in_eloqua": True,
        "has_profile": True,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upsert_plan._Upsert, "_add", lambda *_: pytest.fail("planned one by one"))
        plan = KIND.plan(job("upsert_contacts", field_map=WITH_CONSTANT, **SETTINGS), frames([one] * 3))
    assert list(plan["action"]) == ["unchanged"] * 3
