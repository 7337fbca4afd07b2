"""Waiting for a condition, in place of waiting for some time."""

import time
from collections.abc import Callable
from typing import Any

LOOK_EVERY = 0.05
PATIENCE = 300.0
"""Seconds. Far more than it takes: this only ends a test that would never end."""


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until a condition holds, and return what it returned.

    Args:
        condition: asked again and again; true when it holds.
        what: what did not happen, for the failure's message.
        seconds: after which the test fails.
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} within {seconds:.0f} s"
        time.sleep(LOOK_EVERY)  # between two looks: the condition is another process's doing
    return found


def until_played(sandbox: Any, what: str) -> None:
    """Wait until the sandbox has played the first scripted fault."""
    until(lambda: sandbox.control("GET", "faults")["faults"][0]["played"], what)
