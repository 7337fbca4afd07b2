"""The printed report of the demo: steps, counts, and a line for every expectation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from certain_eloqua.cli.demonstration.snapshots import Snapshot

WIDTH = 100
WIDEST_CELL = 60


class Report:
    """Prints while the scenario runs, and collects the expectations that failed."""

    def __init__(self) -> None:
        self.right = 0
        self.wrong: list[str] = []

    def chapter(self, number: str, title: str) -> None:
        click.echo()
        click.secho(f"{number}  {title}".strip(), bold=True)

    def paragraph(self, text: str) -> None:
        click.echo(textwrap.fill(text, WIDTH, initial_indent="   ", subsequent_indent="   "))

    def quote(self, about: str, text: str) -> None:
        self.paragraph(about)
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
        self.paragraph(" · ".join(shown) or "nothing")

    def markdown_table(self, text: str) -> None:
        """A Markdown table, with its columns as wide as their cells."""
        lines = [
            line.removeprefix("| ").removesuffix(" |").replace("`", "").split(" | ")
            for line in text.splitlines()
        ]
        rows = [row for row in lines if set("".join(row)) - set("- |")]
        widths = (
            [min(WIDEST_CELL, max(len(row[at]) for row in rows)) for at in range(len(rows[0]))]
            if rows
            else []
        )
        for row in rows:
            cells = (
                textwrap.shorten(c, w, placeholder="…").ljust(w) for c, w in zip(row, widths, strict=False)
            )
            click.echo(f"     {'  '.join(cells)}".rstrip())

    def expect(self, what: str, so: bool, otherwise: str = "") -> None:
        """Print whether an expectation holds."""
        if so:
            self.right += 1
            click.echo(f"   {click.style('ok', fg='green')}     {what}")
        else:
            self.wrong.append(what)
            click.echo(
                f"   {click.style('WRONG', fg='red')}  {what}" + (f" — {otherwise}" if otherwise else "")
            )

    def platforms(self, before: Snapshot, after: Snapshot) -> None:
        """Counts before and after."""
        grown = after.grown(before)
        now = [after.contacts, after.profiles, after.tied_profiles, *after.registrations.values()]
        for (name, more), count in zip(grown.items(), now, strict=True):
            click.echo(f"     {name:<36} {count - more:>9,}  ->  {count:>9,}   (+{more:,})")

    def end(self, seconds: float, calls: int) -> bool:
        """Print the last lines. Whether every expectation holds."""
        click.echo()
        if self.wrong:
            click.secho(
                f"{len(self.wrong)} of {self.right + len(self.wrong)} expectations failed:",
                fg="red",
            )
            for what in self.wrong:
                click.echo(f"   {what}")
        else:
            click.secho(f"All {self.right} expectations hold.", fg="green")
        click.echo(f"It took {seconds:.0f} seconds and {calls:,} calls of both platforms.")
        return not self.wrong
