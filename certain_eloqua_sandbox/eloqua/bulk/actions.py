"""Sync actions: checking those of a definition, and applying them to the records that a sync wrote.

The records are in the temporary table ``bulk_written (id)``; every change is one statement.
"""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.eloqua.bulk.entities import Entity
from certain_eloqua_sandbox.eloqua.bulk.responses import Failure, failure
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.statements import (
    CONTAINERS,
    SERVICES,
    Service,
    container,
    parse,
    service,
)
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.world import World

VERBS = {"add": "add", "remove": "remove", "setstatus": "setStatus"}
STATUSES = (
    *("bounced", "subscribed", "unsubscribed", "active", "complete", "pending", "errored"),
    *("yes", "no", "invalid", "permission"),
)
_MEMBER = ("active", "pending", "errored", "invalid", "permission")
SERVICE_STATUSES = {
    "ActionInstance": (*_MEMBER, "complete"),
    "DecisionInstance": (*_MEMBER, "yes", "no"),
    "FeederInstance": (*_MEMBER, "complete"),
    "ContentInstance": (*_MEMBER, "complete"),
}
FIELD = "syncActions"


def check(world: World, entity: Entity, kind: str, body: dict[str, Any], faults: list[Failure]) -> None:
    """Check the ``syncActions`` of a definition, putting them into their usual form."""
    sent = body.get(FIELD)
    if isinstance(sent, dict):
        sent = body[FIELD] = [sent]
    if sent is None or sent == []:
        body.pop(FIELD, None)
        if kind == FIELD:
            faults.append(failure(FIELD, "Must contain at least 1 sync action."))
        return
    if not isinstance(sent, list):
        faults.append(failure(FIELD, "Must be an array of sync actions.", sent))
        body.pop(FIELD)
        return
    body[FIELD] = [_one(world, entity, action, faults) for action in sent]


def _one(world: World, entity: Entity, sent: Any, faults: list[Failure]) -> dict[str, Any]:
    if not isinstance(sent, dict):
        faults.append(failure(FIELD, "Must be an array of sync actions.", sent))
        return {}
    action = {str(key).lower(): value for key, value in sent.items() if value is not None}
    verb = VERBS.get(str(action.get("action", "add")).lower())
    destination = action.get("destination")
    status = action.get("status")
    kept: dict[str, Any] = {"action": verb or "", "destination": destination}
    if verb is None:
        faults.append(failure(FIELD, "Must be one of add, remove, setStatus.", action.get("action")))
    if status is not None:
        kept["status"] = str(status).lower()
        if kept["status"] not in STATUSES:
            faults.append(failure(FIELD, f"Must be one of {', '.join(STATUSES)}.", status))
    if "updateall" in action:
        kept["updateAll"] = str(action["updateall"]).lower() == "true"
    if not isinstance(destination, str) or not parse(destination):
        faults.append(failure(FIELD, "Must be a statement of a destination.", destination))
    elif not _exists(world, entity, destination):
        faults.append(failure(FIELD, "Must reference an existing object.", destination))
    return kept


def _exists(world: World, entity: Entity, destination: str) -> bool:
    """Return whether there is a destination. The id of a service is written without dashes."""
    parts = parse(destination) or ()
    held = container(destination)
    if held is None and parts[0].name in CONTAINERS:
        return False  # the wrong kind of brackets
    if held is not None and _holds(entity, held[0], parts[0].name):
        return bool(world.value("SELECT 1 FROM eloqua_lists WHERE kind = ? AND id = ?", held))
    return parts[0].name not in SERVICES or service(destination) is not None


def _holds(entity: Entity, kind: str, name: str) -> bool:
    """Return whether a container holds records of an entity and is changed by sync actions."""
    return kind not in ("segment", "filter") and CONTAINERS[name][1] == entity.path


def has_effect(entity: Entity, action: dict[str, Any]) -> bool:
    """Return whether an action changes anything: destination, action and status fit the entity.

    Another one is accepted, since no error answer is known (accepted_rules.py).
    """
    verb, status, destination = action["action"], action.get("status"), action["destination"]
    parts = parse(destination) or ()
    if len(parts) == 1 and parts[0].name == "globalsubscribe" and parts[0].bare:
        allowed = {"contacts": ("subscribed", "unsubscribed"), "emailAddresses": ("unsubscribed", "bounced")}
        return verb == "setStatus" and status in allowed.get(entity.path, ())
    if found := service(destination):
        known = entity.path in ("contacts", "customObjects")
        return known and verb == "setStatus" and status in SERVICE_STATUSES[found.kind]
    held = container(destination)
    if held is None or not _holds(entity, held[0], parts[0].name):
        return False
    if held[0] == "email_group":
        return verb == "setStatus" and status in ("subscribed", "unsubscribed")
    return verb in ("add", "remove")


