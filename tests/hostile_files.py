"""Spoilt files, made from good ones: the same for the same number, hundreds of them.

Some are well-known attacks (bombs, tags, nesting), the others are good files with places spoilt.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)

KNOWN: dict[str, bytes] = {
    "bomb": BOMB.encode(),
    "merge_bomb": b"a: &a {x: 1}\nb: {<<: [*a, *a]}\n",
    "tags": b"kind: !!python/object/apply:os.system ['true']\n",
    "own_tag": b"kind: !secret upsert_contacts\n",
    "binary_tag": b"kind: !!binary aGVsbG8=\n",
    "utf16": "kind: upsert_contacts\n".encode("utf-16"),
    "utf16_without_mark": "kind: upsert_contacts\n".encode("utf-16-le"),
    "utf32": "kind: upsert_contacts\n".encode("utf-32"),
    "mark": b"\xef\xbb\xbfkind: upsert_contacts\n",
    "two_marks": b"\xef\xbb\xbf\xef\xbb\xbfkind: upsert_contacts\n",
    "latin1": "description: Café\n".encode("latin-1"),
    "half_a_character": b"description: \xf0\x9f\x98\n",
    "tabs": b"settings:\n\tlists: [a]\n",
    "doubled": b"kind: upsert_contacts\nkind: import_profiles\n",
    "nul": b"kind: upsert\x00_contacts\n",
    "nul_in_quotes": b'kind: upsert_contacts\nevents: all\ndescription: "a\\0b"\n'
    b'settings: {registration_statuses: ["\\0"]}\n',
    "surrogate": b'kind: "\\uD800"\nevents: ["\\uDFFF"]\n',
    "bell": b'kind: "\\a\\e[31mred"\n',
    "right_to_left": 'kind: "‮stcatnoc_tresp"\n'.encode(),
    "deep": b"a: " + b"[" * 50_000,
    "deep_and_closed": b"a: " + b"[" * 5_000 + b"]" * 5_000,
    "deep_blocks": "\n".join(" " * depth + "a:" for depth in range(400)).encode(),
    "deep_lists": b"- " * 10_000,
    "deep_keys": b"? " * 10_000,
    "large": b"# " + b"x" * 10_000_000 + b"\nkind: upsert_contacts\n",
    "long_keys": b"".join(b"key%d: {a: [1, 2, 3]}\n" % number for number in range(4_000)),
    "long_word": b"kind: " + b"upsert_contact" * 7_000,
    "long_key": b"upsert_contact" * 7_000 + b": 1\n",
    "long_number": b"kind: upsert_contacts\nevents: [" + b"9" * 90_000 + b"]\n",
    "long_decimal": b"kind: upload_interest_metrics\nevents: all\nsettings: {default_points: "
    + b"9" * 90_000
    + b".0}\n",
    "many_faults": b"kind: upsert_contacts\nevents: all\nsettings: {registration_statuses: ["
    + b"1, " * 30_000
    + b"]}\n",
    "many_lists": b"[" + b"[], " * 20_000 + b"]",
    "long_address": b"email_for_job_notifications: " + b"a@" * 40_000 + b"\n",
    "dotted_address": b"email_for_job_notifications: a@" + b"a." * 40_000 + b"!\n",
    "long_window": b"schedule: {first_run: "
    + b"event_start"
    + b" " * 80_000
    + b"x, last_run: 1, every: day}\n",
    "blanks": b" " * 99_000,
    "line_ends": b"\r" * 50_000,
    "quotes": b'"' * 50_001,
    "percent": b"%YAML 9.9\n---\nkind: upsert_contacts\n",
    "merge_key": b"<<: {kind: upsert_contacts}\n",
    "equals_key": b"=: 1\n",
    "empty_key": b": 1\n",
    "null_key": b"~: 1\n",
    "only_a_comment": b"# nothing\n",
    "documents": b"--- {}\n" * 5_000,
    "empty": b"",
}
"""What is known to break readers of YAML, each once."""

WORDS = [
    "", "~", "null", "true", "yes", "NO", "0", "-1", "1.5", "9" * 40, ".inf", ".nan", "1e400",
    "2026-13-45", "24:61", "[]", "{}", "[[]]", "{a: {b: {}}}", "[1, [2, [3]]]", "'", '"', "!!str x",
    "&x 1", "*x", "<<", "? ", "|", ">-", "@", "`", "%", "\t", "\x00", "\x1b[31m", "\u2028", "\ufeff",
    "\U0010ffff", "ё" * 60, "=1+1", "../../etc/passwd", "{{x}}", "a: b: c",
    "event_start - 99999999999 days", "day" * 50, "all", "upsert_contacts", '"\\uD800"', '"\\0"',
    "[true, null, 1.5]",
]  # fmt: skip

SCHEDULE = """\
schedule:
  first_run: event_start - 60 days
  last_run: event_end + 7 days
  every: week
  weekday: monday
  at: "06:00"
"""
FIELD_MAP = """\
account: NWIND
extends: default
fields:
  - certain: address.country
    eloqua: C_Country
    values: countries
    direction: both
  - {certain: position, eloqua: C_Title, values: {A: Boss, B: Worker}, other_values: keep}
"""

Spoil = Callable[[random.Random, str], str]


def spoilt_files(good: str, number: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """`number` variants of a good file, by name; always the same ones for the same arguments."""
    chance = random.Random(seed)
    for count in range(number):
        text = good
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            text = chance.choice(_SPOILS)(chance, text)
        yield f"spoilt_{count:04d}", text.encode(chance.choice(_ENCODINGS), "surrogatepass")


def _another_value(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon} {chance.choice(WORDS)}"
    return "\n".join(lines)


def _a_word_inside(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(WORDS) + text[at:]


def _a_line_less(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines)


def _a_line_twice(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    return "\n".join([*lines[: at + 1], *lines[at:]])


def _lines_shuffled(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    chance.shuffle(lines)
    return "\n".join(lines)


def _another_indentation(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = chance.choice(("\t", " ", "   ", "\u00a0", "- ")) + lines[at]
    return "\n".join(lines)


def _another_key(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    key, colon, value = lines[at].partition(":")
    lines[at] = key[:-1] + colon + value if key.strip() else chance.choice(WORDS) + colon + value
    return "\n".join(lines)


def _cut(chance: random.Random, text: str) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _long(chance: random.Random, text: str) -> str:
    return text + chance.choice(("# x", "x: [1]\n", "x", "\n", " ")) * chance.randrange(3_000)


_SPOILS: tuple[Spoil, ...] = (
    _another_value, _another_value, _another_value, _a_word_inside, _a_word_inside, _a_line_less,
    _a_line_twice, _lines_shuffled, _another_indentation, _another_key, _cut, _long,
)  # fmt: skip
_ENCODINGS = ("utf-8",) * 12 + ("utf-8-sig", "utf-16", "utf-32", "utf-16-le")
