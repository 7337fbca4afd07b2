"""Reading the connector files: strictly, one model per kind, and never one file at the expense of the others.

A wrong file is refused with file, line, field, what is allowed and the nearest match. It is never skipped in
silence, and nothing in it is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.contract.settings import KindSettings
from certain_eloqua.connectors.files.events import FORMS, EventSelection, read_events
from certain_eloqua.connectors.files.problems import Problem, dotted
from certain_eloqua.connectors.files.schedule import SCHEDULES, Schedule
from certain_eloqua.connectors.files.settings import settings_from
from certain_eloqua.domain.email import is_valid_email
from certain_eloqua.domain.event import Event, is_plain_code
from certain_eloqua.mapping import nearest
from certain_eloqua.mapping.printing import MOST_FAULTS, more_faults, quotable
from certain_eloqua.mapping.strict_yaml import (
    Document,
    SourceLocation,
    decode_document,
    leads_outside,
    read_document,
)

NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 60
TAKEN_NAMES = frozenset({"certain", "eloqua", "metrics", "standing", "events"})
"""Names of other groups of assets, which a connector must not look like."""

TAKEN_SUFFIXES = ("_many_events", "_dry_run", "_undo", "_repair")
"""Names of the jobs that run a connector for many events, only plan, undo a run, or repair, end so."""

KEYS = ("kind", "description", "events", "email_for_job_notifications", "settings", "schedule")
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Connector:
    """One configured job: what Certain calls a row of the Connectors page."""

    name: str
    kind: Kind
    description: str
    events: EventSelection | None  # None: account level
    email_for_job_notifications: str | None
    settings: KindSettings
    schedule: Schedule | None
    path: Path

    def selects(self, event: Event) -> bool:
        """Whether this connector serves an event. One whose code cannot be a partition is never served."""
        return self.events is not None and is_plain_code(event.code) and self.events.matches(event)

    def selected(self, events: Iterable[Event]) -> list[Event]:
        """The events that this connector serves, by code."""
        return sorted((one for one in events if self.selects(one)), key=attrgetter("code"))

    @property
    def events_in_words(self) -> str:
        return "the account" if self.events is None else str(self.events)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The connectors that can be used, by name, and what is wrong with the other files."""

    connectors: tuple[Connector, ...]
    problems: tuple[Problem, ...]

    def __iter__(self) -> Iterator[Connector]:
        return iter(self.connectors)

    def named(self, name: str) -> Connector | None:
        return next((one for one in self.connectors if one.name == name), None)


def load_connectors(folder: Path | str, kinds: Mapping[str, Kind] | None = None) -> Catalogue:
    """All connectors of a folder. Files in folders below it are not connectors."""
    folder = Path(folder)
    if not folder.is_dir():
        return Catalogue((), (Problem(folder, None, None, "there is no such folder of connector files"),))
    connectors: dict[str, Connector] = {}
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith(".") or path.is_dir():
            continue
        if (outside := leads_outside(path, folder)) is not None:
            problems.append(Problem(path, None, None, outside))
            continue
        connector, found = load_connector(path, kinds)
        problems += found
        if connector is None:
            continue
        if connector.name in connectors:
            other = connectors[connector.name].path.name
            problems.append(Problem(path, 1, None, f"the connector {connector.name} is in {other} already"))
            continue
        connectors[connector.name] = connector
    return Catalogue(tuple(connectors.values()), tuple(problems))


def load_connector(
    path: Path, kinds: Mapping[str, Kind] | None = None
) -> tuple[Connector | None, tuple[Problem, ...]]:
    """One file: the connector, or what is wrong with it."""
    reader = _Reader(path, read_document(path), KINDS if kinds is None else kinds)
    return reader.result()


def load_connector_text(
    content: bytes, path: Path, kinds: Mapping[str, Kind] | None = None
) -> tuple[Connector | None, tuple[Problem, ...]]:
    """The same for the content of a file that need not exist; `path` is its name in messages."""
    reader = _Reader(path, decode_document(content), KINDS if kinds is None else kinds)
    return reader.result()


def fault_of_name(path: Path) -> tuple[str, str | None] | None:
    """What is wrong with a file's name as that of a connector, and a better one; None if nothing is."""
    name = path.stem
    if path.suffix.lower() not in SUFFIXES:
        return f"{path.name!r} would not be read: connector files end in {SUFFIXES[0]}", f"{path.name}.yaml"
    if not NAME.fullmatch(name):
        proposal = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "my_connector"
        proposal = proposal if proposal[0].isalpha() else f"c_{proposal}"
        return (
            f"the file's name is the connector's name, and {name!r} cannot be one: "
            "small letters, digits and _ are allowed, a letter first",
            f"{proposal}{path.suffix}",
        )
    if name in TAKEN_NAMES:
        return f"{name!r} is the name of a group of assets; choose another name for the file", None
    taken = next((suffix for suffix in TAKEN_SUFFIXES if name.endswith(suffix)), None)
    if taken:
        return f"names that end in {taken} are those of jobs; choose another name for the file", None
    if len(name) > LONGEST_NAME:
        return f"the name is {len(name)} characters long; {LONGEST_NAME} are allowed", None
    return None


