"""External activities: only ever created, on external assets that are created as needed."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.indexes import ensure_index
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning
from certain_eloqua_sandbox.eloqua.bulk.records import meanings_of
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import Staged, exclude
from certain_eloqua_sandbox.text_keys import key_sql

# Names may be given twice (rest/accepted_rules.py): the oldest is the one that is meant.
ASSET_TYPES = "(SELECT min(id) AS id, name FROM asset_types GROUP BY name)"
ACTIVITY_TYPES = (
    "(SELECT min(id) AS id, asset_type_id, name FROM activity_types GROUP BY asset_type_id, name)"
)
ASSETS = "(SELECT min(id) AS id, asset_type_id, name FROM external_assets GROUP BY asset_type_id, name)"
NEEDED = ("asset_type", "asset_name", "type")


def create(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Create the activities of the rows that name a known type, contact and active campaign."""
    meanings = meanings_of(run, definition)
    keys = {meaning.role: key for key, meaning in meanings.items()}
    values = {role: staged.column(key) for role, key in keys.items()}
    party = "contact_id" if "contact_id" in keys else "linked_email"
    dated = ("date",) if "date" in keys else ()  # a definition without a date dates by its sync
    for role in (*NEEDED, party, *dated):
        blank = run.world.rows(
            f"SELECT s.n FROM {staged.table} s WHERE COALESCE({values.get(role, 'NULL')}, '') = ''"
        )
        lost = run.dropped()
        run.reject(
            "ELQ-00061", [r["n"] for r in blank if r["n"] not in lost], [keys[role]] if role in keys else []
        )
    _check_types(run, staged, values, keys)
    _check_campaigns(run, staged, values, keys)
    _check_dates(run, staged, values, keys)
    _match_contacts(run, staged, meanings, keys.get(party), party)
    _reject(
        run,
        "ELQ-00085",
        "SELECT n FROM temp.bulk_matched WHERE id IS NULL",
        [keys[party]] if party in keys else [],
    )
    kept = exclude(run)
    assets = _create_assets(run, staged, values, kept)
    return [("ELQ-00068", assets), ("ELQ-00069", _insert(run, staged, values, kept))]


def _reject(run: Run, code: str, query: str, fields: list[str]) -> None:
    lost = run.dropped()
    run.reject(code, [row["n"] for row in run.world.rows(query) if row["n"] not in lost], fields)


def _check_types(run: Run, staged: Staged, values: dict[str, str], keys: dict[str, str]) -> None:
    asset_type, kind = values.get("asset_type", "NULL"), values.get("type", "NULL")
    _reject(
        run,
        "ELQ-00072",
        f"SELECT s.n FROM {staged.table} s LEFT JOIN {ASSET_TYPES} t ON t.name = {asset_type} "
        f"WHERE COALESCE({asset_type}, '') <> '' AND t.id IS NULL",
        [keys["asset_type"]] if "asset_type" in keys else [],
    )
    _reject(
        run,
        "ELQ-00070",
        f"SELECT s.n FROM {staged.table} s JOIN {ASSET_TYPES} t ON t.name = {asset_type} "
        f"LEFT JOIN {ACTIVITY_TYPES} y ON y.asset_type_id = t.id AND y.name = {kind} "
        f"WHERE COALESCE({kind}, '') <> '' AND y.id IS NULL",
        [keys["type"]] if "type" in keys else [],
    )


def _check_campaigns(run: Run, staged: Staged, values: dict[str, str], keys: dict[str, str]) -> None:
    if "campaign_id" not in values:
        return
    campaign = values["campaign_id"]
    joined = (
        f"SELECT s.n FROM {staged.table} s LEFT JOIN eloqua_assets k ON k.kind = 'campaign' "
        f"AND k.id = CASE WHEN {campaign} NOT GLOB '*[^0-9]*' THEN CAST({campaign} AS INTEGER) END "
        f"WHERE COALESCE({campaign}, '') <> '' AND "
    )
    _reject(run, "ELQ-00055", joined + "k.id IS NULL", [keys["campaign_id"]])
    _reject(
        run,
        "ELQ-00132",
        joined + "lower(COALESCE(k.status, 'active')) <> 'active'",
        [keys["campaign_id"]],
    )


