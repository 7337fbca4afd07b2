"""Rules that the documents state and for which no error answer is documented or observed.

A sandbox that refuses what the service takes is as wrong as one that takes what it refuses. So what breaks
these rules is accepted; the coverage page lists them. When an answer becomes known, the rule moves into
`validation.py`.
"""

ACTIVITIES = "Oracle: Bulk API, Exporting activities"
EXPRESSIONS = "Oracle: Eloqua expression language"
FIELDS = "Oracle: Bulk API, Fields (metadata)"
SYNC_ACTIONS = "Oracle: Bulk API, Sync actions"
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
    ("`mapDataCards` needs type, field and source; incomplete or unknown ones link nothing", "Swagger"),
    ("an activity export is to have at most ten contact fields", ACTIVITIES),
    ("the filter of an activity export is to have no contact fields", ACTIVITIES),
    ("a filter is to have at most one `EXISTS` and one `STATUS`", EXPRESSIONS),
    ("`EXISTS` is for containers of the exported entity; others hold none of its records", EXPRESSIONS),
    ("`STATUS` is to be compared with a known status", EXPRESSIONS),
    (
        "`limit` is 1 to 1,000 (data 50,000), `offset` at least 0; the nearest or usual one is taken",
        "Oracle: Bulk API, Retrieving large volumes of data",
    ),
    ("`orderBy` is a property with ASC or DESC; another form does not order", "Swagger"),
    ("`activityType` and `type` of field lists are to be known; there are no fields of others", "Swagger"),
    ("the name of a definition is to be at most 100 characters", CHARACTERISTICS),
    ("`maxRecords` is to be at least 1; 0 and less export nothing", "inferred"),
    ("`externalSystemId` is not to be negative", "inferred"),
    ("`callbackUrl` is to be an absolute http(s) address; others are not called", "Swagger"),
    ("only fields without `hasReadOnlyConstraint` are to be imported; others are not written", FIELDS),
    (
        "2,000 export and import syncs and 4,000 sync-action syncs an hour (soft); tests set hard limits",
        "Oracle: Bulk API limits",
    ),
    ("a definition is to have at most 10 sync actions", "Swagger"),
    ("a sync-action definition has exactly one field, one of the identifying statements", SYNC_ACTIONS),
    (
        "sync actions are for contacts, accounts, custom objects and e-mail addresses, each with its "
        "destinations, actions and statuses; others change nothing",
        SYNC_ACTIONS,
    ),
    ("an address is to be unsubscribed or bounced, not both; both are set", "Product notice 24A"),
    (
        "an import of opportunities needs id, name, stage and amount and is identified by the id; links need "
        "their `linkOpportunities…` properties",
        "Oracle: Using the opportunities endpoints",
    ),
)
