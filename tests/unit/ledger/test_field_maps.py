"""The ledger knows which version of the field map each delivery used, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from certain_eloqua.ledger import FieldMapUse, Ledger

CONTENT = [{"certain": "fax", "eloqua": "C_Fax", "direction": "both", "constant": None, "values": None}]


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    ticks = iter(datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=n) for n in range(100))
    address = url if request.param == "sqlite" else request.getfixturevalue("postgres")
    with Ledger(address, clock=lambda: next(ticks)) as opened:
        yield opened


def use(run: str, version: str, event: str | None = "SUMMIT", account: str = "NWIND") -> FieldMapUse:
    return FieldMapUse(run, "attendees", event, account, version)


def test_every_delivery_has_its_version_and_every_version_its_content(ledger: Ledger):
    maps = ledger.field_maps
    maps.record(use("run-1", "aaa111"), CONTENT, "default table")
    maps.record(use("run-2", "aaa222", None), [], "NWIND.yaml, commit 1")
    maps.record(use("run-3", "aaa111"), CONTENT, "somewhere else")
    maps.record(use("run-4", "bbb111", account="OTHER"), CONTENT, "default table")
    uses = maps.uses("NWIND")
    assert [(one.run_id, one.event, one.version) for one in uses] == [
        ("run-3", "SUMMIT", "aaa111"),
        ("run-2", None, "aaa222"),
        ("run-1", "SUMMIT", "aaa111"),
    ]
    assert [one.version for one in maps.versions("NWIND")] == ["aaa222", "aaa111"]
    found = maps.version("NWIND", "aaa1")
    assert found is not None
    assert (found.content, found.origin) == (CONTENT, "default table")
    assert maps.version("NWIND", "aaa") is None  # two begin so
    assert maps.version("NWIND", "bbb111") is None


def test_a_delivery_that_is_recorded_again_counts_once(ledger: Ledger):
    for _ in range(2):
        ledger.field_maps.record(use("run-1", "aaa111"), CONTENT, "default table")
    assert len(ledger.field_maps.uses("NWIND")) == 1
