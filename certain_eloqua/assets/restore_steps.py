"""The steps of undo, repair and drift for one connector and event: find what was written, compare, write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
import numpy as np

from certain_eloqua.assets.metadata import delivery_metadata, facts_metadata, plan_metadata
from certain_eloqua.assets.plan_rows import plan_reader
from certain_eloqua.assets.step import StepResult
from certain_eloqua.connectors.contract.kind import Job, Platforms, Restoring
from certain_eloqua.connectors.delivery.past_writes import PastRun, PastWrites, past_writes
from certain_eloqua.connectors.delivery.restore_plan import compare, plan_nothing, plan_repair, plan_undo
from certain_eloqua.failures import Refused

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.assets.connector_steps import ConnectorSteps
    from certain_eloqua.assets.step import Step

UNDO, REPAIR, DELIVERY = "undo", "repair", "delivery"
NOT_HERE = frozenset({"nothing_blank_is_written", "actions_are_known"})
"""Checks of plans that do not hold here: an old value may have been blank, and an undo may delete."""
PLAN_OF = {DELIVERY: "plan", UNDO: "undo_plan", REPAIR: "repair_plan"}
"""Asset of the plan that each of these delivers."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What others have changed of what was delivered for one event.

    Attributes:
        values: how many values were compared.
        changed: how many are not as delivered.
        gone: how many are on records that are not there any more.
        sample: some of the changed ones as rows of a plan of repair.
    """

    values: int
    changed: int
    gone: int
    sample: pd.DataFrame


class RestoreSteps:
    """Undo and repair of one connector."""

    def __init__(self, steps: ConnectorSteps) -> None:
        self.steps = steps
        self.kind = steps.kind
        self.name = steps.name

    def key(self, what: str) -> dg.AssetKey:
        return dg.AssetKey([self.name, what])

    # -- plans

    def plan_undo(self, step: Step, run_id: str, *, delete_created: bool) -> StepResult:
        """The plan that undoes what a run has delivered.

        Raises:
            Refused: the run has delivered nothing, or its plan is not kept any more.
        """
        past_run, settings = self._past(step, run_id)
        past = past_writes(self.kind, [past_run])
        job = self.steps.job(step, settings, any_event=True)
        if self.kind.restoring is None:
            frame = plan_nothing(self.kind, job, past)
        else:
            current = self.kind.restoring.read(job, past.touched, self._platforms(step))
            frame = plan_undo(self.kind, job, past, current, delete_created=delete_created)
        facts = {"undo_of": run_id, "delete_created": delete_created}
        if past.deleted:
            facts["deleted_by_that_run"] = past.deleted
        return self._kept(step, frame, job, facts)

    def plan_repair(self, step: Step) -> StepResult:
        """The plan that writes again what others have changed since it was delivered."""
        restoring = self._restoring()
        past, settings = self._all_past(step)
        job = self.steps.job(step, settings, any_event=True)
        current = restoring.read(job, past.touched, self._platforms(step))
        return self._kept(step, plan_repair(self.kind, job, past, current), job, {})

    def _kept(self, step: Step, frame: pd.DataFrame, job: Job, more: Mapping[str, Any]) -> StepResult:
        facts = {
            "plan_id": step.run_id,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "connector": self.name,
            "kind": self.kind.name,
            "event": step.event_code,
            "settings": job.settings.model_dump(mode="json"),
            **more,
        }
        written = step.keep(plan_reader(frame, self.kind.plan_schema), facts)
        report = self.steps.report(step, frame, str(facts["made"]), job.settings.model_dump(mode="json"))
        return StepResult(
            {
                **plan_metadata(self.kind, frame),
                **facts_metadata(more),
                "plan_id": step.run_id,
                **report,
                **written.as_metadata(),
                **step.cost(),
            },
            [
                check
                for check in self.steps.check_plan(frame, step.settings.warn_skipped_percent)
                if check.check_name not in NOT_HERE
            ],
        )

    # -- delivery

    def deliver(self, step: Step, plan_key: dg.AssetKey) -> StepResult:
        """Deliver the plan of this run."""
        restoring = self._restoring()
        plan = step.read(plan_key)
        made: dict[str, Any] = {str(name): value for name, value in plan.attrs.items()}
        if made.get("plan_id") != step.run_id:
            raise Refused(f"{plan_key.to_user_string()} was not made by this run; nothing was written.")
        delivered = restoring.deliver(
            self.steps.job(step, made["settings"], any_event=True), plan, self._platforms(step)
        )
        frame = delivered.frame
        kept = {"plan_id": made["plan_id"], "delivered": datetime.now(UTC).isoformat(timespec="seconds")}
        written = step.keep(frame, kept)
        report = self.steps.report(step, frame, kept["delivered"], made["settings"], plan)
        return StepResult(
            {
                **delivery_metadata(self.kind, frame),
                **facts_metadata(delivered.facts),
                "plan_id": made["plan_id"],
                **report,
                **written.as_metadata(),
                **step.cost(),
            },
            list(self.steps.check_delivery(plan, frame)),
        )

    # -- drift

    def drift(self, step: Step) -> Drift | None:
        """What others have changed of what was delivered; None if nothing is known to be delivered."""
        restoring = self.kind.restoring
        if restoring is None or not any(self._past_runs(step)):
            return None
        past, settings = self._all_past(step)
        job = self.steps.job(step, settings, any_event=True)
        current = restoring.read(job, past.touched, self._platforms(step))
        verdicts = compare(past, current)
        asked = verdicts.surely
        changed = asked & ~verdicts.intact
        plan = plan_repair(self.kind, job, past, current)
        sample = plan[plan["action"].ne("unchanged")]
        return Drift(int(asked.sum()), int(changed.sum()), int(np.sum(changed & verdicts.gone)), sample)

    def delivered_within(self, step: Step, days: int) -> bool:
        """Whether a delivery of this event that is kept is not older than so many days."""
        since = datetime.now(UTC) - timedelta(days=days)
        keys = [(self.name, what) for what in (DELIVERY, UNDO, REPAIR)]
        return any(
            step.frames.written(key, step.event_code) >= since
            for key in keys
            if step.frames.has(key, step.event_code)
        )

    # -- what was written

    def _restoring(self) -> Restoring:
        if self.kind.restoring is None:
            raise Refused(f"{self.name} cannot be repaired: {self.kind.cannot_be_undone}.")
        return self.kind.restoring

    def _past(self, step: Step, run_id: str) -> tuple[PastRun, Mapping[str, Any]]:
        for what in (DELIVERY, UNDO, REPAIR):
            if step.frames.has_run((self.name, what), step.event_code, run_id):
                return self._past_run(step, what, run_id)
        where = f" for {step.event_code}" if step.event_code else ""
        raise Refused(
            f"Run {run_id} has no finished delivery of {self.name}{where}, or its file is no longer kept "
            "(CERTAIN_ELOQUA_FRAMES_KEEP). What a delivery that was interrupted had sent is completed by the "
            "next run of the connector; undo that one."
        )

    def _past_run(self, step: Step, what: str, run_id: str) -> tuple[PastRun, Mapping[str, Any]]:
        delivery = step.frames.frame((self.name, what), step.event_code, run_id)
        made_by = delivery.attrs["plan_id"]
        plan_key = (self.name, PLAN_OF[what])
        if not step.frames.has_run(plan_key, step.event_code, made_by):
            raise Refused(
                f"The plan that run {run_id} delivered was made by run {made_by} and is no longer kept "
                "(CERTAIN_ELOQUA_FRAMES_KEEP), so the old values are not known."
            )
        plan = step.frames.frame(plan_key, step.event_code, made_by)
        return PastRun(plan, delivery), plan.attrs["settings"]

    def _past_runs(self, step: Step) -> Iterator[tuple[str, str]]:
        """Kept deliveries of this event, with their runs; undo and repair are deliveries, too."""
        for what in (DELIVERY, UNDO, REPAIR):
            for run_id in step.frames.runs((self.name, what), step.event_code):
                yield what, run_id

    def _all_past(self, step: Step) -> tuple[PastWrites, Mapping[str, Any]]:
        runs: list[tuple[str, PastRun, Mapping[str, Any]]] = []
        for what, run_id in self._past_runs(step):
            try:
                past, settings = self._past_run(step, what, run_id)
            except Refused:
                continue  # its plan is not kept any more
            runs.append((str(past.delivery.attrs.get("delivered", "")), past, settings))
        if not runs:
            raise Refused(f"Nothing is kept of what {self.name} has delivered; there is nothing to compare.")
        runs.sort(key=lambda one: one[0], reverse=True)
        return past_writes(self.kind, [past for _, past, _ in runs]), runs[0][2]

    def _platforms(self, step: Step) -> Platforms:
        clients = {name: step.client(name) for name in self.kind.platforms}
        return Platforms(clients, step.ledger, step.context.log.info)
