"""Reading a whole collection of Certain page by page, whatever `start_index` means.

`start_index` is the number of the first item by its name and its echo, but a public client uses it as a page
number; nothing published settles it, so both must work. Items may also move between pages while we read.
The rule: every item is known by its code, a pass is believed only if it saw as many different codes as the
server says there are and that number did not shrink meanwhile; otherwise another pass is made, with the
other reading of `start_index`, and if none is believed `PagingAnomaly` is raised. Never a shorter list. The
newer API may not say how many there are; there a pass with the other reading must find nothing new.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from certain_eloqua.clients.certain.values import as_list
from certain_eloqua.clients.errors import NotFound, PagingAnomaly, UnexpectedContent

log = logging.getLogger(__name__)

Item = dict[str, Any]
PASSES = 4


@dataclass(frozen=True)
class Collection:
    """How a kind of object is listed: its path name, its plural member, the members that name an item.

    Attributes:
        kind: the path name.
        plural: the member of a page that holds its items.
        key: the member that names an item, or several that name it together.
        stable_order: the ordering of a whole read; "" where the API has none.
        counted: whether a page always says how many items there are in all (`completeCollectionSize`).
    """

    kind: str
    plural: str
    key: str | tuple[str, ...]
    stable_order: str
    counted: bool = True

    @property
    def key_members(self) -> tuple[str, ...]:
        return (self.key,) if isinstance(self.key, str) else self.key


@dataclass
class Reading:
    """What `start_index` means on this server, once learnt. Shared by the reads of a client."""

    by_page: bool = False


@dataclass
class _Pass:
    """One walk over all pages: what it saw, and whether it can be believed."""

    keys: set[str] = field(default_factory=set)
    complete: int = 0
    shrank: bool = False
    wrong_reading: bool = False
    uncounted: bool = False
    unpaged: bool = False
    fresh: int = 0

    @property
    def believed(self) -> bool:
        return not self.wrong_reading and not self.shrank and len(self.keys) >= self.complete


class Pages(Iterator[list[Item]]):
    """Pages of a collection, as lists of items; each item comes once.

    Attributes:
        rows: items given so far.
        total: how many there are, by the server's last word.
        anomalies: how often the pages did not add up and were read again.
        watermark: where the next incremental read may start: the greatest `dateModified` seen, but not beyond
            an item that changed again while we were reading. Complete only after the last page.
    """

    def __init__(
        self,
        ask: Callable[[int], Item],
        collection: Collection,
        reading: Reading,
        on_empty: Callable[[], None],
        page_size: int | None = None,
    ) -> None:
        """`ask(start_index)` gets a page; `on_empty` raises if nothing is there for a bad reason.

        `page_size` is how many items were asked for at most; a server that gives more does not page at all.
        """
        self._ask = ask
        self._collection = collection
        self._reading = reading
        self._on_empty = on_empty
        self._page_size = page_size
        self._stamps: dict[str, str] = {}
        self._changed: str | None = None
        self._greatest: str | None = None
        self._pages = self._read()
        self.rows = 0
        self.total = 0
        self.anomalies = 0

    def __iter__(self) -> "Pages":
        return self

    def __next__(self) -> list[Item]:
        return next(self._pages)

    @property
    def watermark(self) -> str | None:
        if self._changed is not None and self._greatest is not None:
            return min(self._changed, self._greatest)
        return self._greatest

    def _read(self) -> Iterator[list[Item]]:
        by_page = self._reading.by_page
        for number in range(PASSES):
            walk = _Pass()
            yield from self._walk(walk, by_page)
            self.total = walk.complete
            if walk.uncounted:
                # The server does not say how many there are: believe it when it answers all at once, or when
                # a pass with the other reading finds nothing new.
                if walk.unpaged or (number > 0 and not walk.fresh):
                    return
            elif walk.believed:
                self._reading.by_page = by_page
                return
            by_page = not by_page
            if walk.uncounted and number == 0:
                continue
            self.anomalies += 1
            log.warning(
                "Pass %d over %s saw %d of %d items%s; reading again",
                number + 1,
                self._collection.plural,
                len(walk.keys),
                walk.complete,
                ", some moved" if walk.shrank else "",
            )
        raise PagingAnomaly(
            f"Certain: Reading {self._collection.plural}",
            f"{len(self._stamps)} different items were seen, but the server says {self.total}",
        )

    def _walk(self, walk: _Pass, by_page: bool) -> Iterator[list[Item]]:
        received, page_number = 0, 0
        while True:
            page_number += 1
            try:
                page = self._ask(page_number if by_page else 1 + received)
            except NotFound:
                if page_number == 1 and not self._stamps:
                    self._on_empty()
                return
            items = as_list(page.get(self._collection.plural))
            self._measure(walk, page)
            keys = [self._key(item) for item in items]
            new_here = set(keys) - walk.keys
            walk.keys |= new_here
            fresh = [item for item, key in zip(items, keys, strict=True) if self._is_new(item, key)]
            if fresh:
                walk.fresh += len(fresh)
                self.rows += len(fresh)
                yield fresh
            received += len(items)
            if page_number > 1 and len(new_here) * 2 < len(items) and len(walk.keys) < walk.complete:
                walk.wrong_reading = True  # mostly what we had: this is not what start_index means here
                return
            walk.unpaged = self._page_size is not None and len(items) > self._page_size
            if walk.unpaged and walk.uncounted:
                return
            whole = received >= walk.complete and len(walk.keys) >= walk.complete
            if not new_here or (whole and not walk.uncounted):
                return

    def _measure(self, walk: _Pass, page: Item) -> None:
        if not self._collection.counted and page.get("completeCollectionSize") is None:
            walk.uncounted = True
            return
        try:
            complete = int(page["completeCollectionSize"])
        except (KeyError, TypeError, ValueError):
            raise UnexpectedContent(
                f"Certain: Reading {self._collection.plural}", "a page without completeCollectionSize"
            ) from None
        walk.shrank = walk.shrank or complete < walk.complete
        walk.complete = complete

    def _key(self, item: Any) -> str:
        """The item's name. The first of its members must be there; the others may be blank."""
        members = self._collection.key_members
        found = [item.get(member) if isinstance(item, dict) else None for member in members]
        if found[0] is None or found[0] == "":
            raise UnexpectedContent(
                f"Certain: Reading {self._collection.plural}", f"an item without {members[0]}"
            )
        return "\n".join("" if value is None else str(value) for value in found)

    def _is_new(self, item: Item, key: str) -> bool:
        """Whether to give the item away. One that came already is not given again, even if it changed."""
        stamp = str(item.get("dateModified") or "")
        known = self._stamps.get(key)
        if known is None:
            self._stamps[key] = stamp
            self._greatest = max(self._greatest or "", stamp) or None
            return True
        if stamp > known:
            self._changed = min(self._changed or stamp, stamp)  # the next read has to see it
        return False
