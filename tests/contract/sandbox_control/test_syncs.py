"""Scripted outcomes of Eloqua's syncs, and how syncs advance."""

from typing import Any

from tests.conftest import Sandbox
from tests.contract.sandbox_control.conftest import ELOQUA, Caller

BULK = "/api/bulk/2.0"
FIELDS = {"email": "{{Contact.Field(C_EmailAddress)}}"}


def _sync(call: Caller, kind: str = "exports") -> dict[str, Any]:
    body: dict[str, Any] = {"name": "a sync", "fields": FIELDS}
    if kind == "imports":
        body["identifierFieldName"] = "email"
    definition = call("POST", f"{BULK}/contacts/{kind}", body, ELOQUA).json()
    if kind == "imports":
        assert (
            call("POST", f"{BULK}{definition['uri']}/data", [{"email": "a@sync.example"}], ELOQUA).status
            == 204
        )
    sync = call("POST", f"{BULK}/syncs", {"syncedInstanceUri": definition["uri"]}, ELOQUA).json()
    return dict(call("GET", BULK + sync["uri"], headers=ELOQUA).json())


def test_the_next_sync_ends_as_scripted_and_the_one_after_does_not(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("POST", "syncs/next", {"status": "error", "code": "ELQ-00146"})

    first, second = _sync(call), _sync(call)

    assert (first["status"], second["status"]) == ("error", "success")
    logs = call("GET", f"{BULK}{first['uri']}/logs", headers=ELOQUA).json()["items"]
    assert "ELQ-00146" in {line["statusCode"] for line in logs}


def test_a_script_waits_for_its_kind_and_path(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("POST", "syncs/next", [
        {"status": "warning", "kind": "import", "path": "contacts/imports"},
        {"status": "error", "kind": "import", "path": "accounts/"},
    ])  # fmt: skip

    assert _sync(call, "exports")["status"] == "success"
    assert _sync(call, "imports")["status"] == "warning"
    assert _sync(call, "imports")["status"] == "success"
    assert len(sandbox.control("GET", "syncs/next")["syncs"]) == 1


def test_a_sync_needs_looks_or_time(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("PUT", "settings", {"sync_mode": "looks", "sync_looks": 2})
    sync = _sync(call)
    assert sync["status"] in ("pending", "active")
    assert call("GET", BULK + sync["uri"], headers=ELOQUA).json()["status"] == "success"

    sandbox.control("PUT", "settings", {"sync_mode": "clock", "sync_seconds": 600})
    sync = _sync(call)
    assert sync["status"] in ("pending", "active")
    sandbox.control("POST", "clock/advance", {"seconds": 601})
    assert call("GET", BULK + sync["uri"], headers=ELOQUA).json()["status"] == "success"


def test_open_definitions_are_counted(sandbox: Sandbox, call: Caller) -> None:
    before = sandbox.control("GET", "counters")["open_definitions"]
    definition = call("POST", f"{BULK}/contacts/exports", {"name": "open", "fields": FIELDS}, ELOQUA).json()
    assert sandbox.control("GET", "counters")["open_definitions"] == before + 1

    call("DELETE", BULK + definition["uri"], headers=ELOQUA)

    assert sandbox.control("GET", "counters")["open_definitions"] == before
