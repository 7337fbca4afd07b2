"""The check of the connector files is evaluated whenever a location loads with other problems than before.

It is on by default and starts no run: a refused file must be seen without anyone asking.
"""

from hashlib import sha256

import dagster as dg

from certain_eloqua.sensors.evaluations import as_event

SECONDS = 30


def connector_files_sensor(check: dg.AssetCheckKey, evaluation: dg.AssetCheckResult) -> dg.SensorDefinition:
    """The sensor that reports an evaluation once for every set of problems.

    Args:
        check: the standing check of the connector files.
        evaluation: its result for the loaded files.
    """
    state = sha256(f"{evaluation.passed}\n{evaluation.description}".encode()).hexdigest()[:16]

    @dg.sensor(
        name="connector_files",
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Evaluates the check of the connector files when they are loaded and when they "
        "change. It starts no run.",
    )
    def connector_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if context.cursor == state:
            return dg.SkipReason("The connector files have not changed since the check was last evaluated.")
        return dg.SensorResult(asset_events=[as_event(check, evaluation)], cursor=state)

    return connector_files
