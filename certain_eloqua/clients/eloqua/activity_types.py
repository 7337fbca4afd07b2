"""External asset types with their activity types, and campaigns: what activities must name.

Sources: Oracle's contract, "External asset types", "Campaigns" (both only under REST 2.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from certain_eloqua.clients.eloqua.metadata import quoted
from certain_eloqua.clients.eloqua.session import REST2, EloquaSession
from certain_eloqua.clients.errors import NotFound, UnexpectedContent


@dataclass(frozen=True)
class AssetType:
    """An external asset type, such as `Certain Session`, and the names of its activity types."""

    id: str
    name: str
    activity_types: tuple[str, ...]


@dataclass(frozen=True)
class Campaign:
    """A campaign. Activities are taken for active ones only."""

    id: str
    name: str
    status: str


class ActivityTypes:
    """The external asset types and the campaigns of one instance."""

    def __init__(self, session: EloquaSession) -> None:
        self._session = session

    def find(self, name: str) -> AssetType | None:
        """The asset type of exactly this name; None if there is none."""
        return next((_asset_type(one) for one in self._named(name)), None)

    def all(self) -> list[AssetType]:
        """All external asset types, for offering what there is."""
        listed = self._session.elements(
            f"{REST2}/assets/external/types",
            doing="Reading the external asset types",
            params={"depth": "complete", "orderBy": "id ASC"},
        )
        return [_asset_type(one) for one in listed]

    def create(self, name: str, activity_types: Sequence[str]) -> AssetType:
        """A new asset type with its activity types.

        Raises:
            ValidationError: there is one of that name.
            InDoubt: the answer was lost; look for the name before creating it again.
        """
        answer = self._session.json(
            "POST",
            f"{REST2}/assets/external/type",
            doing=f"Creating the external asset type {name!r}",
            json={"name": name, "activityTypes": [_activity_type(one) for one in activity_types]},
        )
        return _asset_type(answer or {})

    def add(self, found: AssetType, activity_types: Sequence[str]) -> AssetType:
        """The asset type with more activity types. Those it has stay: leaving one out would delete it."""
        path = f"{REST2}/assets/external/type/{found.id}"
        now: dict[str, Any] = self._session.json(
            "GET", path, doing=f"Reading the external asset type {found.name!r}", params={"depth": "complete"}
        )
        there = list(now.get("activityTypes") or [])
        known = {str(one.get("name") or "").casefold() for one in there}
        missing = [_activity_type(one) for one in activity_types if one.casefold() not in known]
        if not missing:
            return _asset_type(now)
        answer = self._session.json(
            "PUT",
            path,
            doing=f"Adding {len(missing)} activity types to {found.name!r}",
            json={**now, "activityTypes": [*there, *missing]},
        )
        return _asset_type(answer or {})

    def campaigns(self) -> Iterator[Campaign]:
        """All campaigns, newest first, for offering what there is."""
        for one in self._session.elements(
            f"{REST2}/assets/campaigns",
            doing="Listing the campaigns",
            params={"depth": "minimal", "orderBy": "id DESC"},
        ):
            yield Campaign(
                str(one.get("id")), str(one.get("name") or ""), str(one.get("currentStatus") or "")
            )

    def campaign(self, campaign_id: str) -> Campaign | None:
        """A campaign by its id; None if there is none."""
        try:
            answer = self._session.json(
                "GET",
                f"{REST2}/assets/campaign/{campaign_id}",
                doing=f"Reading the campaign {campaign_id}",
                params={"depth": "minimal"},
            )
        except NotFound:
            return None
        status = str(answer.get("currentStatus") or "")
        return Campaign(str(answer.get("id") or campaign_id), str(answer.get("name") or ""), status)

    def _named(self, name: str) -> list[dict[str, Any]]:
        listed = self._session.elements(
            f"{REST2}/assets/external/types",
            doing=f"Looking for the external asset type {name!r}",
            params={"depth": "complete", "search": f"name={quoted(name)}"},
        )
        return [one for one in listed if str(one.get("name") or "").casefold() == name.casefold()]


def _activity_type(name: str) -> dict[str, str]:
    return {"type": "ExternalActivityType", "name": name}


def _asset_type(element: dict[str, Any]) -> AssetType:
    if not element.get("id"):
        raise UnexpectedContent("Eloqua: Reading an external asset type", "an asset type without id")
    names = [str(one.get("name") or "") for one in element.get("activityTypes") or []]
    return AssetType(str(element["id"]), str(element.get("name") or ""), tuple(names))
