"""What the platforms do on bad days, and what the kinds make of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient, OAuthLogin
from certain_eloqua.clients.eloqua.tokens import FileTokenStore
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.mapping import statement
from tests.contract.connectors.conftest import EVENT, Bench, Ran, person

UPSERT: dict[str, Any] = {"registration_statuses": ["Invited"]}
IMPORT: dict[str, Any] = {
    "contact_list_name": "Guests",
    "profile_deduplication": "email",
    "attendee_type_code": "DELEGATE",
    "registration_status": "Invited",
    "overwrite_registration_status": False,
}


def register(bench: Bench, number: int, **profile: Any) -> None:
    who = {"firstName": f"Guest{number}", "lastName": "Tester", "pin": f"UP-{number}", **profile}
    who.setdefault("email", f"guest{number}@upsert.example")
    body = {"profile": who, "registrationStatusLabel": "Invited"}
    bench.certain.create_registration(EVENT, body, "SYNC_PIN")


def upsert(bench: Bench, **changed: Any) -> Ran:
    return bench.run("upsert_contacts", **{**UPSERT, **changed})


def fields_of(bench: Bench, email: str, *names: str) -> dict[str, Any]:
    (found,) = bench.eloqua.find_contacts([email], names)
    return dict(found.fields)


@contextmanager
def another_client(bench: Bench, login: Any = None, **options: Any) -> Iterator[EloquaClient]:
    """The bench with another client of Eloqua."""
    usual = {"login_url": bench.sandbox.url, "poll": PollSettings(first=0.01), "sleep": lambda seconds: None}
    before = bench.eloqua
    with EloquaClient(login or BasicLogin("Sandbox", "demo", "demo"), **{**usual, **options}) as client:
        bench.eloqua = client
        yield client
    bench.eloqua = before


# -- rejects and warnings


def test_1001_rejects_are_read_to_the_end_and_joined_to_their_rows(bench: Bench):
    register(bench, 0)
    ran = bench.plan(bench.job("upsert_contacts", **UPSERT), "upsert_contacts")
    # More people than Certain need hold: the same row again and again, every second one with an address
    # that we take for valid and Eloqua does not.
    (row,) = ran.plan.to_dict("records")
    rows = []
    for n in range(2_002):
        bad = n % 2 == 1
        address = f"guest{n} at upsert.example" if bad else f"guest{n}@upsert.example"
        write = row["write"].replace("guest0@upsert.example", address)
        own = {"key": f"R{n}", "email": f"guest{n}@upsert.example", "registration_code": f"R{n}"}
        rows.append({**row, **own, "write": write, "profile_pin": None})
    ran.plan = ran.plan.iloc[:0].from_records(rows, columns=ran.plan.columns)
    before = bench.eloqua_calls()
    ran.delivered = bench.deliver(ran, "upsert_contacts")
    assert bench.eloqua_calls() - before <= 25
    assert ran.outcomes() == {"created": 1_001, "rejected": 1_001}
    frame = ran.delivered.frame
    rejected = frame["outcome"] == "rejected"
    numbers = frame["key"].str.removeprefix("R").astype(int)
    assert (rejected == (numbers % 2 == 1)).all()
    assert set(frame[rejected]["code"]) == {"ELQ-00002"}
    assert frame[~rejected]["contact_id"].is_unique
    assert bench.eloqua.usage.count("GET /syncs/{id}/rejects") == 2
    assert ran.delivered.facts["sync_status"] == "warning"
    assert "rejects_without_a_row" not in ran.delivered.facts


def test_a_warning_without_rejects_loses_no_row(bench: Bench):
    for n in range(3):
        register(bench, n)
    bench.sandbox.control("POST", "/syncs/next", {"status": "warning", "kind": "import"})
    ran = upsert(bench)
    assert ran.outcomes() == {"created": 3}
    assert ran.delivered.facts["sync_status"] == "warning"
    assert upsert(bench).outcomes() == {"unchanged": 3}


def test_an_export_that_ends_with_a_warning_is_read_whole(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(7)])
    bench.sandbox.control("POST", "/syncs/next", {"status": "warning", "kind": "export"})
    assert bench.run("import_registrations", **IMPORT).outcomes() == {"created": 7}


def test_a_row_that_was_taken_without_a_bad_value_is_sent_and_says_so(bench: Bench):
    for n in range(3):
        register(bench, n)
    bench.sandbox.control("POST", "/syncs/next", {"status": "warning", "code": "ELQ-00040", "kind": "import"})
    ran = upsert(bench)
    assert ran.outcomes() == {"created": 3}
    (row,) = ran.delivered.frame.query("code == 'ELQ-00040'").to_dict("records")
    assert "taken without a bad value" in row["cause"]
    assert row["contact_id"]


# -- blanks


def test_a_blank_in_certain_clears_nothing_in_eloqua(bench: Bench):
    filled = {"C_Company": "Fabrikam", "C_Title": "CTO", "C_City": "Oslo"}
    bench.contact_list("Others", [{"C_EmailAddress": "guest1@upsert.example", **filled}])
    register(bench, 1, organization="", position="  ", address={"city": ""})
    register(bench, 2, organization="Contoso", position="CEO", address={"city": "Rome"})  # the columns go up
    upsert(bench)
    assert fields_of(bench, "guest1@upsert.example", *filled) == filled
    bench.certain.update_profile("UP-2", {"organization": "", "address": {"city": ""}})
    assert upsert(bench).outcomes() == {"unchanged": 2}
    kept = {"C_Company": "Contoso", "C_Title": "CEO", "C_City": "Rome"}
    assert fields_of(bench, "guest2@upsert.example", *kept) == kept
    upsert(bench, refresh_all=True)
    assert fields_of(bench, "guest2@upsert.example", *kept) == kept


@pytest.mark.parametrize("mode", ["email", "eloqua_id"])
def test_a_blank_in_eloqua_clears_nothing_in_certain(bench: Bench, mode: str):
    bench.contact_list("Guests", [person(1, C_Company="Fabrikam", C_City="Oslo", C_Title="CTO")])
    settings = {"contact_list_name": "Guests", "profile_deduplication": mode}
    bench.run("import_profiles", None, **settings)
    names = ["C_EmailAddress", "C_Company", "C_City", "C_Title"]
    values = ["guest1@import.example", "", "Bergen", "  "]
    bench.eloqua.import_contacts(
        pa.table({name: [value] for name, value in zip(names, values, strict=True)}),
        fields={name: statement(name) for name in names},
        identifier="C_EmailAddress",
        update_rule="always",
        name="a user empties fields",
    )
    assert not fields_of(bench, "guest1@import.example", "C_Company")["C_Company"]
    bench.run("import_profiles", None, **settings)
    profile = bench.profile(email="guest1@import.example")
    kept = (profile["organization"], profile["position"], profile["address.city"])
    assert kept == ("Fabrikam", "CTO", "Bergen")


# -- people who are anonymised between two runs


def anonymise(bench: Bench, **wanted: str) -> None:
    key = bench.profile(**wanted)["pkProfileId"]
    bench.ask_certain("POST", "ProfileAnonymize/NWIND", {"pkProfileId": [key]})


@pytest.mark.parametrize("mode", ["email", "eloqua_id"])
def test_an_anonymised_profile_is_not_made_anew(bench: Bench, mode: str):
    bench.contact_list("Guests", [person(1), person(2)])
    settings = {"contact_list_name": "Guests", "profile_deduplication": mode}
    bench.run("import_profiles", None, **settings)
    anonymise(bench, email="guest1@import.example")
    writes = bench.writes()
    ran = bench.run("import_profiles", None, **settings)
    assert ran.reasons() == {"inactive": 1}
    assert ran.outcomes() == {"unchanged": 1, "skipped": 1}
    assert bench.writes() == writes


def test_an_anonymised_person_is_neither_sent_nor_linked_again(bench: Bench):
    register(bench, 1, organization="Fabrikam")
    register(bench, 2)
    upsert(bench)
    anonymise(bench, profilePin="UP-1")
    writes = bench.writes()
    ran = upsert(bench)
    assert ran.outcomes() == {"unchanged": 1, "skipped": 1}
    assert bench.writes() == writes
    assert fields_of(bench, "guest1@upsert.example", "C_Company") == {"C_Company": "Fabrikam"}


# -- how we are logged in, how rows travel, how long syncs take


def test_a_token_that_expires_inside_a_run_is_renewed(bench: Bench, tmp_path: Path):
    for n in range(5):
        register(bench, n)
    store = FileTokenStore(tmp_path / "tokens")
    login = OAuthLogin("demo", "demo", username="Sandbox\\demo", password="demo", token_store=store)
    with another_client(bench, login) as eloqua:
        ran = bench.plan(bench.job("upsert_contacts", **UPSERT), "upsert_contacts")
        first = store.load()
        bench.sandbox.control("POST", "/clock/advance", {"seconds": 30_000})  # eight hours and more
        ran.delivered = bench.deliver(ran, "upsert_contacts")
        assert ran.outcomes() == {"created": 5}
        assert eloqua.usage.count("POST /auth/oauth2/token") == 2
        assert first is not None
        assert store.load().refresh_token != first.refresh_token
        assert eloqua.open_definitions() == 0
    assert bench.profile(profilePin="UP-1")["sourceOfProfile"] == "Eloqua"


NASTY = 'O\'Brien, "Ann"\nand Björn; Söhne'


@pytest.mark.parametrize("data_format", ["csv", "json"])
def test_a_kind_reads_the_same_from_json_as_from_csv(bench: Bench, data_format: str):
    people = [person(n, C_Company=NASTY, C_City="Łódź") for n in range(12)]
    bench.contact_list("Guests", people)
    for n in range(5):
        register(bench, n, organization=NASTY)
    with another_client(bench, data_format=data_format, page_size=5):
        ran = bench.run("import_registrations", **IMPORT)
        assert ran.outcomes() == {"created": 12}
        there = ran.contacts.sort_values("C_EmailAddress")
        assert set(there["C_Company"]) == {NASTY}
        assert bench.profile(email="guest3@import.example")["address.city"] == "Łódź"
        assert bench.run("import_registrations", **IMPORT).outcomes() == {"unchanged": 12}
        sent = upsert(bench, lookup_limit=0, connector="other")
        assert sent.outcomes()["created"] == 5
        assert upsert(bench, connector="other").outcomes() == {"unchanged": 17}
    assert fields_of(bench, "guest1@upsert.example", "C_Company") == {"C_Company": NASTY}


@pytest.mark.parametrize("mode", ["looks", "clock"])
def test_slow_syncs_are_waited_for(bench: Bench, mode: str):
    bench.contact_list("Guests", [person(n) for n in range(4)])
    for n in range(4):
        register(bench, n)
    bench.sandbox.control("PUT", "/settings", {"sync_mode": mode, "sync_looks": 6, "sync_seconds": 300})

    def later(seconds: float) -> None:
        bench.sandbox.control("POST", "/clock/advance", {"seconds": max(seconds, 1.0)})

    with another_client(bench, sleep=later, poll=PollSettings(first=2.0)) as eloqua:
        assert upsert(bench).outcomes() == {"created": 4}
        looked = eloqua.usage.count("GET /syncs/{id}")
        assert looked >= 6
        assert bench.run("import_registrations", **IMPORT).outcomes() == {"created": 4}
        assert upsert(bench).outcomes() == {"unchanged": 8}
        assert eloqua.open_definitions() == 0
