"""Every operation of both platforms, with any parameters and any body: never a 500, always a known shape."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from certain_eloqua_sandbox.platforms import platforms
from certain_eloqua_sandbox.wire import all_routes
from tests.contract.sandbox_properties.conftest import CERTAIN, ELOQUA, Connection

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
RANDOM = settings.get_profile("sandbox")
ROUTES = sorted(
    {
        (platform.name, route.method, route.template)
        for platform, route in all_routes(platforms())
        if platform.name != "sandbox" and route.handler is not None
    }
)
KNOWN = {  # what makes a call get further than to a 404
    "account": ["NWIND"],
    "event": ["NWSUMMIT27", "NWROAD26"],
    "pin": ["P-5531949", "P-5530000"],
    "code": ["30210-8740371-4949", "DELEGATE", "30211-8740947-3293"],
    "registration": ["30210-8740371-4949"],
}
HOLES = st.one_of(
    st.integers(0, 400).map(str),
    st.sampled_from(
        [
            "NWIND",
            "NWSUMMIT27",
            "NWROAD26",
            "P-5531949",
            "30210-8740371-4949",
            "99999999999999999999",
            "%",
            "-1",
            "contacts",
        ]
    ),
    st.text(min_size=1, max_size=12),
)
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            "search",
            "count",
            "page",
            "depth",
            "orderBy",
            "lastUpdatedAt",
            "limit",
            "offset",
            "q",
            "max_results",
            "start_index",
            "maxResults",
            "startingIndex",
            "includeList",
            "order_by",
            "email",
            "firstName",
            "isActive",
            "dateModified_after",
            "dateModified_before",
            "profileIdentifier",
            "allowduplicates",
            "viewId",
            "startDate",
            "endDate",
            "type",
            "listFields",
        ]
    ),
    st.one_of(
        st.integers(-2, 2000).map(str),
        st.sampled_from(
            [
                "*a*",
                "name='x*'",
                "id>3",
                "C_FirstName=A*C_LastName=B*",
                "minimal",
                "complete",
                "name asc",
                "1500000000",
                "true",
                "SYNC_EMAIL",
                "2026-01-01T00:00:00",
                "answers,tag,points",
                "EmailOpen",
                "emailAddress='a@b.c'",
                "updatedAt>='2020-01-01 00:00:00'",
                "dateModified desc",
            ]
        ),
        st.text(max_size=12),
    ),
    max_size=4,
)
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.integers(), max_size=2)
)
MEMBERS = st.sampled_from(
    [
        "id",
        "name",
        "emailAddress",
        "firstName",
        "fieldValues",
        "type",
        "contactId",
        "assetName",
        "assetType",
        "activityType",
        "activityDate",
        "campaignId",
        "profile",
        "registrationStatusLabel",
        "pin",
        "profilePin",
        "email",
        "lastName",
        "isConfirmed",
        "attendeeTypeCode",
        "eventCode",
        "eventName",
        "startDate",
        "endDate",
        "membershipAdditions",
        "membershipDeletions",
        "fields",
        "elements",
        "items",
        "sessionCode",
        "instanceCode",
        "registrationQuestions",
        "profileQuestions",
        "isActive",
        "tag",
        "points",
        "address",
        "pkProfileId",
        "currentStatus",
        "scope",
        "displayType",
        "dataType",
    ]
)
BODIES = st.one_of(
    st.dictionaries(
        MEMBERS,
        st.recursive(
            JUNK,
            lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(MEMBERS, inner, max_size=3)),
            max_leaves=5,
        ),
        max_size=6,
    ),
    JUNK,
    st.lists(JUNK, max_size=3),
)


@settings(RANDOM, max_examples=3000)
@given(
    st.sampled_from(ROUTES),
    st.lists(HOLES, min_size=6, max_size=6),
    st.just({}) | QUERIES,
    BODIES,
    st.integers(0, 19),
)
def test_no_call_breaks_the_sandbox(
    ask: Connection,
    route: tuple[str, str, str],
    holes: list[str],
    query: dict[str, str],
    body: Any,
    luck: int,
) -> None:
    platform, method, template = route
    path = fill(template, holes, luck)
    sent = body if method in ("POST", "PUT", "PATCH") else None
    if luck == 0 and sent is not None:
        sent = b'{"cut": '
    headers = ELOQUA if platform == "eloqua" else CERTAIN

    answer = ask(method, f"{path}?{urlencode(query)}", sent, headers=headers)

    event(f"{platform}: {answer.status}")
    assert 200 <= answer.status < 600
    if answer.status >= 400 and answer.body:
        assert answer.kind.startswith(("application/json", "text/html", "application/xml", "text/xml")), (
            answer
        )


def fill(template: str, holes: list[str], luck: int) -> str:
    """Put values into the holes of a template; mostly ones that exist."""
    path, values = "", iter(holes)
    for piece in template.split("{"):
        if "}" not in piece:
            path += piece
            continue
        name, _, rest = piece.partition("}")
        value = next(values)
        if luck > 4 and name in KNOWN:
            value = KNOWN[name][luck % len(KNOWN[name])]
        elif name.endswith(":int") and luck > 1:
            value = str(luck)
        path += quote(value, safe="") + rest
    return path


TERMS = st.one_of(
    st.sampled_from(
        [
            "*",
            "a*",
            "*@example.org",
            "emailAddress='*a*'",
            "C_EmailAddress=*e*",
            "firstName=Ann",
            "id=1",
            "id>5",
            "id<=3",
            "name='Mary*'",
            "updatedAt>'2020-01-01'",
            "createdAt>=1500000000",
            "C_Company='O''Brien'",
            "name=",
            "='x'",
            "nothing=1",
            "name='unclosed",
            "!=",
            "emailAddress!='a'",
        ]
    ),
    st.text(max_size=10),
)


@settings(RANDOM, max_examples=800)
@given(
    st.sampled_from(
        [
            "1.0/data/contacts",
            "2.0/data/contacts",
            "1.0/assets/contact/lists",
            "2.0/assets/contact/fields",
            "2.0/data/accounts",
            "2.0/assets/campaigns",
            "2.0/assets/customObjects",
            "2.0/assets/emails",
            "2.0/assets/contact/segments",
            "2.0/assets/optionLists",
        ]
    ),
    st.lists(TERMS, max_size=3),
    st.one_of(st.none(), st.integers(-1, 1200), st.text(max_size=4)),
    st.one_of(st.none(), st.integers(-1, 9), st.text(max_size=4)),
    st.sampled_from([None, "minimal", "partial", "complete", "deep"]),
    st.sampled_from([None, "id", "name", "id desc", "createdAt ASC", "nothing", "C_FirstName"]),
)
@example("1.0/data/contacts", ["emailAddress='%'", "emailAddress='_'"], 10, 1, "complete", None)
def test_a_search_has_elements_and_a_total_or_says_what_is_wrong(
    ask: Connection,
    path: str,
    terms: list[str],
    count: object,
    page: object,
    depth: str | None,
    order: str | None,
) -> None:
    query = {
        "search": " ".join(terms) or None,
        "count": count,
        "page": page,
        "depth": depth,
        "orderBy": order,
    }
    sent = urlencode({name: value for name, value in query.items() if value is not None})

    answer = ask("GET", f"/api/REST/{path}?{sent}")

    event(str(answer.status))
    if answer.status == 200:
        found = answer.json()
        assert isinstance(found["elements"], list)
        assert found["total"] >= len(found["elements"])
        for element in found["elements"]:
            assert isinstance(element["id"], str)
            assert isinstance(element["type"], str)
    else:
        assert answer.status == 400
        assert isinstance(answer.json(), list | dict | str)
