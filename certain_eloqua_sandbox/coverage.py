"""The coverage page: every operation and behaviour of the platforms, answered or not, with its source.

``python -m certain_eloqua_sandbox.coverage --write`` writes ``docs/sandbox-coverage.md`` from the routes,
behaviours and accepted rules of the platforms; a test compares. What is not answered is a 501 with a message.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from certain_eloqua_sandbox.platforms import platforms
from certain_eloqua_sandbox.wire import Platform, Route

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sandbox-coverage.md"


def generate(known: Sequence[Platform] | None = None) -> str:
    """Return the page."""
    known = platforms() if known is None else known
    lines = [
        "# What the sandbox answers",
        "",
        "<!-- Written by `python -m certain_eloqua_sandbox.coverage --write`; do not edit by hand. -->",
        "",
        "What has no ✓ is an operation that the platform has and the sandbox has not: it answers 501 with a",
        "message. A path that is not listed answers 404 as the platform does.",
        "",
        *_totals(known),
    ]
    for platform in known:
        lines += ["", f"## {platform.title or platform.name}"]
        for group in platform.routes:
            if routes := list(group):
                lines += ["", f"### `{group.prefix or '/'}`", "", *_operations(group.prefix, routes)]
    lines += [
        "",
        "## Behaviours",
        "",
        "| platform | behaviour | source | not imitated |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.area} | {_cell(one.what)} | {_cell(one.source)} | {_cell(one.held)} |"
        for platform in known
        for one in platform.behaviours
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
        f"| {area} | {_cell(rule)} | {_cell(source)} |"
        for platform in known
        for area, rules in platform.accepted_rules
        for rule, source in rules
    ]
    return "\n".join(lines) + "\n"


def _totals(known: Sequence[Platform]) -> list[str]:
    lines = ["| | operations answered | answered with 501 |", "| --- | ---: | ---: |"]
    for platform in known:
        routes = [route for group in platform.routes for route in group]
        answered = sum(route.handler is not None for route in routes)
        lines.append(f"| {platform.title or platform.name} | {answered} | {len(routes) - answered} |")
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
