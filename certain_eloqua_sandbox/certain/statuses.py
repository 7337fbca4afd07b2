"""Registration statuses: eleven standard ones, custom ones per event, each with a classification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certain_eloqua_sandbox.certain.routes import API, OURS
from certain_eloqua_sandbox.certain.scope import event_of
from certain_eloqua_sandbox.certain.searching import Window, answer_list, parts, window
from certain_eloqua_sandbox.certain.tags import tags_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

NEW = "New"
WAITLIST = "Waitlist Hold"
ACCEPTED = "Accepted"
STANDARD_STATUSES = {
    NEW: ACCEPTED,
    "Requested Invitation": "Pending",
    WAITLIST: "Pending",
    "Invited": "Pending",
    "Request Denied": "Denied",
    "Invitation Sent": "Pending",
    "Pre-Registered": ACCEPTED,
    "Declined Invitation": "Denied",
    "Cancelled": "Cancelled",
    "No-show": ACCEPTED,
    "Attended": ACCEPTED,
}


@dataclass(frozen=True)
class Status:
    """One status a registration of an event may have."""

    key: int
    label: str
    classification: str
    is_standard: bool


def statuses_of(world: World, event: Any) -> dict[str, Status]:
    """Return the statuses of an event by label; without standard ones where the account hides them."""
    shown = world.value(
        "SELECT showDefaultStatuses FROM certain_accounts WHERE accountCode = ?", (event["accountCode"],)
    )
    rows = world.rows(
        "SELECT * FROM certain_statuses WHERE accountCode = ? AND (pkEventId = ? OR (pkEventId IS NULL"
        " AND ?))"
        " ORDER BY isStandard DESC, pkStatusId",
        (event["accountCode"], event["eventId"], shown),
    )
    return {
        row["label"]: Status(row["pkStatusId"], row["label"], row["classification"], bool(row["isStandard"]))
        for row in rows
    }


def first_status(statuses: dict[str, Status], preferred: str | None) -> str:
    """Return the status of a new registration for which none is given."""
    if preferred and preferred in statuses:
        return preferred
    if NEW in statuses:
        return NEW
    accepted = (status.label for status in statuses.values() if status.classification == ACCEPTED)
    return next(accepted, NEW)


@API.answers("GET", "/RegistrationStatus/{account}/{event}", source=OURS)
def list_statuses(world: World, request: Request, account: str, event: str) -> Response:
    """List the statuses that registrations of an event may have."""
    found = statuses_of(world, event_of(world, request, account, event)).values()
    tags = (
        tags_of(world, "registrationStatus", [status.key for status in found])
        if "tags" in parts(request)
        else None
    )
    items = []
    for status in found:
        item: dict[str, Any] = {
            "label": status.label,
            "classification": status.classification,
            "isStandard": status.is_standard,
        }
        if tags is not None:
            item["tag"] = tags.get(status.key, [])
        items.append(item)
    for name in ("label", "classification"):
        if (wanted := request.query.get(name)) is not None:
            items = [item for item in items if item[name] == wanted[0]]
    return page_of(world, request, items, "registrationStatuses", "registrationStatus")


def page_of(
    world: World, request: Request, items: list[dict[str, Any]], plural: str, singular: str
) -> Response:
    """Answer the asked-for page of a list that is already in memory."""
    page: Window = window(world, request)
    chosen = items[page.offset : page.offset + page.size]
    return answer_list(world, request, chosen, len(items), page, plural, singular)
