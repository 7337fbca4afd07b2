"""The way back of kind 4: contact id and source written to the profiles that do not have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from certain_eloqua.clients.certain import CertainClient, Write, WriteResult
from certain_eloqua.connectors.contacts.columns import CONTACT_ID, PROFILE_PIN
from certain_eloqua.connectors.contacts.identity import (
    EXTERNAL_KEY,
    NEW_ID,
    SOURCE,
    linked_to_another_profile,
)
from certain_eloqua.connectors.contacts.profiles_by_contact_id import current_profiles_by_contact_id
from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.contract.columns import iter_texts
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.connectors.delivery.engine import ROW, PlanRow, Work
from certain_eloqua.ledger import DeliveredRow

LINKED = "link"
"""The step that writes id and source to the profile."""


class Linking:
    """Writes contact id and source to the profiles that do not have them."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.certain = work.platforms.client("certain", CertainClient)
        self.linked = 0
        self.refused = 0
        self.carried = 0
        self._linked_profiles: Mapping[str, set[str]] = {}
        self._under_way: dict[str, PlanRow] = {}

    def run(self) -> None:
        self._linked_profiles = current_profiles_by_contact_id(self.certain, self._late_ids())
        writes = self.work.stop.until_wanted(self._writes())
        self.work.record_answers(self.certain.write_many(writes), self._outcome)
        for step in self.work.steps.get(LINKED, {}).values():
            if step.outcome == Outcome.REJECTED:
                self.refused += 1
                self._add_cause(step)
            else:
                self.linked += 1
        self.work.checkpoint()
        self.work.facts["profiles_linked"] = self.linked
        if self.refused:
            self.work.facts["profiles_not_linked"] = self.refused
        if self.carried:
            self.work.facts["ids_carried_by_another_profile"] = self.carried

    def _late_ids(self) -> set[str]:
        """Ids of contacts that were there before and that the plan did not know: a profile may carry them."""
        keys, planned = iter_texts(self.work.plan, "key"), iter_texts(self.work.plan, "contact_id")
        late = set()
        for key, contact in zip(keys, planned, strict=True):
            sent = self.work.results.get(key)
            learned = sent.ids.get(CONTACT_ID) if sent else None
            if sent and learned and learned != contact and sent.outcome == Outcome.UPDATED:
                late.add(learned)
        return late

    def _writes(self) -> Iterator[Write]:
        done = self.work.steps.get(LINKED, {})
        names = {EXTERNAL_KEY: self.certain.external_id_member, SOURCE: self.certain.source_member}
        for row in self.work.rows(lambda key, _: key not in done):
            fields = self._fields(row)
            if fields:
                self._under_way[row.key] = row
                body = {names[name]: value for name, value in fields.items()}
                yield Write.of(row.key, self.certain.update_profile, row.ids[PROFILE_PIN], body)
            elif row.action is Action.LINK and row.key not in self.work.results:
                self.work.record(DeliveredRow(row.key, Outcome.UNCHANGED.value))

    def _fields(self, row: PlanRow) -> dict[str, str]:
        """What the profile lacks, now that the contact's id is known."""
        fields = dict(row.write.get("profile", {}))
        if not fields or not row.ids[PROFILE_PIN]:
            return {}
        sent = self.work.results.get(row.key)
        if row.action is not Action.LINK and (sent is None or sent.outcome == Outcome.REJECTED):
            return {}
        contact = (sent.ids.get(CONTACT_ID) if sent else None) or row.ids[CONTACT_ID]
        if fields.get(EXTERNAL_KEY) == NEW_ID:
            if not contact:
                return {}
            fields[EXTERNAL_KEY] = contact
            if row.old("profile", EXTERNAL_KEY) == contact:
                del fields[EXTERNAL_KEY]
        elif row.ids[CONTACT_ID] and contact != row.ids[CONTACT_ID] and EXTERNAL_KEY in fields:
            fields[EXTERNAL_KEY] = contact
        others = self._linked_profiles.get(contact or "", set()) - {row.ids[PROFILE_PIN]}
        if others and sent is not None and EXTERNAL_KEY in fields:
            self.carried += 1
            self.work.record(replace(sent, cause=linked_to_another_profile(min(others), contact or "")))
            return {}
        return fields

    def _outcome(self, result: WriteResult) -> DeliveredRow:
        row = self._under_way.pop(str(result.key))
        if result.error is not None:
            step = engine.rejected(row.key, result.error)
        else:
            step = DeliveredRow(row.key, Outcome.LINKED.value)
        if row.action is Action.LINK:
            self.work.record(step)
        return replace(step, step=LINKED)

    def _add_cause(self, step: DeliveredRow) -> None:
        """A contact that was sent stays sent; that its profile was not linked is in its cause."""
        row = self.work.results[step.key]
        if row.outcome != Outcome.REJECTED and "not linked" not in (row.cause or ""):
            cause = f"the contact was sent, but its profile was not linked: {step.cause}"
            self.work.record(replace(row, step=ROW, code=step.code, cause=cause))
