"""Syncs: how they advance, what they call back, quotas, and data that must not be touched meanwhile."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, Bulk


def _export(bulk: Bulk, **body: Any) -> dict[str, Any]:
    return bulk.define("/contacts/exports", fields={"E": EMAIL}, maxRecords=2, **body)


def _start(bulk: Bulk, uri: str, **body: Any) -> str:
    answer = bulk.call("POST", "/syncs", json={"syncedInstanceUri": uri, **body})
    assert answer.status_code == 201
    assert answer.json()["status"] == "pending"
    return answer.json()["uri"]


def test_a_sync_is_pending_when_created_and_then_done(bulk: Bulk) -> None:
    answer = bulk.call("POST", "/syncs", json={"syncedInstanceUri": _export(bulk)["uri"]})
    assert "syncStartedAt" not in answer.json()
    done = bulk.get(answer.json()["uri"])
    assert done["status"] == "success"
    assert done["syncEndedAt"].endswith("Z")
    assert done == bulk.get(answer.json()["uri"].replace("/syncs/", "/sync/"))
    assert bulk.get("/syncs?orderBy=createdAt DESC&limit=1")["items"] == [done]


def test_a_sync_may_take_some_looks(bulk: Bulk) -> None:
    bulk.sandbox.control("PUT", "/settings", {"sync_mode": "looks", "sync_looks": 3})
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"]
    bulk.stage(uri, [{"E": "look@a.example"}])
    sync = _start(bulk, uri)
    assert bulk.call("DELETE", f"{uri}/data").status_code == 409
    assert bulk.call("DELETE", f"{uri}/data").reason == "There was a conflict."
    bulk.stage(uri, [{"E": "next@a.example"}])  # belongs to the next sync
    assert [bulk.get(sync)["status"] for _ in range(4)] == ["pending", "active", "success", "success"]
    assert ("ELQ-00130", 1) in bulk.logs({"uri": sync})
    assert bulk.call("DELETE", f"{uri}/data").status_code == 204


def test_a_second_sync_of_a_definition_waits(bulk: Bulk) -> None:
    bulk.sandbox.control("PUT", "/settings", {"sync_mode": "looks", "sync_looks": 2})
    uri = _export(bulk)["uri"]
    first, second = _start(bulk, uri), _start(bulk, uri)
    assert [bulk.get(second)["status"] for _ in range(3)] == ["pending"] * 3
    assert [bulk.get(first)["status"] for _ in range(2)] == ["active", "success"]
    assert [bulk.get(second)["status"] for _ in range(2)] == ["active", "success"]


def test_a_sync_may_follow_the_clock(bulk: Bulk) -> None:
    bulk.sandbox.control("PUT", "/settings", {"sync_mode": "clock", "sync_seconds": 100})
    sync = _start(bulk, _export(bulk)["uri"])
    seen = []
    for seconds in (0, 50, 60):
        bulk.sandbox.control("POST", "/clock/advance", {"seconds": seconds})
        seen.append(bulk.get(sync)["status"])
    assert seen == ["pending", "active", "success"]


def test_data_of_an_unfinished_sync_is_not_found(bulk: Bulk) -> None:
    bulk.sandbox.control("PUT", "/settings", {"sync_mode": "looks", "sync_looks": 5})
    sync = _start(bulk, _export(bulk)["uri"])
    assert bulk.call("GET", f"{sync}/data").status_code == 404
    assert bulk.call("DELETE", f"{sync}/data").status_code == 409


def test_a_definition_deleted_too_early_ends_its_sync_in_error(bulk: Bulk) -> None:
    bulk.sandbox.control("PUT", "/settings", {"sync_mode": "looks", "sync_looks": 1})
    uri = _export(bulk)["uri"]
    sync = _start(bulk, uri)
    assert bulk.call("DELETE", uri).status_code == 204
    assert bulk.get(sync)["status"] == "error"
    assert bulk.logs({"uri": sync})[0][0] == "ELQ-00143"


@pytest.mark.parametrize(
    "body", [{}, {"syncedInstanceUri": "/contacts/exports/99999"}, {"syncedInstanceUri": 5}]
)
def test_a_sync_needs_an_existing_definition(bulk: Bulk, body: dict[str, Any]) -> None:
    answer = bulk.call("POST", "/syncs", json=body)
    assert answer.status_code == 400
    assert answer.json()["failures"][0]["field"] == "syncedInstanceUri"


def test_the_callback_is_called_once_with_the_finished_sync(bulk: Bulk) -> None:
    calls: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        sync = _start(
            bulk, _export(bulk)["uri"], callbackURL=f"http://127.0.0.1:{server.server_address[1]}/done"
        )
        deadline = time.monotonic() + 120
        while not calls and time.monotonic() < deadline:
            time.sleep(0.02)
        bulk.get(sync)
        time.sleep(0.1)
    finally:
        server.shutdown()
        server.server_close()
    assert [(call["uri"], call["status"]) for call in calls] == [(sync, "success")]


def test_the_end_of_a_sync_can_be_scripted(bulk: Bulk) -> None:
    bulk.sandbox.control("POST", "/syncs/next", {"status": "error", "code": "ELQ-00146"})
    uri = _export(bulk)["uri"]
    sync = bulk.sync(uri)
    assert sync["status"] == "error"
    assert bulk.logs(sync) == [("ELQ-00146", 1)]
    assert bulk.sync(uri)["status"] == "success"


def test_a_warning_can_be_scripted_with_and_without_rejects(bulk: Bulk) -> None:
    bulk.sandbox.control(
        "POST", "/syncs/next", [{"status": "warning"}, {"status": "warning", "code": "ELQ-00040"}]
    )
    sync = bulk.contacts([{"E": "w1@a.example", "F": "x"}])
    assert (sync["status"], bulk.rejects(sync)) == ("warning", [])
    sync = bulk.contacts([{"E": "w2@a.example", "F": "x"}])
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [(1, "ELQ-00040")]
    assert bulk.by_email("w2@a.example")


@pytest.mark.parametrize("look", ["rest", "control", "page"])
def test_by_the_clock_a_sync_is_done_for_whoever_looks(bulk: Bulk, look: str) -> None:
    bulk.sandbox.control("PUT", "/settings", {"sync_mode": "clock", "sync_seconds": 60})
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"]
    bulk.stage(uri, [{"E": "clock@a.example"}])
    _start(bulk, uri)

    def seen() -> bool:
        if look == "rest":
            search = bulk.sandbox.url + "/api/rest/2.0/data/contacts?search=clock@a.example"
            return bulk.session.get(search).json()["total"] == 1
        if look == "control":
            return bool(bulk.sandbox.control("GET", "/journal?entity=contact&key=clock@a.example")["count"])
        view = bulk.sandbox.url + "/_sandbox/view/eloqua/contacts?q=clock@a.example"
        return "clock@a.example" in bulk.session.get(view).text

    assert not seen()
    bulk.sandbox.control("POST", "/clock/advance", {"seconds": 61})
    assert seen()


def test_a_sync_at_once_still_takes_its_time(bulk: Bulk) -> None:
    sync = bulk.contacts([{"E": "slow@a.example", "F": "x"}])
    lines = [line["createdAt"] for line in bulk.get(f"{sync['uri']}/logs")["items"]]
    moments = [sync["createdAt"], sync["syncStartedAt"], *lines, sync["syncEndedAt"]]
    assert moments == sorted(set(moments))
    assert all(len(one) == len("2026-01-01T00:00:00.0000000Z") for one in moments)
    assert any(one[-2] != "0" for one in moments)


def test_rejects_of_a_clean_sync_are_an_empty_list_beside_the_counts(bulk: Bulk) -> None:
    sync = bulk.contacts([{"E": "clean@a.example"}])
    assert bulk.get(f"{sync['uri']}/rejects") == {
        "items": [],
        "totalResults": 0,
        "limit": 1000,
        "offset": 0,
        "count": 0,
        "hasMore": False,
    }
