"""Operations that Certain has and this sandbox does not imitate: they answer 501 and say so."""

from __future__ import annotations

from certain_eloqua_sandbox.certain.routes import API, CLIENTS, EVENT, GUIDE, STANDARD, SUITE, SVCS

_OBJECTS = {
    "Speaker": "speakers",
    "Supplier": "suppliers",
    "TravelQuestions": "travel questions",
    "ProfileQuestions": "profile questions",
    "Transactions": "financial transactions",
    "Exhibitor": "exhibitors (registrations of exhibitor types)",
    "ExhibitorManagement": "exhibitor management",
    "Accommodation": "accommodation",
    "TravelReservation": "travel reservations",
    "Group": "groups",
    "Rotation": "rotations",
}

for _name, _what in _OBJECTS.items():
    _source = SUITE if _name in ("Exhibitor", "Supplier") else GUIDE
    for _depth in ("", "/{event}", "/{event}/{code}", "/{event}/{code}/{item}"):
        API.missing(
            "GET POST DELETE",
            f"/{_name}/{{account}}{_depth}",
            source=_source,
            summary=f"Not imitated: {_what}",
        )

STANDARD.missing("GET POST PUT DELETE", f"{EVENT}/speakers", source=CLIENTS, summary="Not imitated: speakers")
STANDARD.missing(
    "GET PUT DELETE", f"{EVENT}/speakers/{{speaker}}", source=CLIENTS, summary="Not imitated: one speaker"
)
STANDARD.missing(
    "GET POST", f"{EVENT}/locations", source=SUITE, summary="Not imitated: locations of sessions"
)
STANDARD.missing(
    "GET POST PUT DELETE",
    f"{EVENT}/registration/{{registration}}/preferences",
    source=SUITE,
    summary="Not imitated: appointment preferences",
)
SVCS.missing(
    "GET POST PUT DELETE",
    "/{rest:path}",
    source=CLIENTS,
    summary="Not imitated: the older, internal face of Standard 2.0 with its session cookie",
)
