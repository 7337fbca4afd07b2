"""Whatever is thrown at Bulk 2.0: never a 500, always the documented shape, never a changed value."""

import csv
import io
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.contract.sandbox_properties.conftest import Answer, Connection

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
BULK = "/api/bulk/2.0"
RANDOM = settings.get_profile("sandbox")

STATEMENTS = [
    "{{Contact.Field(C_EmailAddress)}}",
    "{{Contact.Field(C_FirstName)}}",
    "{{Contact.Field(C_LastName)}}",
    "{{Contact.Id}}",
    "{{Contact.CreatedAt}}",
    "{{Contact.UpdatedAt}}",
    "{{Contact.Email.IsSubscribed}}",
    "{{Contact.Account.Field(M_CompanyName)}}",
    "{{Contact.Field(C_Nothing)}}",
    "{{Account.Field(M_CompanyName)}}",
    "{{Account.Id}}",
    "{{Activity.Id}}",
    "{{Activity.Type}}",
    "{{Activity.CreatedAt}}",
    "{{Activity.Contact.Field(C_EmailAddress)}}",
    "{{CustomObject[1].Field[1]}}",
    "{{CustomObject[1].Id}}",
    "{{CustomObject[1].Contact.Field(C_EmailAddress)}}",
    "{{Contact.LeadScore.Model[1].Rating}}",
    "{{",
    "Contact.Id",
    "",
    "{{Contact}}",
]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
ENTITIES = st.sampled_from(
    [
        "contacts",
        "accounts",
        "activities",
        "customObjects/1",
        "customObjects/99999",
        "events/1",
        "emailAddresses",
        "opportunities",
        "campaignResponses",
        "nothing",
    ]
)
NAMES = st.one_of(
    st.sampled_from(["email", "first", "a name", "x" * 101, ""]), st.text(min_size=1, max_size=12)
)
FIELDS = st.one_of(
    st.dictionaries(NAMES, st.one_of(st.sampled_from(STATEMENTS), st.text(max_size=20)), max_size=6), JUNK
)
DURATIONS = st.one_of(
    st.sampled_from(["PT1H", "P3D", "P14D", "P15D", "PT0S", "P", "3 days", "PT12H30M"]), JUNK
)


def comparison() -> st.SearchStrategy[str]:
    left = st.sampled_from([f"'{one}'" for one in STATEMENTS] + ["x", "''"])
    operator = st.sampled_from(["=", "!=", ">", "<", ">=", "<=", "~", "LIKE", "==", ""])
    value = st.one_of(
        st.sampled_from(["'2024-01-01'", "'2024-13-45 25:00:00'", "'a%'", "'[a-'", "'O''Brien'", "'", "5"]),
        st.text(max_size=8).map(lambda text: f"'{text}'"),
    )
    return st.tuples(left, operator, value).map(" ".join)


GOOD_COMPARISONS = st.tuples(
    st.sampled_from(STATEMENTS[:6]),
    st.sampled_from(["=", "!=", ">", "<", ">=", "<=", "~"]),
    st.one_of(
        st.sampled_from(["2024-01-01", "2024-06-30 12:00:00", "a%", "%.example", "5", "[a-m]%"]),
        st.text(st.characters(categories=("L", "N", "Zs")), max_size=8),
    ),
).map(lambda parts: f"'{parts[0]}' {parts[1]} '{parts[2]}'")
GOOD_FILTERS = st.recursive(
    st.one_of(GOOD_COMPARISONS, GOOD_COMPARISONS.map(lambda one: f"NOT ({one})")),
    lambda inner: st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(
        lambda three: f"({''.join(three)})"
    ),
    max_leaves=5,
)
FILTERS = st.one_of(
    GOOD_FILTERS,
    st.recursive(
        st.one_of(
            comparison(),
            st.sampled_from(
                [
                    "EXISTS('{{ContactList[1]}}')",
                    "EXISTS('{{ContactList[99999]}}')",
                    "EXISTS('x')",
                    "NOT",
                    "()",
                    "STATUS('{{ActionInstance(f3689bdfbf2e48deb318019367b4f2a8).Execution[1]}}') = 'pending'",
                ]
            ),
        ),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from([" AND ", " OR ", " and ", "AND", " XOR "]), inner).map("".join),
            inner.map(lambda one: f"({one})"),
            inner.map(lambda one: f"NOT {one}"),
        ),
        max_leaves=6,
    ),
    st.text(max_size=30),
    JUNK,
)
BY_ENTITY = {
    "contacts": STATEMENTS[:8],
    "accounts": ["{{Account.Field(M_CompanyName)}}", "{{Account.Id}}", "{{Account.UpdatedAt}}"],
    "activities": [
        "{{Activity.Id}}",
        "{{Activity.Type}}",
        "{{Activity.CreatedAt}}",
        "{{Activity.ContactId}}",
    ],
}


