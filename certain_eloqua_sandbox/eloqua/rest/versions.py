"""The routes of the Application API 1.0 and 2.0. Most operations answer in both."""

from __future__ import annotations

from collections.abc import Callable

from certain_eloqua_sandbox.wire import Handler, Request, Routes

REST_1 = Routes("/api/rest/1.0", ignore_case=True)
REST_2 = Routes("/api/rest/2.0", ignore_case=True)


def answers(methods: str, template: str, *, source: str, only: int = 0) -> Callable[[Handler], Handler]:
    """Register a handler in both versions, or in the version ``only``."""

    def register(handler: Handler) -> Handler:
        for number, routes in ((1, REST_1), (2, REST_2)):
            if only in (0, number):
                routes.answers(methods, template, source=source)(handler)
        return handler

    return register


def missing(methods: str, template: str, *, source: str, summary: str, only: int = 0) -> None:
    """Name an operation of the platform that is not imitated."""
    for number, routes in ((1, REST_1), (2, REST_2)):
        if only in (0, number):
            routes.missing(methods, template, source=source, summary=summary)


def is_2_0(request: Request) -> bool:
    """Return whether a call came by version 2.0."""
    return REST_2.owns(request.path)
