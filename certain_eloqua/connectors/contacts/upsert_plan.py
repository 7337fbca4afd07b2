"""The plan of kind 4: what an event's registrations change among Eloqua's contacts. A pure function.

One row per registration, with its code as the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contacts.candidates import Candidate, Candidates, People, Positions
from certain_eloqua.connectors.contacts.columns import COLUMNS, CONTACT_ID
from certain_eloqua.connectors.contacts.contact_lookup import FIELD_TYPES, working_list_name
from certain_eloqua.connectors.contacts.identity import (
    EXTERNAL_KEY,
    NEW_ID,
    SOURCE,
    held_by_another,
    is_ours,
    link,
    linked_to_another_profile,
)
from certain_eloqua.connectors.contacts.plan_checks import LEFT_BEHIND
from certain_eloqua.connectors.contacts.profiles_by_contact_id import ProfilesByContactId
from certain_eloqua.connectors.contacts.registration_index import check_attendee_type, check_status
from certain_eloqua.connectors.contacts.unchanged import surely_unchanged
from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.addresses import normalised_emails
from certain_eloqua.connectors.contract.columns import (
    ROWS_AT_ONCE,
    Columns,
    Mask,
    last_positions,
    present,
    rows_of,
    texts,
)
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.contract.plan_writer import Changes, PlanWriter
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.domain.email import normalise_email
from certain_eloqua.ledger import person_key, value_digest
from certain_eloqua.mapping import ELOQUA_EMAIL, Pair, same_value, translate
from certain_eloqua.mapping.field_types import DoesNotFit, Fitter, types_from_json

if TYPE_CHECKING:
    from certain_eloqua.connectors.contacts.settings import UpsertContactsSettings
    from certain_eloqua.ledger import Ledger


def plan_contacts(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Which contacts are created or updated, with which fields, and which profiles learn their ids.

    Raises:
        Permanent: the event has no such status or attendee type.
    """
    settings: UpsertContactsSettings = job.settings
    doing = f"Planning {job.connector} for {job.event.code if job.event else 'no event'}"
    for status in settings.registration_statuses:
        check_status(doing, status, reads["statuses"])
    for kind in settings.attendee_types or ():
        check_attendee_type(doing, kind, reads["attendee_types"])
    return _Upsert(job, reads).plan()


