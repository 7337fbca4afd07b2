"""What the commands share: the option --json, and the exit codes.

Exit codes: 0 everything is as it should be; 1 something was found, or the command could not do its work;
2 the command line itself is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.problems import Problem

FOUND_SOMETHING = 1

as_json = click.option(
    "--json",
    "json_wanted",
    is_flag=True,
    help="Print one JSON object instead of text. Its members are stable.",
)


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def problems_as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What is wrong with connector files: file, line, field, message, allowed values, nearest one."""
    return [
        {
            "file": str(problem.file),
            "line": problem.line,
            "field": problem.field,
            "message": problem.message,
            "allowed": list(problem.allowed),
            "nearest": problem.nearest,
        }
        for problem in problems
    ]
