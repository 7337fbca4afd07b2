"""The nouns."""

import pytest

from certain_eloqua.domain.email import is_valid_email, mask_email, normalise_email
from certain_eloqua.domain.registration import STANDARD_STATUSES, Classification


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Mira@Example.COM ", "mira@example.com"),
        ("\u00a0a@b.co\u200b\n", "a@b.co"),
        ("STRASSE@x.de", "strasse@x.de"),
        ("WEIß@x.example", "weiß@x.example"),
        ("weiss@x.example", "weiss@x.example"),
        ("I\u0307lker@x.example", "i\u0307lker@x.example"),
        ("\u0130lker@x.example", "i\u0307lker@x.example"),
        ("\u0131lker@x.example", "\u0131lker@x.example"),
        ("ilker@x.example", "ilker@x.example"),
        ("Jose\u0301@x.example", "jos\u00e9@x.example"),
        ("JOS\u00c9@x.example", "jos\u00e9@x.example"),
        ("ΝΙΚΟΣ@x.example", "νικος@x.example"),
        ("νικοσ@x.example", "νικοσ@x.example"),
        ("  ", None),
        (None, None),
    ],
)
def test_an_address_as_a_key(text, key):
    assert normalise_email(text) == key


def test_an_address_that_is_a_key_already_stays_as_it_is():
    for text in ("WEIß@x.example", "\u0130lker@x.example", "Jose\u0301@x.example", "ΝΙΚΟΣ@x.example"):
        key = normalise_email(text)
        assert normalise_email(key) == key


@pytest.mark.parametrize(
    "text", ["a@b.co", "o'brien+tag@sub.example.com", "jörg@example.de", "x_y@a-b.example"]
)
def test_valid_addresses(text):
    assert is_valid_email(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "a",
        "a@b",
        "@b.co",
        "a@",
        "a b@c.co",
        "a@@b.co",
        "a@b..co",
        ".a@b.co",
        "a.@b.co",
        "a@b.c0m@d.co",
        "a@-b.co",
        "a,b@c.co",
        f"{'x' * 250}@example.com",
    ],
)
def test_invalid_addresses(text):
    assert not is_valid_email(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("mira@example.com", "m***@example.com"), ("no address", "n***"), (None, ""), ("a@b@c.co", "a***@c.co")],
)
def test_masked_addresses(text, shown):
    assert mask_email(text) == shown


def test_there_are_eleven_standard_statuses_with_a_meaning():
    assert len({s.label for s in STANDARD_STATUSES}) == 11
    assert all(s.classification and s.is_standard for s in STANDARD_STATUSES)


def test_a_classification_is_found_in_any_case():
    assert Classification.from_label(" pending ") is Classification.PENDING
    assert Classification.from_label("Complete") is None
