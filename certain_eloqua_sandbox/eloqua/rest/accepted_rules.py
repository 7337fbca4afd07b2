"""Rules of Eloqua's Application API without a known error answer: what breaks them is accepted.

The coverage page lists them. When an answer becomes known, the rule moves to where the value is checked.
"""

ACCEPTED_RULES: tuple[tuple[str, str], ...] = (
    ("the name of a contact list is to be unique in its folder", "inferred"),
    ("the name of a custom object is to be unique", "inferred"),
    ("the name of a contact field is to be unique", "inferred"),
    ("the unique code of a custom object record is to be unique; a second record is made", "not documented"),
    (
        "a number is to have at most 15 digits before the point and 4 after it",
        "Oracle: Data types; no requirement of this kind is in Validation errors",
    ),
    ("a date field is to be written in whole seconds", "Oracle: Importing contacts or accounts"),
    ("names are to be at most 100 characters, default values of fields 1,000", "inferred"),
)
