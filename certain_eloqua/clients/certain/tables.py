"""Pages of Certain's objects as Arrow, with fixed columns named by Certain's own members.

Nested members are flattened with dots (`profile.email`). Values are text and null is not blank; only the
members that are booleans on the wire are booleans here. Scalars we have no column for are kept in `extra`,
as JSON text, because the published lists of members are incomplete.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
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
    [
        "accountCode",
        "eventCode",
        "attendeeTypeCode",
        "name",
        "inventory",
        "tags",
        "dateCreated",
        "dateModified",
    ],
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
    rows = list(items)
    members = _Members.of(schema, renamed or {})
    objects = members.objects(rows)
    columns = []
    for column in schema:
        if column.name == EXTRA:
            columns.append(pa.array(members.extras(rows, objects), pa.string()))
            continue
        prefix, names = members.paths[column.name]
        values = _values(objects[prefix], names)
        if prefix and any(column.name in row for row in rows):  # flattened by whoever read the page
            values = [row.get(column.name, value) for row, value in zip(rows, values, strict=True)]
        columns.append(_booleans(values) if pa.types.is_boolean(column.type) else _texts(values))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


_NOTHING: Item = {}


class _Members:
    """Where the columns of a schema are in an object of Certain: the nested object, the member's names."""

    def __init__(self, schema: pa.Schema, renamed: Mapping[str, str]) -> None:
        self.renamed = renamed
        theirs = {ours: real for real, ours in renamed.items()}
        self.paths: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.known: dict[str, set[str]] = {"": set()}
        for column in schema.names:
            if column == EXTRA:
                continue
            prefix, _, name = column.rpartition(".")
            names = (theirs[name], name) if name in theirs else (name,)
            self.paths[column] = (prefix, names)
            self.known.setdefault(prefix, set()).update(names)
            self.known[""].add(column)
        for prefix in sorted(self.known, key=len, reverse=True):
            while prefix:  # an object around a known one is known, too
                above, _, name = prefix.rpartition(".")
                self.known.setdefault(above, set()).add(name)
                prefix = above

    @classmethod
    def of(cls, schema: pa.Schema, renamed: Mapping[str, str]) -> "_Members":
        key = (tuple(schema.names), tuple(sorted(renamed.items())))
        if key not in _MEMBERS:
            _MEMBERS[key] = cls(schema, dict(renamed))
        return _MEMBERS[key]

    def objects(self, rows: Sequence[Item]) -> dict[str, Sequence[Item]]:
        """The nested objects by their prefix, one for each row; an empty one where there is none."""
        found: dict[str, Sequence[Item]] = {"": rows}
        for prefix in sorted(self.known, key=len):
            if prefix:
                above, _, name = prefix.rpartition(".")
                nested = [row.get(name) for row in found[above]]
                found[prefix] = [one if isinstance(one, dict) else _NOTHING for one in nested]
        return found

    def extras(self, rows: Sequence[Item], objects: Mapping[str, Sequence[Item]]) -> list[str | None]:
        """The members without a column, as JSON; None where there are none."""
        found: list[dict[str, Any]] = [{} for _ in rows]
        for prefix, known in self.known.items():
            inside = f"{prefix}." if prefix else ""
            for extra, one in zip(found, objects[prefix], strict=True):
                unknown = one.keys() - known
                if unknown:
                    extra.update(_flatten({name: one[name] for name in unknown}, self.renamed, inside))
        for prefix in self.known:
            if prefix:  # a scalar where an object should be
                above, _, name = prefix.rpartition(".")
                for extra, one in zip(found, objects[above], strict=True):
                    value = one.get(name)
                    if value is not None and not isinstance(value, Mapping | list):
                        extra[prefix] = value
        return [_as_json(extra) for extra in found]


_MEMBERS: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], _Members] = {}


def _values(objects: Sequence[Item], names: Sequence[str]) -> list[Any]:
    if len(names) == 1:
        name = names[0]
        return [one.get(name) for one in objects]
    real, ours = names
    return [one[real] if real in one else one.get(ours) for one in objects]


def _texts(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.string())  # the usual case: all of them are texts
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([None if _is_nested(value) else as_text(value) for value in values], pa.string())


def _booleans(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.bool_())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([None if _is_nested(value) else as_bool(value) for value in values], pa.bool_())


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | list)


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


def _as_json(extra: Mapping[str, Any]) -> str | None:
    present = {name: value for name, value in extra.items() if value is not None}
    return orjson.dumps(present, option=orjson.OPT_SORT_KEYS).decode() if present else None
