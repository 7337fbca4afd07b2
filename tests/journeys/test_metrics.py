"""Metrics as assets: computed for the demo account, and a second time in SQL over the stored Parquet."""

import base64

import dagster as dg
import duckdb
import pytest

EVENTS = ("NWSUMMIT27", "NWFORUM27", "NWEXPO25", "NWROAD26", "NWTEST27", "NWEMPTY27", "NWOLD24")
"""Every event of the demo account."""
READS = [
    f"certain/{name}"
    for name in (
        "events", "registrations", "statuses", "sessions", "session_registrations", "agenda_items",
        "agenda_registrations", "appointments", "ratings",
    )
]  # fmt: skip
METRICS = ["metrics/engagement", "metrics/interest"]


def parquet(deployment, asset: str, event: str | None) -> str:
    folder = deployment.folder / "home" / "certain_eloqua" / "frames" / asset
    (file,) = (folder / event if event else folder).glob("*.parquet")
    return f"read_parquet('{file}')"


@pytest.fixture
def computed(deployment):
    ran = {event: deployment.runner().assets([*READS, *METRICS], event) for event in EVENTS}
    for event, one in ran.items():
        assert one.success, (event, one.failure)
    return ran


@pytest.fixture
def two(deployment):
    """The metrics of an event that uses everything, and of the worked example's."""
    events = ("NWEXPO25", "NWFORUM27")
    return {event: deployment.runner().assets([*READS, *METRICS], event) for event in events}


ENGAGEMENT_IN_SQL = """
WITH sessions_used AS (
    SELECT count(*) > 0 AS used FROM {sessions} WHERE status = 'Published' AND isActive
), items_used AS (
    SELECT count(*) > 0 AS used FROM {agenda_items} WHERE isActive AND startDate IS NOT NULL
), takes AS (
    SELECT s.registrationCode AS code, 's' || s.instanceId AS item,
           max(CASE lower(s.regSessionStatus) WHEN 'attended' THEN 2 WHEN 'registered' THEN 1 ELSE 0 END)
               AS rank
    FROM {session_registrations} s, sessions_used u
    WHERE u.used AND s.instanceId NOT IN (SELECT instanceId FROM {sessions} WHERE NOT isActive)
    GROUP BY ALL
    UNION ALL
    SELECT a.registrationCode, 'a' || a.activityCode,
           max(CASE lower(a.status) WHEN 'attended' THEN 2 WHEN 'registered' THEN 1 ELSE 0 END)
    FROM {agenda_registrations} a JOIN {agenda_items} i USING (activityCode), sessions_used u
    WHERE NOT u.used AND i.isActive AND i.startDate IS NOT NULL
    GROUP BY ALL
), latest AS (
    SELECT registrationCode AS code, CAST(arg_max(rating, (dateModified, rating)) AS DECIMAL(9, 2)) AS rating
    FROM {ratings}, sessions_used u
    WHERE CAST(rating AS DECIMAL(9, 2)) BETWEEN 1 AND 5
      AND (u.used AND instanceId IS NOT NULL OR NOT u.used AND activityCode IS NOT NULL)
    GROUP BY registrationCode, instanceId, activityCode
), sides AS (
    SELECT appointmentId, status, "registration.regCode" AS code, "rating.registration" AS rating
    FROM {appointments}
    UNION ALL
    SELECT appointmentId, status, "targetRegistration.regCode", "rating.targetRegistration"
    FROM {appointments}
), met AS (
    SELECT code, count(DISTINCT appointmentId) FILTER (status <> 'Cancelled') AS scheduled,
           count(DISTINCT appointmentId) FILTER (status = 'Completed') AS attended,
           count(rating) AS rated, sum(CAST(rating AS DECIMAL(9, 2))) AS total
    FROM sides GROUP BY code
)
SELECT r.registrationCode AS "RegistrationCode",
       CASE WHEN su.used OR iu.used THEN coalesce(t.registered, 0) END AS "SessionsRegistered",
       CASE WHEN su.used OR iu.used THEN coalesce(t.attended, 0) END AS "SessionsAttended",
       CASE WHEN EXISTS (FROM {ratings}) THEN coalesce(l.rated, 0) END AS "SessionsRated",
       floor(l.total * 100 / l.rated + 0.5) / 100 AS "AverageSessionRating",
       CASE WHEN EXISTS (FROM {appointments}) THEN coalesce(m.scheduled, 0) END AS "AppointmentsScheduled",
       CASE WHEN EXISTS (FROM {appointments} WHERE status IN ('Completed', 'No-show'))
            THEN coalesce(m.attended, 0) END AS "AppointmentsAttended",
       CASE WHEN m.rated > 0 THEN floor(m.total * 100 / m.rated + 0.5) / 100 END
           AS "AverageAppointmentRating",
       CASE WHEN r.isTestMode THEN 'test_mode' WHEN NOT r.isActive THEN 'inactive'
            WHEN c.classification IS DISTINCT FROM 'Accepted' THEN 'status_not_selected' END AS "LeftOut"
FROM {registrations} r
CROSS JOIN sessions_used su CROSS JOIN items_used iu
LEFT JOIN {statuses} c ON lower(c.label) = lower(r.registrationStatusLabel)
LEFT JOIN (SELECT code, count(*) FILTER (rank > 0) AS registered, count(*) FILTER (rank = 2) AS attended
           FROM takes GROUP BY code) t ON t.code = r.registrationCode
LEFT JOIN (SELECT code, count(*) AS rated, sum(rating) AS total FROM latest GROUP BY code) l
    ON l.code = r.registrationCode
LEFT JOIN met m ON m.code = r.registrationCode
ORDER BY 1
"""

