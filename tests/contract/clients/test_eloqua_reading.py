"""Reading from Eloqua: login, fields, lists, exports; and what goes wrong on the way."""

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from certain_eloqua.clients.eloqua import (
    EMAIL_STATEMENT,
    ID_STATEMENT,
    BasicLogin,
    FileTokenStore,
    OAuthLogin,
    SyncAction,
)
from certain_eloqua.clients.errors import (
    AuthError,
    BudgetReached,
    DeadlineExceeded,
    NotFound,
    PagingAnomaly,
    ServerError,
    SyncFailed,
    SyncFailedForNow,
    UnexpectedContent,
    ValidationError,
)
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.clients.retry import RetryPolicy
from certain_eloqua.clients.usage import Budget

HTML = "<html><body>Log in please</body></html>"
FIELDS = {
    "email": EMAIL_STATEMENT,
    "id": ID_STATEMENT,
    "first": "{{Contact.Field(C_FirstName)}}",
    "last": "{{Contact.Field(C_LastName)}}",
    "company": "{{Contact.Field(C_Company)}}",
    "address": "{{Contact.Field(C_Address1)}}",
    "created": "{{Contact.CreatedAt}}",
}
NASTY = ['quo"te', "line\nbreak", "cr\r\nlf", "comma, semi;", "émoji 😀 𝒳", "'", "\\", "<b>&amp;"]


def all_contacts(client, **options) -> pa.Table:
    with client.export_contacts(FIELDS, name="all_contacts", **options) as rows:
        return rows.read_all().sort_by("id").combine_chunks()


@pytest.fixture
def expected(connect_eloqua) -> pa.Table:
    """All contacts, read without any fault."""
    return all_contacts(connect_eloqua())


@pytest.fixture
def nasty_list(connect_eloqua) -> str:
    """A list of eight contacts whose names are hard to carry."""
    client = connect_eloqua()
    made = client.create_contact_list("Nasty names")
    rows = pa.table({"email": [f"nasty{i}@example.org" for i in range(len(NASTY))], "first": NASTY})
    client.import_contacts(
        rows,
        fields={"email": EMAIL_STATEMENT, "first": FIELDS["first"]},
        identifier="email",
        name="nasty",
        sync_actions=[SyncAction.add_to_list(made.id)],
    )
    return made.id


# ---------------------------------------------------------------- login


def test_the_address_is_discovered_and_a_wrong_password_is_told(sandbox, connect_eloqua):
    assert connect_eloqua().base_url.startswith("http")
    with pytest.raises(AuthError) as caught:
        _ = connect_eloqua(BasicLogin("Sandbox", "demo", "not-the-word")).base_url
    assert "not-the-word" not in str(caught.value)


def test_a_given_address_needs_no_discovery(sandbox, connect_eloqua):
    client = connect_eloqua(login_url=None, base_url=sandbox.url)
    assert len(client.contact_fields()) > 100
    assert client.usage.count("GET /id") == 0


@pytest.mark.parametrize("given", ["login_url", "base_url"])
def test_oauth_by_password_and_then_by_rotated_refresh_tokens(sandbox, connect_eloqua, tmp_path, given):
    store = FileTokenStore(tmp_path / "tokens")
    login = OAuthLogin("demo", "demo", username="Sandbox\\demo", password="demo", token_store=store)
    where = {"login_url": None, "base_url": None, given: sandbox.url}
    assert connect_eloqua(login, **where).contact_fields()
    first = store.load()
    only_refresh = OAuthLogin("demo", "demo", token_store=store)
    store.save(type(first)("", first.refresh_token, 0.0))
    assert connect_eloqua(only_refresh, **where).contact_fields()
    assert store.load().refresh_token != first.refresh_token


def test_an_expired_token_is_renewed_in_the_middle_of_work(
    sandbox, connect_eloqua, tmp_path, fault, expected
):
    store = FileTokenStore(tmp_path / "tokens")
    login = OAuthLogin("demo", "demo", username="Sandbox\\demo", password="demo", token_store=store)
    client = connect_eloqua(login, page_size=500)
    fault("GET", "/data", skip=1, status=401, body='"You are not authorized to make this request."')
    assert all_contacts(client).equals(expected)
    assert client.usage.count("POST /auth/oauth2/token") == 2
    assert client.usage.count("GET /id") == 2


def test_a_401_that_stays_is_an_auth_error(connect_eloqua, fault):
    fault("GET", "/contacts/fields", times=-1, status=401)
    client = connect_eloqua()
    with pytest.raises(AuthError):
        client.contact_fields()
    assert client.usage.count("GET /contacts/fields") == 2


# ---------------------------------------------------------------- the few


def test_fields_have_ids_types_and_statements(eloqua):
    fields = {field.internal_name: field for field in eloqua.contact_fields()}
    assert len(fields) > 100
    email = fields["C_EmailAddress"]
    assert (email.id, email.data_type, email.statement) == ("100001", "emailAddress", EMAIL_STATEMENT)
    assert fields["C_DateCreated"].read_only


