"""One person, by e-mail: what each platform holds, side by side, and compared label by label."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from certain_eloqua_sandbox.text_keys import key_sql, text_key
from certain_eloqua_sandbox.views.sheets import Side, Value
from certain_eloqua_sandbox.wire import Platform
from certain_eloqua_sandbox.world import World

MOST = 200
"""Lists, activities, records or registrations of one person that are shown."""
WRITES = 50


def person(world: World, email: str, platforms: Sequence[Platform]) -> dict[str, Any]:
    """Return everything about the people with an e-mail address."""
    sides = {one.name: one.person(world, email) for one in platforms if one.person is not None}
    return {
        "email": email,
        "sides": {name: asdict(side) for name, side in sides.items()},
        "comparison": _comparison(sides),
        "writes": [
            {**dict(row), "detail": json.loads(row["detail"]) if row["detail"] else None}
            for row in world.rows(
                f"SELECT * FROM journal WHERE instr({key_sql('key')}, text_key(?)) ORDER BY seq DESC LIMIT ?",
                (email, WRITES),
            )
        ],
    }


def _comparison(sides: dict[str, Side]) -> list[dict[str, Any]]:
    """Return the first sheets of the platforms label by label; ``verdict`` is same, differs, one or none."""
    values = {name: side.sheets[0].values if side.sheets else {} for name, side in sides.items()}
    labels = dict.fromkeys(label for known in values.values() for label in known)
    lines = []
    for label in labels:
        cells = {name: known[label] for name, known in values.items() if label in known}
        lines.append(
            {"label": label, "cells": {n: asdict(v) for n, v in cells.items()}, "verdict": _verdict(cells)}
        )
    return lines


def _verdict(cells: dict[str, Value]) -> str:
    keys = [value.key or text_key(value.text.strip()) for value in cells.values() if value.text]
    if len(keys) < 2:
        return "one" if keys else "none"
    return "same" if len(set(keys)) == 1 else "differs"
