"""YAML as people mean it, with the line of everything, for files that people write by hand.

Stricter than YAML 1.1 where that surprises: only `true` and `false` are booleans (so the country code NO
and the word `on` stay words), `16:30` stays a time and `007` a text, and a key may stand only once. Tags are
refused, and so are anchors and aliases: 400 bytes of nested aliases expand to gigabytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SourceLocation = tuple[str | int, ...]
"""Where in a file a value is: ("settings", "registration_statuses", 0)."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9]\d*)\.\d+")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and half characters: databases, terminals and the platforms refuse or act on them."""
MAX_BYTES = 100_000
"""A connector file or a field map of a thousand pairs has less."""
MAX_VALUES = 10_000
"""Keys and values in one file; a field map of a thousand pairs has 7,000. More could take over a second."""
MAX_DEPTH = 30
NO_ALIASES = "anchors and aliases are not allowed here"
TOO_MANY = f"this file has too many values; {MAX_VALUES:,} keys and values are allowed"
TOO_DEEP = f"this is nested too deeply; {MAX_DEPTH} levels are allowed"
# What PyYAML reports to programmers, in plain words.
_PLAIN_WORDS = {
    "found undefined tag handle": "tags (`!…`) are not understood here; take out",
    "mapping values are not allowed here": "a second `: ` stands here; put a text with a colon in quotes",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the text of a file, at a line counted from 1."""

    line: int
    location: SourceLocation
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file, the line of each part of it, and what is wrong with its text.

    `content` is None when the file is empty or could not be read at all.
    """

    content: Any
    lines: dict[SourceLocation, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def line(self, location: SourceLocation) -> int:
        """The line of a location, or of the nearest thing around it that is there."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def leads_outside(path: Path, folder: Path) -> str | None:
    """What is wrong with a link in a folder that leads out of it, None if the file is in the folder."""
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        return f"{path.name} is a link to {path.readlink()}, outside of the folder; copy the file into it"
    return None


def read_document(path: Path) -> Document:
    """Read a file; what is wrong with it is in `faults`, nothing is raised."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        if path.is_symlink() and not path.exists():
            gone = f"this is a link to {path.readlink()}, which does not exist"
            return Document(None, faults=(Fault(1, (), gone),))
        return Document(None, faults=(Fault(1, (), f"the file cannot be read: {error.strerror or error}"),))
    return decode_document(raw)


def decode_document(raw: bytes) -> Document:
    """Read the content of a file; see :func:`read_document`."""
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
        loader = _Loader(text)
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
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Document(None, faults=(Fault(1, (), f"this is not YAML: {message}"),))
    finally:
        loader.dispose()
    if node is None:
        return Document(None)
    reader = _Reader()
    content = reader.value(node, ())
    return Document(content, reader.lines, tuple(reader.faults))


def _syntax_fault(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    message = error.problem or error.context or "it cannot be understood"
    for theirs, ours in _PLAIN_WORDS.items():
        message = message.replace(theirs, ours)
    if "expected a single document" in (error.context or ""):
        message = "there is a second document (`---`); one file holds one"
    if isinstance(error, (_TooDeep, _TooMany)) or NO_ALIASES in message:
        return Fault(mark.line + 1 if mark else 1, (), message)
    return Fault(mark.line + 1 if mark else 1, (), f"this is not YAML: {message}")


class _TooDeep(yaml.scanner.ScannerError):
    """Brackets are nested deeper than allowed."""


class _TooMany(yaml.composer.ComposerError):
    """There are more values than allowed."""


class _Loader(yaml.SafeLoader):
    """Refuses what makes reading long or large: anchors and aliases, deep brackets, many values."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._values = 0

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:  # noqa: N803 - the name in PyYAML
        if self.flow_level > MAX_DEPTH:
            raise _TooDeep(None, None, TOO_DEEP, self.get_mark())
        super().fetch_flow_collection_start(TokenClass)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        self._values += 1
        if self._values > MAX_VALUES:
            raise _TooMany(None, None, TOO_MANY, event.start_mark)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise yaml.composer.ComposerError(
                None,
                None,
                f"`{sign}{anchor}`: {NO_ALIASES}; write the value out where it is used",
                event.start_mark,
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[SourceLocation, int] = {}
        self.faults: list[Fault] = []

    def value(self, node: yaml.Node, location: SourceLocation) -> Any:
        self.lines.setdefault(location, node.start_mark.line + 1)
        if len(location) > MAX_DEPTH:
            self._fault(node, location, TOO_DEEP)
            return None
        if node.tag not in _PLAIN_TAGS:
            tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
            self._fault(node, location, f"`{tag}` is a tag, and tags are not understood here; take it out")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, location)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, i)) for i, item in enumerate(node.value)]
        return None

    def _mapping(self, node: yaml.MappingNode, location: SourceLocation) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, location, "a key must be a plain word")
                continue
            key = key_node.value
            if self._has_unseen(key_node, location):
                continue
            here = (*location, key)
            if key in content:
                first = self.lines.get(here, 0)
                self._fault(
                    key_node, here, f"the key stands here a second time; the first is in line {first}"
                )
                continue
            self.lines[here] = key_node.start_mark.line + 1
            content[key] = self.value(value_node, here)
        return content

    def _scalar(self, node: yaml.ScalarNode, location: SourceLocation) -> Any:
        text: str = node.value
        if self._has_unseen(node, location):
            return None
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

    def _has_unseen(self, node: yaml.ScalarNode, location: SourceLocation) -> bool:
        """Whether a word holds a character that is written as an escape, such as that of NUL."""
        found = _UNSEEN.search(node.value)
        if found is not None:
            number = ord(found[0])
            self._fault(node, location, f"this holds an invisible character (number {number})")
        return found is not None

    def _fault(self, node: yaml.Node, location: SourceLocation, message: str) -> None:
        self.faults.append(Fault(node.start_mark.line + 1, location, message))


_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "null", "bool", "int", "float", "timestamp", "merge", "value", "map", "seq")
)