def _check_dates(run: Run, staged: Staged, values: dict[str, str], keys: dict[str, str]) -> None:
    if "date" in values:
        bad = f"COALESCE({values['date']}, '') <> '' AND bulk_unix({values['date']}) IS NULL"
        rows = run.world.rows(f"SELECT s.n FROM {staged.table} s WHERE {bad}")
        found = {row["n"] for row in rows} - run.dropped()
        run.reject("ELQ-00040", found, [keys["date"]])
        run.lost |= found  # a happening at no known time is none


def _match_contacts(
    run: Run, staged: Staged, meanings: dict[str, Meaning], key: str | None, party: str
) -> None:
    value = staged.column(key) if key else "NULL"
    if party == "contact_id":
        same = f"r.id = CASE WHEN {value} NOT GLOB '*[^0-9]*' THEN CAST({value} AS INTEGER) END"
    else:
        field = meanings[key].field if key else None
        column = field.column if field else '"C_EmailAddress"'
        ensure_index(run.world, "contacts", column)
        same = f"{key_sql(f'r.{column}')} = {key_sql(value)}"
    run.world.run("DROP TABLE IF EXISTS temp.bulk_matched")
    run.world.run("CREATE TEMP TABLE bulk_matched (n INTEGER PRIMARY KEY, id INTEGER)")
    run.world.run(
        f"INSERT OR IGNORE INTO bulk_matched SELECT s.n, r.id FROM {staged.table} s "
        f"LEFT JOIN contacts r ON {same}"
    )


def _create_assets(run: Run, staged: Staged, values: dict[str, str], kept: str) -> int:
    """Create the external assets that rows name and the instance has not."""
    if not {"asset_type", "asset_name"} <= values.keys():
        return 0
    before, user = run.world.value("SELECT COALESCE(max(id), 0) FROM external_assets"), run.user_id
    created = run.world.run(
        "INSERT INTO external_assets "
        "(name, asset_type_id, created_at, updated_at, created_by, updated_by) "
        f"SELECT {values['asset_name']}, t.id, ?, ?, ?, ? FROM {staged.table} s "
        f"JOIN {ASSET_TYPES} t ON t.name = {values['asset_type']} WHERE {kept} "
        "AND NOT EXISTS (SELECT 1 FROM external_assets x "
        f"WHERE x.asset_type_id = t.id AND x.name = {values['asset_name']}) "
        "GROUP BY 1 COLLATE NOCASE, 2 ORDER BY min(s.n)",
        (run.now, run.now, user, user),
    ).rowcount
    run.journal_rows(
        "create",
        "external_asset",
        "SELECT name FROM external_assets WHERE id > ?",
        (before,),
        created,
        "assets",
    )
    return created


def _insert(run: Run, staged: Staged, values: dict[str, str], kept: str) -> int:
    if not set(NEEDED) <= values.keys():
        return 0
    before = run.world.value("SELECT COALESCE(max(id), 0) FROM activities")
    happened = f"COALESCE(bulk_unix({values.get('date', 'NULL')}), ?)"
    campaign = f"CAST(NULLIF({values['campaign_id']}, '') AS INTEGER)" if "campaign_id" in values else "NULL"
    made = run.world.run(
        "INSERT INTO activities (type, happened_at, contact_id, email, campaign_id, asset_type, asset_name, "
        "asset_id, external_type, name, created_at) "
        f"""SELECT 'ExternalActivity', {happened}, c.id, c."C_EmailAddress", {campaign}, t.name, """
        "x.name, x.id, "
        f"y.name, y.name, ? FROM {staged.table} s JOIN temp.bulk_matched m ON m.n = s.n "
        f"JOIN contacts c ON c.id = m.id JOIN {ASSET_TYPES} t ON t.name = {values['asset_type']} "
        f"JOIN {ACTIVITY_TYPES} y ON y.asset_type_id = t.id AND y.name = {values['type']} "
        f"JOIN {ASSETS} x ON x.asset_type_id = t.id AND x.name = {values['asset_name']} "
        f"WHERE {kept} ORDER BY s.n",
        (run.now, run.now),
    ).rowcount
    run.journal_rows(
        "create",
        "activity",
        "SELECT external_type || '|' || asset_name || '|' || COALESCE(email, contact_id) || '|' || "
        "CAST(happened_at AS INTEGER) FROM activities WHERE id > ?",
        (before,),
        made,
        "activities",
    )
    return made
