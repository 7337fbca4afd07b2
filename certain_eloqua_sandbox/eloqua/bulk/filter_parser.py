"""The Eloqua Expression Language: a filter's text becomes a tree.

Grammar only; ``filter_sql`` decides what it means. Keywords may be in any letter case, a quote
inside a value is doubled, AND binds closer than OR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 1_000
_TOKEN = re.compile(
    r"\s*(?:(?P<quoted>'(?:[^']|'')*')|(?P<op><=|>=|!=|<>|=|<|>|~)|(?P<word>[A-Za-z]+)|(?P<mark>[()]))"
)


class FilterError(ValueError):
    """A filter that cannot be understood; the message is the constraint."""


@dataclass(frozen=True, slots=True)
class Compare:
    """``'{{…}}' op 'value'``."""

    statement: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Exists:
    """``EXISTS('{{ContactList[12]}}')``."""

    statement: str


@dataclass(frozen=True, slots=True)
class Status:
    """``STATUS('{{ActionInstance(…)}}') = 'pending'``."""

    service: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """``NOT term``."""

    term: Node


@dataclass(frozen=True, slots=True)
class Both:
    """``a AND b`` or ``a OR b`` … of any number of terms."""

    word: str
    terms: tuple[Node, ...]


Node = Compare | Exists | Status | Not | Both


def parse(text: str) -> Node:
    """Return the tree of a filter. Raises :class:`FilterError`."""
    if len(text) > LONGEST:
        raise FilterError(f"Must be at most {LONGEST} characters long")
    parser = _Parser(text)
    node = parser.alternatives(0)
    if parser.peek():
        raise FilterError(f"Must be a valid expression: unexpected {parser.peek()}")
    return node


def leaves(node: Node) -> Iterator[Compare | Exists | Status]:
    """Return the comparisons of a tree, from left to right."""
    if isinstance(node, Not):
        yield from leaves(node.term)
    elif isinstance(node, Both):
        for term in node.terms:
            yield from leaves(term)
    else:
        yield node


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        position, text = 0, text.strip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if not found:
                raise FilterError(f"Must be a valid expression: cannot read {text[position : position + 20]}")
            self.tokens.append(found[0].strip())
            position = found.end()
        if not self.tokens:
            raise FilterError("Must be a valid expression")
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, what: str) -> str:
        token = self.peek()
        good = {
            "quoted": token.startswith("'"),
            "op": token[:1] in ("<", ">", "=", "!", "~"),
        }.get(what, token.upper() == what)
        if not token or not good:
            raise FilterError(
                f"Must be a valid expression: {what} expected" + (f", not {token}" if token else "")
            )
        self.at += 1
        return token

    def quoted(self) -> str:
        return self.take("quoted")[1:-1].replace("''", "'")

    def alternatives(self, depth: int) -> Node:
        terms = [self.conjunction(depth)]
        while self.peek().upper() == "OR":
            self.at += 1
            terms.append(self.conjunction(depth))
        return terms[0] if len(terms) == 1 else Both("OR", tuple(terms))

    def conjunction(self, depth: int) -> Node:
        terms = [self.term(depth)]
        while self.peek().upper() == "AND":
            self.at += 1
            terms.append(self.term(depth))
        return terms[0] if len(terms) == 1 else Both("AND", tuple(terms))

    def term(self, depth: int) -> Node:
        if depth > 100:
            raise FilterError("Must not be nested this deeply")
        word = self.peek().upper()
        if word == "NOT":
            self.at += 1
            return Not(self.term(depth + 1))
        if word == "(":
            self.at += 1
            node = self.alternatives(depth + 1)
            self.take(")")
            return node
        if word in ("EXISTS", "STATUS"):
            self.at += 1
            self.take("(")
            inner = self.quoted()
            self.take(")")
            if word == "EXISTS":
                return Exists(inner)
            return Status(inner, self.take("op"), self.quoted())
        statement = self.quoted()
        operator = self.take("op")
        return Compare(statement, "!=" if operator == "<>" else operator, self.quoted())


@lru_cache(maxsize=256)
def sql_server_like(pattern: str) -> re.Pattern[str]:
    """Return SQL Server's LIKE pattern (``%``, ``_``, ``[a-z]``, ``[^a]``) as a regular expression.

    Letter case counts: compare the keys of texts with the key of a pattern.
    """
    out, position = "", 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == "%":
            out += ".*"
        elif letter == "_":
            out += "."
        elif letter == "[" and (end := pattern.find("]", position + 2)) > 0:
            inside = pattern[position + 1 : end]
            negated, inside = inside.startswith("^"), inside.removeprefix("^")
            safe = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside)
            candidate = f"[{'^' if negated else ''}{safe}]"
            try:
                re.compile(candidate)
            except re.error:
                candidate = f"[{'^' if negated else ''}{re.escape(inside)}]"
            out += candidate
            position = end
        else:
            out += re.escape(letter)
        position += 1
    return re.compile(out, re.DOTALL)
