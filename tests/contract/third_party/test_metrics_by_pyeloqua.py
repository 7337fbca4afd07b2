"""What kinds 5 and 6 have uploaded, read back by a client that is not ours."""

import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "pyeloqua_script.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


KINDS = {
    "engagement": (["AttendeeID"], ("SessionsRegistered", "SessionsAttended")),
    "interest": (["AttendeeID", "TagName"], ("Points", "ItemsCounted")),
}


def test_pyeloqua_reads_the_records_with_the_contacts_they_are_linked_to(
    deployment,
    pyeloqua_python,
    run_outside,
):
    ran = {}
    for what in KINDS:
        deployment.file(what, f"kind: upload_{what}_metrics\nevents: all\nsettings: {{}}\n")
        ran[what] = deployment.job(what, "NWEXPO25")
        assert ran[what].success, ran[what].failure
    seen = json.loads(run_outside(pyeloqua_python, SCRIPT, "metrics").stdout.splitlines()[-1])
    for what, (key, numbers) in KINDS.items():
        assert seen[what]["status"] == "success"
        names = seen[what]["names"]
        rows = [{names.get(name, name): value for name, value in row.items()} for row in seen[what]["rows"]]
        done = ran[what].of(f"{what}/delivery")
        assert len(rows) == done["created"] > 0
        (linked,) = {name for row in rows for name in row} - set(names.values())
        assert all(row[linked].casefold() == row["EmailAddress"].casefold() for row in rows if row[linked])
        assert sum(bool(row[linked]) for row in rows) == done["records_linked_to_contacts"] > 0
        frame = deployment.frames.frame(("metrics", what), "NWEXPO25")
        frame.index = [".".join(parts) for parts in frame[key].itertuples(index=False)]
        for row in rows:
            mine = frame.loc[".".join(row[name] for name in key)]
            for number in numbers:
                assert float(row[number]) == float(mine[number]), (what, number)
