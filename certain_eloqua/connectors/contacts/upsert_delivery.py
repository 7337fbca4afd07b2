"""The delivery of kind 4: one import to Eloqua, ids read back by one export, then the profiles linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from certain_eloqua.clients.eloqua import ContactList, EloquaClient, ImportReceipt, SyncAction
from certain_eloqua.clients.errors import ClientError, InDoubt
from certain_eloqua.connectors.contacts.columns import CONTACT_ID, EMAIL
from certain_eloqua.connectors.contacts.contact_lookup import (
    CREATED_AT,
    find_working_list,
    working_list_name,
)
from certain_eloqua.connectors.contacts.interrupted_upserts import made_since, report_settled
from certain_eloqua.connectors.contacts.known_profiles import remember_profiles
from certain_eloqua.connectors.contacts.linking import Linking
from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.contract.columns import ROWS_AT_ONCE
from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
from certain_eloqua.connectors.contract.validation import check_field_map
from certain_eloqua.connectors.delivery import definitions, engine
from certain_eloqua.connectors.delivery.engine import PlanRow, Work
from certain_eloqua.domain.email import normalise_email
from certain_eloqua.ledger import DeliveredRow, Sent, Upload, person_key, value_digest
from certain_eloqua.mapping import ELOQUA_EMAIL, statement


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Send what the plan says to Eloqua, and write ids and source back to Certain."""
    return engine.deliver(
        job,
        plan,
        platforms,
        _apply,
        report_settled=report_settled,
        remember=remember_profiles,
    )


def _apply(work: Work) -> None:
    send = _Sending(work)
    if send.needed():
        send.run()
    Linking(work).run()


