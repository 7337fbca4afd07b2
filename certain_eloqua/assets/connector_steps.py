"""The three steps of a connector for one event, whatever its kind: extract, plan, delivery.

They know frames, ledger and clients through a :class:`Step` and return what Dagster should record. An asset
runs them for its partition (`connector.py`), a single run for many events (`many_events.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.assets.metadata import delivery_metadata, facts_metadata, plan_metadata, shown
from certain_eloqua.assets.plan_comparison import APPLY_PLAN_TAG, compare_plans
from certain_eloqua.assets.plan_rows import plan_reader
from certain_eloqua.assets.reads import EVENTS
from certain_eloqua.assets.report import About, render_report
from certain_eloqua.assets.shared_read import read_key
from certain_eloqua.assets.step import DRY_RUN_TAG, StepResult
from certain_eloqua.clients.errors import AuthError, ClientError, Permanent
from certain_eloqua.connectors.contract.kind import Job, Kind, Platforms
from certain_eloqua.connectors.contract.requirements import as_one, unmet, without_advice
from certain_eloqua.connectors.files.problems import dotted, in_words
from certain_eloqua.connectors.files.settings import settings_from
from certain_eloqua.domain.event import is_plain_code
from certain_eloqua.failures import Refused
from certain_eloqua.mapping.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from certain_eloqua.assets.step import Step
    from certain_eloqua.connectors.files.loader import Connector

    Results = Callable[..., Iterable[dg.AssetCheckResult]]


class ConnectorSteps:
    """The steps of one connector.

    Args:
        connector: the connector as its file configures it.
        check_plan: the results of the plan's checks: `check_plan(kind, plan, warn_skipped_percent)`.
        check_delivery: the results of the delivery's checks: `check_delivery(plan, delivery)`.
    """

    def __init__(self, connector: Connector, check_plan: Results, check_delivery: Results) -> None:
        self.connector = connector
        self.kind: Kind = connector.kind
        self.name = connector.name
        self.plan_key = dg.AssetKey([self.name, "plan"])
        self.delivery_key = dg.AssetKey([self.name, "delivery"])
        self.own_key = dg.AssetKey([self.name, self.kind.own_read]) if self.kind.own_read else None
        self._check_plan = check_plan
        self._check_delivery = check_delivery

    # -- what each step is made of

    @property
    def base_reads(self) -> dict[str, dg.AssetKey]:
        """What every step of an event's connector reads."""
        return {"events": EVENTS} if self.kind.level == "event" else {}

    @property
    def extract_reads(self) -> dict[str, dg.AssetKey]:
        """What the connector's own extract reads, by the name its kind uses."""
        return {name: read_key(name) for name in self.kind.extract_reads} | self.base_reads

    @property
    def plan_reads(self) -> dict[str, dg.AssetKey]:
        """What the plan reads, by the name its kind uses."""
        own = {str(self.kind.own_read): self.own_key} if self.own_key else {}
        return {name: read_key(name) for name in self.kind.reads} | self.base_reads | own

    # -- the steps

    def extract(self, step: Step, settings: Mapping[str, Any]) -> StepResult:
        """The connector's own extract, streamed into its frame."""
        import pyarrow as pa

        if self.kind.extract is None:
            raise Refused(f"{self.name} has no extract of its own.")
        job = self.job(step, settings)
        frames = self._frames(step, job, self.extract_reads)
        more = (frames,) if self.kind.extract_reads else ()
        with self._everything_named(step, job):
            extract = self.kind.extract(job, self._platforms(step), *more)
        facts = {
            "settings": job.settings.model_dump(mode="json"),
            "field_map": _version(job),
            **extract.kept,
        }
        written = step.keep(pa.RecordBatchReader.from_batches(extract.schema, extract.batches), facts)
        return StepResult({**written.as_metadata(), **facts_metadata(extract.facts), **step.cost()})

    def plan(self, step: Step, settings: Mapping[str, Any]) -> StepResult:
        """The plan, kept as a frame, with the results of its checks."""
        # Read here instead of by an IO manager, so that they can be released: Dagster keeps inputs.
        job = self.job(step, settings)
        frames = self._frames(step, job, self.plan_reads)
        old = step.old_reads(self.plan_reads.values())
        if old:
            step.context.log.warning("Planning from old reads: %s.", "; ".join(old))
        self._refuse_other_settings(frames, job)
        for name, read in self.kind.ledger_reads.items():
            frames[name] = read(step.ledger, job, frames)
        with self._everything_named(step, job):
            frame = self.kind.plan(job, frames)
        frames.clear()
        missing = (
            [without_advice(one) for one in self._unmet(step, job)]
            if step.context.run.tags.get(DRY_RUN_TAG)
            else []
        )
        for number, one in enumerate(missing, 1):
            step.context.log.warning("A delivery would be refused (%d of %d): %s", number, len(missing), one)
        facts = {
            "plan_id": step.run_id,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "connector": self.name,
            "kind": self.kind.name,
            "event": step.event_code,
            "settings": job.settings.model_dump(mode="json"),
            "field_map": _version(job),
        }
        written = step.keep(plan_reader(frame, self.kind.plan_schema), facts)
        of_map = {
            "field_map_version": facts["field_map"],
            "field_map_from": str(origin_of(job.mapping.path)) if job.mapping else "",
        }
        report = self.report(step, frame, facts["made"], facts["settings"])
        return StepResult(
            {
                **plan_metadata(self.kind, frame),
                **facts_metadata({str(name): fact for name, fact in frame.attrs.items()}),
                "plan_id": step.run_id,
                "settings": shown(facts["settings"]),
                **(of_map if job.mapping else {}),
                **({"a_delivery_would_be_refused": "\n".join(missing)} if missing else {}),
                **({"warning_reads_are_old": "; ".join(old)} if old else {}),
                **report,
                **written.as_metadata(),
                **step.cost(),
            },
            list(self._check_plan(self.kind, frame, step.settings.warn_skipped_percent)),
        )

    def delivery(self, step: Step) -> StepResult:
        """The delivery of the latest plan, with the results of its checks."""
        plan = step.read(self.plan_key)
        made: dict[str, Any] = {str(name): value for name, value in plan.attrs.items()}
        self._refuse_unsuitable_plan(step, made)
        self._refuse_failed_plan(step, plan)
        self._refuse_other_plan(step, plan)
        already = self._delivered_before(step, made)
        if already is not None:
            frame, facts = already
        else:
            job = self.job(step, made["settings"])
            field_map = _record_field_map(step, job)
            with self._everything_named(step, job):
                delivered = self.kind.deliver(job, plan, self._platforms(step))
            frame, facts = delivered.frame, {**delivered.facts, **field_map}
        kept = {
            "plan_id": made["plan_id"],
            "delivered": datetime.now(UTC).isoformat(timespec="seconds"),
            "first_delivered_by": facts.get("first_delivered_by", step.run_id),
        }
        written = step.keep(frame, kept)
        report = self.report(step, frame, kept["delivered"], made["settings"], plan)
        return StepResult(
            {
                **delivery_metadata(self.kind, frame),
                **facts_metadata(facts),
                "plan_id": made["plan_id"],
                **report,
                **written.as_metadata(),
                **step.cost(),
            },
            list(self._check_delivery(plan, frame)),
        )

    def check_plan(self, frame: pd.DataFrame, warn_skipped_percent: float) -> Iterable[dg.AssetCheckResult]:
        """The results of the checks of a plan."""
        return self._check_plan(self.kind, frame, warn_skipped_percent)

    def check_delivery(self, plan: pd.DataFrame, frame: pd.DataFrame) -> Iterable[dg.AssetCheckResult]:
        """The results of the checks of a delivery."""
        return self._check_delivery(plan, frame)

    def deliver_together(self, steps: Sequence[Step]) -> Mapping[str, str]:
        """What the deliveries of many events have in common; the cause for each that must not follow.

        Their plans were made by this run and have passed their checks.
        """
        if self.kind.deliver_together is None or not steps:
            return {}

        def plans() -> Iterator[tuple[Job, pd.DataFrame]]:
            for step in steps:
                plan = step.read(self.plan_key)
                yield self.job(step, plan.attrs["settings"]), plan

        return self.kind.deliver_together(plans(), self._platforms(steps[0]))

    # -- what they have in common

    def _frames(self, step: Step, job: Job, reads: Mapping[str, dg.AssetKey]) -> dict[str, pd.DataFrame]:
        """What a step reads, by the name its kind uses; of shared reads the columns that the kind uses."""
        used = self.kind.read_columns(job) if self.kind.read_columns else {}
        return {
            name: step.read(key, used.get(name)) for name, key in reads.items() if name not in self.base_reads
        }

    def report(
        self,
        step: Step,
        frame: pd.DataFrame,
        made: str,
        settings: Mapping[str, Any],
        plan: pd.DataFrame | None = None,
    ) -> dict[str, Any]:
        """The report of this step, written beside its frame, as metadata.

        A report that cannot be made never fails a step: what was planned or delivered stands.
        """
        about = About(
            "plan" if plan is None else "delivery",
            self.name if step.key[-1] in ("plan", "delivery") else " ".join(step.key).replace("_plan", ""),
            step.event_code,
            step.run_id,
            made,
            link=f"{step.settings.ui_url}/runs/{step.run_id}",
            settings=settings,
            cost=step.cost(),
        )
        try:
            html = render_report(self.kind, frame, about, plan=plan)
            path = step.frames.write_report(step.key, step.event_code, step.run_id, html)
        except Exception as error:  # noqa: BLE001 - see above; its text may quote a row
            step.context.log.warning("The report could not be written: %s", type(error).__name__)
            return {}
        pages = step.settings.pages_url
        page = {"report_page": dg.MetadataValue.url(f"{pages.rstrip('/')}/reports/{path}")} if pages else {}
        return {
            **page,
            "report": dg.MetadataValue.path(path),
            "open_report": f"certain-eloqua report {step.run_id} --open",
        }

    def job(self, step: Step, settings: Mapping[str, Any], *, any_event: bool = False) -> Job:
        """Which connector runs, for which event, with which settings.

        `any_event`: also for an event that its file does not select: what was written may be taken back.
        """
        errors: list[str] = []

        def add_error(location: tuple[str | int, ...], message: str, **more: Any) -> None:
            errors.append(in_words(dotted(location), message, **more))

        checked = settings_from(self.kind.settings, dict(settings), add_error)
        if checked is None:
            raise Refused(
                f"the settings of this run are not valid: {' '.join(errors)} Correct them in the launchpad."
            )
        event = None
        if self.kind.level == "event":
            event = step.event_in(step.read(self.base_reads["events"]))
            if not any_event and not self.connector.selects(event):
                raise Refused(
                    f"{self.name} is not for event {event.code}: its file says "
                    f"{self.connector.events_in_words}. Choose another event, "
                    f"or change `events` in {self.connector.path.name}."
                )
        account = step.settings.certain_account_code
        field_map = step.field_map if self.kind.uses_field_map else None
        return Job(self.name, account, event, checked, step.run_id, field_map)

    def _platforms(self, step: Step) -> Platforms:
        clients = {name: step.client(name) for name in self.kind.platforms}
        return Platforms(clients, step.ledger, step.context.log.info)

    def _unmet(self, step: Step, job: Job) -> list[Permanent]:
        """Everything that the connector needs and that is missing or does not fit."""
        clients = {name: step.client(name) for name in self.kind.required_platforms}
        return unmet(self.kind.requirements, job, Platforms(clients, step.ledger, step.context.log.info))

    @contextmanager
    def _everything_named(self, step: Step, job: Job) -> Iterator[None]:
        """If something that the connector needs is refused, name everything else that is missing, too."""
        try:
            yield
        except AuthError:
            raise
        except Permanent as error:
            try:
                problems = self._unmet(step, job)
            except ClientError:  # the first error is what a person should see
                problems = []
            where = f" for {job.event_code}" if job.event_code else ""
            if len(problems) < 2 or str(error) not in map(str, problems):
                raise
            raise as_one(f"Checking what {self.name} needs{where}", problems) from None

    def _refuse_other_settings(self, frames: Mapping[str, pd.DataFrame], job: Job) -> None:
        """Refuse to plan from what was read with other settings: list A must not be planned as list B."""
        if not self.kind.own_read:
            return
        read = frames[self.kind.own_read].attrs
        mine = job.settings.model_dump(mode="json")
        theirs = read.get("settings", mine)
        differ = sorted(name for name in mine if mine[name] != theirs.get(name))
        if differ or read.get("field_map", _version(job)) != _version(job):
            why = f"other settings ({', '.join(differ)})" if differ else "another version of the field map"
            raise Refused(
                f"{self.name}/{self.kind.own_read} was read with {why}. "
                "Materialize it and the plan together, with the same settings."
            )

    def _refuse_unsuitable_plan(self, step: Step, made: Mapping[str, Any]) -> None:
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
        if self.kind.uses_field_map and made.get("field_map") != step.field_map.version:
            raise Refused("The field map has changed since the plan was made. Materialize the plan again.")

    def _refuse_failed_plan(self, step: Step, plan: pd.DataFrame) -> None:
        """Check again: a plan that failed is kept, and can be reached by materializing the delivery alone."""
        failed = [
            str(result.check_name)
            for result in self._check_plan(self.kind, plan, step.settings.warn_skipped_percent)
            if not result.passed and result.severity == dg.AssetCheckSeverity.ERROR
        ]
        if failed:
            raise Refused(f"The plan has failed its checks ({', '.join(failed)}) and is not delivered.")

    def _refuse_other_plan(self, step: Step, plan: pd.DataFrame) -> None:
        """Refuse to deliver what is not exactly the plan that the run's tag names, if it names one."""
        wanted = step.context.run.tags.get(APPLY_PLAN_TAG)
        if not wanted or wanted == plan.attrs["plan_id"]:
            return
        key = tuple(self.plan_key.path)
        if not is_plain_code(wanted) or not step.frames.has_run(key, step.event_code, wanted):
            raise Refused(
                f"Run {wanted} has no plan of {self.name} for this event, or its file is no longer kept "
                "(CERTAIN_ELOQUA_FRAMES_KEEP). Make a new plan, look at it, then apply it."
            )
        made = step.frames.facts(key, step.event_code, wanted)
        other = sorted(
            name for name, value in plan.attrs["settings"].items() if made["settings"].get(name) != value
        )
        if other:
            raise Refused(
                f"The plan of run {wanted} was made with other settings ({', '.join(other)}); "
                "nothing was written. Apply it with the same settings, or make a new plan."
            )
        then = step.frames.frame(key, step.event_code, wanted)
        difference = compare_plans(self.kind, then, plan)
        if difference:
            raise Refused(
                f"The sources have changed since run {wanted} made its plan; nothing was written. "
                f"{difference}. Look at the plan of this run, then apply that one."
            )

    def _delivered_before(
        self, step: Step, made: Mapping[str, Any]
    ) -> tuple[pd.DataFrame, dict[str, Any]] | None:
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


def _record_field_map(step: Step, job: Job) -> dict[str, Any]:
    """Write into the ledger which version of the field map a delivery uses; the same as metadata."""
    from certain_eloqua.ledger import FieldMapUse

    used = job.mapping
    if used is None:
        return {}
    origin = str(origin_of(used.path))
    use = FieldMapUse(step.run_id, job.connector, step.event_code, job.account, used.version)
    step.ledger.field_maps.record(use, used.content, origin)
    return {"field_map_version": used.version, "field_map_from": origin}


def _version(job: Job) -> str:
    """The version of the field map the job uses, "" if it uses none."""
    return job.mapping.version if job.mapping else ""


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} hours"
