"""`certain-eloqua pages`: the list of connectors and the reports of runs, for the browser. Read only."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import click

from certain_eloqua.cli.connectors import application_of, status_of
from certain_eloqua.cli.doubts import read_settings
from certain_eloqua.cli.next_runs import next_runs

if TYPE_CHECKING:
    from certain_eloqua.assets.connector_status import ConnectorStatus
    from certain_eloqua.connectors.files.loader import Connector
    from certain_eloqua.resources.frames import Frames
    from certain_eloqua.settings import Settings

REPORTS = "/reports/"
TEMPLATES = Path(__file__).parent / "templates"
STYLE = Path(__file__).parents[1] / "assets" / "templates" / "report.css"
LIST_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8751, show_default=True, help="0: any free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--any-host",
    is_flag=True,
    help="Listen at an address that others reach, too. Put a proxy in front that asks who they are.",
)
def pages(port: int, host: str, any_host: bool) -> None:
    """Serve the list of connectors and the reports of their runs to a browser.

    The list has for each connector its events, application, job, the date, status and outcome of the latest
    run, the next run and the schedule, with links to log, history and reports. People are masked in reports.
    Set CERTAIN_ELOQUA_PAGES_URL to the address, and the pages of runs in the Dagster UI link their reports.
    `make ui` does both. It listens on this machine only unless told otherwise.

    \b
    Examples:
      certain-eloqua pages
      CERTAIN_ELOQUA_PAGES_URL=http://127.0.0.1:8751 dagster dev
    """
    if not any_host and not _is_this_machine(host):
        raise click.UsageError(f"{host} can be reached by others; add --any-host if that is meant")
    with PagesServer((host, port), read_settings(), guarded=not any_host) as server:
        click.echo(f"The connectors and their reports: http://{host}:{server.server_port}/ (Ctrl-C ends)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class PagesServer(ThreadingHTTPServer):
    """The server.

    Args:
        address: host and port.
        settings: of the deployment.
        guarded: answer only requests that name this machine, so that no web page elsewhere can read from it.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], settings: Settings, *, guarded: bool) -> None:
        from certain_eloqua.resources.frame_store import frame_store

        self.settings = settings
        self.frames = frame_store(settings)
        self.guarded = guarded
        super().__init__(address, _Pages)


class _Pages(BaseHTTPRequestHandler):
    server: PagesServer

    def do_GET(self) -> None:
        """Answer the list, a report, or that there is none."""
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host") or ""
        if self.server.guarded and not _is_this_machine(host.strip("[]")):
            self._send(HTTPStatus.FORBIDDEN, "This address is served to this machine only.", "text/plain")
            return
        path = unquote(urlsplit(self.path).path)
        if path == "/":
            page = connectors_page(self.server.settings, self.server.frames)
            self._send(HTTPStatus.OK, page, "text/html", LIST_POLICY)
            return
        report = self.server.frames.report(path.removeprefix(REPORTS)) if path.startswith(REPORTS) else None
        if report is None:
            self._send(HTTPStatus.NOT_FOUND, "There is no such page, or it is no longer kept.", "text/plain")
        else:
            self._send(HTTPStatus.OK, report, "text/html")

    do_HEAD = do_GET  # noqa: N815  the name that http.server calls

    def _send(self, status: HTTPStatus, text: str, kind: str, policy: str | None = None) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: who reads is nobody's business."""


def connectors_page(settings: Settings, frames: Frames) -> str:
    """The list of connectors as HTML, as of now."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from certain_eloqua.connectors.files.loader import load_connectors
    from certain_eloqua.settings import connectors_folder

    catalogue = load_connectors(connectors_folder())
    status, coming = status_of(catalogue), next_runs(catalogue)
    rows = [_row(one, status.get(one.name), str(coming.get(one.name, "–")), frames) for one in catalogue]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("connectors.html").render(
        rows=rows,
        problems=[str(problem) for problem in catalogue.problems],
        ui=settings.ui_url.rstrip("/"),
        now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        style=STYLE.read_text("utf-8"),
    )


def _row(one: Connector, status: ConnectorStatus | None, coming: str, frames: Frames) -> dict[str, Any]:
    schedule = one.schedule
    often = f"{schedule.often}, {schedule.first_run} to {schedule.last_run}" if schedule else "by hand"
    return {
        "name": one.name,
        "description": one.description,
        "events": one.events_in_words,
        "application": application_of(one),
        "job": one.kind.title,
        "date": f"{status.changed:%Y-%m-%d %H:%M UTC}" if status and status.changed else "–",
        "status": status.status if status else "unknown",
        "run": status.run_id if status else None,
        "run_event": status.event if status else None,
        "outcome": (status.outcome_in_words if status else "") or "–",
        "reports": list(_reports(one.name, status, frames)) if status else [],
        "next": coming,
        "schedule": often,
    }


def _reports(name: str, status: ConnectorStatus, frames: Frames) -> Iterator[tuple[str, str]]:
    """The reports of a connector's latest run, with their addresses."""
    for step in ("plan", "delivery", "undo", "repair"):
        parts = [name, step, *([status.event] if status.event else []), f"{status.run_id}.html"]
        path = "/".join(parts)
        if frames.has_report(path):
            yield step, f"{REPORTS}{path}"