class _Sending:
    def __init__(self, work: Work) -> None:
        self.work = work
        self.job = work.job
        self.eloqua = work.platforms.client("eloqua", EloquaClient)
        self._made: frozenset[str] | None = None

    def needed(self) -> bool:
        return next(self._rows(), None) is not None

    def run(self) -> None:
        check_field_map(self.job.field_map, self.eloqua)
        working = ensure_working_list(self.eloqua, working_list_name(self.job))
        names = self._field_names()
        plan_id = self.work.delivery.record.plan_id
        if self.work.resumed:
            definitions.finish(self.job, self.work.platforms)
        with definitions.registered_use(self.job, self.work.platforms, definitions.DELIVERY, plan_id) as note:
            self._change_addresses(note)
            if not self.needed():
                return
            receipt = self._import(names, working, note)
            self._report(working, receipt)
            rejects = _rejects(receipt)
            ids = self._ids(working, rejects, note)
        sync = f"/syncs/{receipt.sync_id}"
        rows = {
            row.key: self._row(row, rejects.get(number), sync, receipt, ids)
            for number, row in enumerate(self._rows(), 1)
        }
        self._remember(rows, rejects, working)
        self.work.record_many(rows.values())
        self.work.delivery.forget_uploads()

    # -- up

    def _change_addresses(self, note: definitions.InUse) -> None:
        """Give contacts their new addresses by id, before they are matched by address. Again is harmless.

        An address that another contact has taken since the plan is refused; the row then has its outcome.
        """
        moved = [row for row in self._rows() if row.old("contact", ELOQUA_EMAIL) is not None]
        if not moved:
            return
        addresses = [row.write["contact"][ELOQUA_EMAIL] for row in moved]
        receipt = self.eloqua.import_contacts(
            pa.table({CONTACT_ID: [row.ids[CONTACT_ID] for row in moved], ELOQUA_EMAIL: addresses}),
            fields={CONTACT_ID: "{{Contact.Id}}", ELOQUA_EMAIL: statement(ELOQUA_EMAIL)},
            identifier=CONTACT_ID,
            import_rule="updateOnly",
            name=f"{note.name} addresses",
        )
        note.left = receipt.orphaned_definition
        rejects = _rejects(receipt)
        self.work.facts["addresses_changed"] = len(moved) - len(rejects)
        self.work.record_many(
            DeliveredRow(
                row.key,
                Outcome.REJECTED.value,
                code=rejects[number].code,
                cause=f"the contact's address was not changed: {rejects[number].cause}",
                sync=f"/syncs/{receipt.sync_id}",
            )
            for number, row in enumerate(moved, 1)
            if number in rejects
        )

    def _import(self, names: list[str], working: ContactList, note: definitions.InUse) -> ImportReceipt:
        syncs = self.eloqua.syncs_started
        try:
            receipt = self.eloqua.import_contacts(
                self._batches(names),
                fields={name: statement(name) for name in names},
                identifier=ELOQUA_EMAIL,
                update_rule="ifNewIsNotNull",  # a row without a field leaves it as it is
                sync_actions=[SyncAction.add_to_list(working.id)],
                name=note.name,
            )
        except ClientError:
            if self.eloqua.syncs_started == syncs and not self.work.resumed:
                self.work.delivery.forget_uploads()  # nothing was merged
            raise
        note.left = note.left or receipt.orphaned_definition
        return receipt

    def _rows(self) -> Iterator[PlanRow]:
        """The rows to upload: the same ones in the same order, until the outcomes are recorded at the end.

        So what Eloqua says of row 17 is joined to the plan by counting, without keeping 100,000 rows.
        """
        done = self.work.results
        return self.work.rows(lambda key, action: action is not Action.LINK and key not in done)

    def _field_names(self) -> list[str]:
        """The fields that any of the rows changes; the address, which finds the contact, first."""
        names: dict[str, None] = {ELOQUA_EMAIL: None}
        for row in self._rows():
            names.update(dict.fromkeys(row.write.get("contact", {})))
        return list(names)

    def _batches(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        columns: dict[str, list[str]] = {name: [] for name in names}
        going: list[Upload] = []
        for row in self._rows():
            contact = row.write["contact"]
            for name, values in columns.items():
                values.append(contact.get(name, ""))
            person = person_key(self.job.account, row.ids[EMAIL])
            going.append(Upload(row.key, person, row.action.value, row.ids[CONTACT_ID]))
            if len(going) >= ROWS_AT_ONCE:
                self.work.delivery.upload(going)
                yield _batch(columns)
                columns, going = {name: [] for name in names}, []
        if going:
            self.work.delivery.upload(going)
            yield _batch(columns)

    # -- back

    def _report(self, working: ContactList, receipt: ImportReceipt) -> None:
        facts = self.work.facts
        facts["working_list"] = working.name
        facts["working_list_id"] = working.id
        facts["import_syncs"] = [f"/syncs/{sync}" for sync in receipt.sync_ids]
        facts["sync_status"] = receipt.status
        facts["uploaded"] = receipt.rows
        facts["contacts_created"], facts["contacts_updated"] = receipt.created, receipt.updated
        if receipt.warnings:
            facts["warnings"] = list(receipt.warnings)
        unjoined = receipt.rejects.column("row").null_count
        if unjoined:
            facts["rejects_without_a_row"] = unjoined

    def _ids(
        self, working: ContactList, rejects: Mapping[int, _Reject], note: definitions.InUse
    ) -> dict[str, tuple[str, str]]:
        """Id and time of creation by address, for the accepted rows whose id the plan did not know."""
        wanted = {
            normalise_email(row.ids[EMAIL])
            for number, row in enumerate(self._rows(), 1)
            if not row.ids[CONTACT_ID] and (number not in rejects or rejects[number].written)
        }
        found: dict[str, tuple[str, str]] = {}
        if not wanted:
            return found
        fields = {
            CONTACT_ID: "{{Contact.Id}}",
            ELOQUA_EMAIL: statement(ELOQUA_EMAIL),
            CREATED_AT: "{{Contact.CreatedAt}}",
        }
        with self.eloqua.export_contact_list(working.id, fields, name=f"{note.name} ids") as export:
            for batch in export:
                for contact, email, created in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                    if (key := normalise_email(email)) in wanted and key is not None:
                        found[key] = (contact, created)
        note.left = note.left or export.orphaned_definition is not None
        return found

    def _row(
        self,
        one: PlanRow,
        reject: _Reject | None,
        sync: str,
        receipt: ImportReceipt,
        ids: Mapping[str, tuple[str, str]],
    ) -> DeliveredRow:
        if reject and not reject.written:
            return DeliveredRow(
                one.key,
                Outcome.REJECTED.value,
                code=reject.code,
                cause=reject.cause,
                sync=sync,
            )
        contact, created = ids.get(normalise_email(one.ids[EMAIL]) or "", (one.ids[CONTACT_ID], ""))
        row = DeliveredRow(one.key, Outcome.UPDATED.value, ids={CONTACT_ID: contact}, sync=sync)
        if not one.ids[CONTACT_ID] and self._is_new(one, created, receipt, ids):
            row = replace(row, outcome=Outcome.CREATED.value)
        if reject:
            return replace(row, code=reject.code, cause=reject.cause)
        if not contact:
            return replace(row, cause="sent, but its id could not be read back yet; the next run links it")
        return row

    def _is_new(
        self, one: PlanRow, created: str, receipt: ImportReceipt, ids: Mapping[str, tuple[str, str]]
    ) -> bool:
        """Whether this delivery made the contact.

        The sync says how many it made, so these are the youngest of the ones we did not know; no clock of
        ours is compared with Eloqua's. After an interruption the count of the first attempt is lost; then the
        time at which the delivery began must do.
        """
        if one.action is Action.CREATE:
            return True
        if self.work.resumed:
            return made_since(created, self.work.delivery.record.started_at)
        if self._made is None:
            self._made = _youngest(receipt.created, ids)
        return ids.get(normalise_email(one.ids[EMAIL]) or "", ("", ""))[0] in self._made

    def _remember(
        self, rows: Mapping[str, DeliveredRow], rejects: Mapping[int, _Reject], working: ContactList
    ) -> None:
        """Remember what was sent, so that only changes are sent next time."""
        account, ledger = self.job.account, self.work.platforms.ledger
        refused = {key: rejects[number].fields for number, key in enumerate(rows, 1) if number in rejects}
        contacts = {
            key: row.ids[CONTACT_ID]
            for key, row in rows.items()
            if row.outcome != Outcome.REJECTED and row.ids[CONTACT_ID]
        }

        def sent() -> Iterator[Sent]:
            some: list[PlanRow] = []
            for row in self.work.rows(lambda key, _: key in contacts):
                some.append(row)
                if len(some) >= ROWS_AT_ONCE:
                    yield from self._sent(some, contacts, refused, working)
                    some = []
            yield from self._sent(some, contacts, refused, working)

        ledger.remember_sent(account, sent())

    def _sent(
        self,
        some: list[PlanRow],
        contacts: Mapping[str, str],
        refused: Mapping[str, frozenset[str]],
        working: ContactList,
    ) -> Iterator[Sent]:
        persons = [person_key(self.job.account, row.ids[EMAIL]) for row in some]
        before = self.work.platforms.ledger.sent_to(self.job.account, persons)
        for person, row in zip(persons, some, strict=True):
            bad = refused.get(row.key, frozenset())
            news = {
                name: value_digest(name, value)
                for name, value in row.write["contact"].items()
                if name != ELOQUA_EMAIL and name not in bad
            }
            known = before[person].fields if person in before and row.action is Action.UPDATE else {}
            yield Sent(person, contacts[row.key], working.name, {**known, **news})


def ensure_working_list(eloqua: EloquaClient, name: str) -> ContactList:
    """The working list, made if there is none."""
    found = find_working_list(eloqua, name)
    if found is not None:
        return found
    try:
        return eloqua.create_contact_list(name)
    except InDoubt:
        found = find_working_list(eloqua, name)
        if found is None:
            raise
        return found


@dataclass(frozen=True, slots=True)
class _Reject:
    code: str
    cause: str
    written: bool  # the row was taken without the bad values
    fields: frozenset[str]


def _rejects(receipt: ImportReceipt) -> dict[int, _Reject]:
    """Rejects by row number; of several for one row the one that kept it out."""
    found: dict[int, _Reject] = {}
    for line in receipt.rejects.to_pylist():
        number = line["row"]
        if number is None or (number in found and not found[number].written):
            continue
        fields = frozenset(line["invalid_fields"] or ())
        where = f" ({', '.join(sorted(fields))})" if fields else ""
        taken = "taken without a bad value: " if line["written"] else ""
        cause = f"{taken}{line['cause'] or line['message']}{where}"
        found[number] = _Reject(line["code"], cause, bool(line["written"]), fields)
    return found


def _youngest(number: int, ids: Mapping[str, tuple[str, str]]) -> frozenset[str]:
    """The contacts made last, so many of them; within a second by id, which only grows."""
    by_age = sorted(ids.values(), key=lambda c: (c[1], len(c[0]), c[0]), reverse=True)
    return frozenset(contact for contact, _ in by_age[:number])


def _batch(columns: Mapping[str, list[Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {name: pa.array(values, pa.string()) for name, values in columns.items()}
    )
