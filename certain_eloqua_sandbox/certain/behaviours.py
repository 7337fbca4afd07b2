"""What Certain does beyond answering a path, and what of it the sandbox does not do. Kept by hand."""

from __future__ import annotations

from certain_eloqua_sandbox.behaviour import Behaviour

BEHAVIOURS = (
    Behaviour("Certain", "JSON when asked for by `Accept`, XML otherwise", "public clients of the API 2.0"),
    Behaviour(
        "Certain",
        "An empty search is a 404; errors of the API 2.0 are HTML pages, those of Standard 2.0 JSON",
        "public clients and test suites",
    ),
    Behaviour(
        "Certain",
        "`profileIdentifier` and `SYNC_…` decide which profile a registration belongs to",
        "public test suites",
    ),
    Behaviour(
        "Certain",
        "What names something that does not exist (an attendee type, a status of the event, a tag, a "
        "location) is refused; so is a new record without its required members, and a value of another type",
        "API 2.0: 400 for validation; 404 of sessions in public test suites; the words are inferred",
    ),
    Behaviour(
        "Certain", "Waitlist Hold when an attendee type's inventory is used up", "Certain help: Inventory"
    ),
    Behaviour("Certain", "Stamps in U.S. Pacific wall-clock time without a zone", "public clients"),
    Behaviour(
        "Certain",
        "A list of one element as an object (`xmlish_lists`); paging by record or page (`paging_mode`)",
        "public clients disagree: both can be had",
    ),
    Behaviour("Certain", "Forms, badges, e-mails, reports, payments", "Certain help", held="all of it"),
)
