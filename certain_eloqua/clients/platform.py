"""A platform as data: what the resource, the pool, `doctor` and the cost metadata need to know of it.

Adding a platform means adding a folder beside this file with a `platform.py` that ends in a `Platform`, and a
line in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from certain_eloqua.clients.usage import Usage
from certain_eloqua.settings import Settings


class PlatformClient(Protocol):
    """What every client has: counters of calls, bytes and syncs."""

    usage: Usage


Connect = Callable[..., AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform.

    Attributes:
        name: its name in kinds, resources, pools and metadata, such as `eloqua`.
        title: its name for people.
        connect: `connect(settings, **http)` gives a client for the length of a `with` block; nothing is sent
            before the first call. `http` are the options of `HttpOptions`.
        check: one harmless look for `doctor`: what was found, as one line.
        login_settings: the variables to look at when a login is refused.
        pool: the Dagster pool of the steps that write to it.
        pool_limit: how many such steps may run at once in a deployment.
    """

    name: str
    title: str
    connect: Connect
    check: Callable[[Any, Settings], str]
    login_settings: str
    pool: str
    pool_limit: int
