"""Addresses are the same in any letter case and composition, and different when they are merely alike."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import requests

from tests.contract.same_addresses import PAIRS
from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk

EMAIL_ADDRESS = "{{EmailAddress.Field(EmailAddress)}}"


def _rest(bulk: Bulk, method: str, path: str, body: object = None) -> requests.Response:
    return bulk.session.request(method, f"{bulk.sandbox.url}/api/rest/1.0{path}", json=body, timeout=60)


@pytest.mark.parametrize(("first", "second", "same"), PAIRS)
def test_a_second_import_updates_the_contact_with_the_same_address_only(
    bulk: Bulk, first: str, second: str, same: bool
) -> None:
    bulk.contacts([{"E": first, "F": "first"}])
    sync = bulk.contacts([{"E": second, "F": "second"}])
    assert {("ELQ-00004", int(not same)), ("ELQ-00022", int(same))} <= set(bulk.logs(sync))


@pytest.mark.parametrize(("first", "second", "same"), PAIRS)
def test_two_rows_of_one_import_are_one_contact_if_their_addresses_are_the_same(
    bulk: Bulk, first: str, second: str, same: bool
) -> None:
    sync = bulk.contacts([{"E": first, "F": "first"}, {"E": second, "F": "second"}])
    assert [one["statusCode"] for one in bulk.rejects(sync)] == (["ELQ-00026"] if same else [])


@pytest.mark.parametrize(("first", "second", "same"), PAIRS)
def test_filters_and_searches_find_the_same_address_only(
    bulk: Bulk, first: str, second: str, same: bool
) -> None:
    bulk.contacts([{"E": first, "F": "first"}])
    assert (bulk.by_email(second, F=FIRST) is not None) == same
    like = bulk.exported("/contacts", {"E": EMAIL}, filter=f"'{EMAIL}' ~ '{second}%'")
    assert bool(like) == same
    for search in (second, f"emailAddress='{second}'", f"{second}*"):
        assert _rest(bulk, "GET", f"/data/contacts?search={quote(search)}").json()["total"] == int(same)


@pytest.mark.parametrize(("first", "second", "same"), PAIRS)
def test_rest_refuses_a_second_contact_with_the_same_address_only(
    bulk: Bulk, first: str, second: str, same: bool
) -> None:
    assert _rest(bulk, "POST", "/data/contact", {"emailAddress": first}).status_code == 201
    again = _rest(bulk, "POST", "/data/contact", {"emailAddress": second})
    assert again.status_code == (409 if same else 201)


@pytest.mark.parametrize(("first", "second", "same"), PAIRS)
def test_rows_that_name_a_contact_find_the_same_address_only(
    bulk: Bulk, first: str, second: str, same: bool
) -> None:
    """Membership of a list, linked records, activities and statuses of addresses."""
    bulk.contacts([{"E": first, "F": "first"}])
    wanted = bulk.list_named("Summit Prospects")
    uri = bulk.define(
        *("/contacts/syncActions",),
        fields={"E": EMAIL},
        identifierFieldName="E",
        syncActions=[{"action": "add", "destination": wanted["statement"]}],
    )["uri"]
    bulk.stage(uri, [{"E": second}])
    assert ("ELQ-00119", int(same)) in bulk.logs(bulk.sync(uri))

    made = bulk.imported(
        *("/activities", [{"E": second, "T": "Webinar", "N": "x", "A": "Attended"}]),
        fields={
            "E": "{{Activity.Contact.Field(C_EmailAddress)}}",
            "T": "{{Activity.Asset.Type}}",
            "N": "{{Activity.Asset.Name}}",
            "A": "{{Activity.Type}}",
        },
    )
    unknown = [one for one in bulk.rejects(made) if one["statusCode"] == "ELQ-00085"]
    assert len(unknown) == int(not same)

    bulk.imported("/emailAddresses", [{"E": second}], fields={"E": EMAIL_ADDRESS}, identifierFieldName="E")
    found = bulk.by_email(first, S="{{Contact.Email.IsSubscribed}}")
    assert found
    assert (found["S"].lower() in ("false", "0")) == same


def test_a_status_holds_for_a_later_contact_with_the_same_address(bulk: Bulk) -> None:
    bulk.imported(
        "/emailAddresses",
        [{"E": "REN\u0045\u0301E@a.example"}],
        fields={"E": EMAIL_ADDRESS},
        identifierFieldName="E",
    )
    bulk.contacts([{"E": "ren\u00e9e@a.example", "F": "x"}])
    found = bulk.by_email("ren\u00e9e@a.example", S="{{Contact.Email.IsSubscribed}}")
    assert found
    assert found["S"].lower() in ("false", "0")


def test_the_journal_finds_an_address_in_any_spelling(bulk: Bulk) -> None:
    bulk.contacts([{"E": "ren\u00e9e@a.example", "F": "x"}])
    asked = quote("REN\u0045\u0301E@a.example")
    assert bulk.sandbox.control("GET", f"/journal?entity=contact&key={asked}")["count"] == 1
