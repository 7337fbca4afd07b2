"""What a plan means to do with a record, and what happened to it: one vocabulary for all kinds."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What the plan means to do with one record."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"  # whether the record exists is only known after the delivery
    LINK = "link"  # only the ids that tie the two platforms together are written
    ADD = "add"  # to a list
    REMOVE = "remove"  # from a list
    DELETE = "delete"  # only an undo that was asked to
    UNCHANGED = "unchanged"  # everything is already so: nothing is sent
    SKIP = "skip"  # left out; ``reason`` says why


class Outcome(StrEnum):
    """What happened to one record of the plan."""

    CREATED = "created"
    UPDATED = "updated"
    LINKED = "linked"
    ADDED = "added"
    REMOVED = "removed"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"  # the platform refused it; ``code`` and ``cause`` say why
    IN_DOUBT = "in_doubt"  # it may have been written and must not be sent again; ``cause`` says why


SETTLED = "settled"
"""Code of a row whose outcome is an interrupted run's; the plan may say `unchanged` for it."""

WRITES = frozenset(
    {
        Action.CREATE,
        Action.UPDATE,
        Action.UPSERT,
        Action.LINK,
        Action.ADD,
        Action.REMOVE,
        Action.DELETE,
    }
)
DELIVERED = frozenset(
    {
        Outcome.CREATED,
        Outcome.UPDATED,
        Outcome.LINKED,
        Outcome.ADDED,
        Outcome.REMOVED,
        Outcome.DELETED,
    }
)
