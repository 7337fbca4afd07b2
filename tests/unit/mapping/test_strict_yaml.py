from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certain_eloqua.mapping.strict_yaml import parse_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"), ("on", "on"), ("NO", "NO"), ("true", True), ("False", False), ("~", None), ("", None),
        ("16:30", "16:30"), ("007", "007"), ("12", 12), ("-3", -3), ("1.5", 1.5), ("1_000", "1_000"),
        ("0x1F", "0x1F"), ("2026-06-01", "2026-06-01"), ('"12"', "12"), ("'true'", "true"), ("1e3", "1e3"),
    ],
)  # fmt: skip
def test_a_word_means_what_it_looks_like(text: str, value: Any):
    document = parse_document(f"key: {text}")
    assert not document.faults
    assert document.content == {"key": value}


def test_everything_has_its_line():
    document = parse_document("a: 1\nb:\n  c:\n  - x\n  - y: 2\n")
    assert document.line(("a",)) == 1
    assert document.line(("b", "c", 1, "y")) == 5
    assert document.line(("b", "missing", "below")) == 2


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a second time; the first is in line 1"),
        ("a:\n\tb: 1\n", 2, "a tab indents"),
        ("? [a]\n: 1\n", 1, "a key must be a plain word"),
        ("a: !!python/object:os.system x\n", 1, "not understood here"),
        ("a: 1\nb: &x [*x]\n", 2, "`&x`: anchors and aliases are not allowed here; write the value out"),
        ("a: 1\nb: *x\n", 2, "`*x`: anchors and aliases are not allowed here"),
        ("a: &x text\n", 1, "`&x`: anchors and aliases are not allowed here"),
        ("a: !ours {b: 1}\n", 1, "`!ours` is a tag, and tags are not understood here"),
        ('a: !ours "quoted"\n', 1, "`!ours` is a tag"),
        ("a: !x!y 1\n", 1, "tags (`!…`) are not understood here"),
        ("a: b: c\n", 1, "put a text with a colon in quotes"),
        ("a: " + "[" * 40 + "]" * 40, 1, "this is nested too deeply; 30 levels are allowed"),
        ("a: " + "[" * 5000, 1, "this is nested too deeply"),
        ("a: 1\n--- \nb: 1\n", 2, "a second document"),
        ('a: 1\nb: "x\\0"\n', 2, "an invisible character (number 0)"),
        ("a: [1\n", 2, "not YAML"),
        ("a: \x01\n", 1, "not YAML"),
    ],
)
def test_a_fault_has_its_line(text: str, line: int, message: str):
    faults = parse_document(text).faults
    assert [(fault.line, message in fault.message) for fault in faults] == [(line, True)], faults


@settings(deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t\x00\ud800é", max_size=40))
def test_no_text_breaks_the_reader(text: str):
    parse_document(text)
