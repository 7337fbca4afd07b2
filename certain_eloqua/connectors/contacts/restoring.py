"""Undo and repair of the contacts family: fields of contacts, of profiles, and statuses of registrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from certain_eloqua.clients.certain import (
    PROFILE_SCHEMA,
    REGISTRATION_SCHEMA,
    CertainClient,
    Write,
    WriteResult,
    to_table,
)
from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.connectors.contacts.columns import CONTACT_ID, EMAIL, PROFILE_PIN, REGISTRATION_CODE
from certain_eloqua.connectors.contacts.contact_lookup import find_working_list, working_list_name
from certain_eloqua.connectors.contacts.identity import EXTERNAL_KEY, SOURCE
from certain_eloqua.connectors.contract.actions import DELIVERED, Action, Outcome
from certain_eloqua.connectors.contract.columns import Mask, flags, iter_texts, present
from certain_eloqua.connectors.contract.kind import Current, Delivered, Job, Platforms, Restoring, Touched
from certain_eloqua.connectors.contract.restoring import RECORD_ID, SUBJECT
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.connectors.delivery.contact_values import (
    CONTACT,
    Rejected,
    deletes,
    read_contacts,
    write_contacts,
)
from certain_eloqua.connectors.delivery.engine import OUTCOMES, PlanRow, Work, rejected
from certain_eloqua.ledger import DeliveredRow, Sent, person_key
from certain_eloqua.mapping import nested

PROFILE, REGISTRATION = "profile", "registration"
NOT_TAKEN = "Certain did not take the value of {names}; an empty one may not erase what is there"


# -- what is there now


def read(job: Job, touched: Touched, platforms: Platforms) -> Current:
    """The contacts, profiles and registrations of some rows."""
    found: dict[str, pd.DataFrame] = {}
    for on, fields in touched.fields.items():
        if on == CONTACT:
            working = find_working_list(platforms.client("eloqua", EloquaClient), working_list_name(job))
            within = working.id if working else None
            found[on] = read_contacts(job, platforms, touched.rows, fields, within)
        else:
            found[on] = _read_certain(job, touched.rows, on, fields, platforms)
    return found


def _read_certain(
    job: Job, rows: pd.DataFrame, on: str, fields: list[str], platforms: Platforms
) -> pd.DataFrame:
    """All pages are read: one call for each row would take longer from some hundred rows on."""
    certain = platforms.client("certain", CertainClient)
    if on == PROFILE:
        table, mine, theirs = certain.iter_profile_pages(), PROFILE_PIN, "profilePin"
        frame = to_table(table, PROFILE_SCHEMA, certain.renamed).to_pandas()
    else:
        table, mine, theirs = (
            certain.iter_registration_pages(str(job.event_code)), REGISTRATION_CODE, "registrationCode",
        )  # fmt: skip
        frame = to_table(table, REGISTRATION_SCHEMA, certain.renamed).to_pandas()
    frame = frame[flags(frame, "isActive", default=True)]
    values = {name: present(frame, name) for name in (theirs, *fields)}
    known = pd.DataFrame({name: column.to_pandas() for name, column in values.items()})
    subjects = rows.loc[rows[mine].ne(""), [SUBJECT, mine]].drop_duplicates(SUBJECT)
    joined = subjects.merge(known, left_on=mine, right_on=theirs, how="inner")
    return joined.assign(**{RECORD_ID: joined[mine]})


# -- what a run created


def created_by_upsert(planned: pd.DataFrame, delivered: pd.DataFrame) -> Mapping[str, Mask]:
    """Rows that created the contact."""
    return {CONTACT: np.array([one == Outcome.CREATED for one in iter_texts(delivered, "outcome")], np.bool_)}


def created_by_import(planned: pd.DataFrame, delivered: pd.DataFrame) -> Mapping[str, Mask]:
    """Rows that created the profile, and those that created the registration."""
    made = np.array([one == Outcome.CREATED for one in iter_texts(delivered, "outcome")], np.bool_)
    no_pin = np.array([one == "" for one in iter_texts(planned, PROFILE_PIN)], np.bool_)
    no_code = np.array([one == "" for one in iter_texts(planned, REGISTRATION_CODE)], np.bool_)
    return {PROFILE: made & no_pin, REGISTRATION: made & no_code}


# -- writing


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Write the values of the plan, and delete what it deletes."""
    return engine.deliver(
        job, plan, platforms, lambda work: _Writing(work).run(), remember=_remember,
        recorded_as=recorded_as(job),
    )  # fmt: skip