@st.composite
def good_definitions(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """An entity, a kind and a definition that should be created."""
    entity = draw(st.sampled_from(["contacts", "contacts", "accounts", "activities"]))
    kind = draw(st.sampled_from(["exports", "imports"])) if entity == "contacts" else "exports"
    chosen = STATEMENTS[:3] if kind == "imports" else BY_ENTITY[entity]
    places = draw(st.lists(st.sampled_from(chosen), min_size=1, unique=True))
    body: dict[str, Any] = {
        "name": draw(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)),
        "fields": {f"{draw(st.sampled_from('aü漢'))}{place}": one for place, one in enumerate(places)},
    }
    if kind == "imports":
        body["fields"]["email"] = STATEMENTS[0]
        body["fields"] = {
            name: one for name, one in body["fields"].items() if name == "email" or one != STATEMENTS[0]
        }
        body["identifierFieldName"] = "email"
        body["updateRule"] = draw(st.sampled_from(["always", "ifNewIsNotNull", "ifExistingIsNull"]))
    elif entity == "activities":
        body["filter"] = (
            f"'{{{{Activity.Type}}}}' = '{draw(st.sampled_from(['EmailOpen', 'FormSubmit', 'WebVisit']))}'"
        )
    elif entity == "contacts" and draw(st.booleans()):
        body["filter"] = draw(GOOD_FILTERS)
    body["dataRetentionDuration"] = draw(st.sampled_from(["PT1H", "P14D"]))
    return entity, kind, body


DEFINITIONS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(NAMES, JUNK),
        "fields": FIELDS,
        "filter": FILTERS,
        "autoDeleteDuration": DURATIONS,
        "dataRetentionDuration": DURATIONS,
        "areSystemTimestampsInUTC": JUNK,
        "maxRecords": JUNK,
        "id": JUNK,
        "identifierFieldName": st.one_of(NAMES, JUNK),
        "updateRule": st.one_of(st.sampled_from(["always", "ifNewIsNotNull", "never"]), JUNK),
        "updateRuleByField": JUNK,
        "importRule": JUNK,
        "isSyncTriggeredOnImport": JUNK,
        "mapDataCards": JUNK,
        "priority": JUNK,
        "syncActions": st.one_of(
            st.lists(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "action": st.one_of(st.sampled_from(["add", "remove", "setStatus"]), JUNK),
                        "destination": st.one_of(
                            st.sampled_from(["{{ContactList[1]}}", "{{ContactList[9]}}", "{{x"]), JUNK
                        ),
                        "status": JUNK,
                    },
                ),
                max_size=3,
            ),
            JUNK,
        ),
        "uri": JUNK,
        "createdBy": JUNK,
        "unknown": JUNK,
    },
)


def check_refusal(answer: Answer) -> None:
    """A refusal is JSON: a text, or failures that each name a field and a constraint."""
    assert answer.kind.startswith("application/json")
    said = answer.json()
    if isinstance(said, dict):
        assert set(said) == {"failures"}
        assert said["failures"]
        for failure in said["failures"]:
            assert set(failure) <= {"field", "value", "constraint"}
            assert isinstance(failure["field"], str)
            assert failure["constraint"]
    else:
        assert isinstance(said, str)
        assert said


ANY_DEFINITIONS = st.tuples(
    ENTITIES, st.sampled_from(["exports", "imports", "syncActions"]), st.one_of(DEFINITIONS, JUNK)
)


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


def check_sync(ask: Connection, uri: str) -> None:
    seen = ask("GET", BULK + uri).json()
    assert seen["status"] in ("pending", "active", "success", "warning", "error")
    for part in ("logs", "rejects", "data"):
        answer = ask("GET", f"{BULK}{uri}/{part}?limit=3")
        if answer.status == 200:
            check_page(answer.json(), 3)
        else:
            check_refusal(answer)


def check_page(page: dict[str, Any], limit: int) -> None:
    items = page.get("items", [])
    assert page["count"] == len(items) <= limit
    assert isinstance(page["hasMore"], bool)
    assert page["hasMore"] == (page["offset"] + page["count"] < page["totalResults"])
    for item in items:
        assert (
            all(isinstance(value, str) for value in item.values())
            or "createdAt" in item
            or "fieldValues" in item
        )


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


VALUES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
    | st.sampled_from("\n\t\"',;|\\%_[]{}<>& é漢🎉𝔘"),
    max_size=40,
)


