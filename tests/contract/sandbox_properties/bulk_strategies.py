"""What is thrown at Bulk 2.0: statements, fields, filters, definitions, good and bad."""

from typing import Any

from hypothesis import strategies as st

BULK = "/api/bulk/2.0"
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
ANY_DEFINITIONS = st.tuples(
    ENTITIES, st.sampled_from(["exports", "imports", "syncActions"]), st.one_of(DEFINITIONS, JUNK)
)
