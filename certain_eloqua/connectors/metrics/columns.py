"""The columns of the metrics: meaning, unit, and which fields of Certain each is computed from."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

Origin = tuple[str, str]
"""A read, such as `certain/ratings`, and a column of it."""

TEXT, COUNT, DECIMAL, DATE, TIME, FLAG = (
    pa.string(),
    pa.int64(),
    pa.float64(),
    pa.date32(),
    pa.timestamp("s", tz="UTC"),
    pa.bool_(),
)

_REGISTRATIONS = "certain/registrations"
_EVENTS = "certain/events"
_STATUSES = "certain/statuses"
_SESSIONS: tuple[Origin, ...] = (
    ("certain/session_registrations", "regSessionStatus"),
    ("certain/session_registrations", "instanceId"),
    ("certain/sessions", "status"),
)
_AGENDA: tuple[Origin, ...] = (
    ("certain/agenda_registrations", "status"),
    ("certain/agenda_registrations", "activityCode"),
    ("certain/agenda_items", "startDate"),
)
_RATINGS: tuple[Origin, ...] = (("certain/ratings", "rating"), ("certain/ratings", "dateModified"))
_APPOINTMENTS: tuple[Origin, ...] = (
    ("certain/appointments", "status"),
    ("certain/appointments", "registration.regCode"),
    ("certain/appointments", "targetRegistration.regCode"),
)
_APPOINTMENT_RATINGS: tuple[Origin, ...] = (
    ("certain/appointments", "rating.registration"),
    ("certain/appointments", "rating.targetRegistration"),
)
_TAGS: tuple[Origin, ...] = (("certain/sessions", "tags"), ("certain/agenda_items", "tags"))
_POINTS: tuple[Origin, ...] = (("certain/sessions", "points"), ("certain/agenda_items", "points"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, unit, meaning and origins."""

    name: str
    type: pa.DataType
    unit: str
    description: str
    origins: tuple[Origin, ...] = ()

    @property
    def text(self) -> str:
        """Meaning and unit in one line."""
        return f"{self.description} [{self.unit}]" if self.unit else self.description


def schema(columns: tuple[Column, ...]) -> pa.Schema:
    """The Arrow schema of the columns."""
    return pa.schema([pa.field(column.name, column.type) for column in columns])


def _registration(name: str, member: str, description: str, kind: pa.DataType = TEXT) -> Column:
    return Column(name, kind, "", description, ((_REGISTRATIONS, member),))


_CODE = _registration("RegistrationCode", "registrationCode", "The registration.")
_EMAIL = _registration("EmailAddress", "profile.email", "E-mail address of the profile; blank if none.")
_CONTACT = Column(
    "EloquaContactID",
    TEXT,
    "",
    "Eloqua contact id, if the profile's source is Eloqua; else blank.",
    ((_REGISTRATIONS, "profile.externalKey"), (_REGISTRATIONS, "profile.sourceOfProfile")),
)
_STATUS = _registration(
    "RegistrationStatus", "registrationStatusLabel", "Status of the registration, by label."
)
_CLASS = Column(
    "StatusClassification",
    TEXT,
    "",
    "Accepted, Pending, Denied or Cancelled; blank if Certain does not say.",
    ((_STATUSES, "classification"), (_REGISTRATIONS, "registrationStatusLabel")),
)
_TYPE_CODE = _registration("AttendeeTypeCode", "attendeeTypeCode", "Attendee type, by code.")
_TYPE = _registration("AttendeeType", "attendeeType", "Attendee type, by name.")
_ACTIVE = _registration("IsActive", "isActive", "Whether the registration is active.", FLAG)
_TEST = _registration("IsTestMode", "isTestMode", "Whether it was made in test mode.", FLAG)
_LEFT_OUT = Column(
    "LeftOut",
    TEXT,
    "",
    "Why the registration does not count by default: test_mode, inactive or status_not_selected (not "
    "classified Accepted); blank if it counts.",
    (*_CLASS.origins, *_ACTIVE.origins, *_TEST.origins),
)
_CALCULATED = Column("LastCalculated", TIME, "UTC", "When the row was computed.")

