"""The assets of one connector: its own read, its plan and its delivery, whatever its kind."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.assets.failures import Refused, dagster_failures
from certain_eloqua.assets.metadata import delivery_metadata, facts_metadata, plan_metadata, shown
from certain_eloqua.assets.plan_rows import plan_reader
from certain_eloqua.assets.reads import BUSY, EVENTS, READS
from certain_eloqua.assets.step import CONNECTOR_TAG, Step
from certain_eloqua.connectors.contract.kind import Job, Kind, Platforms
from certain_eloqua.connectors.files.problems import dotted, in_words
from certain_eloqua.connectors.files.settings import settings_from
from certain_eloqua.mapping.strict_yaml import Place
from certain_eloqua.partitions import events as event_partitions

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.files.loader import Connector


Specs = Callable[[dg.AssetKey], list[dg.AssetCheckSpec]]
Results = Callable[..., Iterable[dg.AssetCheckResult]]

POOLS = {"certain": "certain", "eloqua": "eloqua_bulk"}
"""The pool of the steps that write to a platform."""
LEDGER_READS = {"sent"}
"""Reads of a plan that come out of our own ledger."""


class ConnectorAssets:
    """Makes the assets of one connector.

    Args:
        connector: as its file says it.
        plan_checks: what must hold of a plan, as specs by asset key and as results.
        delivery_checks: the same of a delivery.
    """

    def __init__(
        self,
        connector: "Connector",
        plan_checks: tuple[Specs, Results],
        delivery_checks: tuple[Specs, Results],
    ) -> None:
        self.connector = connector
        self.kind: Kind = connector.kind
        self.name = connector.name
        self.plan_key = dg.AssetKey([self.name, "plan"])
        self.delivery_key = dg.AssetKey([self.name, "delivery"])
        self.own_key = dg.AssetKey([self.name, self.kind.own_read]) if self.kind.own_read else None
        self._plan_checks = plan_checks
        self._delivery_checks = delivery_checks

    def all(self) -> list[dg.AssetsDefinition]:
        """The own read if the kind has one, the plan, the delivery."""
        own = [self._own_read()] if self.own_key else []
        return [*own, self._plan(), self._delivery()]

    # -- the three assets

    def _own_read(self) -> dg.AssetsDefinition:
        @dg.asset(
            **self._common(self.own_key, "eloqua", self._words(f"What {self.name} reads for itself.")),
            ins=self._ins(self.kind.extract_reads),
            pool="eloqua_bulk",
            required_resource_keys=self._resources("eloqua", "certain", "field_map", self.form),
        )
        def own_read(context: dg.AssetExecutionContext, **frames: Any) -> dg.MaterializeResult:
            with dagster_failures(self._doing("Reading for", context)):
                step = Step(context)
                job = self._job(step, frames)
                reads = (frames,) if self.kind.extract_reads else ()
                extracted = self.kind.extract(job, self._platforms(step), *reads)  # type: ignore[misc]
                import pyarrow as pa

                facts = {
                    "settings": job.settings.model_dump(mode="json"),
                    "field_map": step.field_map.version,
                }
                written = step.keep(
                    pa.RecordBatchReader.from_batches(extracted.schema, extracted.batches), facts
                )
                return dg.MaterializeResult(
                    metadata={**written.as_metadata(), **facts_metadata(extracted.facts), **step.cost()}
                )

        return own_read

    def _plan(self) -> dg.AssetsDefinition:
        reads = self._read_keys(self.kind.reads)
        if self.kind.own_read and self.own_key:
            reads[self.kind.own_read] = self.own_key

        @dg.asset(
            **self._common(
                self.plan_key,
                "pandas",
                self._words(
                    f"Exactly what {self.name} means to change, and why each record left out is left out. "
                    "Materializing this and stopping here is the dry run."
                ),
            ),
            deps=list(reads.values()),
            check_specs=self._plan_checks[0](self.plan_key),
            required_resource_keys=self._resources("field_map", self.form),
        )
        def plan(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            with dagster_failures(self._doing("Planning", context)):
                step = Step(context)
                # Read here instead of being handed in, so that they can be let go: Dagster keeps inputs.
                frames = {name: step.read(key) for name, key in reads.items()}
                job = self._job(step, frames)
                field_map = step.field_map
                old = step.old_reads(reads.values())
                if old:
                    step.context.log.warning("Planning from old reads: %s.", "; ".join(old))
                self._read_as_planned(frames, job, field_map.version)
                if "sent" in self.kind.reads:
                    frames["sent"] = step.ledger.sent_values(job.account)
                frame = self.kind.plan(job, frames, field_map)
                frames.clear()
                facts = {
                    "plan_id": step.run_id,
                    "made": datetime.now(UTC).isoformat(timespec="seconds"),
                    "connector": self.name,
                    "kind": self.kind.name,
                    "event": step.event_code,
                    "settings": job.settings.model_dump(mode="json"),
                    "field_map": field_map.version,
                }
                written = step.keep(plan_reader(frame), facts)
                return dg.MaterializeResult(
                    metadata={
                        **written.as_metadata(),
                        **plan_metadata(frame),
                        **facts_metadata({str(name): fact for name, fact in frame.attrs.items()}),
                        "plan_id": step.run_id,
                        "settings": shown(facts["settings"]),
                        "field_map_version": field_map.version,
                        "field_map_from": field_map.path.name if field_map.path else "default table",
                        **({"warning_reads_are_old": "; ".join(old)} if old else {}),
                        **step.cost(),
                    },
                    check_results=list(self._plan_checks[1](frame, step.settings.warn_skipped_percent)),
                )

        return plan

    def _delivery(self) -> dg.AssetsDefinition:
        @dg.asset(
            **self._common(
                self.delivery_key,
                self.kind.writes_to,
                self._words(
                    "What became of every record of the plan, with receipts. The only step that changes "
                    "anything: it applies the latest plan and nothing else, and a plan that was "
                    "delivered is not delivered again."
                ),
            ),
            ins=self._ins(()) | {"plan": dg.AssetIn(self.plan_key)},
            pool=POOLS[self.kind.writes_to],
            check_specs=self._delivery_checks[0](self.delivery_key),
            required_resource_keys=self._resources("eloqua", "certain", "field_map"),
        )
        def delivery(context: dg.AssetExecutionContext, plan: Any, **frames: Any) -> dg.MaterializeResult:
            with dagster_failures(self._doing("Delivering", context)):
                step = Step(context)
                made = plan.attrs
                self._must_be_deliverable(step, made)
                self._must_be_sound(step, plan)
                already = self._delivered_before(step, made)
                if already is not None:
                    frame, facts = already
                else:
                    job = self._job(step, frames, made["settings"])
                    done = self.kind.deliver(job, plan, self._platforms(step))
                    frame, facts = done.frame, done.facts
                kept = {
                    "plan_id": made["plan_id"],
                    "delivered": datetime.now(UTC).isoformat(timespec="seconds"),
                }
                first = {"first_delivered_by": facts.get("first_delivered_by", step.run_id)}
                written = step.keep(frame, kept | first)
                return dg.MaterializeResult(
                    metadata={
                        **written.as_metadata(),
                        **delivery_metadata(frame),
                        **facts_metadata(facts),
                        "plan_id": made["plan_id"],
                        **step.cost(),
                    },
                    check_results=list(self._delivery_checks[1](plan, frame)),
                )

        return delivery

    # -- what they have in common

    @property
    def form(self) -> str:
        """The resource with this connector's settings."""
        return f"{self.name}_settings"

    def _common(self, key: dg.AssetKey | None, kind: str, description: str) -> dict[str, Any]:
        notify = self.connector.email_for_job_notifications
        return {
            "key": key,
            "description": description,
            "group_name": self.name,
            "kinds": {kind, "parquet"},
            "tags": {CONNECTOR_TAG: self.name, "certain/kind": self.kind.name},
            "owners": [notify] if notify else None,
            "partitions_def": event_partitions if self.kind.level == "event" else None,
            "retry_policy": BUSY,
        }

    def _words(self, what: str) -> str:
        said = self.connector.description or self.kind.title
        return f"{said}\n\n{what}\n\nKind: *{self.kind.title}*. {self.kind.summary}"

    def _resources(self, *more: str) -> set[str]:
        return {"ledger", "run_locks", "frames", "deployment", *more}

    def _ins(self, reads: Iterable[str]) -> dict[str, dg.AssetIn]:
        return {name: dg.AssetIn(key) for name, key in self._read_keys(reads).items()}

    def _read_keys(self, reads: Iterable[str]) -> dict[str, dg.AssetKey]:
        keys = {read: READS[read] for read in reads if read not in LEDGER_READS}
        return keys | ({"events": EVENTS} if self.kind.level == "event" else {})

    def _doing(self, verb: str, context: dg.AssetExecutionContext) -> str:
        event = f" for {context.partition_key}" if context.has_partition_key else ""
        return f"{verb} {self.name}{event}"

    # -- what they do in common

    def _job(self, step: Step, frames: "dict[str, pd.DataFrame]", settings: Any = None) -> Job:
        """Which connector runs, for which event, with which settings. Takes `events` out of the frames."""
        chosen = settings if settings is not None else getattr(step.context.resources, self.form)
        faults: list[str] = []

        def say(place: Place, message: str, **more: Any) -> None:
            faults.append(in_words(dotted(place), message, **more))

        checked = settings_from(self.kind.settings, dict(chosen), say)
        if checked is None:
            raise Refused(
                f"the settings of this run are not valid: {' '.join(faults)} Correct them in the launchpad."
            )
        event = None
        if self.kind.level == "event":
            event = step.event_in(frames.pop("events"))
            if not self.connector.selects(event):
                raise Refused(
                    f"{self.name} is not for event {event.code}: its file says "
                    f"{self.connector.events_in_words}. Choose another event, "
                    f"or change `events` in {self.connector.path.name}."
                )
        return Job(self.name, step.settings.certain_account_code, event, checked, step.run_id)

    def _platforms(self, step: Step) -> Platforms:
        def progress(message: str) -> None:
            step.context.log.info(message)

        return Platforms(step.eloqua, step.certain, step.ledger, step.field_map, progress)

    def _read_as_planned(self, frames: "Mapping[str, pd.DataFrame]", job: Job, field_map: str) -> None:
        """Refuse to plan from what was read with other settings: list A must not be planned as list B."""
        if not self.kind.own_read:
            return
        read = frames[self.kind.own_read].attrs
        mine = job.settings.model_dump(mode="json")
        theirs = read.get("settings", mine)
        differ = sorted(name for name in mine if mine[name] != theirs.get(name))
        if differ or read.get("field_map", field_map) != field_map:
            why = f"other settings ({', '.join(differ)})" if differ else "another version of the field map"
            raise Refused(
                f"{self.name}/{self.kind.own_read} was read with {why}. "
                "Materialize it and the plan together, with the same settings."
            )

    def _must_be_deliverable(self, step: Step, made: Mapping[str, Any]) -> None:
        if (
            made.get("connector") != self.name
            or made.get("event") != step.event_code
            or "plan_id" not in made
        ):
            raise Refused(
                f"The file found is not a plan of {self.name} for this event. Materialize the plan again."
            )
        age = datetime.now(UTC) - datetime.fromisoformat(made["made"])
        most = timedelta(hours=step.settings.max_plan_age_hours)
        if age > most:
            raise Refused(
                f"The plan is {_hours(age)} old and at most {_hours(most)} are allowed "
                "(CERTAIN_ELOQUA_MAX_PLAN_AGE_HOURS): the platforms may have changed since. "
                "Materialize the plan again, look at it, then deliver."
            )
        if made.get("field_map") != step.field_map.version:
            raise Refused("The field map has changed since the plan was made. Materialize the plan again.")

    def _must_be_sound(self, step: Step, plan: "pd.DataFrame") -> None:
        """Check again: a plan that failed is kept, and is within reach of materializing this alone."""
        results = self._plan_checks[1](plan, step.settings.warn_skipped_percent)
        failed = [
            one.check_name
            for one in results
            if not one.passed and one.severity == dg.AssetCheckSeverity.ERROR
        ]
        if failed:
            raise Refused(
                f"The plan has failed its checks ({', '.join(map(str, failed))}) and is not delivered."
            )

    def _delivered_before(
        self, step: Step, made: Mapping[str, Any]
    ) -> "tuple[pd.DataFrame, dict[str, Any]] | None":
        """The delivery of this very plan, if it is finished."""
        if not step.frames.has(step.key, step.event_code):
            return None
        frame = step.frames.frame(step.key, step.event_code)
        kept = dict(frame.attrs)
        if kept.get("plan_id") != made["plan_id"]:
            return None
        step.context.log.info(
            "This plan was delivered before; nothing is written. Make a new plan to deliver again."
        )
        return frame, {
            "already_delivered": f"This plan was delivered at {kept['delivered']}; "
            "nothing was written by this run. Make a new plan to deliver again.",
            "first_delivered_by": kept["first_delivered_by"],
        }


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} hours"
