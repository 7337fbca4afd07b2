"""Definitions, filters and lists of Bulk 2.0: never a 500, always the documented shape."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.contract.sandbox_properties.bulk_checks import check_refusal, check_sync
from tests.contract.sandbox_properties.bulk_strategies import ANY_DEFINITIONS, BULK, FILTERS, good_definitions
from tests.contract.sandbox_properties.conftest import Connection

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
RANDOM = settings.get_profile("sandbox")


@RANDOM
@given(st.one_of(good_definitions(), ANY_DEFINITIONS))
def test_a_definition_is_created_or_refused(ask: Connection, asked: tuple[str, str, Any]) -> None:
    entity, kind, body = asked
    answer = ask("POST", f"{BULK}/{entity}/{kind}", body)

    event(f"{kind}: {answer.status}")
    if answer.status == 201:
        made = answer.json()
        assert made["uri"].lower().startswith(f"/{entity}/{kind}".lower())
        assert made["name"] == body["name"]
        read = ask("GET", BULK + made["uri"])
        assert read.status == 200
        assert read.json()["uri"] == made["uri"]
        sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": made["uri"]})
        event(f"sync: {sync.status}")
        assert sync.status in (201, 400)
        if sync.status == 201:
            check_sync(ask, sync.json()["uri"])
        assert ask("DELETE", BULK + made["uri"]).status in (204, 412)
    else:
        assert answer.status in (400, 404, 405, 501), answer
        check_refusal(answer)


@RANDOM
@given(FILTERS)
@example("'{{Contact.Field(C_EmailAddress)}}' = '%' OR 1=1")
@example("(" * 400)
@example("NOT " * 200 + "'{{Contact.Id}}' > '1'")
def test_a_filter_is_understood_or_refused(ask: Connection, text: Any) -> None:
    answer = ask(
        "POST",
        f"{BULK}/contacts/exports",
        {"name": "filter", "fields": {"email": "{{Contact.Field(C_EmailAddress)}}"}, "filter": text},
    )

    event(str(answer.status))
    if answer.status == 201:
        sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": answer.json()["uri"]})
        if sync.status == 201:
            check_sync(ask, sync.json()["uri"])
    else:
        assert answer.status == 400
        check_refusal(answer)


PAGES = st.one_of(
    st.none(),
    st.integers(-2, 60),
    st.sampled_from(["", "x", "1e3", "999999999999999999999", "50001", "2.5", "٣"]),
)


@RANDOM
@given(
    st.sampled_from(
        [
            "contacts/fields",
            "contacts/lists",
            "accounts/fields",
            "customObjects",
            "customObjects/1/fields",
            "syncs",
            "contacts/segments",
            "contacts/filters",
            "contacts/exports",
            "imports",
            "exports",
            "activities/fields",
        ]
    ),
    PAGES,
    PAGES,
    st.one_of(
        st.none(),
        st.sampled_from(
            ["name=*a*", "name", "id>3", '"name=My*List"', "createdAt>2020-01-01", "name='x'", "="]
        ),
        st.text(max_size=10),
    ),
    st.one_of(
        st.none(),
        st.sampled_from(["name ASC", "name DESC", "id", "nothing", "name SIDEWAYS", ""]),
        st.text(max_size=8),
    ),
    st.one_of(st.none(), st.sampled_from(["true", "false", "maybe"])),
)
def test_a_list_is_paged_or_refused(
    ask: Connection,
    path: str,
    limit: object,
    offset: object,
    q: str | None,
    order: str | None,
    total: str | None,
) -> None:
    query = {"limit": limit, "offset": offset, "q": q, "orderBy": order, "totalResults": total}
    sent = urlencode(
        {name: value for name, value in query.items() if value is not None}, errors="surrogatepass"
    )
    answer = ask("GET", f"{BULK}/{path}?{sent}")

    event(str(answer.status))
    if answer.status == 200:
        page = answer.json()
        assert page["count"] == len(page.get("items", []))
        assert isinstance(page["hasMore"], bool)
        assert ("totalResults" in page) == (total != "false")
    else:
        assert answer.status in (400, 404)
        check_refusal(answer)