ENGAGEMENT: tuple[Column, ...] = (
    Column(
        "AttendeeID",
        TEXT,
        "",
        "<account>.<event>.<registration>: names the row.",
        ((_EVENTS, "account_code"), (_EVENTS, "code"), (_REGISTRATIONS, "registrationCode")),
    ),
    _EMAIL,
    _CONTACT,
    Column("AccountCode", TEXT, "", "The account.", ((_EVENTS, "account_code"),)),
    Column("EventCode", TEXT, "", "The event.", ((_EVENTS, "code"),)),
    Column("EventName", TEXT, "", "Name of the event.", ((_EVENTS, "name"),)),
    Column("EventStartDate", DATE, "day in the event's zone", "First day.", ((_EVENTS, "starts"),)),
    _CODE,
    _STATUS,
    _CLASS,
    _TYPE_CODE,
    _TYPE,
    _ACTIVE,
    _TEST,
    _LEFT_OUT,
    Column(
        "SessionsRegistered",
        COUNT,
        "count",
        "Distinct session instances with status Registered or Attended; scheduled agenda items if the event "
        "has no sessions; blank if it has neither.",
        (*_SESSIONS, *_AGENDA),
    ),
    Column("SessionsAttended", COUNT, "count", "Those of them with status Attended.", (*_SESSIONS, *_AGENDA)),
    Column(
        "SessionsRated",
        COUNT,
        "count",
        "Sessions (or agenda items) rated, the latest rating of each; blank if the event has no ratings.",
        _RATINGS,
    ),
    Column(
        "AverageSessionRating",
        DECIMAL,
        "points of the rating scale, two decimals, half up",
        "Mean of these ratings; blank if there are none.",
        _RATINGS,
    ),
    Column(
        "AppointmentsScheduled",
        COUNT,
        "count",
        "Appointments on either side, not cancelled; blank if the event has no appointments.",
        _APPOINTMENTS,
    ),
    Column(
        "AppointmentsAttended",
        COUNT,
        "count",
        "Those of them that took place; blank if the event's appointments do not say.",
        _APPOINTMENTS,
    ),
    Column(
        "AppointmentsRated",
        COUNT,
        "count",
        "Ratings this registration gave to appointments; blank if the event has no appointment ratings.",
        _APPOINTMENT_RATINGS,
    ),
    Column(
        "AverageAppointmentRating",
        DECIMAL,
        "points of the rating scale, two decimals, half up",
        "Mean of these ratings; blank if there are none.",
        _APPOINTMENT_RATINGS,
    ),
    *(
        Column(
            f"{prefix}{what}",
            COUNT,
            unit,
            f"{meaning} {where}, whatever the event uses.",
            (*origins, *(_RATINGS if "Rat" in what else ())),
        )
        for prefix, where, origins in (
            ("Session", "for session instances", _SESSIONS),
            ("AgendaItem", "for scheduled agenda items", _AGENDA),
        )
        for what, unit, meaning in (
            ("Registrations", "count", "Registered or Attended"),
            ("Attendances", "count", "Attended"),
            ("Ratings", "count", "Ratings"),
            ("RatingSum", "hundredths of a point of the scale", "Sum of the ratings"),
        )
    ),
    Column(
        "AppointmentRatingSum",
        COUNT,
        "hundredths of a point of the scale",
        "Sum of the ratings behind AverageAppointmentRating.",
        _APPOINTMENT_RATINGS,
    ),
    _CALCULATED,
)

PARTS = tuple(
    f"{source}{status}{what}"
    for source in ("Session", "AgendaItem")
    for status in ("Registered", "Attended")
    for what in ("Items", "Unpointed", "Points")
)
"""Columns that Points and ItemsCounted are sums of, so that other rules need no second computation."""

_PART_MEANING = {
    "Items": ("count", "items"),
    "Unpointed": ("count", "items without points"),
    "Points": ("hundredths of a point", "points"),
}


def _part(name: str) -> Column:
    source = "session instances" if name.startswith("Session") else "scheduled agenda items"
    status = "Attended" if "Attended" in name else "Registered"
    what = next(one for one in _PART_MEANING if name.endswith(one))
    unit, meaning = _PART_MEANING[what]
    origins = _SESSIONS if name.startswith("Session") else _AGENDA
    return Column(
        name,
        COUNT,
        unit,
        f"Part of the sum: {meaning} of {source} with status {status}.",
        (*origins, *_TAGS, *(_POINTS if what != "Items" else ())),
    )


INTEREST: tuple[Column, ...] = (
    Column(
        "AttendeeID",
        TEXT,
        "",
        "<account>.<event>.<registration>.",
        ((_EVENTS, "account_code"), (_EVENTS, "code"), (_REGISTRATIONS, "registrationCode")),
    ),
    _EMAIL,
    _CONTACT,
    _CODE,
    _STATUS,
    _CLASS,
    _TYPE_CODE,
    _ACTIVE,
    _TEST,
    _LEFT_OUT,
    Column("TagName", TEXT, "", "The tag, by name.", _TAGS),
    Column("TagLabel", TEXT, "", "Label of the tag.", _TAGS),
    Column(
        "Points",
        DECIMAL,
        "points, two decimals",
        "Points of the items with this tag with status Registered or Attended; an item with several tags "
        "gives all its points to each; items without points give 0. Of session instances if the event has "
        "any, else of agenda items.",
        (*_SESSIONS, *_AGENDA, *_TAGS, *_POINTS),
    ),
    Column("ItemsCounted", COUNT, "count", "The items behind Points.", (*_SESSIONS, *_AGENDA, *_TAGS)),
    *(_part(name) for name in PARTS),
    _CALCULATED,
)
