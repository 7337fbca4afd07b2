"""A run killed at any point and started again ends as an undisturbed one does, without duplicates
anywhere.
"""

import multiprocessing
import os
import signal
from collections import Counter

import pytest

from tests.journeys.conftest import EVENT, NAMES
from tests.journeys.one_run import run
from tests.waiting import until

pytestmark = pytest.mark.slow

# The processes come from a server that has imported everything, so that a start costs little.
START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(
    ["certain_eloqua.definitions", "certain_eloqua.ledger", "tests.journeys.one_run"]
)
JOBS = {"prospects": EVENT, "readers": None, "attendees": EVENT}
POINTS = {"prospects": 7, "readers": 6, "attendees": 7}


class Starter:
    """Starts runs whose settings are those of the test, and waits for them."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.output = deployment.folder / "output.log"

    def start(self, connector):
        arguments = (connector, JOBS[connector], str(self.deployment.connectors), str(self.output))
        environment = {name: os.environ[name] for name in NAMES}
        process = START.Process(target=in_environment, args=(environment, arguments))
        process.start()
        return process

    def finish(self, connector):
        process = self.start(connector)
        process.join(300)
        assert process.exitcode == 0, self.output.read_text()[-3000:]

    def kill_at(self, connector, call, after):
        """Kill the run at its call number `call`: before the platform has done it, or after, the answer
        lost.
        """
        hang = {"when": "after", "cut": True} if after else {"delay_ms": 30_000, "cut": True}
        control = self.deployment.sandbox.control
        control("POST", "/faults", {"path": "^/(api|certainExternal)/", "skip": call, "answer": hang})
        process = self.start(connector)

        def reached():
            assert process.is_alive(), f"it ended before call {call}: {self.output.read_text()[-2000:]}"
            return control("GET", "/faults")["faults"][0]["played"]

        until(reached, f"call {call} was not reached")
        os.kill(process.pid, signal.SIGKILL)
        process.join(300)
        control("DELETE", "/faults")
        assert process.exitcode == -signal.SIGKILL


def in_environment(environment, arguments):
    os.environ.update(environment)
    os.chdir(environment["DAGSTER_HOME"])
    run(*arguments)


def state(deployment):
    """What both platforms hold, without the numbers they give away in the order of arrival."""
    platforms = deployment.platforms
    contacts = {}
    page = 1
    while True:
        answer = platforms._http.get(
            f"{platforms.url}/api/rest/2.0/data/contacts",
            params={"count": 1000, "page": page, "depth": "partial"},
            auth=("Sandbox\\demo", "demo"),
            timeout=60,
        ).json()
        contacts.update({one["id"]: one for one in answer["elements"]})
        if len(contacts) >= answer["total"] or not answer["elements"]:
            break
        page += 1
    emails = {number: str(one.get("emailAddress")) for number, one in contacts.items()}
    names = ("firstName", "lastName", "emailAddress", "accountName", "title", "businessPhone")
    profiles = [
        (
            str(p["email"]),
            str(p["firstName"]),
            str(p["lastName"]),
            str(p["position"]),
            str(p["sourceOfProfile"]),
            emails.get(str(p["externalKey"]), str(p["externalKey"])),
        )
        for p in platforms._certain("Profile", "NWIND")
    ]
    registrations = [
        (str(r["profile"]["email"]), r["registrationStatusLabel"], r["attendeeTypeCode"])
        for r in platforms.registrations(EVENT)
    ]
    return {
        "contacts": sorted(tuple(str(one.get(name)) for name in names) for one in contacts.values()),
        "profiles": sorted(profiles),
        "registrations": sorted(registrations),
    }


def changed(before, after):
    """What there is more or less of, with how often."""
    counted = {what: (Counter(before[what]), Counter(after[what])) for what in before}
    return {
        what: {"gone": dict(old - new), "new": dict(new - old)}
        for what, (old, new) in counted.items()
        if old != new
    }


@pytest.mark.parametrize("connector", JOBS)
@pytest.mark.timeout(600)
def test_killed_anywhere_and_started_again(deployment, connector):
    starter, control = Starter(deployment), deployment.sandbox.control
    control("POST", "/snapshot/before")
    control("DELETE", "/counters")
    starter.finish(connector)
    calls = control("GET", "/counters")["total"] - 1
    undisturbed = state(deployment)
    points = POINTS[connector]
    chosen = sorted({round(calls * (number + 0.5) / points) for number in range(points)})
    assert len(chosen) == points, f"{calls} calls"
    for number, call in enumerate(chosen):
        control("POST", "/restore/before")
        for left in (deployment.folder / "home" / "certain_eloqua").rglob("*"):
            if left.is_file():
                left.unlink()
        starter.kill_at(connector, call, after=bool(number % 2))
        starter.finish(connector)
        now = state(deployment)
        assert changed(undisturbed, now) == {}, f"killed at call {call} of {calls}"
        starter.finish(connector)
        assert changed(now, state(deployment)) == {}, f"killed at call {call} of {calls}, then run twice"


@pytest.mark.parametrize("times", [5])
@pytest.mark.timeout(300)
def test_killed_again_and_again(deployment, times):
    """Each attempt continues where the last one stopped."""
    starter, control = Starter(deployment), deployment.sandbox.control
    control("POST", "/snapshot/before")
    starter.finish("prospects")
    undisturbed = state(deployment)
    control("POST", "/restore/before")
    for left in (deployment.folder / "home" / "certain_eloqua").rglob("*"):
        if left.is_file():
            left.unlink()
    for number in range(times):
        starter.kill_at("prospects", 20 + 5 * number, after=bool(number % 2))
    starter.finish("prospects")
    assert changed(undisturbed, state(deployment)) == {}


def test_two_runs_of_a_connector_and_event_never_overlap(deployment):
    starter, control = Starter(deployment), deployment.sandbox.control
    control(
        "POST",
        "/faults",
        {"path": "/Profile/", "method": "GET", "times": 1, "answer": {"delay_ms": 30_000, "when": "after"}},
    )
    first = starter.start("attendees")
    until(lambda: control("GET", "/faults")["faults"][0]["played"], "the first run did not read the profiles")
    before = deployment.writes()
    second = deployment.job("attendees", EVENT)
    assert not second.success
    assert "is already being run by run" in second.failure
    assert not second.metadata, "it should stop before it reads anything"
    assert deployment.writes() == before
    other = deployment.job("attendees", "NWROAD26")
    assert other.success, other.failure
    first.kill()  # it waits for the platform still, and its lock goes with it
    first.join(300)
    assert deployment.job("attendees", EVENT).success
