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
    ("an inventory is not to be negative", "inferred"),
    ("the quantity of an agenda item is to be at least 1", "inferred"),
    ("a denied registration is to have no agenda items", "inferred"),
    ("a full agenda item without a waiting list is to take nobody more", "Certain help: Agenda items"),
)
