"""The routes of the control door, to which the other modules of this package and the platforms add theirs."""

from __future__ import annotations

from certain_eloqua_sandbox.wire import Routes

DOOR = Routes("/_sandbox")
SOURCE = "the sandbox itself"
