"""Writes the pages that can be read off the code: `make docs`. tests/unit/test_docs.py keeps them current."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

HERE = Path(__file__).parent
SETTINGS_HEAD = "| setting | required | default | meaning |\n| --- | --- | --- | --- |\n"
SETTINGS_TABLE = re.compile(re.escape(SETTINGS_HEAD) + r"(?:\|.*\n)*")
"""The table in the page of a kind that is written from the kind's settings model."""


def commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Walk a command and everything below it, in the order of its own help."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from commands(below, (*path, name))


def options(command: click.Command) -> list[click.Parameter]:
    """The options and arguments a person may give, without --help."""
    return [one for one in command.params if not getattr(one, "hidden", False)]


def _row(parameter: click.Parameter) -> str:
    record = parameter.get_help_record(click.Context(click.Command("x"), show_default=True))
    if record is None:
        return f"| `{parameter.human_readable_name}` | {_choices(parameter)} |"
    written, meaning = (part.replace("|", "\\|") for part in record)
    return f"| `{written}` | {meaning or _choices(parameter)} |"


def _choices(argument: click.Parameter) -> str:
    if isinstance(argument.type, click.Choice):
        return "one of " + ", ".join(f"`{choice}`" for choice in argument.type.choices)
    return "required" if argument.required else "may be left out"


def _help(command: click.Command) -> str:
    """A command's help: what click leaves as it is, the examples, is a block of code."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(_examples(one) if one.startswith("\b\n") else one for one in paragraphs)


def _examples(paragraph: str) -> str:
    _, title, *lines = paragraph.splitlines()
    return "\n".join([title, "", "```", *(line.strip() for line in lines), "```"])


def command_page(main: click.Command) -> str:
    """The page of every `certain-eloqua` command."""
    lines = [
        "# The commands",
        "",
        "Written by `make docs` from the commands themselves. In a checkout, `. bin/env` puts them",
        "within reach.",
        "The `dagster` and `dg` commands that go with them are in [operations](operations.md).",
        "",
        "**Exit codes.** 0: everything is as it should be. 1: something was found, or the command could not",
        "do its work; the message says what. 2: the command line itself is wrong.",
        "",
        "**JSON.** Commands that print a table or a finding take `--json` and print one object then. Members",
        "may be added in later versions; those that are there keep their names and meanings.",
        "",
        '**Completion.** For bash, put `eval "$(_CERTAIN_ELOQUA_COMPLETE=bash_source certain-eloqua)"` into',
        "`~/.bashrc`; for zsh the same with `zsh_source` into `~/.zshrc`; for fish, write the output",
        "of `_CERTAIN_ELOQUA_COMPLETE=fish_source certain-eloqua` to its folder of completions.",
    ]
    for path, command in commands(main, ("certain-eloqua",)):
        name = " ".join(path)
        context = click.Context(command, info_name=name)
        usage = " ".join(command.collect_usage_pieces(context))
        lines += ["", f"## `{name}`", "", _help(command)]
        lines += ["", "```", f"{name} {usage}".strip(), "```"]
        if options(command):
            lines += ["", "| | |", "| --- | --- |", *map(_row, options(command))]
    return "\n".join(lines) + "\n"


def settings_table(model: type[BaseModel]) -> str:
    """The table of a kind's settings: name, whether required, default, meaning and allowed values."""
    required_first = sorted(model.model_fields.items(), key=lambda item: not item[1].is_required())
    rows = (_setting(name, field) for name, field in required_first)
    return SETTINGS_HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _setting(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    required = "yes" if field.is_required() else "no"
    default = "" if field.is_required() else _shown(field.get_default(call_default_factory=True))
    meaning = " ".join((field.description or "").split()).replace("|", "\\|").replace("<", "&lt;")
    allowed = ", ".join(f"`{value}`" for value in _allowed(field.annotation))
    return f"`{name}`", required, default, f"{meaning} Allowed: {allowed}." if allowed else meaning


def _shown(value: Any) -> str:
    if value is None or value in ("", (), []):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(annotation: Any) -> list[str]:
    """The words a setting may have; none if it takes any."""
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    if get_origin(annotation) in (Union, list, tuple) or type(annotation).__name__ == "UnionType":
        return [word for part in get_args(annotation) for word in _allowed(part)]
    return []


def _kind_page(page: Path, model: type[BaseModel]) -> str:
    """The page of a kind with its table of settings written anew."""
    before, after = SETTINGS_TABLE.split(page.read_text(), maxsplit=1)
    return before + settings_table(model) + after


def pages() -> dict[Path, str]:
    """Every page of which the whole or a table is generated, and its text."""
    from certain_eloqua.cli import main
    from certain_eloqua.connectors.catalogue import KINDS

    kinds = {HERE / "kinds" / f"{kind.name}.md": kind.settings for kind in KINDS.values()}
    return {
        HERE / "commands.md": command_page(main),
        **{page: _kind_page(page, model) for page, model in kinds.items()},
    }


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text)
