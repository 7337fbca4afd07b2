"""Rules that the documents state and for which no error answer is documented or observed.

A sandbox that refuses what the service takes is as wrong as one that takes what it refuses. So what breaks
these rules is accepted; the coverage page lists them. When an answer becomes known, the rule moves into
`validation.py`.
"""

CHARACTERISTICS = "Oracle: Bulk API, Import characteristics"

ACCEPTED_RULES: tuple[tuple[str, str], ...] = (
    (
        "`isUpdatingMultipleMatchedRecords` is to be false when the e-mail address is imported "
        "(observed in 2021: 201)",
        "Swagger",
    ),
    ("an identifier is not to be a large text, date or boolean field", CHARACTERISTICS),
    ("names in `fields` are to be distinct in any letter case, of 1 to 100 characters", CHARACTERISTICS),
    ("`updateRuleByField` is to name fields of the definition; other names are ignored", "Swagger"),
    (
        "`autoDeleteDuration` is to be at least `PT1H`, `dataRetentionDuration` from `PT1H` to `P14D`",
        "Oracle: Bulk API, Using import and export parameters",
    ),
    ("`importPriorityUri` is to name a priority that exists", "Swagger"),
    ("`mapDataCards` belongs to custom objects and events; elsewhere it is ignored", "Swagger"),
    ("an activity export is to have at most ten contact fields", "Oracle: Bulk API, Exporting activities"),
    (
        "a filter is to have at most one `EXISTS` and one `STATUS`",
        "Oracle: Eloqua expression language",
    ),
)