def recorded_as(job: Job) -> str:
    """How the ledger names the deliveries of undo and repair: they are none of the connector's own."""
    return f"{job.connector} (restored)"


class _Writing:
    """First the contacts by Bulk, then each row's calls; its outcome is recorded when all of it is done."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.event = work.job.event_code
        self._rejected: Rejected = {}
        self._under_way: dict[str, PlanRow] = {}

    def run(self) -> None:
        platforms = self.work.platforms
        if "eloqua" in platforms.clients:
            self._rejected = write_contacts(self.work)
        self.certain = platforms.client("certain", CertainClient)
        writes = self.work.stop.until_wanted(self._writes())
        self.work.record_answers(self.certain.write_many(writes), self._outcome)

    def _writes(self) -> Iterator[Write]:
        for row in self.work.rows(lambda key, _: key not in self.work.results):
            if row.key in self._rejected:
                code, cause = self._rejected[row.key]
                self.work.record(DeliveredRow(row.key, Outcome.REJECTED.value, code=code, cause=cause))
                continue
            self._under_way[row.key] = row
            if set(row.write) == {CONTACT}:
                self.work.record(DeliveredRow(row.key, OUTCOMES[row.action].value))
            else:
                yield Write.of(row.key, self._write, row)

    def _write(self, row: PlanRow) -> str:
        """The calls of one row (in a thread of its own); the names of values that Certain did not take."""
        wrong: list[str] = []
        if fields := row.write.get(REGISTRATION):
            answer = self.certain.update_registration(str(self.event), row.ids[REGISTRATION_CODE], fields)
            wrong += [name for name, value in fields.items() if str(answer.get(name) or "") != value]
        if fields := row.write.get(PROFILE):
            names = {EXTERNAL_KEY: self.certain.external_id_member, SOURCE: self.certain.source_member}
            body = {names.get(name, name): value for name, value in fields.items()}
            answer = self.certain.update_profile(row.ids[PROFILE_PIN], nested(body))
            wrong += [name for name, value in body.items() if not value and _member(answer, name)]
        if code := deletes(row, REGISTRATION):
            self.certain.delete_registration(str(self.event), code)
        if pin := deletes(row, PROFILE):
            self.certain.delete_profile(pin)
        if contact := deletes(row, CONTACT):
            self.work.platforms.client("eloqua", EloquaClient).delete_contact(contact)
        return ", ".join(wrong)

    def _outcome(self, result: WriteResult) -> DeliveredRow:
        row = self._under_way.pop(str(result.key))
        if result.error is not None:
            return rejected(row.key, result.error)
        if result.value:
            return DeliveredRow(
                row.key, Outcome.REJECTED.value, code="not_taken", cause=NOT_TAKEN.format(names=result.value)
            )
        return DeliveredRow(row.key, OUTCOMES[row.action].value)


def _member(answer: Mapping[str, Any], name: str) -> str:
    """A member of Certain's answer by its dotted name."""
    found: Any = answer
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return "" if found is None else str(found)


def _remember(work: Work, frame: pd.DataFrame) -> None:
    """Forget what was sent of the fields that were put back, so that the next run compares them anew."""
    done = {
        key
        for key, outcome in zip(iter_texts(frame, "key"), iter_texts(frame, "outcome"), strict=True)
        if outcome in DELIVERED
    }
    account, ledger = work.job.account, work.platforms.ledger
    fields: dict[str, set[str]] = {}
    gone: list[str] = []
    for row in work.rows(lambda key, _: key in done):
        if not row.ids.get(EMAIL):
            continue
        person = person_key(account, row.ids[EMAIL])
        if row.action is Action.DELETE and deletes(row, CONTACT):
            gone.append(person)
        elif row.write.get(CONTACT):
            fields[person] = set(row.write[CONTACT])
    sent = ledger.sent_to(account, list(fields)) if fields else {}
    ledger.remember_sent(
        account,
        (
            Sent(
                person,
                one.contact_id,
                one.working_list,
                {name: digest for name, digest in one.fields.items() if name not in fields[person]},
            )
            for person, one in sent.items()
        ),
    )
    ledger.forget_sent(account, gone)


UPSERTS = Restoring(
    read, deliver, created_by_upsert, deletable=frozenset({CONTACT}), subject=REGISTRATION_CODE
)
IMPORTS = Restoring(
    read, deliver, created_by_import, deletable=frozenset({PROFILE, REGISTRATION}), subject=CONTACT_ID
)