@pytest.mark.parametrize(
    "name", ["Spring Roadshow – guests", "O'Brien's friends", "100% *stars*", "a  b", "Ünïcode"]
)
def test_lists_are_found_by_their_exact_name(eloqua, name):
    made = eloqua.create_contact_list(name)
    eloqua.create_contact_list(f"{name} too")
    assert [found.id for found in eloqua.find_contact_lists(name)] == [made.id]
    assert eloqua.contact_list(made.id).name == name


def test_a_star_in_a_name_matches_nothing_else(eloqua):
    eloqua.create_contact_list("Guests 2026")
    assert eloqua.find_contact_lists("Guests*") == []
    assert [found.name for found in eloqua.iter_contact_lists("Guests 20*")] == ["Guests 2026"]


def test_an_unknown_list_is_not_found(eloqua):
    with pytest.raises(NotFound):
        eloqua.contact_list("999999")


def test_few_contacts_are_found_by_mail(eloqua, expected):
    people = [row for row in expected.to_pylist() if row["email"]][:40]
    found = eloqua.find_contacts(
        [row["email"].upper() for row in people] + ["nobody@nowhere.example"], ["C_FirstName", "C_Company"]
    )
    by_id = {contact.id: contact for contact in found}
    for row in people:
        assert by_id[row["id"]].fields == {"C_FirstName": row["first"], "C_Company": row["company"]}
    assert len(found) == len({row["email"].casefold() for row in people})


# ---------------------------------------------------------------- exports


@pytest.mark.parametrize("page_size", [300, 50_000])
def test_json_and_csv_give_equal_tables(connect_eloqua, nasty_list, page_size):
    as_csv = all_contacts(connect_eloqua(page_size=page_size))
    as_json = all_contacts(connect_eloqua(page_size=page_size, data_format="json"))
    assert as_csv.equals(as_json)
    assert as_csv.schema.names == list(FIELDS)
    assert set(NASTY) <= set(as_csv.column("first").to_pylist())
    assert None not in as_csv.column("company").to_pylist()


def test_an_export_knows_its_total_and_its_calls(eloqua, expected):
    _ = eloqua.base_url
    with eloqua.export_contacts(FIELDS, name="counted") as rows:
        assert rows.total == expected.num_rows
        assert sum(batch.num_rows for batch in rows) == rows.rows == rows.total
    assert rows.calls <= 6
    assert rows.orphaned_definition is None
    assert eloqua.open_definitions() == 0


def test_a_full_last_page_needs_no_further_call(connect_eloqua, nasty_list):
    client = connect_eloqua(page_size=4)
    table = client.export_contact_list(nasty_list, FIELDS, name="eight").read_all()
    assert sorted(table.column("first").to_pylist()) == sorted(NASTY)
    assert client.usage.count("GET /syncs/{id}/data") == 2


def test_an_export_of_nobody_has_the_columns(eloqua):
    with eloqua.export_contacts(
        FIELDS, filter=f"'{EMAIL_STATEMENT}' = 'nobody@nowhere.example'", name="x"
    ) as rows:
        assert rows.read_all().schema.names == list(FIELDS)
        assert rows.total == 0


def test_a_statement_asked_for_twice_is_given_twice(eloqua):
    with eloqua.export_contacts(
        {"a": ID_STATEMENT, "b": EMAIL_STATEMENT, "c": ID_STATEMENT}, name="x"
    ) as rows:
        table = rows.read_all()
    assert table.column("a").to_pylist() == table.column("c").to_pylist()
    assert table.schema.names == ["a", "b", "c"]


def test_the_definition_is_deleted_when_the_reader_gives_up(eloqua):
    with eloqua.export_contacts(FIELDS, name="x") as rows:
        next(rows)
        assert eloqua.open_definitions() == 1
    assert eloqua.open_definitions() == 0


def test_a_filter_eloqua_refuses_is_a_validation_error_in_its_words(eloqua):
    with pytest.raises(ValidationError, match="filter") as caught:
        eloqua.export_contacts(FIELDS, filter="nonsense", name="x").read_all()
    assert caught.value.failures
    assert eloqua.open_definitions() == 0


def test_a_page_cut_in_the_middle_is_read_again(connect_eloqua, fault, expected):
    for data_format in ("csv", "json"):
        fault("GET", "/syncs/[0-9]+/data", skip=1, truncate=2_000)
        client = connect_eloqua(page_size=500, data_format=data_format)
        assert all_contacts(client).equals(expected)
        assert client.usage.retries == 1


def test_every_second_page_breaking_off_changes_nothing(sandbox, connect_eloqua, expected):
    sandbox.control(
        "POST",
        "/faults",
        {"method": "GET", "path": "/data", "times": -1, "every": 2, "answer": {"cut": True}},
    )
    assert all_contacts(connect_eloqua(page_size=200)).equals(expected)


def test_html_instead_of_rows_is_asked_for_again_and_then_an_error(connect_eloqua, fault, expected):
    fault("GET", "/data", status=200, body=HTML, content_type="text/html")
    assert all_contacts(connect_eloqua()).equals(expected)
    fault("GET", "/data", times=-1, status=200, body=HTML, content_type="text/html")
    client = connect_eloqua()
    with pytest.raises(UnexpectedContent):
        all_contacts(client)
    assert client.open_definitions() == 0


