"""YAML as people mean it, with the line of everything, for files that people write by hand.

Stricter than YAML 1.1 where that surprises: only `true` and `false` are booleans (so the country code NO
and the word `on` stay words), `16:30` stays a time and `007` a text, a key may stand only once, and tags are
refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]
"""Where in a file something is: ("settings", "registration_statuses", 0)."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9]\d*)\.\d+")
MAX_BYTES = 1_000_000
MAX_DEPTH = 30
TOO_DEEP = f"this is nested too deeply; {MAX_DEPTH} levels are allowed"
# What PyYAML says to programmers, and what it means.
_PLAIN_WORDS = {
    "found undefined alias": "nothing has the name of the alias (`*…`)",
    "found undefined tag handle": "tags (`!…`) are not understood here; take out",
    "mapping values are not allowed here": "a second `: ` stands here; put a text with a colon in quotes",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the text of a file, at a line counted from 1."""

    line: int
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, where it says it, and what is wrong with how it says it.

    `content` is None when the file is empty or could not be read at all.
    """

    content: Any
    lines: dict[Place, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that is there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_document(path: Path) -> Document:
    """Read a file; what is wrong with it is in `faults`, nothing is raised."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        if path.is_symlink() and not path.exists():
            gone = f"this is a link to {path.readlink()}, which does not exist"
            return Document(None, faults=(Fault(1, (), gone),))
        return Document(None, faults=(Fault(1, (), f"the file cannot be read: {error.strerror or error}"),))
    if len(raw) > MAX_BYTES:
        return Document(None, faults=(Fault(1, (), f"the file is larger than {MAX_BYTES:,} bytes"),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Document(None, faults=(Fault(line, (), "this is not UTF-8 text; save the file as UTF-8"),))
    return parse_document(text)


def parse_document(text: str) -> Document:
    """Read a text; see :func:`read_document`."""
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return Document(
                None, faults=(Fault(number, (), "a tab indents this line; YAML allows only blanks there"),)
            )
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        at = text[: error.position].count("\n") + 1
        unseen = f"this is not YAML: there is a character (number {error.character}) that no one can see"
        return Document(None, faults=(Fault(at, (), unseen),))
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        return Document(None, faults=(_syntax_fault(error),))
    except RecursionError:
        return Document(None, faults=(Fault(1, (), TOO_DEEP),))
    except yaml.YAMLError as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Document(None, faults=(Fault(1, (), f"this is not YAML: {said}"),))
    finally:
        loader.dispose()
    if node is None:
        return Document(None)
    reader = _Reader()
    content = reader.value(node, ())
    return Document(content, reader.lines, tuple(reader.faults))


def _syntax_fault(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    said = error.problem or error.context or "it cannot be understood"
    for theirs, ours in _PLAIN_WORDS.items():
        said = said.replace(theirs, ours)
    if "expected a single document" in (error.context or ""):
        said = "there is a second document (`---`); one file holds one"
    return Fault(mark.line + 1 if mark else 1, (), f"this is not YAML: {said}")


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[Fault] = []
        self._open: set[int] = set()

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._open:
            self._fault(node, place, "this repeats itself: an alias (`*…`) stands inside what it names")
            return None
        if len(place) > MAX_DEPTH:
            self._fault(node, place, TOO_DEEP)
            return None
        if node.tag not in _PLAIN_TAGS:
            tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
            self._fault(node, place, f"`{tag}` is a tag, and tags are not understood here; take it out")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, place)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*place, i)) for i, item in enumerate(node.value)]
        finally:
            self._open.discard(id(node))
        return None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, place, "a key must be a plain word")
                continue
            key = key_node.value
            here = (*place, key)
            if key in content:
                first = self.lines.get(here, 0)
                self._fault(
                    key_node, here, f"the key stands here a second time; the first is in line {first}"
                )
                continue
            self.lines[here] = key_node.start_mark.line + 1
            content[key] = self.value(value_node, here)
        return content

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        text: str = node.value
        if node.style is not None:  # quoted, or a block of text
            return text
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _INTEGER.fullmatch(text):
            return int(text) if len(text) <= 18 else text
        if _DECIMAL.fullmatch(text):
            return float(text)
        return text

    def _fault(self, node: yaml.Node, place: Place, message: str) -> None:
        self.faults.append(Fault(node.start_mark.line + 1, place, message))


_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "null", "bool", "int", "float", "timestamp", "merge", "value", "map", "seq")
)
