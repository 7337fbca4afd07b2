"""What Eloqua does beyond answering a path, and what of it the sandbox does not do. Kept by hand."""

from __future__ import annotations

from certain_eloqua_sandbox.behaviour import Behaviour

BEHAVIOURS = (
    Behaviour(
        "Eloqua",
        "Login by `Company\\user` and password, by OAuth client with password, code or refresh token; "
        "refresh tokens are used up by their use",
        "Oracle: Authenticate using OAuth 2.0",
    ),
    Behaviour(
        "Eloqua",
        "`GET /id` names the pod's addresses with a literal `{version}`",
        "Oracle: Determining base URLs",
    ),
    Behaviour("Eloqua Bulk", "Paths in any letter case and with doubled slashes", "seen in public clients"),
    Behaviour(
        "Eloqua Bulk",
        "Field, list, segment, filter and custom object endpoints with `limit`, `offset`, `q`, `orderBy`, "
        "`totalResults`, `hasMore`",
        "Oracle: Bulk API, Retrieving data",
    ),
    Behaviour(
        "Eloqua Bulk",
        "Filters: comparison, `LIKE`, AND/OR/NOT, dates, `EXISTS`, `STATUS`",
        "Oracle: Eloqua expression language",
    ),
    Behaviour(
        "Eloqua Bulk",
        "Imports match by an identifier in any letter case; update rules, also per field; import rules",
        "Oracle: Bulk API, Import characteristics",
    ),
    Behaviour(
        "Eloqua, Certain",
        "Texts are compared in lower case and composed (NFC), never folded: ß is not ss, a dotless i is no "
        "dotted one; so are addresses in imports, filters, searches, lists and the journal",
        "proposed: letter case is documented, letters outside ASCII are not",
    ),
    Behaviour(
        "Eloqua Bulk",
        "Sizes of texts: 100 characters on contacts and accounts, 250 on custom objects, 1,000 for "
        "multi-select picklists, 32,000 for large texts; a longer one is reported (ELQ-00040), not written",
        "Oracle: Data types; what Bulk does with a longer value is proposed",
    ),
    Behaviour(
        "Eloqua Bulk",
        "Numbers: 15 digits before and 4 after the point, digits 0 to 9 only; dates without fractions of a "
        "second. Another value is reported (ELQ-00040), not written",
        "Oracle: Data types; Importing contacts or accounts; the code is seen in public clients",
    ),
    Behaviour(
        "Eloqua Bulk",
        "A record whose identifier or unique field has such a value (too long, no number, no date) is "
        "rejected as a whole",
        "a public client counts a row with ELQ-00040 as written unless a unique field is invalid",
    ),
    Behaviour("Eloqua Bulk", "JSON and CSV in and out, gzip", "Oracle: Bulk API, Uploading file data"),
    Behaviour(
        "Eloqua Bulk",
        "A field of the definition that no row of a file has is ELQ-00121 in the log and no reason for a "
        "warning; an unknown column (ELQ-00111) ends as a warning without rejects",
        "Oracle: Eloqua status codes; the status is inferred",
    ),
    Behaviour(
        "Eloqua Bulk",
        "External activities: a blank date is a missing field (ELQ-00061), one that is no date ELQ-00040, "
        "and neither is created; a definition without a date dates by its sync",
        "inferred",
    ),
    Behaviour(
        "Eloqua Bulk",
        "`{{Activity.Type}}` is the enum (`ExternalActivity`) in filters and exports; the name of an "
        "external activity's type is `{{Activity.Field(ExternalActivityType)}}`, which only the sandbox has",
        "Swagger; the statement is the sandbox's own",
    ),
    Behaviour(
        "Eloqua",
        "`uniqueCode` and `{{CustomObject[n].UniqueId}}` are the value of the unique-code field, made up "
        "only without one; REST and Bulk give records the same external ids",
        "public clients",
    ),
    Behaviour(
        "Eloqua REST",
        "A text longer than its field holds (sizes as in Bulk) is refused with `ValidTextLengthRequirement`",
        "Oracle: Data types; Validation errors. Which property the answer names is inferred",
    ),
    Behaviour(
        "Eloqua REST",
        "A contact list that a segment or campaign uses is not deleted: 412, and `/dependencies` names them",
        "Oracle: HTTP status codes; the shape is inferred",
    ),
    Behaviour(
        "Eloqua REST",
        "A 1.0 contact search without a match: an empty list, or 204 (`empty_contact_search_204`)",
        "Application/1.0 Contacts: both can be had",
    ),
    Behaviour(
        "Eloqua Bulk",
        "A sync's logs and rejects with ELQ status codes; a warning means that it finished",
        "Oracle: Eloqua status codes",
    ),
    Behaviour(
        "Eloqua Bulk",
        "Retention of data, auto-deletion of definitions, both by the world's clock",
        "Oracle: Bulk API, Best practices",
    ),
    Behaviour(
        "Eloqua Bulk",
        "Limits: 32 MB an upload, 50,000 rows a page, 100 fields an import, 250 an export",
        "Oracle: Bulk API limits",
    ),
    Behaviour(
        "Eloqua Bulk",
        "What is not public is inferred, and marked so in the code: some error bodies, the dialect of CSV, "
        "the wording of some log lines",
        "no public source",
        held="word-for-word equality of these texts",
    ),
    Behaviour(
        "Eloqua REST",
        "`search` with wildcards, several terms on one field meaning OR; `depth`, `page`, `count`, `orderBy`",
        "Oracle: REST API, URL parameters",
    ),
    Behaviour(
        "Eloqua REST",
        "Ids and times as text; bodies of 400 and 409; `X-Request-Id` on every answer",
        "Oracle: REST API, Validation errors",
    ),
    Behaviour(
        "Eloqua REST",
        "Assets keep every property that was sent; the parts of forms, dynamic contents, campaigns and "
        "programs get ids, and what points to them follows; a preview is a link",
        "Oracle: Application API 2.0; public clients",
        held="running a form's processing steps, sending e-mails, segments by filter criteria",
    ),
    Behaviour(
        "Eloqua",
        "Limits on simultaneous calls and calls a second",
        "no public figures",
        held="throttling without a script; script a 429 or 503 as a fault",
    ),
    Behaviour(
        "Eloqua",
        "Segments and filters are members that were counted once",
        "Oracle: Segments",
        held="evaluating a segment's criteria",
    ),
    Behaviour("Eloqua", "Programs and campaigns", "Oracle: Campaigns", held="running their steps"),
    Behaviour(
        "Eloqua",
        "Security labels on contacts",
        "Oracle: Contact security",
        held="labels: a user sees every contact",
    ),
)
