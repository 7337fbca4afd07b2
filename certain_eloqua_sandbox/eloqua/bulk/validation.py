"""Checking a definition before it is kept. Every fault is collected, none stops the search.

Sources of the refusals: Oracle, "Validation errors" (a value of another type, or none where one is required,
`identifierFieldName`), "Bulk API limits" (number of fields, length of a filter), the product notices of 19B
and 20D (filters). Other rules are in accepted_rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from certain_eloqua_sandbox.eloqua.bulk import actions
from certain_eloqua_sandbox.eloqua.bulk.entities import Entity
from certain_eloqua_sandbox.eloqua.bulk.filter_parser import FilterError
from certain_eloqua_sandbox.eloqua.bulk.filter_sql import compile_filter
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning, resolve
from certain_eloqua_sandbox.eloqua.bulk.responses import NAME_RULE, Failure, failure
from certain_eloqua_sandbox.eloqua.bulk.times import duration_seconds
from certain_eloqua_sandbox.world import World

FIELD_LIMITS = {"exports": 250, "imports": 100, "syncActions": 100}
UPDATE_RULES = ("always", "ifNewIsNotNull", "ifExistingIsNull", "useFieldRule")
IMPORT_RULES = ("createAndUpdate", "updateOnly", "createOnly")

_COMMON = ("name", "fields", "syncActions", "autoDeleteDuration")
_EXPORT = (
    *_COMMON,
    *("filter", "dataRetentionDuration", "areSystemTimestampsInUTC", "maxRecords"),
    *("externalSystemId", "crmAccountIdField", "productIdField"),
)
_IMPORT = (
    *_COMMON,
    *("updateRule", "updateRuleByField", "importRule", "identifierFieldName", "dataRetentionDuration"),
    *("isSyncTriggeredOnImport", "isUpdatingMultipleMatchedRecords", "isIdentifierFieldCaseSensitive"),
    *("nullIdentifierFieldName", "importPriorityUri", "externalSystemId", "linkUsers", "serviceInstanceId"),
    *("mapDataCards", "mapDataCardsEntityType", "mapDataCardsEntityField", "mapDataCardsSourceField"),
    *("mapDataCardsCaseSensitiveMatch", "linkOpportunitiesMatchFieldName", "linkOpportunitiesSourceField"),
    *("linkOpportunitiesEntityType", "linkOpportunitiesMultipleSourceMatches"),
    *("linkOpportunitiesCaseSensitiveMatchField", "linkOpportunitiesCaseSensitiveSourceField"),
)
_ACTION = (*_COMMON, "identifierFieldName", "isSyncTriggeredOnImport", "dataRetentionDuration")
PROPERTIES = {"exports": _EXPORT, "imports": _IMPORT, "syncActions": _ACTION}
_FLAGS = (
    *("areSystemTimestampsInUTC", "isSyncTriggeredOnImport", "isUpdatingMultipleMatchedRecords"),
    *("isIdentifierFieldCaseSensitive", "nullIdentifierFieldName", "linkUsers", "mapDataCards"),
    *("mapDataCardsCaseSensitiveMatch", "linkOpportunitiesMultipleSourceMatches"),
    *("linkOpportunitiesCaseSensitiveMatchField", "linkOpportunitiesCaseSensitiveSourceField"),
)
_WHOLE_NUMBERS = ("maxRecords", "externalSystemId")


@dataclass(slots=True)
class Checked:
    """A definition that is being checked: its properties, what its fields mean, its faults."""

    world: World
    entity: Entity
    kind: str
    body: dict[str, Any]
    meanings: dict[str, Meaning] = field(default_factory=dict)
    faults: list[Failure] = field(default_factory=list)

    def fault(self, name: str, constraint: str, value: Any = None) -> None:
        """Note one fault."""
        self.faults.append(failure(name, constraint, value))


def check(world: World, entity: Entity, kind: str, sent: dict[str, Any]) -> Checked:
    """Return a definition with its faults; property names are taken in any letter case."""
    names = {name.lower(): name for name in PROPERTIES[kind]}
    body = {
        names[key.lower()]: value
        for key, value in sent.items()
        if isinstance(key, str) and key.lower() in names and value is not None
    }
    checked = Checked(world, entity, kind, body)
    for step in _STEPS:
        step(checked)
    return checked


def _name(of: Checked) -> None:
    name = of.body.get("name")
    if not isinstance(name, str) or not name:
        of.fault("name", NAME_RULE, name)


def _flags(of: Checked) -> None:
    for name in _FLAGS:
        value = of.body.get(name)
        if value is None or isinstance(value, bool):
            continue
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            of.body[name] = value.strip().lower() == "true"
        else:
            of.fault(name, "Must be a boolean value.", value)
            of.body.pop(name)
    for name in _WHOLE_NUMBERS:
        value = of.body.get(name)
        if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value):
            value = of.body[name] = int(value)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            of.fault(name, "Must be a whole number.", value)


def _fields(of: Checked) -> None:
    fields, most = of.body.get("fields"), FIELD_LIMITS[of.kind]
    if not isinstance(fields, dict) or not fields:
        of.fault("fields", f"Must contain between 1 and {most} fields.", fields)
        of.body["fields"] = {}
        return
    if len(fields) > most:
        of.fault("fields", f"Must contain between 1 and {most} fields.", str(len(fields)))
    for key, statement in fields.items():
        meaning = resolve(of.world, of.entity, statement) if isinstance(statement, str) else None
        if meaning is None:
            of.fault("fields", "Must be a statement that exists for this entity.", statement)
        else:
            of.meanings[key] = meaning


def _identifier(of: Checked) -> None:
    if of.kind == "exports":
        return
    name = of.body.get("identifierFieldName")
    if name is None and of.entity.path in ("activities", "opportunities/contacts", "campaignResponses"):
        return
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        of.fault("identifierFieldName", NAME_RULE, name)
        return
    if of.entity.path == "activities":
        return  # ignored and logged (ELQ-00123)
    key = next((key for key in of.body["fields"] if key.lower() == name.lower()), None)
    if key is None:
        of.fault("identifierFieldName", "Must be contained within fields.", name)
        return
    of.body["identifierFieldName"] = key


def _rules(of: Checked) -> None:
    for name, allowed in (("updateRule", UPDATE_RULES), ("importRule", IMPORT_RULES)):
        value = of.body.get(name)
        known = {rule.lower(): rule for rule in allowed}
        if value is None:
            continue
        if not isinstance(value, str) or value.lower() not in known:
            of.fault(name, f"Must be one of {', '.join(allowed)}.", value)
        else:
            of.body[name] = known[value.lower()]
    by_field = of.body.get("updateRuleByField")
    if by_field is None:
        return
    if not isinstance(by_field, dict):
        of.fault("updateRuleByField", "Must be an object of field names and rules.", by_field)
        return
    known = {rule.lower(): rule for rule in UPDATE_RULES[:3]}
    for key, rule in by_field.items():
        if not isinstance(rule, str) or rule.lower() not in known:
            of.fault("updateRuleByField", f"Must be one of {', '.join(UPDATE_RULES[:3])}.", rule)
        else:
            by_field[key] = known[rule.lower()]


def _durations(of: Checked) -> None:
    for name in ("autoDeleteDuration", "dataRetentionDuration"):
        value = of.body.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or duration_seconds(value) is None:
            of.fault(name, "Must be an ISO-8601 duration such as PT12H.", value)


def _filter(of: Checked) -> None:
    text = of.body.get("filter")
    if text is None:
        return
    if not isinstance(text, str):
        of.fault("filter", "Must be a string value.", text)
        return
    if not text.strip():
        del of.body["filter"]
        return
    try:
        compile_filter(of.world, of.entity, text, utc=bool(of.body.get("areSystemTimestampsInUTC")))
    except FilterError as error:
        of.fault("filter", str(error), text)


def _links(of: Checked) -> None:
    if not of.entity.is_object:
        of.body.pop("mapDataCards", None)  # elsewhere it is ignored (accepted_rules.py)


def _actions(of: Checked) -> None:
    actions.check(of.world, of.entity, of.kind, of.body, of.faults)


_STEPS: tuple[Callable[[Checked], None], ...] = (
    _name,
    _flags,
    _fields,
    _identifier,
    _rules,
    _durations,
    _filter,
    _links,
    _actions,
)
