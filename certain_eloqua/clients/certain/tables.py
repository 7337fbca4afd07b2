"""Pages of Certain's objects as Arrow, with fixed columns named by Certain's own members.

Nested members are flattened with dots (`profile.email`). Values are text and null is not blank; only the
members that are booleans on the wire are booleans here. Scalars we have no column for are kept in `extra`,
as JSON text, because the published lists of members are incomplete.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from certain_eloqua.clients.certain.values import as_bool, as_list, as_text

Item = Mapping[str, Any]
EXTRA = "extra"

_ADDRESS = ("line1", "line2", "line3", "line4", "city", "state", "zip", "country")
_PERSON = (
    "pkProfileId",
    "externalKey",
    "sourceOfProfile",
    "firstName",
    "lastName",
    "email",
    "organization",
    "position",
    "phone",
    "phoneMobile",
    "fax",
    "username",
    *(f"address.{part}" for part in _ADDRESS),
)


def _schema(texts: Sequence[str], booleans: Sequence[str]) -> pa.Schema:
    return pa.schema(
        [
            *(pa.field(name, pa.string()) for name in texts),
            *(pa.field(name, pa.bool_()) for name in booleans),
            pa.field(EXTRA, pa.string()),
        ]
    )


PROFILE_SCHEMA = _schema(
    ["accountCode", "profilePin", *_PERSON, "dateCreated", "dateModified"],
    ["isActive"],
)
REGISTRATION_SCHEMA = _schema(
    [
        "accountCode",
        "eventCode",
        "eventName",
        "pkEventId",
        "registrationCode",
        "pkRegId",
        "registrationStatusLabel",
        "attendeeTypeCode",
        "attendeeType",
        "orderCode",
        "badgeName",
        "source",
        "statusModified",
        "dateCreated",
        "dateModified",
        "profile.pin",
        *(f"profile.{name}" for name in _PERSON),
        "profile.dateModified",
    ],
    ["isActive", "isConfirmed", "isTestMode", "doFollowUp", "profile.isActive"],
)
EVENT_SCHEMA = _schema(
    [
        "accountCode",
        "eventCode",
        "eventId",
        "eventName",
        "eventStatus",
        "startDate",
        "endDate",
        "timezone",
        "notes",
        "location.locationCode",
        "location.locationName",
        "location.locationCity",
        "location.locationCountry",
        "dateCreated",
        "dateModified",
    ],
    ["isActive", "isLocked"],
)
ATTENDEE_TYPE_SCHEMA = _schema(
    ["accountCode", "eventCode", "attendeeTypeCode", "name", "inventory", "dateCreated", "dateModified"],
    ["isActive"],
)

SESSION_SCHEMA = _schema(
    [
        "instanceId",
        "sessionId",
        "instanceCode",
        "sessionCode",
        "sessionTitle",
        "typeName",
        "level",
        "trackName",
        "locationCode",
        "locationName",
        "startTime",
        "endTime",
        "duration",
        "capacity",
        "status",
        "points",
        "tags",
        "session_dateCreated",
        "session_dateModified",
    ],
    ["isActive"],
)
"""One row per session instance. `tags` is JSON: `[{"name", "label"}]`; times are `MM/dd/yyyy HH:mm:ss`."""

SESSION_REGISTRATION_SCHEMA = _schema(
    [
        "eventCode",
        "registrationCode",
        "instanceId",
        "sessionCode",
        "sessionName",
        "regSessionStatus",
        "trackName",
        "typeName",
        "locationName",
        "startDate",
        "endDate",
        "dateModified",
    ],
    [],
)
"""One row per registration and session instance. `dateModified` is null where the server does not send it."""

AGENDA_ITEM_SCHEMA = _schema(
    [
        "accountCode",
        "eventCode",
        "activityCode",
        "name",
        "type",
        "startDate",
        "endDate",
        "points",
        "ceu",
        "sortOrder",
        "tags",
        "dateCreated",
        "dateModified",
    ],
    ["isActivity", "isAgenda", "isRequired", "isActive", "allowWaitlist", "hideRating"],
)
AGENDA_REGISTRATION_SCHEMA = _schema(
    [
        "accountCode",
        "eventCode",
        "registrationCode",
        "activityCode",
        "status",
        "registeredQuantity",
        "availableQuantity",
        "startDate",
        "endDate",
        "dateCreated",
        "dateModified",
    ],
    [],
)
APPOINTMENT_SCHEMA = _schema(
    [
        "eventCode",
        "appointmentId",
        "startDate",
        "endDate",
        "location",
        "status",
        "appointmentType",
        "appointmentSource",
        "reason",
        "registration.regCode",
        "registration.attendeeType",
        "targetRegistration.regCode",
        "targetRegistration.attendeeType",
        "rating.registration",
        "rating.targetRegistration",
    ],
    [],
)
"""One row per appointment; `rating.registration` is the rating that the side `registration` gave."""

RATING_SCHEMA = _schema(["registrationCode", "instanceId", "activityCode", "rating", "dateModified"], [])


def to_batch(
    items: Iterable[Item], schema: pa.Schema, renamed: Mapping[str, str] | None = None
) -> pa.RecordBatch:
    """One page as a batch of this schema.

    Args:
        items: the page.
        schema: one of the schemas of this file.
        renamed: members that are called otherwise on this server, real name to column name, for instance
            `{"externalProfileId": "externalKey"}`. They count inside `profile` too.
    """
    flat = [_flatten(item, renamed or {}) for item in items]
    columns = []
    for column in schema:
        if column.name == EXTRA:
            columns.append(pa.array([_extra(row, schema) for row in flat], pa.string()))
        elif pa.types.is_boolean(column.type):
            columns.append(pa.array([as_bool(row.get(column.name)) for row in flat], pa.bool_()))
        else:
            columns.append(pa.array([as_text(row.get(column.name)) for row in flat], pa.string()))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def to_table(
    pages: Iterable[Iterable[Item]], schema: pa.Schema, renamed: Mapping[str, str] | None = None
) -> pa.Table:
    """All pages as one table."""
    return pa.Table.from_batches([to_batch(page, schema, renamed) for page in pages], schema=schema)


def _flatten(item: Item, renamed: Mapping[str, str], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for member, value in item.items():
        name = f"{prefix}{renamed.get(member, member)}"
        if member.endswith("Questions"):
            flat.update(_answers(value, name))
        elif isinstance(value, Mapping):
            flat.update(_flatten(value, renamed, f"{name}."))
        elif not isinstance(value, list):
            flat[name] = value
    return flat


def _answers(questions: Any, prefix: str) -> dict[str, str]:
    """Answers by the question's name: free text as it is, choices by their codes, several joined by `; `."""
    answers = {}
    for question in as_list(questions, "question"):
        if not isinstance(question, Mapping):
            continue
        given = [a for a in as_list(question.get("answers"), "answer") if isinstance(a, Mapping)]
        words = [str(a.get("answerCode") or a.get("value") or "") for a in given]
        name = question.get("questionName") or question.get("questionCode") or question.get("questionId")
        answers[f"{prefix}.{name}"] = "; ".join(word for word in words if word)
    return answers


def _extra(row: Mapping[str, Any], schema: pa.Schema) -> str | None:
    known = set(schema.names)
    unknown = {name: value for name, value in row.items() if name not in known and value is not None}
    return json.dumps(unknown, ensure_ascii=False, sort_keys=True) if unknown else None
