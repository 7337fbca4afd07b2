"""One part of the benchmark of metrics, in its own process; prints one line of JSON at the end."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import numpy as np
import pyarrow as pa

from benchmarks.metrics import SESSIONS
from benchmarks.pipeline import peak_megabytes
from certain_eloqua.assets.event_rows import event_table
from certain_eloqua.cli.demonstration.runs import Runner
from certain_eloqua.clients.certain import (
    AGENDA_ITEM_SCHEMA,
    AGENDA_REGISTRATION_SCHEMA,
    APPOINTMENT_SCHEMA,
    ATTENDEE_TYPE_SCHEMA,
    RATING_SCHEMA,
    REGISTRATION_SCHEMA,
    SESSION_REGISTRATION_SCHEMA,
    SESSION_SCHEMA,
)
from certain_eloqua.clients.eloqua import EMAIL_STATEMENT, BasicLogin, EloquaClient
from certain_eloqua.definitions import build_defs
from certain_eloqua.domain.event import Event
from certain_eloqua.resources.frames import Frames

EVENT = "NWBIG27"
TAGS = ("ai", "cloud", "data", "security", "community", "workshop", "keynote", "partner")
AT_ONCE = 50_000
BYTES_OF_MIB = 1024 * 1024


def main(what: str, size: int) -> None:
    if what == "prepare":
        prepare(size)
        print(json.dumps({}))
        return
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("events", [EVENT])
        runner = Runner(build_defs(Path("connectors")), instance)
        steps = [f"metrics/{what}", f"{what}/custom_object", f"{what}/plan", f"{what}/delivery"]
        began, busy = time.monotonic(), time.process_time()
        ran = runner.assets(steps, EVENT)
        seconds, own = time.monotonic() - began, time.process_time() - busy
    done = ran.of(f"{what}/delivery")
    print(
        json.dumps(
            {
                "success": ran.success,
                "calls": sum(result.get("eloqua_calls", 0) for result in ran.metadata.values()),
                "megabytes": peak_megabytes() * BYTES_OF_MIB / 1e6,
                "seconds": seconds,
                "own": own,
                "records": done.get("dagster/row_count", 0),
                "sent": done.get("records_uploaded") or 0,
                "steps": {name: result.get("seconds") for name, result in ran.metadata.items()},
            }
        )
    )
    if not ran.success:
        print(ran.failure, file=sys.stderr)


def prepare(size: int) -> None:
    """The reads of an event of this size as frames, and its people as contacts of the sandbox."""
    frames = Frames(str(Path(os.environ["DAGSTER_HOME"]) / "certain_eloqua" / "frames"))
    starts = datetime(2027, 5, 4, 9, tzinfo=UTC)
    event = Event(EVENT, "Northwind Big", "NWIND", "Live", starts, starts, "UTC", "UTC", False, True)
    frames.write(("certain", "events"), None, "bench", event_table([event]))
    codes = [f"31005-{1_000_000 + n}-{n % 9973}" for n in range(size)]
    emails = [f"attendee.{n}@example.com" for n in range(size)]

    def keep(name: str, schema: pa.Schema, rows: dict[str, list[object]], length: int) -> None:
        columns = [
            pa.array(rows[one.name], one.type) if one.name in rows else pa.nulls(length, one.type)
            for one in schema
        ]
        frames.write(("certain", name), EVENT, "bench", pa.Table.from_arrays(columns, schema=schema))

    keep(
        "registrations",
        REGISTRATION_SCHEMA,
        {
            "registrationCode": codes,
            "registrationStatusLabel": ["Attended"] * size,
            "attendeeTypeCode": ["DELEGATE"] * size,
            "attendeeType": ["Delegate"] * size,
            "profile.email": emails,
            "isActive": [True] * size,
            "isTestMode": [False] * size,
        },
        size,
    )
    statuses = pa.table(
        {"label": ["Attended"], "classification": ["Accepted"], "is_standard": [True], "tags": [""]}
    )
    frames.write(("certain", "statuses"), EVENT, "bench", statuses)
    keep("attendee_types", ATTENDEE_TYPE_SCHEMA, {"attendeeTypeCode": ["DELEGATE"]}, 1)
    chance = random.Random(5)
    tags = [
        [{"name": t, "label": t.title()} for t in chance.sample(TAGS, 1 + n % 2)] for n in range(SESSIONS)
    ]
    keep(
        "sessions",
        SESSION_SCHEMA,
        {
            "instanceId": [str(6000 + n) for n in range(SESSIONS)],
            "status": ["Published"] * SESSIONS,
            "isActive": [True] * SESSIONS,
            "points": [str(5 * (1 + n % 4)) for n in range(SESSIONS)],
            "tags": [json.dumps(one) for one in tags],
        },
        SESSIONS,
    )
    stream = pa.RecordBatchReader.from_batches(SESSION_REGISTRATION_SCHEMA, _session_registrations(codes))
    frames.write(("certain", "session_registrations"), EVENT, "bench", stream)
    keep("agenda_items", AGENDA_ITEM_SCHEMA, {}, 0)
    keep("agenda_registrations", AGENDA_REGISTRATION_SCHEMA, {}, 0)
    keep("appointments", APPOINTMENT_SCHEMA, {}, 0)
    rated = codes[::2]
    keep(
        "ratings",
        RATING_SCHEMA,
        {
            "registrationCode": rated,
            "instanceId": ["6000"] * len(rated),
            "rating": [str(1 + n % 5) for n in range(len(rated))],
            "dateModified": ["2027-05-04T12:00:00"] * len(rated),
        },
        len(rated),
    )
    with EloquaClient(
        BasicLogin("Sandbox", "demo", "demo"), base_url=os.environ["ELOQUA_BASE_URL"]
    ) as eloqua:
        eloqua.import_contacts(
            pa.table({"email": emails}), fields={"email": EMAIL_STATEMENT}, identifier="email", name="bench"
        )


def _session_registrations(codes: list[str]):
    """Everybody is registered for every session; two of three attended."""
    instances = [str(6000 + n) for n in range(SESSIONS)]
    step = AT_ONCE // SESSIONS
    for start in range(0, len(codes), step):
        some = codes[start : start + step]
        length = len(some) * SESSIONS
        word = np.where(np.arange(length) % 3 == 0, "Registered", "Attended")
        columns = {
            "eventCode": [EVENT] * length,
            "registrationCode": np.repeat(some, SESSIONS),
            "instanceId": instances * len(some),
            "regSessionStatus": word,
            "sessionName": ["A session with a name of usual length"] * length,
        }
        arrays = [
            pa.array(columns[one.name], pa.string()) if one.name in columns else pa.nulls(length, pa.string())
            for one in SESSION_REGISTRATION_SCHEMA
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=SESSION_REGISTRATION_SCHEMA)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
