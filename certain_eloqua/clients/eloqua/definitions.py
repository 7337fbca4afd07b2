"""Bulk definitions of our own: made with our name on them, deleted after use, and counted when left behind.

A kept definition is a dependency on every field it names and makes those fields undeletable for the people
who administer Eloqua, so we leave none.
"""

import logging
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from certain_eloqua.clients.eloqua.limits import DEFINITION_NAME_CHARACTERS
from certain_eloqua.clients.eloqua.session import BULK, EloquaSession
from certain_eloqua.clients.eloqua.times import parse_time
from certain_eloqua.clients.errors import ClientError, NotFound, UnexpectedContent

log = logging.getLogger(__name__)
KINDS = ("exports", "imports", "syncActions")


@dataclass(frozen=True)
class SyncAction:
    """What a sync does with its records besides: membership of a list, or a status."""

    action: str
    destination: str
    status: str | None = None

    @classmethod
    def add_to_list(cls, list_id: str | int) -> "SyncAction":
        return cls("add", f"{{{{ContactList[{list_id}]}}}}")

    @classmethod
    def remove_from_list(cls, list_id: str | int) -> "SyncAction":
        return cls("remove", f"{{{{ContactList[{list_id}]}}}}")

    def as_json(self) -> dict[str, str]:
        """As the definition wants it."""
        body = {"action": self.action, "destination": self.destination}
        return body if self.status is None else {**body, "status": self.status}


@dataclass(frozen=True)
class OrphanedDefinition:
    """A definition that a run has left behind."""

    rest: str  # of its name, after the group
    uri: str
    synced: bool  # whether a sync of it was ever started
    deleted: bool


class Definitions:
    """The definitions whose names start with our prefix."""

    def __init__(
        self, session: EloquaSession, prefix: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._session = session
        self.prefix = prefix
        self._now = now

    def name(self, name: str) -> str:
        """The whole name, cut to what Eloqua takes; never the same twice, so that a lost one can be found."""
        once = f" {secrets.token_hex(3)}"
        return f"{self.prefix} {name}".strip()[: DEFINITION_NAME_CHARACTERS - len(once)] + once

    def create(self, path: str, body: Mapping[str, Any], doing: str) -> str:
        """Make a definition at `/contacts/exports` or such; its uri.

        Repeating a lost request is harmless: the worst is a definition nobody uses, and that is deleted.
        """
        retries = self._session.http.usage.retries
        answer = self._session.json("POST", f"{BULK}{path}", doing=doing, json=body, idempotent=True)
        uri = answer.get("uri") if isinstance(answer, dict) else None
        if not isinstance(uri, str):
            raise UnexpectedContent(f"Eloqua: {doing}", "a definition without uri")
        if self._session.http.usage.retries != retries:
            self._delete_twins(path.rpartition("/")[2], str(body["name"]), uri)
        return uri

    def _delete_twins(self, kind: str, name: str, uri: str) -> None:
        """Delete what a request has made whose answer got lost. Never raises."""
        try:
            twins = [str(d["uri"]) for d in self.ours(name, kinds=[kind]) if d.get("uri") not in (None, uri)]
        except ClientError as error:
            log.warning("Definitions may stay behind in Eloqua: %s", error)
            return
        for twin in twins:
            self.delete(twin)

    def delete(self, uri: str) -> bool:
        """Delete a definition of ours. Never raises: a failure to tidy up must not hide what was done.

        Returns whether it is gone. What stays behind deletes itself after `AUTO_DELETE`.
        """
        try:
            self._session.json(
                "DELETE", f"{BULK}{uri}", doing=f"Deleting the definition {uri}", within_budget=False
            )
        except NotFound:
            return True
        except ClientError as error:
            log.warning("A definition stays behind in Eloqua: %s", error)
            return False
        return True

    def ours(self, prefix: str | None = None, kinds: Iterable[str] = KINDS) -> Iterator[dict[str, Any]]:
        """All our definitions of these kinds, of all entities."""
        start = (prefix or self.prefix).casefold()
        for kind in kinds:
            listed = self._session.items(
                f"{BULK}/{kind}",
                doing=f"Listing our {kind}",
                params={"q": f'"name={(prefix or self.prefix).replace(" ", "*")}*"'},
            )
            yield from (d for d in listed if str(d.get("name", "")).casefold().startswith(start))

    def of_batches(self, group: str, batches: Collection[str], kinds: Iterable[str]) -> list[dict[str, Any]]:
        """Definitions named after a group and one of the batches: `name("group batch …")`."""
        starts = tuple(f"{self.prefix} {group} {batch} ".casefold() for batch in batches)
        listed = self.ours(f"{self.prefix} {group} ", kinds)
        return [d for d in listed if d.get("uri") and str(d.get("name", "")).casefold().startswith(starts)]

    def delete_orphaned_definitions(
        self, prefix: str | None = None, older_than: timedelta = timedelta(days=1)
    ) -> int:
        """Delete our definitions that are older than this; how many are gone."""
        until = self._now() - older_than
        old = []
        for definition in self.ours(prefix):
            made = parse_time(definition.get("createdAt"))
            if made is not None and made < until and definition.get("uri"):
                old.append(str(definition["uri"]))
        return sum(self.delete(uri) for uri in old)