@settings(RANDOM, max_examples=200)
@given(
    st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8),
    st.sampled_from(["json", "csv"]),
    st.integers(1, 9),
)
@example(
    [('a "quoted", value', "line\nbreak\r\nand return", "𝔘𝔫𝔦 👩‍🚀 漢字 é"), ("'", '""', ";|\t\\")], "csv", 1
)
@example([("=1+1", "{{Contact.Id}}", "NULL"), ("0", "00012", "1e5"), ("true", "2024-01-01", " ")], "json", 2)
def test_an_export_returns_what_was_imported(
    ask: Connection, rows: list[tuple[str, str, str]], kind: str, limit: int
) -> None:
    names = {"email": "C_EmailAddress", "first": "C_FirstName", "last": "C_LastName", "company": "C_Company"}
    fields = {name: "{{Contact.Field(%s)}}" % field for name, field in names.items()}  # noqa: UP031  braces
    sent = [
        {"email": f"row{place}@property.example", **dict(zip(("first", "last", "company"), row, strict=True))}
        for place, row in enumerate(rows)
    ]
    definition = ask(
        "POST",
        f"{BULK}/contacts/imports",
        {"name": "property", "fields": fields, "identifierFieldName": "email", "updateRule": "always"},
    ).json()
    staged = ask("POST", f"{BULK}{definition['uri']}/data", *body_of(sent, kind))
    assert staged.status in (201, 204)
    sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": definition["uri"]}).json()
    assert ask("GET", BULK + sync["uri"]).json()["status"] == "success"

    chosen = "'{{Contact.Field(C_EmailAddress)}}' ~ '%@property.example'"
    export = ask(
        "POST", f"{BULK}/contacts/exports", {"name": "back", "fields": fields, "filter": chosen}
    ).json()
    sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": export["uri"]}).json()
    by_json, by_csv = walk(ask, sync["uri"], limit), walk_csv(ask, sync["uri"])

    wanted = {row["email"]: {**row, "first": row["first"] if row["first"].strip() else ""} for row in sent}
    for found in (by_json, by_csv):
        back = {row["email"]: row for row in found if row["email"] in wanted}
        assert {email: _blank(row) for email, row in back.items()} == {
            email: _blank(row) for email, row in wanted.items()
        }


def _blank(row: dict[str, str]) -> dict[str, str]:
    """A value of blanks only is blank."""
    return {name: value if value.strip() else "" for name, value in row.items()}


def body_of(rows: list[dict[str, str]], kind: str) -> tuple[Any, ...]:
    if kind == "json":
        return (rows,)
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return (Csv(written.getvalue().encode()),)


class Csv(bytes):
    """Bytes to be sent as CSV."""


def walk(ask: Connection, uri: str, limit: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    while True:
        page = ask("GET", f"{BULK}{uri}/data?limit={limit}&offset={len(found)}").json()
        check_page(page, limit)
        found += page.get("items", [])
        if not page["hasMore"]:
            return found


def walk_csv(ask: Connection, uri: str) -> list[dict[str, str]]:
    answer = ask("GET", f"{BULK}{uri}/data?limit=50000", headers={**_login(), "Accept": "text/csv"})
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


def _login() -> dict[str, str]:
    from tests.contract.sandbox_properties.conftest import ELOQUA

    return ELOQUA


@RANDOM
@given(
    st.one_of(
        st.lists(st.dictionaries(st.sampled_from(["email", "first", "other"]), JUNK, max_size=3), max_size=4),
        JUNK,
        st.binary(max_size=60).map(bytes),
        st.text(max_size=60).map(str.encode),
    ),
    st.sampled_from(["application/json", "text/csv", "text/plain", "", "application/json; charset=utf-16"]),
)
def test_rows_are_staged_or_refused(ask: Connection, body: Any, kind: str) -> None:
    definition = ask(
        "POST",
        f"{BULK}/contacts/imports",
        {
            "name": "rows",
            "identifierFieldName": "email",
            "fields": {
                "email": "{{Contact.Field(C_EmailAddress)}}",
                "first": "{{Contact.Field(C_FirstName)}}",
            },
        },
    ).json()
    answer = ask("POST", f"{BULK}{definition['uri']}/data", body, kind=kind)

    event(f"staged: {answer.status}")
    if answer.status in (201, 204):
        sync = ask("POST", f"{BULK}/syncs", {"syncedInstanceUri": definition["uri"]})
        if sync.status == 201:
            check_sync(ask, sync.json()["uri"])
    else:
        assert answer.status in (400, 413, 415)
        check_refusal(answer)
    ask("DELETE", f"{BULK}{quote(definition['uri'])}")
