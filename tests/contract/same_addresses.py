"""Pairs of addresses that are the same person's, and pairs that are merely alike."""

import pytest

SAME = {
    "ASCII": ("ann@a.example", "ANN@A.example"),
    "sharp s": ("weiß@a.example", "WEIẞ@a.example"),
    "composed and decomposed": ("ren\u00e9e@a.example", "REN\u0045\u0301E@a.example"),
    "dotted capital I": ("\u0130nci@a.example", "i\u0307nci@a.example"),
    "final sigma": ("ΟΔΟΣ@a.example", "οδος@a.example"),
}
DIFFERENT = {
    "sharp s and ss": ("weiß@a.example", "weiss@a.example"),
    "dotted and dotless i": ("s\u0131la@a.example", "sila@a.example"),
    "dotted capital I and i": ("\u0130nci@a.example", "inci@a.example"),
    "final sigma inside": ("οδος@a.example", "οδοσ@a.example"),
    "accent and none": ("ren\u00e9e@a.example", "renee@a.example"),
    "ligature": ("\ufb01nn@a.example", "finn@a.example"),
}
PAIRS = [pytest.param(a, b, True, id=f"same: {name}") for name, (a, b) in SAME.items()] + [
    pytest.param(a, b, False, id=f"different: {name}") for name, (a, b) in DIFFERENT.items()
]
