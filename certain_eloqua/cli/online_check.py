"""`certain-eloqua connectors check --online`: the pre-flight of runs, for files, without a run.

What a connector needs is stated by the requirements of its kind; here they are checked for some events.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from certain_eloqua.clients.errors import ClientError
    from certain_eloqua.connectors.contract.kind import Job, Platforms
    from certain_eloqua.connectors.files.loader import Connector
    from certain_eloqua.connectors.files.problems import Problem
    from certain_eloqua.domain.event import Event
    from certain_eloqua.mapping import FieldMap


@dataclass
class OnlineCheck:
    """The events that were checked, and what is missing."""

    problems: list[Problem] = field(default_factory=list)
    events: dict[str, list[str]] = field(default_factory=dict)
    """The events that were checked, by connector."""


def check_online(connectors: Collection[Connector], only: Collection[str] = ()) -> OnlineCheck:
    """Everything that the connectors need and the platforms do not have, all at once.

    Args:
        connectors: those whose files can be used.
        only: codes of the events to check, in place of the latest ones.
    """
    from certain_eloqua.cli.doubts import read_settings
    from certain_eloqua.clients.errors import ClientError
    from certain_eloqua.connectors.catalogue import PLATFORMS
    from certain_eloqua.connectors.contract.kind import Platforms
    from certain_eloqua.mapping import FieldMapError
    from certain_eloqua.resources.field_map import account_field_map
    from certain_eloqua.resources.ledger import open_ledger
    from certain_eloqua.settings import SettingsError

    settings = read_settings()
    done = OnlineCheck()
    needed = {name for one in connectors for name in one.kind.required_platforms}
    try:
        with ExitStack() as stack:
            clients = {
                name: stack.enter_context(PLATFORMS[name].connect(settings)) for name in sorted(needed)
            }
            platforms = Platforms(clients, stack.enter_context(open_ledger(settings)))
            events = list(clients["certain"].iter_events(["answers"])) if "certain" in clients else []
            field_map = account_field_map(settings)
            for one in connectors:
                done.problems += _unknown_events(one, events)
                chosen = _chosen(one, events, only)
                done.events[one.name] = [event.code for event in chosen if event]
                jobs = (_job(one, settings.certain_account_code, event, field_map) for event in chosen)
                done.problems += _unmet(one, jobs, platforms)
    except (SettingsError, FieldMapError, ClientError) as error:
        raise click.ClickException(str(error)) from None
    return done


def _unknown_events(connector: Connector, events: Iterable[Event]) -> Iterator[Problem]:
    """Events that the file names and the account does not have."""
    from certain_eloqua.connectors.files.problems import Problem
    from certain_eloqua.mapping import nearest
    from certain_eloqua.mapping.strict_yaml import read_document

    known = [event.code for event in events]
    codes = connector.events.codes if connector.events else ()
    for number, code in enumerate(codes):
        if code not in known:
            line = read_document(connector.path).line(("events", number))
            message = f"there is no event {code!r} in this account"
            yield Problem(connector.path, line, f"events[{number}]", message, nearest=nearest(code, known))


def _chosen(connector: Connector, events: Iterable[Event], only: Collection[str]) -> list[Event | None]:
    """The events to check: all that are listed by code, else the latest; None stands for the account."""
    from certain_eloqua.connectors.files.account_reading import MOST_EVENTS
    from certain_eloqua.domain.event import latest_events

    if connector.kind.level == "account":
        return [None]
    selected = connector.selected(events)
    if only:
        return [event for event in selected if event.code in only]
    if connector.events and connector.events.codes:
        return list(selected)
    return list(latest_events(selected, MOST_EVENTS))


def _job(connector: Connector, account: str, event: Event | None, field_map: FieldMap) -> Job:
    from certain_eloqua.connectors.contract.kind import Job

    mapping = field_map if connector.kind.uses_field_map else None
    return Job(connector.name, account, event, connector.settings, "check", mapping)


def _in_words(error: ClientError, event: str | None) -> str:
    """What is missing, without the event, so that events that miss the same are listed together."""
    came_back = error.came_back.rstrip(". ")
    if not came_back or (event and event in error.doing):
        return came_back or error.doing
    return f"{error.doing}: {came_back}"


def _unmet(connector: Connector, jobs: Iterable[Job], platforms: Platforms) -> Iterator[Problem]:
    """What is missing, each once with the events that it is missing for."""
    from certain_eloqua.connectors.contract.requirements import unmet
    from certain_eloqua.connectors.files.problems import Problem

    found: dict[str, list[str]] = {}
    for job in jobs:
        for error in unmet(connector.kind.requirements, job, platforms):
            found.setdefault(_in_words(error, job.event_code), []).append(job.event_code or "")
    for message, codes in found.items():
        where = f" ({', '.join(code for code in codes if code)})" if any(codes) else ""
        yield Problem(connector.path, None, None, f"{message}{where}")
