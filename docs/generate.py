"""Writes the pages that can be read off the code: `make docs`. tests/unit/test_docs.py keeps them current."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

HERE = Path(__file__).parent


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


def _told(command: click.Command) -> str:
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
        lines += ["", f"## `{name}`", "", _told(command)]
        lines += ["", "```", f"{name} {usage}".strip(), "```"]
        if options(command):
            lines += ["", "| | |", "| --- | --- |", *map(_row, options(command))]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Every generated page and its text."""
    from certain_eloqua.cli import main

    return {HERE / "commands.md": command_page(main)}


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text)
