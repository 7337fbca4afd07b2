"""What happened in a run, as a message: cause in plain words, what was and was not written, where to look.

The texts hold counts and causes, no person of an event: causes are redacted before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_EVENTS = 20
"""Events of one run that a message lists one by one."""
LONGEST_CAUSE = 4_000
LONGEST_SUBJECT = 200
_NOT_WRITTEN = frozenset({"unchanged", "skipped", "rejected", "in_doubt"})


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What a run did for one event (None: the account).

    Attributes:
        event: the event's code.
        planned: records that were to be written; None if there is no plan of this run.
        outcomes: recorded outcomes of the delivery by name; None if no delivery began.
        completed: whether the delivery ended.
    """

    event: str | None
    planned: int | None = None
    outcomes: Mapping[str, int] | None = None
    completed: bool = False

    @property
    def with_errors(self) -> bool:
        """Whether records were rejected or are in doubt."""
        found = self.outcomes or {}
        return bool(found.get("rejected") or found.get("in_doubt"))

    def in_words(self) -> str:
        """What was and what was not written."""
        if self.outcomes is None:
            return "Nothing was written: the run ended before its delivery began."
        written = {name: n for name, n in self.outcomes.items() if name not in _NOT_WRITTEN and n}
        refused = {name: n for name, n in self.outcomes.items() if name in ("rejected", "in_doubt") and n}
        parts = [f"Written: {_counts(written)}." if written else "Nothing is recorded as written."]
        if refused:
            parts.append(f"Not written: {_counts(refused)}.")
        if not self.completed:
            rest = (self.planned or 0) - sum(written.values()) - sum(refused.values())
            parts.append(
                (f"{rest:,} planned records have no recorded outcome; " if rest > 0 else "")
                + "the next run looks up what was in flight and delivers the rest."
            )
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The final outcome of a run of a connector."""

    run_id: str
    connector: str
    failed: bool
    link: str
    ended: str
    attempts: int = 1
    causes: Sequence[str] = ()
    events: Sequence[EventOutcome] = field(default_factory=list)

    @property
    def with_errors(self) -> bool:
        """Whether records were rejected or are in doubt."""
        return any(one.with_errors for one in self.events)


@dataclass(frozen=True, slots=True)
class Message:
    """A message about a run. `html` is a fragment; :func:`html_page` makes a page of some."""

    subject: str
    text: str
    html: str


def compose(outcome: RunOutcome) -> Message:
    """The message about a run."""
    events = [one.event for one in outcome.events if one.event]
    where = f" for {events[0]}" if len(events) == 1 else f" for {len(events)} events" if events else ""
    what = "failed" if outcome.failed else "completed with errors"
    title = f"{outcome.connector} {what}{where}"
    causes = [cause[:LONGEST_CAUSE] for cause in outcome.causes]
    effects = [
        (one.event or "", one.in_words()) for one in sorted(outcome.events, key=lambda one: one.event or "")
    ]
    listed, more = effects[:MOST_EVENTS], max(0, len(effects) - MOST_EVENTS)
    if not effects:
        listed = [("", EventOutcome(None).in_words())]
    fields = {"title": title, "outcome": outcome, "causes": causes, "effects": listed, "more": more}
    environment = _environment()
    return Message(
        " ".join(title.split())[:LONGEST_SUBJECT],
        environment.get_template("run.txt").render(fields).strip() + "\n",
        environment.get_template("run.html").render(fields).strip(),
    )


def html_page(title: str, fragments: Sequence[str]) -> str:
    """A whole page of one or several messages."""
    return _environment().get_template("page.html").render(title=title, fragments=fragments)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())
