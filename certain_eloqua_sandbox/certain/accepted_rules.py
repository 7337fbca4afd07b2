"""Rules of Certain without a known error answer: what breaks them is accepted.

The coverage page lists them. When an answer becomes known, the rule moves to where the value is checked.
"""

ACCEPTED_RULES: tuple[tuple[str, str], ...] = (
    (
        "an event code is to have at most 25 letters, digits and dashes",
        "Certain help: Event Details",
    ),
    ("a profile PIN is to be at most 25 characters, an external key 100", "Certain help; inferred"),
    ("names and addresses are to be at most 255 characters", "inferred"),
    ("an end is not to be before its start (events, agenda items)", "inferred"),
    (
        "codes of events, agenda items, attendee types, locations, sessions and users are to be unique; a "
        "post with a known one changes that record, as a known PIN does",
        "Certain help: Event Details; inferred",
    ),
    ("a code is not to be changed; a posted one is ignored", "inferred"),
    ("`order_by` is a member with `_asc` or `_desc`; another one orders by creation", "public test suites"),
    ("`noOfInstances` is to be at least 1; the nearest number up to 50 is taken", "inferred"),
    (
        "an event's status, and the statuses of agenda items and sessions, are to be known ones; others are "
        "kept",
        "public test suites; inferred",
    ),
    ("an inventory is not to be negative", "inferred"),
    ("the quantity of an agenda item is to be at least 1", "inferred"),
    ("a denied registration is to have no agenda items", "inferred"),
    ("a full agenda item without a waiting list is to take no one more", "Certain help: Agenda items"),
)
