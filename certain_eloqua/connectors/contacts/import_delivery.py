"""The deliveries of both imports: profiles and registrations written to Certain, one POST each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from certain_eloqua.clients.certain import CertainClient, ProfileIdentifier, Write, WriteResult
from certain_eloqua.clients.errors import NotFound, Permanent
from certain_eloqua.connectors.contacts.columns import (
    PROFILE_PIN,
    REGISTRATION_CODE,
)
from certain_eloqua.connectors.contacts.current_registrations import RegisteredNow
from certain_eloqua.connectors.contacts.identity import EXTERNAL_KEY, SOURCE
from certain_eloqua.connectors.contacts.known_profiles import remember_profiles
from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.connectors.delivery.engine import OUTCOMES, PlanRow, Work, rejected
from certain_eloqua.domain.registration import WAITLIST_HOLD
from certain_eloqua.ledger import DeliveredRow
from certain_eloqua.mapping import nested

WAITLISTED = "waitlisted"
OUT_OF_DATE = "; what was read of Certain is out of date, read it again with `full: true`"


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Write what the plan says to Certain, and nothing else."""
    return engine.deliver(job, plan, platforms, _apply, remember=remember_profiles)


def _apply(work: Work) -> None:
    _Writing(work).run()


class _Writing:
    def __init__(self, work: Work) -> None:
        self.work = work
        self.job = work.job
        self.event = work.job.event.code if work.job.event else None
        self.certain = work.platforms.client("certain", CertainClient)
        self.mode: str = work.job.settings.profile_deduplication
        by_email = self.mode == "email"
        self.identifier = ProfileIdentifier.SYNC_EMAIL if by_email else ProfileIdentifier.SYNC_EXTERNAL
        self.waitlisted = 0
        self.source_not_kept = 0
        self._under_way: dict[str, PlanRow] = {}

    def run(self) -> None:
        writes = self.work.stop.until_wanted(self._writes())
        self.work.record_answers(self.certain.write_many(writes), self._outcome)
        if self.waitlisted:
            self.work.facts[WAITLISTED] = self.waitlisted
        if self.source_not_kept:
            self.work.facts["source_not_kept"] = (
                f"Certain did not keep Source of Profile on {self.source_not_kept} profiles; "
                f"this server may have another name for it than {self.certain.source_member}"
            )

    def _writes(self) -> Iterator[Write]:
        now: RegisteredNow | None = None
        for row in self.work.rows(lambda key, _: key not in self.work.results):
            if self._creates_registration(row):
                # A plan is some minutes old, and a killed delivery may have come further than it could write
                # down; Certain matches creates by profile, but is asked first all the same.
                now = now or RegisteredNow(self.certain, str(self.event), self.mode)
                code = now.find(row)
                if code is not None:
                    self.work.record(self._registered_already(row, code))
                    continue
            self._under_way[row.key] = row
            yield Write.of(row.key, self._write, row)

    def _creates_registration(self, row: PlanRow) -> bool:
        return "attendeeTypeCode" in row.write.get("registration", {})

    def _registered_already(self, row: PlanRow, code: str) -> DeliveredRow:
        if self.work.resumed:
            outcome, cause = Outcome.CREATED, "created by an earlier attempt of this delivery"
        else:
            outcome, cause = Outcome.UNCHANGED, "registered by another since the plan was made"
        return DeliveredRow(row.key, outcome.value, cause=cause, ids={REGISTRATION_CODE: code})

    # -- one record (these run in several threads)

    def _write(self, row: PlanRow) -> Mapping[str, Any]:
        profile = self._body(row.write.get("profile", {}))
        registration = row.write.get("registration", {})
        if self.event is None or not registration:
            return self._write_profile(row, profile)
        if not self._creates_registration(row):
            if profile:
                self._write_profile(row, profile)
            return self._change_registration(row, registration, bool(profile))
        identifier = self.identifier
        if row.ids[PROFILE_PIN]:
            profile["pin"] = row.ids[PROFILE_PIN]
            identifier = ProfileIdentifier.SYNC_PIN
        return self.certain.create_registration(self.event, {**registration, "profile": profile}, identifier)

    def _write_profile(self, row: PlanRow, profile: dict[str, Any]) -> Mapping[str, Any]:
        if row.ids[PROFILE_PIN]:
            return self.certain.update_profile(row.ids[PROFILE_PIN], profile)
        return self.certain.create_profile(profile, self.identifier)

    def _change_registration(
        self, row: PlanRow, registration: Mapping[str, str], profile_written: bool
    ) -> Mapping[str, Any]:
        try:
            return self.certain.update_registration(str(self.event), row.ids[REGISTRATION_CODE], registration)
        except Permanent as error:
            if profile_written and not engine.is_fatal(error):
                error.came_back = f"the profile was written, but not the registration: {error.came_back}"
            raise

    def _body(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """The fields as Certain's body, under the names this server has for id and source."""
        names = {EXTERNAL_KEY: self.certain.external_id_member, SOURCE: self.certain.source_member}
        return nested({names.get(name, name): value for name, value in fields.items()})

    # -- its outcome

    def _outcome(self, result: WriteResult) -> DeliveredRow:
        row = self._under_way.pop(str(result.key))
        if result.error is not None:
            if isinstance(result.error, NotFound):
                result.error.came_back += OUT_OF_DATE
            return rejected(row.key, result.error)
        answer: Mapping[str, Any] = result.value
        person = answer.get("profile") or answer
        self._look_at_source(row, person)
        code, cause = self._look_at_status(row, answer)
        return DeliveredRow(
            row.key,
            OUTCOMES[row.action].value,
            code=code,
            cause=cause,
            ids={
                PROFILE_PIN: _text(person.get("profilePin") or person.get("pin")) or row.ids[PROFILE_PIN],
                REGISTRATION_CODE: _text(answer.get("registrationCode")) or row.ids[REGISTRATION_CODE],
            },
        )

    def _look_at_status(self, row: PlanRow, answer: Mapping[str, Any]) -> tuple[str | None, str | None]:
        wanted = row.write.get("registration", {}).get("registrationStatusLabel")
        got = _text(answer.get("registrationStatusLabel"))
        if not wanted or not got or got == wanted:
            return None, None
        if got == WAITLIST_HOLD:
            self.waitlisted += 1
            return WAITLISTED, f"waitlisted: the attendee type is full, so Certain gave {WAITLIST_HOLD}"
        return "status", f"Certain gave the status {got} instead of {wanted}"

    def _look_at_source(self, row: PlanRow, person: Mapping[str, Any]) -> None:
        wanted = row.write.get("profile", {}).get(SOURCE)
        if wanted and row.action in (Action.CREATE, Action.UPDATE, Action.LINK):
            kept = person.get(self.certain.source_member)
            self.source_not_kept += kept != wanted


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
