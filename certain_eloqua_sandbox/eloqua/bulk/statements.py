"""Eloqua Markup Language: the parts of a statement such as ``{{Contact.Field(C_EmailAddress)}}``.

Grammar only; what it means for an entity is in ``meaning``. Round brackets hold names and GUIDs,
square ones numeric ids, and the wrong kind does not parse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_PART = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\(\s*([^()\[\]{}]+?)\s*\)|\[\s*(\d+)\s*\])?\s*")
_GUID = re.compile(r"[0-9a-fA-F]{32}")
SERVICES = ("actioninstance", "decisioninstance", "feederinstance", "contentinstance")


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a statement: a name in lower case, and what its brackets hold."""

    name: str
    text: str | None = None  # in round brackets
    number: int | None = None  # in square brackets

    @property
    def bare(self) -> bool:
        """Return whether it has no brackets."""
        return self.text is None and self.number is None


@lru_cache(maxsize=4096)
def parse(statement: str) -> tuple[Part, ...] | None:
    """Return the parts of a statement, or ``None`` when it is not one."""
    text = statement.strip()
    if not (text.startswith("{{") and text.endswith("}}") and len(text) > 4):
        return None
    text, position, parts = text[2:-2], 0, []
    while True:
        found = _PART.match(text, position)
        if not found:
            return None
        number = int(found[3]) if found[3] and len(found[3]) < 18 else None
        if found[3] and number is None:
            return None
        parts.append(Part(found[1].lower(), found[2], number))
        position = found.end()
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            return None
        position += 1


@dataclass(frozen=True, slots=True)
class Service:
    """An app service: ``{{ActionInstance(guid).Execution[n]}}``."""

    kind: str
    instance: str
    execution: int | None


_KINDS = {
    "actioninstance": "ActionInstance",
    "decisioninstance": "DecisionInstance",
    "feederinstance": "FeederInstance",
    "contentinstance": "ContentInstance",
}


def service(statement: str) -> Service | None:
    """Return the service that a statement names; a GUID with dashes is none."""
    parts = parse(statement)
    if not parts or parts[0].name not in SERVICES or not parts[0].text:
        return None
    if not _GUID.fullmatch(parts[0].text) or len(parts) > 2:
        return None
    execution = None
    if len(parts) == 2:
        if parts[1].name != "execution" or parts[1].number is None:
            return None
        execution = parts[1].number
    return Service(_KINDS[parts[0].name], parts[0].text.lower(), execution)


CONTAINERS = {
    "contactlist": ("contact_list", "contacts"),
    "contactsegment": ("segment", "contacts"),
    "contactfilter": ("filter", "contacts"),
    "accountlist": ("account_list", "accounts"),
    "emailgroup": ("email_group", "contacts"),
}


def container(statement: str) -> tuple[str, int] | None:
    """Return (kind in ``eloqua_lists``, id) of ``{{ContactList[12]}}`` and its like."""
    parts = parse(statement)
    if not parts or len(parts) != 1 or parts[0].number is None or parts[0].name not in CONTAINERS:
        return None
    return CONTAINERS[parts[0].name][0], parts[0].number
