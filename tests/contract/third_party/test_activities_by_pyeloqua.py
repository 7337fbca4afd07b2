"""What kind 8 has written, read back by a client that is not ours, and compared with what Certain says."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.journeys.conftest import EVENT

SCRIPT = Path(__file__).parent / "pyeloqua_script.py"
PACIFIC, EASTERN = ZoneInfo("America/Los_Angeles"), ZoneInfo("America/New_York")
CONNECTOR = """
    kind: registration_status_activities
    events: [NWSUMMIT27]
    settings:
      registration_statuses: [Pre-Registered, Attended]
      campaign_id: "1"
      create_activity_types: true
      create_missing_contacts: true
    """

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def certain(deployment, code):
    """A registration, by plain HTTP."""
    address = f"{deployment.sandbox.url}/certainExternal/service/v1/Registration/NWIND/{EVENT}/{code}"
    answer = requests.get(address, auth=("demo", "demo"), headers={"Accept": "application/json"}, timeout=30)
    answer.raise_for_status()
    return answer.json()


def test_pyeloqua_reads_each_activity_once_with_person_asset_campaign_and_time(
    deployment,
    pyeloqua_python,
    run_outside,
):
    def external():
        seen = json.loads(run_outside(pyeloqua_python, SCRIPT, "external_activities").stdout.splitlines()[-1])
        assert seen["status"] == "success"
        return Counter(tuple(sorted(row.items())) for row in seen["rows"])

    deployment.file("registrations", CONNECTOR)
    assert deployment.job("registrations", EVENT).success
    before = external()
    frame = deployment.frames.frame(("certain", "registrations"), EVENT)
    invited = frame[frame["registrationStatusLabel"].eq("Invited") & frame["isActive"].astype(bool)]
    codes = invited["registrationCode"].head(3).tolist()
    expected = []
    for label in ("Pre-Registered", "Attended"):
        for code in codes:
            deployment.sandbox.control("POST", "/certain/registration", {"code": code, "status": label})
            found = certain(deployment, code)
            local = datetime.fromisoformat(found["statusModified"]).replace(tzinfo=PACIFIC)
            expected.append(
                (found["profile"]["email"].casefold(), local.astimezone(EASTERN).replace(tzinfo=None))
            )
        for _ in range(2):  # the second run must add nothing
            ran = deployment.job("registrations", EVENT)
            assert ran.success, ran.failure

    new = external() - before
    rows = [dict(row) for row in new.elements()]
    there = [(row["EmailAddress"].casefold(), datetime.fromisoformat(row["ActivityDate"])) for row in rows]
    assert sorted(there) == sorted(expected)
    assert {(row["AssetType"], row["CampaignId"]) for row in rows} == {("Certain Event", "1")}
    assert all(row["AssetName"].startswith(f"{EVENT}: ") for row in rows)
    assert all(row["ContactId"] for row in rows)
