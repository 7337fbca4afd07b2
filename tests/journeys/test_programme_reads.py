"""The reads of an event's programme, as assets: whole, incremental, and after a failure."""

import base64
import json
import urllib.request

import pytest

EXPO = "NWEXPO25"
ROAD = "NWROAD26"
REGISTRATIONS = ["certain/events", "certain/registrations"]
PROGRAMME = [
    f"certain/{name}"
    for name in (
        "sessions", "session_registrations", "agenda_items", "agenda_registrations", "appointments", "ratings"
    )
]  # fmt: skip


def rows(deployment, name, event):
    frame = deployment.frames.frame(("certain", name), event)
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def standard(deployment, method, path, body=None):
    request = urllib.request.Request(
        f"{deployment.sandbox.url}/api/standard/2.0/accounts/NWIND/events/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": "Basic " + base64.b64encode(b"demo:demo").decode(),
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


@pytest.fixture
def expo(deployment):
    ran = deployment.runner().assets([*REGISTRATIONS, *PROGRAMME], EXPO)
    assert ran.success, ran.failure
    return ran


def test_the_programme_of_an_event_is_read_in_few_calls(deployment, expo):
    for name in PROGRAMME:
        assert expo.of(name)["dagster/row_count"] > 0, name
        assert expo.of(name)["certain_calls"] <= 2, name
    assert {row["registrationCode"] for row in rows(deployment, "session_registrations", EXPO)} <= {
        row["registrationCode"] for row in rows(deployment, "registrations", EXPO)
    }


def test_a_second_read_brings_only_what_changed(deployment, expo):
    before = {
        (row["registrationCode"], row["instanceId"]): row
        for row in rows(deployment, "session_registrations", EXPO)
    }
    (code, instance), _ = next(item for item in before.items() if item[1]["regSessionStatus"] == "Registered")
    deployment.sandbox.control("POST", "clock/advance", {"seconds": 7_200})
    path = f"{EXPO}/sessions/{instance}/registrations"
    standard(deployment, "POST", path, {"registrationCode": code, "status": "Attended"})
    again = deployment.runner().assets([*REGISTRATIONS, *PROGRAMME], EXPO)
    assert again.success, again.failure
    assert again.of("certain/session_registrations")["registrations_read"] < 20
    after = {
        (row["registrationCode"], row["instanceId"]): row
        for row in rows(deployment, "session_registrations", EXPO)
    }
    changed = {key for key in before if before[key] != after.get(key)}
    assert changed == {(code, instance)}
    assert after.keys() == before.keys()
    assert after[(code, instance)]["regSessionStatus"] == "Attended"
    assert again.of("certain/agenda_registrations")["read_since"] != "the beginning"


def test_registrations_for_sessions_are_read_whole_once_a_day(deployment, expo, monkeypatch):
    from datetime import timedelta

    from certain_eloqua.assets import programme_reads

    monkeypatch.setattr(programme_reads, "WHOLE_AGAIN_AFTER", timedelta(0))
    again = deployment.runner().assets(["certain/session_registrations"], EXPO)
    assert again.of("certain/session_registrations")["read_since"] == "the beginning"


def test_an_event_without_agenda_has_empty_frames_not_missing_ones(deployment):
    ran = deployment.runner().assets([*REGISTRATIONS, *PROGRAMME], ROAD)
    assert ran.success, ran.failure
    assert rows(deployment, "agenda_registrations", ROAD) == []
    assert rows(deployment, "appointments", ROAD) == []
    assert rows(deployment, "session_registrations", ROAD)


def test_a_read_that_fails_keeps_the_last_frame(deployment, expo):
    before = rows(deployment, "session_registrations", EXPO)
    deployment.sandbox.control(
        "POST",
        "faults",
        {"method": "GET", "path": ".*/registrations", "times": 1, "answer": {"status": 403}},
    )
    ran = deployment.runner().assets(["certain/session_registrations"], EXPO)
    assert not ran.success
    assert "HTTP 403" in ran.failure
    assert rows(deployment, "session_registrations", EXPO) == before
