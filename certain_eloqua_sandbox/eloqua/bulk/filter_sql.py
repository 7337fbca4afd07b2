"""What a filter means: the tree becomes an SQL condition, and the rules about filters are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from certain_eloqua_sandbox.eloqua.bulk import activity_fields, filter_parser
from certain_eloqua_sandbox.eloqua.bulk.entities import Entity
from certain_eloqua_sandbox.eloqua.bulk.filter_parser import (
    Both,
    Compare,
    Exists,
    FilterError,
    Node,
    Not,
    Status,
)
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning, resolve
from certain_eloqua_sandbox.eloqua.bulk.rendering import as_text
from certain_eloqua_sandbox.eloqua.bulk.statements import container, parse, service
from certain_eloqua_sandbox.eloqua.bulk.times import to_field_value, to_unix
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import shortened
from certain_eloqua_sandbox.world import World

_SEGMENT_DATES = {
    ("contact", "updatedat", None),
    ("contact", "createdat", None),
    ("contact", "field", "c_datemodified"),
    ("contact", "field", "c_datecreated"),
}
_LEGACY = "cloudconnectorstatus("


@dataclass(slots=True)
class Condition:
    """An SQL condition on the records (alias ``r``) and its parameters."""

    sql: str
    parameters: list[Any] = field(default_factory=list)


def compile_filter(world: World, entity: Entity, text: str, *, utc: bool) -> Condition:
    """Return the condition of a filter. Raises :class:`FilterError` when a rule is broken."""
    node = filter_parser.parse(text)
    _keep_the_segment_rule(entity, node)
    condition = Condition("")
    condition.sql = _compile(world, entity, node, condition.parameters, utc)
    return condition


def activity_type(text: str) -> str | None:
    """Return the activity type that a filter asks for, if it asks for one."""
    for leaf in filter_parser.leaves(filter_parser.parse(text)):
        if isinstance(leaf, Compare) and leaf.operator == "=" and _is_type(leaf.statement):
            return activity_fields.TYPES.get(leaf.value.strip().lower())
    return None


def _is_type(statement: str) -> bool:
    parts = parse(statement)
    return bool(parts and len(parts) == 2 and (parts[0].name, parts[1].name) == ("activity", "type"))


def _compile(world: World, entity: Entity, node: Node, out: list[Any], utc: bool) -> str:
    if isinstance(node, Both):
        return (
            "(" + f" {node.word} ".join(_compile(world, entity, term, out, utc) for term in node.terms) + ")"
        )
    if isinstance(node, Not):
        return f"(NOT COALESCE({_compile(world, entity, node.term, out, utc)}, 0))"  # blank is not unknown
    if isinstance(node, Exists):
        return _exists(world, entity, node, out)
    if isinstance(node, Status):
        return _status(world, entity, node, out)
    return _compare(world, entity, node, out, utc)


def _exists(world: World, entity: Entity, node: Exists, out: list[Any]) -> str:
    found = container(node.statement)
    allowed = {"contacts": ("contact_list", "segment", "filter"), "accounts": ("account_list",)}
    if found is None:
        raise FilterError("Must reference a list, segment or filter in EXISTS")
    if not world.value("SELECT 1 FROM eloqua_lists WHERE kind = ? AND id = ?", found):
        raise FilterError("Must reference an existing object in EXISTS")
    if found[0] not in allowed.get(entity.path, ()):
        return "0"  # of another entity: accepted, and holds none of these records (accepted_rules.py)
    out.append(found[1])
    return "(r.id IN (SELECT m.member_id FROM eloqua_list_members m WHERE m.list_id = ?))"


def _status(world: World, entity: Entity, node: Status, out: list[Any]) -> str:
    text = node.service.strip()
    if text.lower().startswith(_LEGACY) and text.endswith(")"):
        instance, execution = text[len(_LEGACY) : -1].strip().lower(), None
    elif found := service(text):
        instance, execution = found.instance, found.execution
    else:
        raise FilterError("Must reference a service instance; its id is written without dashes")
    if node.operator not in ("=", "!="):
        raise FilterError("Must compare STATUS with =")
    if not world.value("SELECT 1 FROM service_members WHERE instance = ? LIMIT 1", (instance,)):
        raise FilterError("Must reference service instance within a workflow")
    out += [instance, entity.member_entity, node.value.strip().lower()]
    sql = f"m.instance = ? AND m.entity = ? AND m.status {node.operator} ?"
    if execution is not None:
        sql += " AND m.execution = ?"
        out.append(execution)
    return f"(r.id IN (SELECT m.member_id FROM service_members m WHERE {sql}))"


def _compare(world: World, entity: Entity, node: Compare, out: list[Any], utc: bool) -> str:
    if entity.path == "activities" and _is_type(node.statement):
        return _compare_type(node, out)
    meaning = resolve(world, entity, node.statement)
    if meaning is None:
        raise FilterError(f"Must reference an existing field: {shortened(node.statement)}")
    if node.operator == "~":
        return _like(meaning, node.value, out, utc)
    if meaning.kind == "time":
        return _compare_time(meaning, node, out, utc)
    if meaning.kind in ("number", "id"):
        return _compare_number(meaning, node, out)
    if meaning.kind == "flag":
        wanted = node.value.strip().lower()
        if wanted not in ("true", "false", "1", "0", "yes", "no"):
            raise FilterError("Must compare with true or false")
        out.append(1 if wanted in ("true", "1", "yes") else 0)
        return f"({meaning.sql} {node.operator} ?)"
    value = node.value
    if meaning.kind == "date" and value.strip():
        as_date = to_field_value(value)
        if as_date is None:
            raise FilterError("Must compare with a date such as 2020-01-31 14:00:00")
        value = as_date
    out.append(value)
    if meaning.kind == "date" and value and node.operator in ("<", "<="):
        return f"({meaning.sql} {node.operator} ?)"  # blank is no date: not before anything
    text = meaning.sql if value and node.operator == "=" else f"COALESCE({meaning.sql}, '')"
    return f"({key_sql(text)} {node.operator} text_key(?))"


def _compare_type(node: Compare, out: list[Any]) -> str:
    kind = activity_fields.TYPES.get(node.value.strip().lower())
    if node.operator == "~":
        out.append(node.value)
        return "bulk_like(?, r.type)"
    if kind is None or node.operator not in ("=", "!="):
        raise FilterError(f"Must compare {shortened(node.statement)} with a known activity type")
    out.append(kind)
    return f"(r.type {node.operator} ?)"


def _compare_time(meaning: Meaning, node: Compare, out: list[Any], utc: bool) -> str:
    if not node.value.strip():
        return f"({meaning.sql} IS {'NOT ' if node.operator == '!=' else ''}NULL)"
    at = to_unix(node.value, utc=utc)
    if at is None:
        raise FilterError("Must compare with a date such as 2020-01-31 14:00:00")
    out.append(at)
    # Stored times have fractions of seconds and are shown without: compare what is shown.
    return (
        f"(CAST({meaning.sql} AS INTEGER) {node.operator} ?)"
        if node.operator not in (">=", "<")
        else (f"({meaning.sql} {node.operator} ?)")
    )


def _compare_number(meaning: Meaning, node: Compare, out: list[Any]) -> str:
    value = node.value.strip()
    if not value:
        return f"(COALESCE({meaning.sql}, '') {node.operator} '')"
    try:
        number = float(value)
    except ValueError:
        raise FilterError("Must compare with a number") from None
    out.append(int(number) if number.is_integer() and abs(number) < 2**53 else number)
    blank = " OR " + f"{meaning.sql} IS NULL" if node.operator == "!=" else ""
    subject = meaning.sql if meaning.kind == "id" else f"CAST({meaning.sql} AS REAL)"
    return f"(({meaning.sql} IS NOT NULL AND {subject} {node.operator} ?){blank})"


def _like(meaning: Meaning, pattern: str, out: list[Any], utc: bool) -> str:
    out.append(pattern)
    text = f"COALESCE({as_text(meaning, utc=utc)}, '')"
    # SQLite's LIKE knows no classes; its arguments are the other way round as a function.
    return f"bulk_like(?, {text})" if "[" in pattern else f"like(text_key(?), {key_sql(text)})"


def _keep_the_segment_rule(entity: Entity, node: Node) -> None:
    """Since 19B: beside a segment only contact dates, at most two, in three forms."""
    every = list(filter_parser.leaves(node))
    segments = [leaf for leaf in every if isinstance(leaf, Exists) and _is_segment(leaf.statement)]
    if entity.path != "contacts" or not segments or len(every) == 1:
        return
    rule = "Must combine a segment with at most two contact date comparisons"
    if not isinstance(node, Both) or node.word != "AND" or segments[0] not in node.terms:
        raise FilterError(rule)
    others = [term for term in node.terms if term is not segments[0]]
    if len(others) == 1 and isinstance(others[0], Both) and others[0].word == "OR":
        others = list(others[0].terms)
    if len(others) > 2 or not all(_is_contact_date(term) for term in others):
        raise FilterError(rule)


def _is_segment(statement: str) -> bool:
    parts = parse(statement)
    return bool(parts and parts[0].name == "contactsegment")


def _is_contact_date(term: Node) -> bool:
    if not isinstance(term, Compare):
        return False
    parts = parse(term.statement)
    if not parts or len(parts) != 2:
        return False
    key = (parts[0].name, parts[1].name, (parts[1].text or "").lower() or None)
    return key in _SEGMENT_DATES
