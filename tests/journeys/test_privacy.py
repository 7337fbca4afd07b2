"""No secret, no whole e-mail address and no other value of a person is in the Dagster home, beside frames."""

import json
import re
import subprocess
import sys

import pycountry
import pytest

from certain_eloqua.connectors.contract.kind import PLAIN_FIELDS
from tests.journeys.conftest import EVENT

ADDRESS = re.compile(rb"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:example|com|org|net|io)\b")
SECRETS = (b"s3cr3t-password", b"U2FuZGJveFxkZW1vOmRlbW8=", b"ZGVtbzpkZW1v", b"Authorization")
# A person's row is in the frames, which is what they are for, and nowhere else.
FRAMES = "certain_eloqua/frames/"


def found_in(deployment):
    addresses, secrets = {}, {}
    home = deployment.folder / "home"
    files = [path for path in home.rglob("*") if path.is_file() and FRAMES not in str(path)]
    assert len(files) > 5
    for path in [*files, *deployment.folder.glob("*.log")]:
        text = path.read_bytes()
        if hits := set(ADDRESS.findall(text)):
            addresses[path.name] = hits
        if hits := {secret for secret in SECRETS if secret in text}:
            secrets[path.name] = hits
    return addresses, secrets


def values_of_people(deployment):
    """What the plans of this home write to people: names, phones, streets; not ids and words of platforms."""
    values = set()
    for name, event in (("readers", None), ("prospects", EVENT), ("attendees", EVENT)):
        plan = deployment.frames.frame((name, "plan"), event)
        for text in plan["changes"].dropna():
            for change in json.loads(text):
                if f"{change['on']}.{change['field']}" not in PLAIN_FIELDS:
                    values |= {str(change.get("old") or ""), str(change["new"])}
    # A short word may stand anywhere by chance ("Berlin", "Manager"); names of countries stand in the field
    # map, whose versions the ledger keeps.
    countries = {country.name for country in pycountry.countries}
    return {value for value in values if len(value) >= 12} - countries


def files_with(deployment, values):
    home = deployment.folder / "home"
    found = {}
    for path in home.rglob("*"):
        if path.is_file() and FRAMES not in str(path):
            text = path.read_bytes()
            # JSON in the event log has its own spelling of letters outside of ASCII.
            hits = {v for v in values if v.encode() in text or json.dumps(v)[1:-1].encode() in text}
            if hits:
                found[path.name] = hits
    return found


def dagster(deployment, *arguments):
    with (deployment.folder / "output.log").open("ab") as output:
        return subprocess.run(
            [sys.executable, "-m", "dagster", *arguments],
            cwd=deployment.folder,
            env=deployment.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=120,
        ).returncode


@pytest.mark.timeout(960)
def test_neither_runs_that_succeed_nor_runs_that_fail_tell_who_people_are(kept, monkeypatch):
    for name, event in (("readers", None), ("prospects", EVENT), ("attendees", EVENT)):
        ran = kept.job(name, event)
        assert ran.success, ran.failure
    values = values_of_people(kept)
    assert len(values) > 300
    assert files_with(kept, values) == {}
    select = [
        "asset",
        "materialize",
        "-m",
        "certain_eloqua.definitions",
        "--select",
        "+key:attendees/delivery",
    ]
    assert dagster(kept, *select, "--partition", EVENT) == 0
    refusals = [
        {
            "path": "/Profile/",
            "method": "POST",
            "times": 3,
            "answer": {"status": 500, "body": "oops a@b.example"},
        },
        {
            "path": "/Registration/",
            "method": "POST",
            "times": 3,
            "answer": {
                "status": 400,
                "body": {"errorMessage": "profile somebody.real@example.com is not valid"},
            },
        },
    ]
    kept.sandbox.control("POST", "/reset")
    for left in (kept.folder / "home" / "certain_eloqua" / "frames").rglob("*.json"):
        left.unlink()
    kept.sandbox.control("POST", "/faults", refusals)
    kept.job("prospects", EVENT)
    monkeypatch.setenv("ELOQUA_PASSWORD", "s3cr3t-password")
    assert not kept.job("readers").success
    addresses, secrets = found_in(kept)
    assert addresses == {}
    assert secrets == {}


def test_a_mistake_in_the_program_does_not_quote_a_row(kept, monkeypatch):
    import certain_eloqua.connectors.contacts.import_profiles as kind
    from certain_eloqua.connectors import catalogue

    def broken(*_):
        raise ValueError("could not convert 'somebody.real@example.com' to a number")

    import dataclasses

    monkeypatch.setitem(catalogue.KINDS, "import_profiles", dataclasses.replace(kind.KIND, plan=broken))
    ran = kept.job("readers")
    assert "a mistake in the program" in ran.failure
    assert "***@example.com" in ran.failure
    assert "somebody" not in ran.failure
    assert found_in(kept) == ({}, {})
