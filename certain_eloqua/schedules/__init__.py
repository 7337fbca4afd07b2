"""What happens by the clock. Schedules start stopped."""

from __future__ import annotations

import dagster as dg

standing = dg.define_asset_job(
    "standing",
    selection=dg.AssetSelection.groups("standing"),
    description="What is broken now: connector files that cannot be used, things of ours left behind in "
    "Eloqua.",
)

daily_standing_checks = dg.ScheduleDefinition(
    name="daily_standing_checks",
    job_name="standing",
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Runs the standing checks every morning.",
)

all_jobs = [standing]
all_schedules = [daily_standing_checks]
