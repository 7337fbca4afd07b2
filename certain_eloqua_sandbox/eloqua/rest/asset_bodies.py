"""What an asset keeps of a body that was sent, and the ids of the parts inside it.

An asset is kept as the client sent it, properties that we do not know included. Ids, numbers and Booleans
become text, as the service shows them; what the service sets itself is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from certain_eloqua_sandbox.eloqua.rest.errors import bad_value, unreadable
from certain_eloqua_sandbox.eloqua.rest.listing import int_or_zero
from certain_eloqua_sandbox.world import World

OWN = frozenset(
    {"type", "id", "name", "depth", "permissions", "currentStatus", "accessedAt"}
    | {"createdAt", "createdBy", "createdByName", "updatedAt", "updatedBy", "updatedByName"}
)
IDS = ("folderId", "emailGroupId", "emailHeaderId", "emailFooterId", "encodingId", "micrositeId")
HTML_TYPES = ("RawHtmlContent", "StructuredHtmlContent")
DEEPEST = 60
FIRST_PART = 2_001  # parts begin after the planted ones

# Who comes next among the parts of assets: form fields, validations, rules, content sections.
TABLES = """
CREATE TABLE IF NOT EXISTS eloqua_parts (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), next INTEGER);
"""


def as_text(value: Any, level: int = 0) -> Any:
    """Return a value with numbers and Booleans as text and without nulls. Refuses a bottomless one."""
    if level > DEEPEST:
        raise unreadable()
    if isinstance(value, dict):
        return {name: as_text(one, level + 1) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [as_text(one, level + 1) for one in value if one is not None]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) or value is None else str(value)


def kept(body: dict[str, Any], object_type: str, key: int | None) -> dict[str, Any]:
    """Return the properties of a body that an asset keeps. Refuses ids that are none."""
    found: dict[str, Any] = as_text({name: value for name, value in body.items() if name not in OWN})
    for name in IDS:
        if name in found and found[name] == "":
            del found[name]
        elif name in found and not (isinstance(found[name], str) and found[name].lstrip("-").isdigit()):
            raise bad_value(object_type, name, body[name], "IdRequirement", object_id=key)
    return found


def with_html(kept_body: dict[str, Any], object_type: str, key: int | None) -> None:
    """Give an e-mail or a page its ``htmlContent``, an empty one if none was sent. Refuses a broken one."""
    content = kept_body.setdefault("htmlContent", {"type": HTML_TYPES[0], "html": ""})
    if not isinstance(content, dict):
        raise bad_value(object_type, "htmlContent", content, "ContentRequirement", object_id=key)
    kind = content.setdefault("type", HTML_TYPES["htmlBody" in content])
    if kind not in HTML_TYPES:
        raise bad_value(
            object_type, "htmlContent.type", kind, "EnumRequirement", object_id=key, values=list(HTML_TYPES)
        )
    content.setdefault("html" if kind == HTML_TYPES[0] else "htmlBody", "")
    if kind == HTML_TYPES[0]:
        content.setdefault("contentSource", "upload")


# -- parts -----------------------------------------------------------------------------------------------


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, nothing for what is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Return every object inside a value, the value itself included."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(one)


def part_ids(world: World) -> Callable[[], str]:
    """Return what gives the next id of a part."""

    def give() -> str:
        row = world.row(
            "INSERT INTO eloqua_parts VALUES (1, ?) ON CONFLICT DO UPDATE SET next = next + 1 RETURNING next",
            (FIRST_PART,),
        )
        return str(row["next"] if row else FIRST_PART)

    return give


class Numbering:
    """Gives the parts of one body their ids, and remembers by what id a client called them.

    An id that the asset already has stays. A missing, negative or foreign one is replaced: negative ids are
    how a client marks a part as new, and how parts of one body point to each other.
    """

    def __init__(self, world: World, already: set[str]) -> None:
        self._give, self._already = part_ids(world), already
        self.renamed: dict[str, str] = {}

    def number(self, part: dict[str, Any]) -> None:
        """Give a part its id."""
        given = str(part.get("id", ""))
        if given in self._already:
            self._already.discard(given)  # the second part with this id is a new one
            self.renamed.setdefault(given, given)
            return
        part["id"] = self._give()
        if int_or_zero(given):
            self.renamed.setdefault(given, part["id"])

    def follow(self, part: dict[str, Any], *names: str) -> None:
        """Let these properties of a part point to the new ids."""
        for name in names:
            if (new := self.renamed.get(str(part.get(name)))) is not None:
                part[name] = new


def ids_inside(value: Any) -> set[str]:
    """Return the ids of all objects inside a value."""
    return {str(part["id"]) for part in inside(value) if "id" in part}
