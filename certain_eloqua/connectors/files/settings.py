"""Settings of a kind, and the schedule, out of a file: pydantic's strict check, its faults in our words.

Also says what a field may hold, for messages, templates and editors.
"""

from __future__ import annotations

import types
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from certain_eloqua.connectors.files.schedule import AddError
from certain_eloqua.mapping import nearest

_TOO = {
    "too_short": ("min_length", "value"),
    "too_long": ("max_length", "value"),
    "string_too_short": ("min_length", "character"),
    "string_too_long": ("max_length", "character"),
}
_NAMES = {str: "a text", int: "a whole number", bool: "true, false", float: "a number"}


Model = TypeVar("Model", bound=BaseModel)


def settings_from(
    model: type[Model], given: dict[str, Any], add_error: AddError, whole: str = "a setting of this kind"
) -> Model | None:
    """The settings; None if there is a fault, which was reported.

    Args:
        model: what they must be.
        given: what the file has.
        add_error: reports a fault.
        whole: what the fields are called in messages.
    """
    try:
        return model.model_validate(given, strict=True)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=True):
            _report(model, fault, add_error, whole)
    return None


def _report(model: type[BaseModel], fault: Any, add_error: AddError, whole: str) -> None:
    location = tuple(fault["loc"])
    name = str(location[0]) if location else ""
    field = model.model_fields.get(name)
    if fault["type"] == "extra_forbidden":
        known = tuple(model.model_fields)
        add_error(location, f"`{name}` is not {whole}", allowed=known, nearest=nearest(name, known))
        return
    allowed = allowed_values(field) if field else ()
    if fault["type"] == "refused":  # by a validator of ours, which has found the words
        facts = fault["ctx"]
        where = (facts["field"],) if facts["field"] else location
        add_error(
            where, facts["message"], allowed=tuple(facts["allowed"]) or allowed, nearest=facts["nearest"]
        )
        return
    if fault["type"] == "missing":
        add_error(location, "is missing", allowed=allowed)
        return
    location = tuple(
        part for part in location if isinstance(part, int) or part == name
    )  # without pydantic's own words
    value = fault["input"]
    if fault["type"] == "literal_error":
        add_error(
            location, f"{value!r} is not allowed", allowed=allowed, nearest=nearest(str(value), allowed)
        )
    elif value is None:
        add_error(location, "has no value", allowed=allowed)
    else:
        add_error(location, f"{value!r} is not allowed{_why(fault)}", allowed=allowed)


def _why(fault: Any) -> str:
    if fault["type"].endswith("_type"):
        return ""  # what is allowed says it better
    if fault["type"] in _TOO:
        limit, unit = _TOO[fault["type"]]
        number = fault["ctx"][limit]
        least = "at least" if limit.startswith("min") else "at most"
        return f": it should have {least} {number} {unit}{'' if number == 1 else 's'}"
    message = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return (
        f": it should be {message}"
        if str(fault["msg"]).startswith("Input should be ")
        else f": {message[:1].lower()}{message[1:]}"
    )


def allowed_values(field: FieldInfo) -> tuple[str, ...]:
    """What a field may hold, in words or as the choices themselves."""
    extra = field.json_schema_extra
    if isinstance(extra, dict) and isinstance(allowed := extra.get("allowed"), list):
        return tuple(map(str, allowed))
    annotation, optional = _bare(field.annotation)
    if get_origin(annotation) is Literal:
        return tuple(str(choice) for choice in get_args(annotation))
    if annotation is bool:
        return ("true", "false")
    if get_origin(annotation) in (list, tuple, set, frozenset):
        (inner, *_) = get_args(annotation) or (str,)
        what = "a list of texts" if inner is str else f"a list of {_NAMES.get(inner, 'values')}"
        return (what, "left out") if optional else (what,)
    what = _NAMES.get(annotation, "a value") + _bounds(field)
    return (what, "left out") if optional else (what,)


def _bounds(field: FieldInfo) -> str:
    found = {
        name: getattr(rule, name)
        for rule in field.metadata
        for name in ("ge", "le", "max_length")
        if getattr(rule, name, None) is not None
    }
    message = [f"from {found['ge']:,}"] if "ge" in found else []
    message += [f"to {found['le']:,}"] if "le" in found else []
    message += [f"of at most {found['max_length']} characters"] if "max_length" in found else []
    return " " + " ".join(message) if message else ""


def _bare(annotation: Any) -> tuple[Any, bool]:
    """The type without `None`, and whether None was allowed."""
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return (parts[0] if len(parts) == 1 else annotation), len(parts) < len(get_args(annotation))
    return annotation, False
