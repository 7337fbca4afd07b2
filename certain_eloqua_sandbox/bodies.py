"""Reading the bodies and parameters of the control door: errors name the value and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from certain_eloqua_sandbox.wire import Refusal, Request, json_response, shortened

Check = Callable[[str, Any], Any]


def quoted(value: Any) -> str:
    """Return an offending value as a message repeats it."""
    return shortened(repr(value))


def refusal(message: str, status: int = 400) -> Refusal:
    """Return a refusal of the control door."""
    return Refusal(json_response({"error": message}, status))


def json_of(request: Request, otherwise: Any = None) -> Any:
    """Return the body; an empty one counts as ``otherwise``."""
    if not request.body.strip():
        return otherwise
    try:
        return request.json()
    except ValueError as error:
        raise refusal(f"the body is not JSON: {error}") from None


def several(given: Any) -> list[Any]:
    """Return a body that is one thing or a list of them as a list."""
    return given if isinstance(given, list) else [given]


def keys(
    value: Any, allowed: dict[str, Check], *, what: str, required: Collection[str] = ()
) -> dict[str, Any]:
    """Return a JSON object with every value checked; unknown and missing keys are refused."""
    if not isinstance(value, dict):
        raise refusal(f"{what} must be a JSON object with {_names(allowed)}")
    for name in value:
        if name not in allowed:
            raise refusal(f"{what} has no {quoted(name)}; allowed: {_names(allowed)}")
    for name in required:
        if name not in value:
            raise refusal(f"{what} needs {quoted(name)}; allowed: {_names(allowed)}")
    return {name: allowed[name](f"{quoted(name)} of {what}", given) for name, given in value.items()}


def parameters(request: Request, allowed: Collection[str]) -> dict[str, str]:
    """Return the query's parameters; unknown ones are refused."""
    for name in request.query:
        if name not in allowed:
            raise refusal(f"no parameter {quoted(name)} here; allowed: {_names(allowed) or 'none'}")
    return {name: values[0] for name, values in request.query.items() if values}


def _names(names: Collection[str]) -> str:
    return ", ".join(names)


def whole(low: int | None = 0, high: int | None = None) -> Check:
    """Return a check for a whole number."""

    def check(what: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise refusal(f"{what} must be a whole number, not {quoted(value)}")
        if (low is not None and value < low) or (high is not None and value > high):
            raise refusal(f"{what} must be {_range(low, high)}, not {shortened(str(value))}")
        return value

    return check


def number(low: float | None = 0, high: float | None = None) -> Check:
    """Return a check for a number."""

    def check(what: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise refusal(f"{what} must be a number, not {quoted(value)}")
        if (low is not None and value < low) or (high is not None and value > high):
            raise refusal(f"{what} must be {_range(low, high)}, not {shortened(str(value))}")
        return float(value)

    return check


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low:,.12g}" if low is not None else "any number"
    return f"from {low:,.12g} to {high:,.12g}" if low is not None else f"at most {high:,.12g}"


def flag(what: str, value: Any) -> bool:
    """Check true or false."""
    if not isinstance(value, bool):
        raise refusal(f"{what} must be true or false, not {quoted(value)}")
    return value


def text(what: str, value: Any) -> str:
    """Check a text."""
    if not isinstance(value, str):
        raise refusal(f"{what} must be text, not {quoted(value)}")
    return value


def one_of(*allowed: str) -> Check:
    """Return a check for one of some words."""

    def check(what: str, value: Any) -> str:
        if value not in allowed:
            raise refusal(f"{what} must be one of {', '.join(allowed)}, not {quoted(value)}")
        return str(value)

    return check


def anything(what: str, value: Any) -> Any:
    """Check nothing."""
    return value


def listed(item: Check) -> Check:
    """Return a check for a list whose elements pass another check."""

    def check(what: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise refusal(f"{what} must be a list, not {quoted(value)}")
        return [item(f"element {place} of {what}", element) for place, element in enumerate(value, 1)]

    return check


def texts(what: str, value: Any) -> dict[str, str]:
    """Check an object of texts; numbers become texts."""
    if not isinstance(value, dict):
        raise refusal(f"{what} must be an object of texts, not {quoted(value)}")
    return {str(name): "" if given is None else str(given) for name, given in value.items()}


def expression(what: str, value: Any) -> str:
    """Check a regular expression."""
    pattern = text(what, value)
    try:
        re.compile(pattern)
    except re.error as error:
        raise refusal(f"{what} is no regular expression: {error}") from None
    return pattern


def instant(what: str, value: Any) -> float:
    """Check a time: Unix seconds, or ISO 8601 (UTC when it names no zone)."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
    else:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise refusal(
                f"{what} must be Unix seconds or a time such as 2026-10-06T09:00:00Z, not {quoted(value)}"
            ) from None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not 0 <= seconds <= 32_503_680_000:
        raise refusal(f"{what} must lie between the years 1970 and 3000, not {quoted(value)}")
    return seconds


def iso(seconds: float) -> str:
    """Return Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(at: float) -> str:
    """Return Unix seconds as people read them, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
