"""A connector file to begin with: every setting of a kind, its meaning, what it may hold, and its default."""

from __future__ import annotations

import textwrap
from typing import Any

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.files.schedule import EVENT_ZONE
from certain_eloqua.connectors.files.settings import allowed_values
from certain_eloqua.domain.event import ADMINISTRATION_ZONE

WIDTH = 96
# What a template says for a required setting, so that it can be loaded as it is.
_EXAMPLES: dict[str, Any] = {
    "contact_list_name": "My contact list",
    "profile_deduplication": "email",
    "attendee_type_code": "DELEGATE",
    "registration_status": "Invited",
    "overwrite_registration_status": False,
    "registration_statuses": ["Pre-Registered", "Attended"],
}


def template(kind: Kind | str) -> str:
    """A commented connector file of a kind, valid as it is: what is optional is commented out."""
    kind = KINDS[kind] if isinstance(kind, str) else kind
    parts = [
        _comment(f"{kind.title}: {kind.summary} The connector's name is the name of this file."),
        f"kind: {kind.name}",
        f"description: {kind.title}",
        "",
    ]
    if kind.level == "event":
        parts += [
            _comment(
                "The events it is for: all, a list of event codes such as [NWSUMMIT26], or {status: Live}."
            ),
            "events: all",
            "",
        ]
    parts += [
        _comment("Where messages go when a run fails."),
        "# email_for_job_notifications: events-team@example.com",
        "",
        "settings:",
    ]
    for name, field in kind.settings.model_fields.items():
        parts.append(_setting(name, field))
    parts += ["", _schedule(kind)]
    return "\n".join(parts) + "\n"


def json_schema(kind: Kind | str) -> dict[str, Any]:
    """The JSON schema of a kind's settings, for editors."""
    kind = KINDS[kind] if isinstance(kind, str) else kind
    return kind.settings.model_json_schema()


def _setting(name: str, field: FieldInfo) -> str:
    allowed = " | ".join(allowed_values(field))
    required = field.is_required()
    note = f"{field.description or ''} Allowed: {allowed}. " + (
        "Required." if required else f"Default: {_default(field)}."
    )
    written = required or (field.default is None and bool(field.examples))  # one of several that may be given
    example = _EXAMPLES.get(name, field.examples[0] if field.examples else _any(field)) if written else None
    line = _yaml(name, example if written else field.default)
    if not written:
        line = textwrap.indent(line, "# ")
    return textwrap.indent(f"{_comment(note)}\n{line}", "  ")


def _any(field: FieldInfo) -> Any:
    """Something a required field without an example can hold."""
    allowed = allowed_values(field)[0]
    return {"true": True, "a list of texts": ["value"]}.get(allowed, 1 if "number" in allowed else allowed)


def _default(field: FieldInfo) -> str:
    if field.default is None or field.default is PydanticUndefined:
        return "left out"
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


def _yaml(name: str, value: Any) -> str:
    if value is None:
        return f"{name}:"
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=WIDTH)
    return f"{name}: " + text.strip().removesuffix("...").strip()


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