class _Reader:
    def __init__(self, path: Path, document: Document, kinds: Mapping[str, Kind]) -> None:
        self.path = path
        self.document = document
        self.kinds = kinds
        self.problems: list[Problem] = []
        for fault in document.faults:
            self._add(fault.line, fault.location, fault.message)

    def result(self) -> tuple[Connector | None, tuple[Problem, ...]]:
        """The connector, or what is wrong: the first faults, and the number of the others."""
        connector = self.connector()
        if not self.problems:
            return connector, ()
        listed, more = self.problems[:MOST_FAULTS], len(self.problems) - MOST_FAULTS
        if more > 0:
            listed.append(Problem(self.path, None, None, more_faults(more)))
        return None, tuple(listed)

    def connector(self) -> Connector | None:
        self._name()
        content = self.document.content
        if not isinstance(content, dict):
            if not self.document.faults:
                message = "the file is empty" if content is None else "the file is not a list of `key: value`"
                self._add_error((), message, allowed=KEYS)
            return None
        for key in content:
            if key not in KEYS:
                self._add_error((key,), f"`{key}` is not known", allowed=KEYS, nearest=nearest(key, KEYS))
        kind = self._kind(content.get("kind"))
        description = self._text(content, "description")
        email = self._email(content)
        if kind is None:
            return None
        events = self._events(kind, content)
        settings = self._settings(kind, content)
        schedule = self._schedule(kind, content)
        if self.problems or settings is None:
            return None
        return Connector(
            self.path.stem, kind, description or "", events, email, settings, schedule, self.path
        )

    def _name(self) -> None:
        fault = fault_of_name(self.path)
        if fault is not None:
            self._add_error((), fault[0], nearest=fault[1])

    def _kind(self, name: Any) -> Kind | None:
        if isinstance(name, str) and name in self.kinds:
            return self.kinds[name]
        allowed = tuple(self.kinds)
        if name is None:
            self._add_error(("kind",), "is missing", allowed=allowed)
        else:
            self._add_error(
                ("kind",),
                f"{name!r} is not a kind of connector",
                allowed=allowed,
                nearest=nearest(str(name), allowed),
            )
        return None

    def _text(self, content: dict[str, Any], key: str) -> str | None:
        value = content.get(key)
        if value is None or isinstance(value, str):
            return value.strip() if value else None
        self._add_error((key,), f"{value!r} is not a text; put it in quotes")
        return None

    def _email(self, content: dict[str, Any]) -> str | None:
        email = self._text(content, "email_for_job_notifications")
        if email is not None and not is_valid_email(email):
            self._add_error(
                ("email_for_job_notifications",),
                "this is not an e-mail address",
                allowed=("name@example.com",),
            )
        return email

    def _events(self, kind: Kind, content: dict[str, Any]) -> EventSelection | None:
        if kind.level == "account":
            if "events" in content:
                self._add_error(("events",), f"{kind.name} works on the whole account; take `events` out")
            return None
        if content.get("events") is None:
            self._add_error(("events",), "is missing: name the events this connector is for", allowed=FORMS)
            return None
        return read_events(content["events"], self._below("events"))

    def _settings(self, kind: Kind, content: dict[str, Any]) -> KindSettings | None:
        given = content.get("settings")
        if given is None:
            given = {}
        if not isinstance(given, dict):
            self._add_error(
                ("settings",), "must hold the settings of the kind", allowed=tuple(kind.settings.model_fields)
            )
            return None
        return settings_from(kind.settings, given, self._below("settings"))

    def _schedule(self, kind: Kind, content: dict[str, Any]) -> Schedule | None:
        given = content.get("schedule")
        if given is None:
            return None
        model = SCHEDULES[kind.level]
        if not isinstance(given, dict):
            keys = tuple(model.model_fields)
            self._add_error(("schedule",), "must have first_run, last_run and every", allowed=keys)
            return None
        return settings_from(model, given, self._below("schedule"), "a key of a schedule")

    def _below(self, key: str) -> Any:
        def add_error(location: SourceLocation, message: str, **more: Any) -> None:
            self._add_error((key, *location), message, **more)

        return add_error

    def _add_error(
        self,
        location: SourceLocation,
        message: str,
        *,
        allowed: tuple[str, ...] = (),
        nearest: str | None = None,
    ) -> None:
        self._add(self.document.line(location), location, message, allowed, nearest)

    def _add(
        self,
        line: int,
        location: SourceLocation,
        message: str,
        allowed: tuple[str, ...] = (),
        nearest: str | None = None,
    ) -> None:
        field = dotted(location)
        self.problems.append(
            Problem(self.path, line, field and quotable(field), quotable(message), allowed, nearest)
        )
