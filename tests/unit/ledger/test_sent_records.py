"""The ledger knows records of custom objects as they were last sent, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from certain_eloqua.ledger import Ledger, person_key
from certain_eloqua.ledger.sent_records import SENT_RECORDS_SCHEMA


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    with Ledger(url if request.param == "sqlite" else request.getfixturevalue("postgres")) as opened:
        yield opened


def rows(*records: tuple[str, str, str]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "key": key,
                "person": person_key("NWIND", email),
                "part": "ai",
                "digest": digest,
                "numbers": '{"Points":"5"}',
            }
            for key, email, digest in records
        ],
        schema=SENT_RECORDS_SCHEMA,
    )


def digests(ledger, connector: str, event: str | None) -> dict[str, str]:
    found = ledger.sent_records.read(connector, event).to_pydict()
    return dict(zip(found["key"], found["digest"], strict=True))


def test_a_record_sent_again_replaces_what_was_remembered(ledger):
    ledger.sent_records.remember("m", "E1", rows(("a", "a@x.example", "1"), ("b", "b@x.example", "1")))
    ledger.sent_records.remember("m", "E1", rows(("b", "b@x.example", "2"), ("c", "c@x.example", "1")))
    assert digests(ledger, "m", "E1") == {"a": "1", "b": "2", "c": "1"}
    assert ledger.sent_records.count("m", "E1") == 3


def test_connectors_and_events_are_kept_apart(ledger):
    ledger.sent_records.remember("m", "E1", rows(("a", "a@x.example", "1")))
    ledger.sent_records.remember("m", "E2", rows(("a", "a@x.example", "2")))
    ledger.sent_records.remember("n", None, rows(("a", "a@x.example", "3")))
    assert digests(ledger, "m", "E1") == {"a": "1"}
    assert digests(ledger, "m", "E2") == {"a": "2"}
    assert digests(ledger, "n", None) == {"a": "3"}
    assert digests(ledger, "n", "E1") == {}


def test_a_person_who_is_forgotten_leaves_no_record(ledger):
    ledger.sent_records.remember("m", "E1", rows(("a", "a@x.example", "1"), ("b", "b@x.example", "1")))
    assert ledger.forget_person("NWIND", "A@x.example ")
    assert digests(ledger, "m", "E1") == {"b": "1"}


def test_many_records_are_remembered_whole(ledger):
    many = rows(*((f"k{n}", f"{n}@x.example", "1") for n in range(5_001)))
    ledger.sent_records.remember("m", "E1", many)
    assert ledger.sent_records.count("m", "E1") == 5_001
