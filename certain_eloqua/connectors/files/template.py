"""A connector file to begin with: every setting of a kind, its meaning, what it may hold, and its default."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.account_values import AccountValues, Value
from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.files.json_schema import FIRST_LINE
from certain_eloqua.connectors.files.schedule import EVENT_ZONE
from certain_eloqua.connectors.files.settings import allowed_values
from certain_eloqua.domain.event import ADMINISTRATION_ZONE
from certain_eloqua.mapping.printing import quotable

WIDTH = 96
MOST_SHOWN = 12
"""Values of the account that a comment lists; the others are counted."""
LONGEST_SHOWN = 60
# What a template says for a required setting, so that it can be loaded as it is.
_EXAMPLES: dict[str, Any] = {
    "contact_list_name": "My contact list",
    "profile_deduplication": "email",
    "attendee_type_code": "DELEGATE",
    "registration_status": "Invited",
    "overwrite_registration_status": False,
    "registration_statuses": ["Pre-Registered", "Attended"],
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person has chosen for a new file; None is left as the template has it."""

    description: str | None = None
    events: Any = None
    email: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    schedule: Mapping[str, Any] | None = None


def template(kind: Kind | str, account: AccountValues | None = None, chosen: Chosen | None = None) -> str:
    """A commented connector file of a kind, valid as it is: what is optional is commented out.

    Args:
        kind: the kind.
        account: the values that exist in the account, to be shown and, where something is required, used.
        chosen: what is written in place of the defaults.
    """
    kind = KINDS[kind] if isinstance(kind, str) else kind
    chosen = chosen or Chosen()
    parts = [
        FIRST_LINE,
        _comment(f"{kind.title}: {kind.summary} The connector's name is the name of this file."),
        *([_comment(origin(account))] if account else []),
        f"kind: {kind.name}",
        f"description: {as_yaml(chosen.description or kind.title)}",
        "",
    ]
    if kind.level == "event":
        parts += [
            _comment(
                "The events it is for: all, a list of event codes such as [NWSUMMIT26], or {status: Live}."
            ),
            *_existing(account.values.get("events") if account else None),
            f"events: {as_yaml(chosen.events or 'all')}",
            "",
        ]
    email = f"email_for_job_notifications: {as_yaml(chosen.email or 'events-team@example.com')}"
    parts += [
        _comment("Where messages go when a run fails."),
        email if chosen.email else f"# {email}",
        "",
        "settings:",
    ]
    for name, one in kind.settings.model_fields.items():
        parts.append(_setting(name, one, account, chosen.settings))
    parts += ["", _schedule(kind) if chosen.schedule is None else _chosen_schedule(chosen.schedule)]
    return "\n".join(parts) + "\n"


def origin(account: AccountValues) -> str:
    """Where the values of an account are from, and which are missing and why."""
    sentences = []
    if account.values:
        sentences.append('Values after "In this account" were read from the platforms when this was written.')
    if account.events:
        others = f" {account.more_events} more events were not read." if account.more_events else ""
        sentences.append(f"Statuses, types and items are those of {', '.join(account.events)}.{others}")
    sentences += [
        f"{title} could not be read, so its values are not shown: {quotable(reason).rstrip('.')}."
        for title, reason in account.unread.items()
    ]
    return " ".join(sentences)


def proposal(name: str, field: FieldInfo, account: AccountValues | None = None) -> Any:
    """A value for a required setting that can be used as it is, of the account where possible."""
    example = _EXAMPLES.get(name, field.examples[0] if field.examples else _any(field))
    values = [one.value for one in (account.of(field) if account else None) or ()]
    if not values:
        return example
    if isinstance(example, list):
        there = [one for one in example if one in values or one == "all"]
        return there or values[:1]
    return example if example in values else values[0]


def is_written(field: FieldInfo) -> bool:
    """Whether a template must give the setting a value: it is required, or one of several that are."""
    return field.is_required() or (field.default is None and bool(field.examples))


def default_in_words(field: FieldInfo) -> str:
    """The default of a setting."""
    if field.default is None or field.default is PydanticUndefined:
        return "left out"
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


def as_yaml(value: Any) -> str:
    """A value as it stands in a file, on one line."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000)
    return text.strip().removesuffix("...").strip()


def existing_in_words(values: Sequence[Value]) -> str:
    """The values of the account as a sentence, of many only the first."""
    if not values:
        return "In this account: none."
    more = f" and {len(values) - MOST_SHOWN} more" if len(values) > MOST_SHOWN else ""
    shown = (quotable(str(one), LONGEST_SHOWN).replace("\n", " ") for one in values[:MOST_SHOWN])
    return f"In this account: {', '.join(shown)}{more}."


def _setting(name: str, field: FieldInfo, account: AccountValues | None, chosen: Mapping[str, Any]) -> str:
    allowed = " | ".join(allowed_values(field))
    note = f"{field.description or ''} Allowed: {allowed}. " + (
        "Required." if field.is_required() else f"Default: {default_in_words(field)}."
    )
    written = name in chosen or (is_written(field) and not chosen)
    value = chosen[name] if name in chosen else proposal(name, field, account) if written else field.default
    line = f"{name}:" if value is None else f"{name}: {as_yaml(value)}"
    if not written:
        line = textwrap.indent(line, "# ")
    existing = _existing(account.of(field) if account else None)
    return textwrap.indent("\n".join([_comment(note), *existing, line]), "  ")


def _chosen_schedule(schedule: Mapping[str, Any]) -> str:
    return "\n".join(["schedule:", *(f"  {key}: {as_yaml(value)}" for key, value in schedule.items())])


def _existing(values: Sequence[Value] | None) -> list[str]:
    """The values of the account as a comment."""
    return [] if values is None else [_comment(existing_in_words(values))]


def _any(field: FieldInfo) -> Any:
    """Something a required field without an example can hold."""
    allowed = allowed_values(field)[0]
    return {"true": True, "a list of texts": ["value"]}.get(allowed, 1 if "number" in allowed else allowed)


def _schedule(kind: Kind) -> str:
    account = kind.level == "account"
    lines = [
        "schedule:                        # left out: it runs when it is started by hand",
        f"  first_run: {'created + 0 days' if account else 'event_start - 60 days'}"
        + (
            "       # or a date: 2026-06-01"
            if account
            else "   # or event_end + 7 days, created + 0 days, 2026-06-01"
        ),
        f"  last_run: {'2030-12-31' if account else 'event_end + 7 days'}",
        "  every: day                     # hour (with minute), day (at), week (weekday, at), month "
        "(day, at)",
        '  at: "06:00"',
        f"  timezone: {ADMINISTRATION_ZONE if account else EVENT_ZONE}"
        + ("" if account else "                # each event's own, or a name such as America/New_York"),
    ]
    return textwrap.indent("\n".join(lines), "# ")


def _comment(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