def apply(run: Run, entity: Entity, body: dict[str, Any]) -> None:
    """Do the sync actions of a definition to the records in ``bulk_written``, and log each."""
    for action in body.get(FIELD, []):
        if not has_effect(entity, action):
            continue
        destination = action["destination"]
        if found := service(destination):
            _set_member_status(run, entity, found, action)
        elif held := container(destination):
            _change_membership(run, held[0], held[1], action)
        else:
            _subscribe_globally(run, action["status"] == "subscribed")


def _change_membership(run: Run, kind: str, list_id: int, action: dict[str, Any]) -> None:
    adding = action["action"] == "add" or action.get("status") == "subscribed"
    code = {
        ("contact_list", True): "ELQ-00119",
        ("contact_list", False): "ELQ-00118",
        ("account_list", True): "ELQ-00114",
        ("account_list", False): "ELQ-00117",
        ("email_group", True): "ELQ-00115",
        ("email_group", False): "ELQ-00116",
    }[kind, adding]
    run.world.run("DROP TABLE IF EXISTS temp.bulk_changed")
    present = "IN" if not adding else "NOT IN"
    run.world.run(
        f"CREATE TEMP TABLE bulk_changed AS SELECT id FROM bulk_written WHERE id {present} "
        "(SELECT member_id FROM eloqua_list_members WHERE list_id = ?)",
        (list_id,),
    )
    if adding:
        changed = run.world.run(
            "INSERT OR IGNORE INTO eloqua_list_members SELECT ?, id, ? FROM bulk_changed ORDER BY id",
            (list_id, run.now),
        ).rowcount
    else:
        changed = run.world.run(
            "DELETE FROM eloqua_list_members WHERE list_id = ? "
            "AND member_id IN (SELECT id FROM bulk_changed)",
            (list_id,),
        ).rowcount
    name = run.world.value("SELECT name FROM eloqua_lists WHERE id = ?", (list_id,))
    table, column = (
        ("accounts", "M_CompanyName") if kind == "account_list" else ("contacts", "C_EmailAddress")
    )
    run.journal_rows(
        "add" if adding else "remove",
        "list_member",
        f"""SELECT ? || '|' || COALESCE(t."{column}", t.id) """
        f"FROM bulk_changed c JOIN {table} t ON t.id = c.id",
        (name,),
        changed,
        str(name),
    )
    run.log(code, changed, listId=list_id, groupId=list_id)


def _subscribe_globally(run: Run, subscribed: bool) -> None:
    column = "subscription_date" if subscribed else "unsubscription_date"
    run.world.run(
        f"UPDATE contacts SET is_subscribed = ?, {column} = ?, updated_at = ? "
        "WHERE id IN (SELECT id FROM bulk_written)",
        (int(subscribed), run.now, run.now),
    )
    if subscribed:
        key = key_sql('c."C_EmailAddress"')
        run.world.run(
            "UPDATE bulk_email_statuses SET unsubscribed = 0 WHERE key IN "
            f"(SELECT {key} FROM contacts c JOIN bulk_written w ON w.id = c.id)"
        )
    changed = run.world.value("SELECT count(*) FROM bulk_written")
    run.journal_rows(
        "update",
        "subscription",
        """SELECT COALESCE(c."C_EmailAddress", c.id) || '|' || ?
           FROM bulk_written w JOIN contacts c ON c.id = w.id""",
        ("subscribed" if subscribed else "unsubscribed",),
        changed,
        "global",
    )
    run.log("ELQ-00138" if subscribed else "ELQ-00017", changed)


def _set_member_status(run: Run, entity: Entity, found: Service, action: dict[str, Any]) -> None:
    where, values = "instance = ? AND entity = ?", [found.instance, entity.member_entity]
    if found.execution is not None:
        where += " AND execution = ?"
        values.append(str(found.execution))
    if found.kind == "FeederInstance":  # a feeder places the records in its step
        run.world.run(
            "INSERT INTO service_members (instance, kind, execution, entity, member_id, status) "
            "SELECT ?, 'FeederInstance', 0, ?, id, ? FROM bulk_written WHERE true "
            "ON CONFLICT DO UPDATE SET status = excluded.status",
            (found.instance, entity.member_entity, action["status"]),
        )
        changed = run.world.value("SELECT count(*) FROM bulk_written")
    else:
        rows = "" if action.get("updateAll") else " AND member_id IN (SELECT id FROM bulk_written)"
        changed = run.world.run(
            f"UPDATE service_members SET status = ? WHERE {where}{rows}",
            (action["status"], *values),
        ).rowcount
    run.journal_one(
        "update", "service_member", f"{found.instance}|{found.execution}|{action['status']}", changed
    )
    run.log("ELQ-00128", changed, status=action["status"], instanceML=action["destination"])
