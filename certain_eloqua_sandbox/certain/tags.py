"""Tags: defined per account, put on agenda items, sessions, statuses, attendee types and events.

A sub-account has its own tags or uses its parent's, and the inheritance goes one level only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.wire import Request, shortened
from certain_eloqua_sandbox.world import World


def owner_of_tags(world: World, account: str) -> str:
    """Return the account whose tags an account uses: itself or its parent."""
    row = world.row("SELECT * FROM certain_accounts WHERE accountCode = ?", (account,))
    if row and row["useParentAccountTags"] and row["parentAccountCode"]:
        return str(row["parentAccountCode"])
    return account


def tags_of(world: World, entity: str, owners: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the tags of several things of one kind, by the key of the thing."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in world.rows(
        "SELECT owner, tagId, name, label FROM certain_tagged JOIN certain_tags USING (tagId)"
        " WHERE entity = ? AND owner IN (SELECT value FROM json_each(?)) ORDER BY tagId",
        (entity, str(list(owners))),
    ):
        found.setdefault(row["owner"], []).append(
            {"tagId": row["tagId"], "name": row["name"], "label": row["label"]}
        )
    return found


def put_tags(world: World, request: Request, account: str, entity: str, owner: int, posted: Any) -> None:
    """Replace the tags of one thing; each is named by id or name, alone or in an object."""
    home = owner_of_tags(world, account)
    known: dict[Any, int] = {}
    for row in world.rows("SELECT tagId, name FROM certain_tags WHERE accountCode = ?", (home,)):
        known[row["tagId"]] = known[row["name"]] = row["tagId"]
    chosen = set()
    for tag in posted if isinstance(posted, list) else [posted]:
        name = (tag.get("tagId") or tag.get("name") or tag.get("tagName")) if isinstance(tag, dict) else tag
        if not isinstance(name, (int, str)) or name not in known:
            stop(request, 400, f"Tag {shortened(str(name))} is not defined in account {home}")
        chosen.add(known[name])
    world.run("DELETE FROM certain_tagged WHERE entity = ? AND owner = ?", (entity, owner))
    world.db.executemany(
        "INSERT INTO certain_tagged (entity, owner, tagId) VALUES (?, ?, ?)",
        [(entity, owner, tag) for tag in sorted(chosen)],
    )
