"""Rules without a known error answer: what breaks them is accepted, and works."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk

SCORED = "{{Contact.Field(C_Lead_Score_Date___Most_Recent1)}}"
TITLE = "{{Contact.Field(C_Title)}}"


@pytest.mark.parametrize(
    "more",
    [
        {"isUpdatingMultipleMatchedRecords": True},
        {"importPriorityUri": "/imports/priorities/99"},
        {"updateRule": "useFieldRule", "updateRuleByField": {"Nothing": "always"}},
        {"autoDeleteDuration": "PT1M"},
        {"dataRetentionDuration": "P30D"},
        {"mapDataCards": True},
    ],
    ids=lambda more: next(iter(more)),
)
def test_an_import_that_breaks_such_a_rule_works(bulk: Bulk, more: dict[str, Any]) -> None:
    sync = bulk.imported(
        "/contacts",
        [{"E": "rules@a.example", "F": "Ann"}],
        fields={"E": EMAIL, "F": FIRST},
        identifierFieldName="E",
        **more,
    )
    assert sync["status"] == "success"
    assert bulk.by_email("rules@a.example", F=FIRST) == {"E": "rules@a.example", "F": "Ann"}


def test_names_that_differ_in_case_only_and_blank_names_are_accepted(bulk: Bulk) -> None:
    made = bulk.define("/contacts/exports", fields={"a": EMAIL, "A": FIRST, "": TITLE})
    assert bulk.sync(made["uri"])["status"] == "success"


def test_a_date_may_be_the_identifier(bulk: Bulk) -> None:
    day = "2026-11-26 10:00:00"
    bulk.contacts([{"E": "scored@a.example", "D": day}], fields={"E": EMAIL, "D": SCORED})
    sync = bulk.imported(
        "/contacts", [{"D": day, "T": "found"}], fields={"D": SCORED, "T": TITLE}, identifierFieldName="D"
    )
    assert sync["status"] == "success"
    assert bulk.by_email("scored@a.example", T=TITLE) == {"E": "scored@a.example", "T": "found"}


def test_an_activity_export_may_have_more_than_ten_contact_fields(bulk: Bulk) -> None:
    field = "{{Activity.Contact.Field(C_EmailAddress)}}"
    made = bulk.define("/activities/exports", fields={f"c{n}": field for n in range(11)})
    assert bulk.sync(made["uri"])["status"] == "success"


def test_a_filter_may_ask_for_two_lists(bulk: Bulk) -> None:
    first = bulk.list_named("Summit Prospects")
    second = bulk.list_named("Newsletter Readers")
    text = f"EXISTS('{first['statement']}') OR EXISTS('{second['statement']}')"
    uri = bulk.define("/contacts/exports", fields={"E": EMAIL}, filter=text)["uri"]
    sync = bulk.sync(uri)
    both = bulk.get(f"{sync['uri']}/data?limit=1")["totalResults"]
    alone = []
    for one in (first, second):
        only = bulk.define("/contacts/exports", fields={"E": EMAIL}, filter=f"EXISTS('{one['statement']}')")
        alone.append(bulk.get(f"{bulk.sync(only['uri'])['uri']}/data?limit=1")["totalResults"])
    assert max(alone) <= both <= sum(alone)
