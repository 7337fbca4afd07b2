"""Reset, seeds, snapshots, settings and the clock."""

import time

import pytest

from tests.conftest import Sandbox
from tests.contract.sandbox_control.conftest import CONTACTS, ELOQUA, Caller


def _create(call: Caller, email: str) -> None:
    assert call("POST", "/api/rest/1.0/data/contact", {"emailAddress": email}, ELOQUA).status == 201


def _contacts(sandbox: Sandbox) -> int:
    return int(sandbox.control("GET", "view/summary")["eloqua"]["contacts"])


def test_a_reset_brings_back_the_seed_and_forgets_everything_else(sandbox: Sandbox, call: Caller) -> None:
    before = _contacts(sandbox)
    _create(call, "new@reset.example")
    sandbox.control("PUT", "settings", {"sync_mode": "looks", "latency_ms": 1})
    sandbox.control("PUT", "clock", {"at": "2031-01-01T00:00:00Z", "frozen": True})
    sandbox.control("POST", "faults", {"answer": {"status": 500}})
    sandbox.control("POST", "syncs/next", {"status": "warning"})
    began = time.monotonic()

    sandbox.control("POST", "reset")

    assert time.monotonic() - began < 1
    assert _contacts(sandbox) == before
    assert sandbox.control("GET", "settings")["sync_mode"] == "at_once"
    assert sandbox.control("GET", "clock")["frozen"] is False
    assert abs(sandbox.control("GET", "clock")["offset"]) < 1
    assert sandbox.control("GET", "faults") == {"faults": []}
    assert sandbox.control("GET", "syncs/next") == {"syncs": []}
    counted = sandbox.control("GET", "counters")
    assert (counted["total"], counted["writes"], counted["bytes_out"]) == (0, {}, 0)
    assert sandbox.control("GET", "journal")["count"] == 0


def test_a_snapshot_is_come_back_to(sandbox: Sandbox, call: Caller) -> None:
    before = _contacts(sandbox)
    sandbox.control("POST", "snapshot/before")
    _create(call, "new@snapshot.example")
    assert _contacts(sandbox) == before + 1

    sandbox.control("POST", "restore/before")

    assert _contacts(sandbox) == before
    sandbox.control("DELETE", "snapshot/before")
    assert call("POST", "/_sandbox/restore/before").status == 404


def test_the_same_number_plants_the_same_people(sandbox: Sandbox) -> None:
    def people(number: int) -> list[str]:
        sandbox.control("POST", "seed", {"name": "demo", "contacts": 50, "seed_number": number})
        return [row["email"] for row in sandbox.control("GET", "view/eloqua/contacts")["rows"]]

    try:
        assert people(7) == people(7)
        assert people(7) != people(8)
    finally:
        sandbox.control("POST", "seed", {})


def test_the_empty_seed_has_fields_and_nobody(sandbox: Sandbox, call: Caller) -> None:
    try:
        sandbox.control("POST", "seed", {"name": "empty"})
        assert _contacts(sandbox) == 0
        assert call("GET", "/api/bulk/2.0/contacts/fields", headers=ELOQUA).json()["totalResults"] > 10
        assert call("GET", CONTACTS, headers=ELOQUA).json()["total"] == 0
    finally:
        sandbox.control("POST", "seed", {})


def test_the_clock_is_set_frozen_and_advanced(sandbox: Sandbox) -> None:
    assert (
        sandbox.control("PUT", "clock", {"at": "2030-06-01T12:00:00Z", "frozen": True})["iso"]
        == "2030-06-01T12:00:00.000Z"
    )
    assert sandbox.control("POST", "clock/advance", {"seconds": 3600})["iso"] == "2030-06-01T13:00:00.000Z"
    assert sandbox.control("GET", "clock")["iso"] == "2030-06-01T13:00:00.000Z"
    assert sandbox.control("PUT", "clock", {"frozen": False})["frozen"] is False
    assert sandbox.control("DELETE", "clock")["offset"] == pytest.approx(0, abs=0.5)


def test_latency_slows_the_platforms_down(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("PUT", "settings", {"latency_ms": 200})
    began = time.monotonic()
    call("GET", CONTACTS, headers=ELOQUA)
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        (
            "PUT",
            "settings",
            {"sync_mod": "looks"},
            "has no 'sync_mod'; allowed: latency_ms, compress_answers",
        ),
        ("PUT", "settings", {"sync_mode": "often"}, "one of at_once, looks, clock"),
        ("PUT", "settings", {"certain_timezone": "Mars/Olympus"}, "must be a zone"),
        ("PUT", "settings", {"external_id_member": ""}, "must be externalKey, or a name"),
        ("PUT", "settings", {"external_id_member": "email"}, "must be externalKey, or a name"),
        ("PUT", "settings", {"source_member": "externalKey"}, "must be sourceOfProfile, or a name"),
        ("PUT", "settings", {"source_member": "a", "external_id_member": "a"}, "two different names"),
        ("POST", "seed", {"contacts": 1_000_000_000_000}, "from 0 to 5,000,000, not"),
        ("POST", "seed", {"registrations": 1_000_001}, "from 0 to 1,000,000, not 1000001"),
        ("PUT", "clock", {"at": "yesterday"}, "Unix seconds or a time such as"),
        ("PUT", "clock", {}, "needs 'at', 'frozen' or both"),
        ("POST", "clock/advance", {"seconds": -1}, "must be from 0 to"),
        ("POST", "seed", {"name": "demmo"}, "one of demo, empty"),
        ("POST", "syncs/next", {"status": "warning", "code": "146"}, "such as ELQ-00146"),
        ("GET", "journal?entitty=contact", None, "no parameter 'entitty' here; allowed: entity, key"),
        ("POST", "certain/registration", {"status": "Attended"}, "say which registration"),
        ("POST", "eloqua/contact", {"email": "nobody@nowhere.example", "fields": {}}, "no contact"),
        ("POST", "eloqua/members", {"instance": "12"}, "32 hexadecimal digits"),
        ("POST", "reset", b"{", "not JSON"),
    ],
)
def test_what_means_nothing_is_refused_with_what_is_allowed(
    call: Caller, method: str, path: str, body: object, message: str
) -> None:
    answer = call(method, f"/_sandbox/{path}", body)

    assert answer.status in (400, 404)
    assert message in answer.json()["error"]


def test_the_door_lists_what_it_can(sandbox: Sandbox, call: Caller) -> None:
    index = sandbox.control("GET", "")

    reset = {"method": "POST", "path": "/_sandbox/reset"}
    assert any(reset.items() <= one.items() for one in index["can"])
    assert index["credentials"]["eloqua"]["company"] == "Sandbox"
    assert call("GET", "/_sandbox/nothing").status == 404
    assert call("DELETE", "/_sandbox/reset").status == 405


def test_the_door_is_closed_to_pages_of_other_sites(call: Caller) -> None:
    assert call("POST", "/_sandbox/reset", headers={"Origin": "https://evil.example"}).status == 403


def test_an_overlong_value_is_not_repeated_as_a_whole(call: Caller) -> None:
    answer = call("PUT", "/_sandbox/settings", {"sync_mode": "x" * 100_000})

    assert answer.status == 400
    assert len(answer.json()["error"]) < 400


def test_a_member_of_a_profile_may_get_another_name(sandbox: Sandbox) -> None:
    names = {"external_id_member": "externalProfileId", "source_member": "source"}
    assert names.items() <= sandbox.control("PUT", "settings", names).items()
