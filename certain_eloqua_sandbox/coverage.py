"""The coverage page: every operation and behaviour of the platforms, answered or not, with its source.

``python -m certain_eloqua_sandbox.coverage --write`` writes ``docs/sandbox-coverage.md`` from the routes and
from the list of behaviours below; a test compares. What is not answered says so: status 501 and a message.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from certain_eloqua_sandbox.certain.accepted_rules import ACCEPTED_RULES as CERTAIN_ACCEPTED
from certain_eloqua_sandbox.eloqua.bulk.accepted_rules import ACCEPTED_RULES as BULK_ACCEPTED
from certain_eloqua_sandbox.eloqua.rest.accepted_rules import ACCEPTED_RULES as REST_ACCEPTED
from certain_eloqua_sandbox.platforms import platforms
from certain_eloqua_sandbox.wire import Platform, Route

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sandbox-coverage.md"
TITLES = {"eloqua": "Oracle Eloqua", "certain": "Certain", "sandbox": "The sandbox's own door"}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something a platform does beyond answering a path. ``held`` names what the sandbox does not do."""

    area: str
    what: str
    source: str
    held: str = ""


# Kept by hand, next to the code that it speaks of.
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
        "A 1.0 contact search that finds nobody: an empty list, or 204 (`empty_contact_search_204`)",
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
        "Limits: 32 MB an upload, 50,000 rows a page, 100 fields an import, 250 an export, syncs an hour",
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
        held="throttling by itself; script a 429 or 503 as a fault",
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

# Rules without a known error answer: what breaks them is accepted.
ACCEPTED = (
    ("Eloqua Bulk", BULK_ACCEPTED),
    ("Eloqua REST", REST_ACCEPTED),
    ("Certain", CERTAIN_ACCEPTED),
)


def generate(known: Sequence[Platform] | None = None) -> str:
    """Return the page."""
    known = platforms() if known is None else known
    lines = [
        "# What the sandbox answers",
        "",
        "<!-- Written by `python -m certain_eloqua_sandbox.coverage --write`; do not edit by hand. -->",
        "",
        "What has no ✓ is an operation that the platform has and the sandbox has not: it answers 501, and",
        "says so. A path that is not listed answers 404 in the platform's own words.",
        "",
        *_totals(known),
    ]
    for platform in known:
        lines += ["", f"## {TITLES.get(platform.name, platform.name)}"]
        for room in platform.rooms:
            if routes := list(room):
                lines += ["", f"### `{room.prefix or '/'}`", "", *_operations(room.prefix, routes)]
    lines += [
        "",
        "## Behaviours",
        "",
        "| platform | behaviour | source | not imitated |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.area} | {_cell(one.what)} | {_cell(one.source)} | {_cell(one.held)} |" for one in BEHAVIOURS
    ]
    lines += [
        "",
        "## Rules that are stated without an error answer: accepted",
        "",
        "The documents state these rules, or clients follow them, and no error answer is documented or",
        "observed. The sandbox accepts what breaks them.",
        "",
        "| platform | rule | source |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {area} | {_cell(rule)} | {_cell(source)} |" for area, rules in ACCEPTED for rule, source in rules
    ]
    return "\n".join(lines) + "\n"


def _totals(known: Sequence[Platform]) -> list[str]:
    lines = ["| | operations answered | answered with 501 |", "| --- | ---: | ---: |"]
    for platform in known:
        routes = [route for room in platform.rooms for route in room]
        answered = sum(route.handler is not None for route in routes)
        lines.append(
            f"| {TITLES.get(platform.name, platform.name)} | {answered} | {len(routes) - answered} |"
        )
    return lines


def _operations(prefix: str, routes: Sequence[Route]) -> list[str]:
    lines = ["| | operation | path | does | source |", "| --- | --- | --- | --- | --- |"]
    for (template, _), group in groupby(routes, key=lambda route: (route.template, route.summary)):
        same = list(group)
        methods = ", ".join(route.method for route in same)
        path = template.removeprefix(prefix) or "/"
        lines.append(
            f"| {'✓' if same[0].handler else '501'} | {methods} | `{path}` "
            f"| {_cell(same[0].summary)} | {_cell(same[0].source)} |"
        )
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("``", "`").replace("\n", " ").strip().rstrip(".")


def main(argv: Sequence[str] | None = None) -> int:
    """Print or write the page. Returns 1 when ``--check`` finds that the written one is old."""
    options = argparse.ArgumentParser(
        prog="python -m certain_eloqua_sandbox.coverage", description=__doc__.splitlines()[0]
    )
    options.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    options.add_argument(
        "--check", action="store_true", help="exit with 1 if the written page is another one"
    )
    given = options.parse_args(argv)
    page = generate()
    if given.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    elif given.check:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page else 1
    else:
        sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