def sent_before(ledger: Ledger, job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the people whose plan depends on it were sent; see `SENT_SCHEMA`."""
    matched = Matched(job, reads)
    rows = np.flatnonzero(matched.candidates.planned & ~matched.unchanged())
    emails = matched.candidates.emails.take(pa.array(rows)).to_pylist()
    return ledger.sent_values(job.account, [person_key(job.account, email) for email in emails])


class Matched:
    """The candidates of an event with their profiles and with the contacts that have their addresses."""

    def __init__(self, job: Job, reads: Mapping[str, pd.DataFrame]) -> None:
        settings: UpsertContactsSettings = job.settings
        self.pairs = job.field_map.outgoing
        registrations, profiles, contacts = reads["registrations"], reads["profiles"], reads["contacts"]
        self.candidates = Candidates(registrations, profiles, settings)
        members = [EXTERNAL_KEY, SOURCE, *(pair.certain for pair in self.pairs)]
        self.people = People(registrations, profiles, members, self.candidates.profiles)
        self.contacts = Columns(contacts, [CONTACT_ID, *(pair.eloqua for pair in self.pairs)])
        addresses = normalised_emails(present(contacts, ELOQUA_EMAIL))
        self.positions = last_positions(self.candidates.emails, addresses)
        self._refresh_all = settings.refresh_all

    def unchanged(self) -> Mask:
        """Which of the candidates are surely unchanged."""
        planned = self.candidates.planned
        if self._refresh_all:
            return np.zeros(len(planned), np.bool_)
        for start in range(0, len(planned), ROWS_AT_ONCE):
            rows = np.arange(start, min(start + ROWS_AT_ONCE, len(planned)))
            contacts = self.contacts.take(self.positions[rows])
            planned[rows] &= surely_unchanged(self.people.take(rows), contacts, self.pairs)
        return planned


class _Upsert:
    def __init__(self, job: Job, reads: Mapping[str, pd.DataFrame]) -> None:
        self.job = job
        self.settings: UpsertContactsSettings = job.settings
        self.pairs = job.field_map.outgoing
        self.matched = Matched(job, reads)
        self.found, self.people = self.matched.candidates, self.matched.people
        self.linked_profiles = ProfilesByContactId(reads["profiles"])
        self.linked: Mapping[str, set[str]] = {}
        self.contacts = reads["contacts"]
        self.left_behind = 0
        self.fitter = Fitter(types_from_json(self.contacts.attrs.get(FIELD_TYPES)), self.settings.too_long)
        self.sent = reads.get("sent", pd.DataFrame())
        self.working_list = working_list_name(job)

    @cached_property
    def by_id(self) -> Mapping[str, int]:
        """Positions of the contacts by id."""
        ids = texts(self.contacts, CONTACT_ID)
        return {contact: row for row, contact in enumerate(ids) if contact}

    @cached_property
    def sent_to(self) -> Mapping[str, int]:
        """Positions of what persons were sent."""
        return {person: row for row, person in enumerate(texts(self.sent, "person"))}

    @cached_property
    def addresses(self) -> set[str]:
        """The addresses of all who are meant to be contacts."""
        return set(self.found.emails.filter(pa.array(self.found.planned)).to_pylist())

    def plan(self) -> pd.DataFrame:
        writer = PlanWriter(self.job.run_id, "contact", COLUMNS)
        unchanged = self.matched.unchanged()
        for start in range(0, len(self.found), ROWS_AT_ONCE):
            rows = np.arange(start, min(start + ROWS_AT_ONCE, len(self.found)))
            same = unchanged[rows]
            self._add_one_by_one(writer, rows[~same])
            if same.any():
                self._add_unchanged(writer, rows[same], same)
        made = writer.frame()
        made.attrs |= {LEFT_BEHIND: self.left_behind, **self.fitter.facts}
        return made

    def _add_unchanged(self, writer: PlanWriter, rows: Positions, mask: Mask) -> None:
        people = self.people.take(rows)
        codes = self.found.codes.take(pa.array(rows))
        writer.interleave(
            mask,
            Action.UNCHANGED,
            codes,
            email=pc.utf8_trim_whitespace(people["email"]),
            contact_id=people[EXTERNAL_KEY],
            profile_pin=people["profilePin"],
            registration_code=codes,
        )

    def _add_one_by_one(self, writer: PlanWriter, rows: Positions) -> None:
        if not len(rows):
            return
        some = [self.found.one(row) for row in rows.tolist()]
        people = rows_of(self.people.at(rows), len(some))
        positions = self.matched.positions[rows]
        there = self.matched.contacts.at(positions)
        persons = [person_key(self.job.account, one.email) if one.reason is None else "" for one in some]
        before = Columns(self.sent, ["contact_id", "working_list", "fields"])
        sent = before.at([self.sent_to.get(person, -1) for person in persons])
        self.linked = self.linked_profiles.of({*there[CONTACT_ID], *sent["contact_id"]} - {""})
        live, known = rows_of(there, len(some)), rows_of(sent, len(some))
        met = (positions >= 0).tolist()
        for one, person, contact, last, one_met in zip(some, people, live, known, met, strict=True):
            self._add(writer, one, person, contact, last, met=one_met)

    def _add(
        self,
        writer: PlanWriter,
        one: Candidate,
        person: Mapping[str, str],
        contact: Mapping[str, str],
        before: Mapping[str, str],
        *,
        met: bool,
    ) -> None:
        pin = person["profilePin"]
        if one.reason is not None:
            writer.add(
                one.code,
                Action.SKIP,
                reason=one.reason,
                detail=one.detail,
                email=one.email,
                profile_pin=pin,
                registration_code=one.code,
            )
            return
        remarks: list[str] = []
        live = contact if contact[CONTACT_ID] else None
        changed = self._changed_address(one, person, live)
        if changed is not None:
            if self.settings.when_email_changes == "skip":
                detail = f"the address has changed; contact {changed[CONTACT_ID]} keeps the old one"
                writer.add(
                    one.code,
                    Action.SKIP,
                    reason=Reason.EMAIL_CHANGED,
                    detail=detail,
                    email=_address(person, one),
                    contact_id=changed[CONTACT_ID],
                    profile_pin=pin,
                    registration_code=one.code,
                )
                return
            obstacle = self._why_not_moved(changed, live)
            if obstacle is None:
                live, met = changed, True
                remarks.append(f"the address of contact {changed[CONTACT_ID]} is changed")
            else:
                self.left_behind += 1
                remarks.append(
                    f"the address has changed: contact {changed[CONTACT_ID]} keeps the old one and is left "
                    f"behind{obstacle}"
                )
        digests: dict[str, str] = orjson.loads(before["fields"]) if before["fields"] else {}
        if digests and live is None and (met or before["working_list"] == self.working_list):
            remarks.append("the contact is not in Eloqua any more, or has another address now: sent anew")
            digests, before = {}, {"contact_id": ""}
        contact_id = live[CONTACT_ID] if live else before["contact_id"]
        changes = Changes()
        moved = live is not None and live is changed
        if moved and live is not None:
            changes.set("contact", ELOQUA_EMAIL, _address(person, one), live[ELOQUA_EMAIL])
        try:
            fields = self._fields(changes, person, live, digests, remarks, new=met and live is None) or moved
        except DoesNotFit as misfit:
            writer.add(
                one.code,
                Action.SKIP,
                reason=Reason.TOO_LONG,
                detail=str(misfit),
                email=_address(person, one),
                contact_id=contact_id,
                profile_pin=pin,
                registration_code=one.code,
            )
            return
        if contact_id:
            action = Action.UPDATE if fields else Action.LINK
        else:
            action = Action.CREATE if met else Action.UPSERT
        if action is not Action.LINK:
            changes.also("contact", ELOQUA_EMAIL, _address(person, one))
        self._link(changes, person, contact_id, pin, remarks)
        if action is Action.LINK and not changes.written:
            action = Action.UNCHANGED
        writer.add(
            one.code,
            action,
            detail=remarks,
            email=_address(person, one),
            contact_id=contact_id,
            profile_pin=pin,
            registration_code=one.code,
            changes=changes,
        )

    def _changed_address(
        self, one: Candidate, person: Mapping[str, str], live: Mapping[str, str] | None
    ) -> dict[str, str] | None:
        """The contact that the profile is linked to, if that contact has another address."""
        linked = person[EXTERNAL_KEY]
        if not linked or not is_ours(person[SOURCE]) or (live is not None and live[CONTACT_ID] == linked):
            return None
        row = self.by_id.get(linked)
        if row is None:
            return None
        contact = {name: values[0] for name, values in self.matched.contacts.at([row]).items()}
        return None if normalise_email(contact[ELOQUA_EMAIL]) == one.email else contact

    def _why_not_moved(self, changed: Mapping[str, str], live: Mapping[str, str] | None) -> str | None:
        """Why the linked contact does not get the new address, to follow a sentence; None if it does."""
        if self.settings.when_email_changes != "update_contact":
            return ""
        if live is not None:
            return f": contact {live[CONTACT_ID]} has the new address already"
        if normalise_email(changed[ELOQUA_EMAIL]) in self.addresses:
            return ": its old address is that of another registration"
        return None

    def _fields(
        self,
        changes: Changes,
        person: Mapping[str, str],
        live: Mapping[str, str] | None,
        digests: Mapping[str, str],
        remarks: list[str],
        *,
        new: bool,
    ) -> bool:
        """Send the fields that changed since they were last sent; a blank never. Whether there was one."""
        any_of_them = False
        for pair in self.pairs:
            value, understood = translate(pair, person[pair.certain], into_certain=False)
            if not understood:
                remarks.append(f"the value of {pair.certain} is not in the table of {pair.eloqua}: not sent")
            if not value or pair.eloqua == ELOQUA_EMAIL:
                continue
            raw, value = value, self.fitter.fit(pair.eloqua, value, remarks)
            if not value or (live is not None and value != raw and value == live[pair.eloqua].strip()):
                continue
            if self._to_be_sent(pair, person[pair.certain], value, live, digests):
                old = live[pair.eloqua].strip() if live is not None else "" if new else None
                changes.set("contact", pair.eloqua, value, old)
                any_of_them = True
        return any_of_them

    def _to_be_sent(
        self,
        pair: Pair,
        certain: str,
        value: str,
        live: Mapping[str, str] | None,
        digests: Mapping[str, str],
    ) -> bool:
        if self.settings.refresh_all:
            return True
        if live is not None and same_value(pair, certain, live[pair.eloqua]):
            return False
        last = digests.get(pair.eloqua)
        return last is None or last != value_digest(pair.eloqua, value)

    def _link(
        self, changes: Changes, person: Mapping[str, str], contact_id: str, pin: str, remarks: list[str]
    ) -> None:
        if not pin:
            remarks.append("the registration names no profile: nothing is written back")
            return
        found = link(
            person[EXTERNAL_KEY],
            person[SOURCE],
            contact_id or NEW_ID,
            take_over=self.settings.take_over_source,
            linked_profiles=self.linked.get(contact_id, set()) - {pin},
        )
        for name, (value, old) in found.fields.items():
            changes.set("profile", name, value, old)
        if found.held_by:
            remarks.append(held_by_another(found.held_by))
        if found.linked_profile is not None:
            remarks.append(linked_to_another_profile(found.linked_profile, contact_id))


def _address(person: Mapping[str, str], one: Candidate) -> str:
    """The address as Certain has it, without blanks; contacts are matched by it in any case."""
    text = person["email"].strip()
    return text if normalise_email(text) == one.email else one.email