INTEREST_IN_SQL = """
WITH used AS (SELECT count(*) > 0 AS sessions FROM {sessions} WHERE status = 'Published' AND isActive),
items AS (
    SELECT 's' AS source, instanceId AS item, coalesce(CAST(points AS DECIMAL(12, 2)), 0) AS points,
           unnest(from_json(tags, '[{{"name": "VARCHAR"}}]')).name AS tag
    FROM {sessions} WHERE isActive
    UNION ALL
    SELECT 'a', activityCode, coalesce(CAST(points AS DECIMAL(12, 2)), 0),
           unnest(from_json(tags, '[{{"name": "VARCHAR"}}]')).name
    FROM {agenda_items} WHERE isActive AND startDate IS NOT NULL
), takes AS (
    SELECT DISTINCT 's' AS source, registrationCode AS code, instanceId AS item
    FROM {session_registrations} WHERE lower(regSessionStatus) IN ('registered', 'attended')
    UNION ALL
    SELECT DISTINCT 'a', registrationCode, activityCode
    FROM {agenda_registrations} WHERE lower(status) IN ('registered', 'attended')
)
SELECT t.code AS "RegistrationCode", i.tag AS "TagName",
       CAST(sum(i.points) AS DOUBLE) AS "Points", count(*) AS "ItemsCounted"
FROM takes t JOIN items i USING (source, item)
JOIN {registrations} r ON r.registrationCode = t.code
CROSS JOIN used u
WHERE t.source = CASE WHEN u.sessions THEN 's' ELSE 'a' END
GROUP BY ALL ORDER BY 1, 2
"""


IN_SQL = {
    "metrics/engagement": (ENGAGEMENT_IN_SQL, "RegistrationCode"),
    "metrics/interest": (INTEREST_IN_SQL, "RegistrationCode, TagName"),
}


def test_sql_over_the_stored_parquet_gives_the_same_numbers_for_the_whole_account(deployment, computed):
    events = deployment.frames.frame(("certain", "events"), None)
    assert set(events["code"][events["account_code"] == "NWIND"]) == set(EVENTS)
    compared = dict.fromkeys(IN_SQL, 0)
    for event in EVENTS:
        tables = {read.split("/")[1]: parquet(deployment, read, event) for read in READS[1:]}
        for asset, (query, order) in IN_SQL.items():
            theirs = duckdb.sql(query.format(**tables))
            names = ", ".join(f'"{name}"' for name in theirs.columns)
            where = "WHERE ItemsCounted > 0" if "interest" in asset else ""
            frame = parquet(deployment, asset, event)
            ours = duckdb.sql(f"SELECT {names} FROM {frame} {where} ORDER BY {order}")
            assert ours.fetchall() == theirs.fetchall(), (asset, event)
            compared[asset] += len(ours)
    assert min(compared.values()) > 200


