"""Rules of Eloqua's Application API without a known error answer: what breaks them is accepted.

The refusals that stay are of the kinds that Oracle's "Validation errors" lists (a value of another type, an
id, a missing value or reference, an immutable property), or what public clients and their suites expect (409
for the address of another contact, page 0), and 412 for what others depend on ("HTTP status codes"). The
coverage page lists the rules below. When an answer becomes known, the rule moves to where the value is
checked.
"""

ACCEPTED_RULES: tuple[tuple[str, str], ...] = (
    ("the name of a contact list is to be unique in its folder", "inferred"),
    (
        "names of external asset types, activity types and external assets are to be unique; of several, "
        "activities mean the oldest",
        "inferred",
    ),
    ("an external activity is to have a campaign; one without is recorded", "inferred"),
    ("an active campaign is not to be deleted", "inferred"),
    ("activating a campaign needs `activateNow` or `scheduledFor`; without them it is now", "Swagger"),
    ("contacts are read by 1 to 200 different ids", "Swagger"),
    ("a contact is to be put with its `id` in the body", "public clients"),
    (
        "`count` is 1 to 1,000 and `page` at least 1; the nearest or usual one is taken",
        "Oracle: URL parameters",
    ),
    (
        "`search` and `orderBy` name properties or fields; a search by another name finds nothing, an order "
        "by it is by id",
        "Oracle: Using the search URL parameter",
    ),
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