@pytest.mark.parametrize("status", [429, 503])
def test_busy_answers_everywhere_are_waited_out(connect_eloqua, fault, slept, expected, status):
    slept.clear()
    client = connect_eloqua()
    fault("GET", "", times=2, status=status)
    fault("POST", "", times=2, status=status, headers={"Retry-After": "3"})
    assert all_contacts(client).equals(expected)
    assert slept.count(3.0) == 2
    assert len(slept) == 4


def test_a_server_that_stays_busy_is_a_transient_error(connect_eloqua, fault):
    fault("GET", "/data", times=-1, status=503)
    with pytest.raises(ServerError):
        all_contacts(connect_eloqua(retry=RetryPolicy(attempts=3)))


def test_a_shorter_export_is_an_error(connect_eloqua, fault):
    fault(
        "GET",
        "/data",
        times=-1,
        skip=1,
        status=200,
        body='"email","id","first","last","company","address","created"\n',
        content_type="text/csv",
    )
    with pytest.raises(PagingAnomaly, match="the pages ended after 500 of"):
        all_contacts(connect_eloqua(page_size=500))


def test_a_slow_sync_is_waited_for_with_growing_pauses(sandbox, connect_eloqua, slept, expected):
    slept.clear()
    sandbox.control("PATCH", "/settings", {"sync_mode": "looks", "sync_looks": 6})
    assert all_contacts(connect_eloqua(random=lambda: 0.0)).equals(expected)
    assert len(slept) >= 4
    assert slept == sorted(slept)
    assert slept[:3] == [2.0, 3.0, 4.5]


def test_a_sync_that_never_ends_is_a_deadline_and_its_definition_stays(sandbox, connect_eloqua):
    sandbox.control("PATCH", "/settings", {"sync_mode": "clock", "sync_seconds": 100_000})
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    client = connect_eloqua(sleep=sleep, clock=lambda: now[0], poll=PollSettings(deadline=600))
    with pytest.raises(DeadlineExceeded, match="600 seconds"):
        all_contacts(client)
    assert client.open_definitions() == 1


@pytest.mark.parametrize(("code", "kind"), [("ELQ-00146", SyncFailedForNow), ("ELQ-00122", SyncFailed)])
def test_a_failed_sync_is_sorted_by_eloquas_code(sandbox, eloqua, code, kind):
    sandbox.control("POST", "/syncs/next", {"status": "error", "code": code})
    with pytest.raises(kind) as caught:
        all_contacts(eloqua)
    assert code in caught.value.codes
    assert eloqua.open_definitions() == 0


def test_a_sync_whose_answer_got_lost_is_found_and_not_started_twice(
    sandbox, connect_eloqua, fault, expected
):
    fault("POST", "/syncs$", cut=True, when="after")
    client = connect_eloqua()
    assert all_contacts(client).equals(expected)
    assert client.usage.count("POST /syncs") == 1
    assert client.syncs_started == 1


def test_a_sync_that_was_never_started_is_started_again(connect_eloqua, fault, expected):
    fault("POST", "/syncs$", cut=True)
    client = connect_eloqua()
    assert all_contacts(client).equals(expected)
    assert client.usage.count("POST /syncs") == 2


def test_the_budget_of_calls_stops_cleanly(connect_eloqua):
    client = connect_eloqua(page_size=100, budget=Budget(calls=9))
    with pytest.raises(BudgetReached):
        all_contacts(client)
    assert client.usage.total_calls == 10  # the definition was deleted nevertheless
    assert connect_eloqua().open_definitions() == 0


def test_the_budget_of_syncs_stops_before_the_next(connect_eloqua):
    client = connect_eloqua(budget=Budget(syncs=1))
    all_contacts(client)
    with pytest.raises(BudgetReached, match="budget of 1 syncs"):
        all_contacts(client)
    assert client.open_definitions() == 0


def test_orphaned_definitions_are_counted_and_deleted_when_old(sandbox, connect_eloqua, fault, eloqua):
    fault("DELETE", "/contacts/exports/", times=8, status=503)
    with eloqua.export_contacts(FIELDS, name="left behind") as rows:
        rows.read_all()
    assert rows.orphaned_definition is not None
    assert eloqua.open_definitions() == 1
    assert eloqua.delete_orphaned_definitions() == 0
    eloqua._definitions._now = lambda: datetime.now(UTC) + timedelta(days=2)
    assert eloqua.delete_orphaned_definitions() == 1
    assert eloqua.open_definitions() == 0


def test_no_log_names_a_person_or_a_password(connect_eloqua, fault, caplog, expected):
    caplog.set_level("DEBUG")
    email = random.Random(1).choice([e for e in expected.column("email").to_pylist() if e])
    client = connect_eloqua()
    fault("GET", "/data/contacts", status=503)
    client.find_contacts([email])
    all_contacts(client)
    assert "Export sync" in caplog.text
    assert email.partition("@")[0] not in caplog.text
    assert "U2FuZGJveFxkZW1vOmRlbW8" not in caplog.text
