"""What people read of the demo: chapters, figures, and a line for everything that must be so."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from certain_eloqua.cli.demonstration.sides import Picture

WIDTH = 100


class Report:
    """Prints as the story goes on, and remembers what was not as it should be."""

    def __init__(self) -> None:
        self.right = 0
        self.wrong: list[str] = []

    def chapter(self, number: str, title: str) -> None:
        click.echo()
        click.secho(f"{number}  {title}".strip(), bold=True)

    def say(self, text: str) -> None:
        click.echo(textwrap.fill(text, WIDTH, initial_indent="   ", subsequent_indent="   "))

    def quote(self, about: str, text: str) -> None:
        self.say(about)
        click.echo(
            textwrap.fill(text or "(nothing)", WIDTH, initial_indent="     > ", subsequent_indent="     > ")
        )

    def counts(self, metadata: Mapping[str, Any], prefix: str, only: Iterable[str] | None = None) -> None:
        """The figures whose names begin so, without those that are 0."""
        names = only or [name for name in metadata if name.startswith(prefix)]
        shown = [
            f"{metadata[name]:,} {name.removeprefix(prefix).replace('_', ' ')}"
            for name in names
            if isinstance(metadata.get(name), int) and metadata[name]
        ]
        self.say(" · ".join(shown) or "nothing")

    def table(self, found: Iterable[Mapping[str, Any]], columns: tuple[str, ...], rows: int = 8) -> None:
        records = list(found)[:rows]
        cells = [columns, *([str(record.get(column, "")) for column in columns] for record in records)]
        widths = [min(34, max(len(row[at]) for row in cells)) for at in range(len(columns))]
        for row in cells:
            line = "  ".join(
                textwrap.shorten(c, w, placeholder="…").ljust(w) for c, w in zip(row, widths, strict=True)
            )
            click.echo(f"     {line}".rstrip())

    def expect(self, what: str, so: bool, otherwise: str = "") -> None:
        """One thing that must be so."""
        if so:
            self.right += 1
            click.echo(f"   {click.style('ok', fg='green')}     {what}")
        else:
            self.wrong.append(what)
            click.echo(
                f"   {click.style('WRONG', fg='red')}  {what}" + (f" — {otherwise}" if otherwise else "")
            )

    def sides(self, before: Picture, after: Picture) -> None:
        """How many there were, and how many there are."""
        grown = after.grown(before)
        now = [after.contacts, after.profiles, after.tied_profiles, *after.registrations.values()]
        for (name, more), count in zip(grown.items(), now, strict=True):
            click.echo(f"     {name:<36} {count - more:>9,}  ->  {count:>9,}   (+{more:,})")

    def end(self, seconds: float, calls: int) -> bool:
        """The last lines. Whether everything was as it should be."""
        click.echo()
        if self.wrong:
            click.secho(
                f"{len(self.wrong)} of {self.right + len(self.wrong)} things were not as they should be:",
                fg="red",
            )
            for what in self.wrong:
                click.echo(f"   {what}")
        else:
            click.secho(f"All {self.right} things were as they should be.", fg="green")
        click.echo(f"It took {seconds:.0f} seconds and {calls:,} calls of both platforms.")
        click.echo("See it in the browser: make ui (the sandbox and Dagster; it prints both addresses).")
        return not self.wrong
