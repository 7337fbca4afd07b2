"""`certain-eloqua report`: what a run planned and delivered, as pages that need nothing else."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.doubts import read_settings
from certain_eloqua.cli.output import as_json, print_json
from certain_eloqua.cli.run import find_run, open_instance

if TYPE_CHECKING:
    import dagster as dg

    from certain_eloqua.connectors.contract.kind import Kind
    from certain_eloqua.resources.frames import Frames
    from certain_eloqua.settings import Settings

MOST_ROWS_ASKED_FOR = 20_000
"""Rows of a report; with more a browser takes long to open it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan or delivery that a run made."""

    connector: str
    step: str
    event: str | None
    run_id: str
    plan_id: str
    metadata: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return self.connector, self.step


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--event", "events", multiple=True, metavar="CODE", help="Only of these events.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the pages into this folder. [default: show those beside the Parquet files]",
)
@click.option("--unmasked", is_flag=True, help="Show people unmasked. Protect what this writes.")
@click.option(
    "--rows",
    type=click.IntRange(1, MOST_ROWS_ASKED_FOR),
    help="Most rows of the table. [default: 2000]",
)
@click.option("--open", "open_wanted", is_flag=True, help="Open the pages in the browser.")
@as_json
def report(
    run_id: str,
    events: tuple[str, ...],
    out: Path | None,
    unmasked: bool,
    rows: int | None,
    open_wanted: bool,
    json_wanted: bool,
) -> None:
    """Show the reports of RUN: its plan as a diff, its delivery, its rejects, and what it cost.

    Every plan and delivery has a report beside its Parquet file, with people masked; this prints where. With
    --out, --unmasked or --rows the pages are made anew and written into a folder, the working directory if
    none is named. RUN may be shortened to its first characters.

    \b
    Examples:
      certain-eloqua report 3f2a9c01 --open
      certain-eloqua report 3f2a9c01 --unmasked --out /secure/reports
    """
    settings = read_settings()
    with open_instance() as instance:
        whole = find_run(instance, run_id)
        found = [one for one in _made_by(instance, whole) if not events or one.event in events]
    if not found:
        raise click.ClickException(f"Run {whole} has made no plan and no delivery.")
    written = [_page(settings, one, out, unmasked, rows) for one in found]
    if json_wanted:
        pages = [
            {"connector": one.connector, "step": one.step, "event": one.event, "page": str(page)}
            for one, page in zip(found, written, strict=True)
        ]
        print_json({"run": whole, "reports": pages})
    for page in written:
        if not json_wanted:
            click.echo(page)
        if open_wanted:
            webbrowser.open(page.as_uri())


def _made_by(instance: dg.DagsterInstance, run_id: str) -> Iterator[Made]:
    import dagster as dg

    cursor = None
    while True:
        page = instance.get_records_for_run(
            run_id, cursor=cursor, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        for record in page.records:
            made = record.asset_materialization
            if made is None or len(made.asset_key.path) != 2 or "plan_id" not in made.metadata:
                continue
            connector, step = made.asset_key.path
            metadata = {name: getattr(one, "value", None) for name, one in made.metadata.items()}
            yield Made(connector, step, made.partition, run_id, str(metadata["plan_id"]), metadata)
        cursor = page.cursor
        if not page.has_more:
            return


def _page(settings: Settings, made: Made, out: Path | None, unmasked: bool, rows: int | None) -> Path:
    """The report's file: the one beside the Parquet file, or one made anew."""
    from certain_eloqua.resources.frame_store import frame_store

    frames = frame_store(settings)
    if out is None and not unmasked and rows is None:
        there = frames.report_file(made.key, made.event, made.run_id)
        if there is not None:
            return there
    folder = (out or Path()).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    parts = [made.connector, made.step, *([made.event] if made.event else []), made.run_id[:8]]
    page = folder / f"{'-'.join(parts)}{'-unmasked' if unmasked else ''}.html"
    page.write_text(_render(settings, frames, made, unmasked, rows), encoding="utf-8")
    if unmasked:
        page.chmod(0o600)
    return page


def _render(settings: Settings, frames: Frames, made: Made, unmasked: bool, rows: int | None) -> str:
    from certain_eloqua.assets.report import MOST_ROWS, About, render_report
    from certain_eloqua.assets.restore_steps import PLAN_OF

    frame = _frame(frames, made.key, made.event, made.run_id)
    is_plan = made.step not in PLAN_OF
    plan = (
        frame if is_plan else _frame(frames, (made.connector, PLAN_OF[made.step]), made.event, made.plan_id)
    )
    cost = {
        name: value
        for name, value in made.metadata.items()
        if name == "seconds" or name.startswith(("eloqua_", "certain_"))
    }
    restored = made.step.partition("_")[0]
    about = About(
        "plan" if is_plan else "delivery",
        made.connector if made.step in ("plan", "delivery") else f"{made.connector} {restored}",
        made.event,
        made.run_id,
        str(frame.attrs.get("made") or frame.attrs.get("delivered") or ""),
        link=f"{settings.ui_url}/runs/{made.run_id}",
        settings=plan.attrs["settings"],
        cost=cost,
    )
    return render_report(
        _kind(plan.attrs["kind"]),
        frame,
        about,
        plan=None if is_plan else plan,
        unmasked=unmasked,
        most_rows=rows or MOST_ROWS,
    )


def _frame(frames: Frames, key: tuple[str, str], event: str | None, run_id: str) -> Any:
    if not frames.has_run(key, event, run_id):
        raise click.ClickException(
            f"The {key[1]} of run {run_id} is no longer kept (see CERTAIN_ELOQUA_FRAMES_KEEP)."
        )
    return frames.frame(key, event, run_id)


def _kind(name: str) -> Kind:
    from certain_eloqua.connectors.catalogue import KINDS

    if name not in KINDS:
        raise click.ClickException(f"This version of the program has no kind {name!r}.")
    return KINDS[name]