def test_the_worked_example_of_the_reference_is_in_the_demo_account(deployment, two):
    frame = deployment.frames.frame(("metrics", "interest"), "NWFORUM27")
    points = frame.pivot(index="RegistrationCode", columns="TagName", values="Points")
    (example,) = points[points["security"].isna()].to_dict("records")
    assert (example["ai"], example["cloud"]) == (15, 10)


def test_every_check_passes_and_reconciles_with_the_reads(two):
    for event, ran in two.items():
        assert ran.checks, event
        assert all(ran.checks.values()), (event, ran.checks)
    assert set(two["NWEXPO25"].checks) == {
        "metrics/engagement: totals_reconcile",
        "metrics/engagement: nothing_is_negative",
        "metrics/engagement: averages_are_within_the_scale",
        "metrics/interest: tags_add_up",
        "metrics/interest: nothing_is_negative",
    }


def test_modules_an_event_does_not_use_are_told(two):
    assert two["NWEXPO25"].of("metrics/engagement")["modules_used"] == {
        "sessions": True,
        "agenda_items": True,
        "ratings": True,
        "appointments": True,
        "appointment_attendance": True,
        "appointment_ratings": True,
    }
    forum = two["NWFORUM27"].of("metrics/engagement")
    assert forum["source"] == "agenda_items"
    assert not forum["modules_used"]["appointments"]
    assert not forum["modules_used"]["ratings"]


def test_an_analyst_sees_charts_numbers_and_masked_people(two):
    engagement = two["NWEXPO25"].of("metrics/engagement")
    interest = two["NWEXPO25"].of("metrics/interest")
    for picture in (engagement["engagement_distribution"], interest["interest_by_tag"]):
        assert base64.b64decode(picture.split("base64,")[1].rstrip(")")).startswith(b"\x89PNG")
    assert engagement["SessionsRegistered"] > engagement["SessionsAttended"] > 0
    assert interest["points_of_ai"] > 0
    for people in (engagement["most_engaged"], interest["most_interested"]):
        assert people
        assert all("***@" in row["attendee"] or row["attendee"] == "" for row in people)


def test_the_columns_say_what_they_mean_and_where_they_come_from(deployment, two):
    records = deployment.instance.fetch_materializations(dg.AssetKey(["metrics", "engagement"]), limit=1)
    assert records.records
    metadata = records.records[0].asset_materialization.metadata
    lineage = metadata["dagster/column_lineage"].value.deps_by_column
    origins = {f"{one.asset_key.to_user_string()}.{one.column_name}" for one in lineage["SessionsAttended"]}
    assert "certain/session_registrations.regSessionStatus" in origins


def test_the_roll_up_adds_the_events_a_person_was_at(deployment, computed):
    ran = deployment.runner().assets(["metrics/account", "metrics/account_interest"])
    assert ran.success, ran.failure
    account = parquet(deployment, "metrics/account", None)
    events = " UNION ALL ".join(
        f"SELECT * FROM {parquet(deployment, 'metrics/engagement', event)}" for event in EVENTS
    )
    ours = duckdb.sql(f"SELECT EmailAddress, Events, SessionsRegistered FROM {account} ORDER BY 1").fetchall()
    theirs = duckdb.sql(
        f"SELECT lower(EmailAddress), count(DISTINCT EventCode), CAST(sum(SessionsRegistered) AS BIGINT) "
        f"FROM ({events}) WHERE LeftOut IS NULL AND EmailAddress IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert ours == theirs
    assert max(count for _, count, _ in ours) > 1
    interest = parquet(deployment, "metrics/account_interest", None)
    ((points,),) = duckdb.sql(f"SELECT sum(Points) FROM {interest}").fetchall()
    by_event = sum(
        duckdb.sql(
            f"SELECT coalesce(sum(Points), 0) FROM {parquet(deployment, 'metrics/interest', event)} "
            "WHERE LeftOut IS NULL AND EmailAddress IS NOT NULL"
        ).fetchall()[0][0]
        for event in EVENTS
    )
    assert points == by_event > 0
