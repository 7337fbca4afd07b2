"""A sensor that asks for one run per connector whose events have something new.

What is read, and how its position is remembered, differs between the sensors of changes; who is followed,
how a failing read is reported and how runs are asked for do not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.failures import dagster_failures
from certain_eloqua.sensors.findings import Finding

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.loader import Connector

SECONDS = 15

Config = Callable[[str, Sequence[str]], dict[str, Any]]
"""The run configuration of a connector's job for many events."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What a tick can use.

    Attributes:
        context: Dagster's.
        certain: the client.
        ledger: what was delivered and seen.
        followers: the connectors of the sensor.
        position: where the last tick stopped, as `Changes.position`; empty for the first.
    """

    context: dg.SensorEvaluationContext
    certain: Any
    ledger: Any
    followers: Sequence["Connector"]
    position: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a tick found.

    Attributes:
        due: the events to run, by connector.
        position: where the next tick continues.
    """

    due: Mapping[str, Sequence[str]]
    position: str


@dataclass(frozen=True, slots=True)
class ChangeSensor:
    """One sensor of changes.

    Attributes:
        name: the sensor's.
        description: of what it does, for the UI.
        kinds: names of the kinds whose connectors it runs.
        doing: what a tick does, as the start of a sentence.
        find: reads what changed. If it raises, the tick turns red and the next one starts from the same
            position.
    """

    name: str
    description: str
    kinds: frozenset[str]
    doing: str
    find: Callable[[Tick], Changes]

    def of(
        self, connectors: Iterable["Connector"], jobs: Mapping[str, dg.JobDefinition], config: Config
    ) -> list[dg.SensorDefinition]:
        """The sensor for the connectors that it can run; none when there are none.

        Args:
            connectors: all of them.
            jobs: their jobs for many events, by connector.
            config: the configuration of such a job.
        """
        followers = [one for one in connectors if one.kind.name in self.kinds]
        if not followers:
            return []

        @dg.sensor(
            name=self.name,
            jobs=[jobs[one.name] for one in followers],
            minimum_interval_seconds=SECONDS,
            default_status=dg.DefaultSensorStatus.STOPPED,
            description=self.description,
        )
        def changes(
            context: dg.SensorEvaluationContext,
            certain: dg.ResourceParam[Any],
            ledger: dg.ResourceParam[Any],
        ) -> dg.SensorResult:
            finding = Finding.after(context.cursor)
            with dagster_failures(self.doing):
                found = self.find(Tick(context, certain, ledger, followers, finding.position))
            finding = finding.at(found.position)
            requests = [
                dg.RunRequest(
                    run_key=finding.run_key(name, *codes),
                    job_name=jobs[name].name,
                    run_config=config(name, codes),
                )
                for name, codes in found.due.items()
            ]
            return dg.SensorResult(run_requests=requests, cursor=finding.cursor)

        return [changes]
