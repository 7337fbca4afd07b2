"""The platforms of the sandbox, in the order in which a path is offered to them.

A platform is a folder with a module `platform.py` that has a `PLATFORM`. The server, the seeds, the page and
the control door know the platforms from `MODULES` only.
"""

from __future__ import annotations

from importlib import import_module

from certain_eloqua_sandbox.wire import Platform

MODULES = ["certain_eloqua_sandbox.eloqua.platform", "certain_eloqua_sandbox.certain.platform"]


def imitated() -> tuple[Platform, ...]:
    """Return the imitated platforms."""
    return tuple(import_module(name).PLATFORM for name in MODULES)


def platforms() -> tuple[Platform, ...]:
    """Return the imitated platforms and the sandbox's own door."""
    from certain_eloqua_sandbox.control.platform import control  # imports the catalogue, which imports this

    return (*imitated(), control())
