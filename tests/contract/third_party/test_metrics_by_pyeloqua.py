"""What kind 5 has uploaded, read back by a client that is not ours."""

import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "pyeloqua_script.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_pyeloqua_reads_the_records_with_the_contacts_they_are_linked_to(
    deployment,
    pyeloqua_python,
    run_outside,
):
    deployment.file("engagement", "kind: upload_engagement_metrics\nevents: all\nsettings: {}\n")
    ran = deployment.job("engagement", "NWEXPO25")
    assert ran.success, ran.failure
    seen = json.loads(run_outside(pyeloqua_python, SCRIPT, "metrics").stdout.splitlines()[-1])
    assert seen["status"] == "success"
    names = seen["names"]
    rows = [{names.get(name, name): value for name, value in row.items()} for row in seen["rows"]]
    done = ran.of("engagement/delivery")
    assert len(rows) == done["created"] > 0
    (linked,) = {name for row in rows for name in row} - set(names.values())
    assert all(row[linked].casefold() == row["EmailAddress"].casefold() for row in rows if row[linked])
    assert sum(bool(row[linked]) for row in rows) == done["records_linked_to_contacts"] > 0
    frame = deployment.frames.frame(("metrics", "engagement"), "NWEXPO25").set_index("AttendeeID")
    for row in rows:
        mine = frame.loc[row["AttendeeID"]]
        assert float(row["SessionsRegistered"]) == mine["SessionsRegistered"]
        assert float(row["SessionsAttended"]) == mine["SessionsAttended"]
