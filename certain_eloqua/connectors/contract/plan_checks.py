"""Checks that a kind adds to those every plan has. Plain functions; `certain_eloqua.checks` runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        passed: whether the plan is as it should be.
        facts: numbers and short texts for the analyst, without personal data.
        message: one sentence, where the facts are not clear by themselves.
    """

    passed: bool
    facts: dict[str, Any]
    message: str | None = None


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """A check of a kind's plans. A blocking one keeps the plan from being delivered; others warn."""

    name: str
    description: str
    run: Callable[[pd.DataFrame], Finding]
    blocking: bool = True
