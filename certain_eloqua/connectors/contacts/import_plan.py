"""The plans of both imports: what each member of an Eloqua list changes in Certain. Pure functions.

One row per member, with the contact's id as its key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from certain_eloqua.connectors.contacts.columns import COLUMNS, CONTACT_ID
from certain_eloqua.connectors.contacts.identity import (
    EXTERNAL_KEY,
    SOURCE,
    held_by_another,
    link,
    linked_to_another_profile,
)
from certain_eloqua.connectors.contacts.list_members import KNOWN_PIN, LEFT_OUT, pages_in_words
from certain_eloqua.connectors.contacts.profile_matching import Match, Profiles
from certain_eloqua.connectors.contacts.registration_index import (
    Standing,
    check_attendee_type,
    check_status,
    standings,
)
from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.columns import Columns, chunks, rows_of, texts
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.contract.plan_writer import Changes, PlanWriter
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.domain.email import is_valid_email, normalise_email
from certain_eloqua.domain.registration import WAITLIST_HOLD
from certain_eloqua.mapping import ELOQUA_EMAIL, Pair, same_in_certain, text_of, translate
from certain_eloqua.mapping.field_types import CERTAIN_TEXTS, DoesNotFit, FieldType, Fitter

if TYPE_CHECKING:
    from certain_eloqua.connectors.contacts.settings import ImportRegistrationsSettings, ListImportSettings

NAMES = ("firstName", "lastName")


def plan_profiles(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the list's members change among the account's profiles."""
    return _Import(job, reads, None, {}, "profile").plan()


def plan_registrations(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the list's members change among profiles and the event's registrations.

    Raises:
        Permanent: the event has no such attendee type or status.
    """
    settings: ImportRegistrationsSettings = job.settings
    doing = f"Planning {job.connector} for {job.event.code if job.event else 'no event'}"
    check_attendee_type(doing, settings.attendee_type_code, reads["attendee_types"])
    check_status(doing, settings.registration_status, reads["statuses"])
    return _Import(job, reads, settings, standings(reads["registrations"]), "registration").plan()


@dataclass(slots=True)
class _Member:
    contact_id: str
    email: str  # as a key
    match: Match


class _Import:
    def __init__(
        self,
        job: Job,
        reads: Mapping[str, pd.DataFrame],
        registering: ImportRegistrationsSettings | None,
        registered: Mapping[str, Standing],
        record: str,
    ) -> None:
        self.job = job
        self.settings: ListImportSettings = job.settings
        self.field_map = job.field_map
        self.record = record
        self.registering = registering
        self.registered = registered
        self.contacts = reads["contacts"]
        self.frame = reads["profiles"]
        sizes = {name: FieldType("text", size) for name, size in CERTAIN_TEXTS.items()}
        self.fitter = Fitter(sizes, self.settings.too_long)
        self.linked_profiles: Mapping[str, Collection[str]] = {}

    def plan(self) -> pd.DataFrame:
        writer = PlanWriter(self.job.run_id, self.record, COLUMNS)
        members = self._members()
        pairs = self.field_map.incoming
        contacts = Columns(self.contacts, [pair.eloqua for pair in pairs])
        profiles = Columns(
            self.frame, ["profilePin", EXTERNAL_KEY, SOURCE, *(pair.certain for pair in pairs)]
        )
        for piece in chunks(len(members)):
            there = contacts.at(piece)
            here = profiles.at([members[i].match.position for i in piece])
            for i, contact, profile in zip(
                piece, rows_of(there, len(piece)), rows_of(here, len(piece)), strict=True
            ):
                self._add(writer, members[i], contact, profile)
        made = writer.frame()
        made.attrs |= self.fitter.facts
        return made

    # -- who is who

    def _members(self) -> list[_Member]:
        ids = texts(self.contacts, CONTACT_ID)
        emails = [normalise_email(address) or "" for address in texts(self.contacts, ELOQUA_EMAIL)]
        left_out = texts(self.contacts, LEFT_OUT)
        pins = texts(self.contacts, KNOWN_PIN)
        profiles = Profiles(self.frame, emails, ids, [pin for pin in pins if pin])
        registered = {p for p, pin in enumerate(profiles.pins) if pin in self.registered}
        members = [
            _Member(contact_id, email, self._match(profiles, contact_id, email, pin, outside, registered))
            for contact_id, email, pin, outside in zip(ids, emails, pins, left_out, strict=True)
        ]
        self._merge(members, profiles)
        self.linked_profiles = profiles.linked_profiles()
        return members

    def _match(
        self, profiles: Profiles, contact_id: str, email: str, pin: str, outside: str, registered: set[int]
    ) -> Match:
        if outside:
            return Match(reason=Reason.LIST_TRUNCATED, detail=[f"outside of {pages_in_words(self.settings)}"])
        if not email:
            return Match(reason=Reason.NO_EMAIL, detail=["the contact has no e-mail address"])
        if not is_valid_email(email):
            return Match(reason=Reason.INVALID_EMAIL, detail=["the contact's e-mail address is not valid"])
        if self.settings.profile_deduplication == "email":
            return profiles.by_email(email, contact_id, pin, registered)
        return profiles.by_id(email, contact_id, pin, take_over=self.settings.take_over_source)

    def _merge(self, members: list[_Member], profiles: Profiles) -> None:
        """Of contacts that are one person to Certain one is imported: the one the profile carries already.

        In mode `eloqua_id` two contacts with one address are two people, once each has a profile of its own.
        """
        first: dict[str, _Member] = {}

        def rank(member: _Member) -> tuple[bool, int, str]:
            position = member.match.position
            carried = position >= 0 and profiles.keys[position] == member.contact_id
            return (
                not carried,
                int(member.contact_id) if member.contact_id.isdigit() else 0,
                member.contact_id,
            )

        for member in sorted((m for m in members if m.match.reason is None), key=rank):
            position = member.match.position
            claims = [f"profile {position}"] if position >= 0 else []
            if not member.match.by_id:
                claims.append(f"email {member.email}")
            taken = next((first[claim] for claim in claims if claim in first), None)
            if taken is not None:
                why = f"the same person in Certain as contact {taken.contact_id}, which is imported"
                member.match = Match(reason=Reason.MERGED, detail=[why])
                continue
            for claim in (*claims, f"email {member.email}"):
                first.setdefault(claim, member)

    # -- what changes

    def _add(
        self, writer: PlanWriter, member: _Member, contact: Mapping[str, str], profile: Mapping[str, str]
    ) -> None:
        match, pin = member.match, profile["profilePin"]
        remarks = list(match.detail)
        email = contact[ELOQUA_EMAIL].strip()
        if match.reason is not None:
            writer.add(
                member.contact_id,
                Action.SKIP,
                reason=match.reason,
                detail=remarks,
                email=email,
                contact_id=member.contact_id,
            )
            return
        changes = Changes()
        new = match.position < 0
        try:
            mapped = self._fields(changes, contact, profile, remarks)
        except DoesNotFit as misfit:
            writer.add(
                member.contact_id,
                Action.SKIP,
                reason=Reason.TOO_LONG,
                detail=str(misfit),
                email=email,
                contact_id=member.contact_id,
                profile_pin=pin,
            )
            return
        if new and any(not changes.written.get("profile", {}).get(name) for name in NAMES):
            writer.add(
                member.contact_id,
                Action.SKIP,
                reason=Reason.NO_NAME,
                detail="a new profile needs a first and a last name",
                email=email,
                contact_id=member.contact_id,
            )
            return
        self._link(changes, member.contact_id, profile, remarks)
        action = Action.CREATE if new else self._action(changes, mapped)
        standing = self.registered.get(pin) if pin else None
        if self.registering is not None:
            if standing is not None and not standing.active:
                detail = "the registration was deleted in Certain; it is not made anew"
                writer.add(
                    member.contact_id,
                    Action.SKIP,
                    reason=Reason.INACTIVE,
                    detail=detail,
                    email=email,
                    contact_id=member.contact_id,
                    profile_pin=pin,
                    registration_code=standing.code,
                )
                return
            action = self._register(self.registering, changes, standing, action, remarks)
        writer.add(
            member.contact_id,
            action,
            detail=remarks,
            email=email,
            contact_id=member.contact_id,
            profile_pin=pin,
            registration_code=standing.code if standing else None,
            changes=changes,
        )

    def _fields(
        self, changes: Changes, contact: Mapping[str, str], profile: Mapping[str, str], remarks: list[str]
    ) -> bool:
        """Write the mapped fields that differ; a blank never does. Whether there was one."""
        any_of_them = False
        for pair in self.field_map.incoming:
            value, understood = translate(pair, contact[pair.eloqua], into_certain=True)
            if not understood:
                remarks.append(
                    f"the value of {pair.eloqua} is not in the table of {pair.certain}: left as it is"
                )
            value = self.fitter.fit(pair.certain, value, remarks) if value else value
            if value and not self._same(pair, profile[pair.certain], value):
                changes.set("profile", pair.certain, value, text_of(profile[pair.certain]))
                any_of_them = True
        return any_of_them

    @staticmethod
    def _same(pair: Pair, old: str, new: str) -> bool:
        return old == new or same_in_certain(pair, old, new)

    def _link(
        self, changes: Changes, contact_id: str, profile: Mapping[str, str], remarks: list[str]
    ) -> None:
        found = link(
            profile[EXTERNAL_KEY],
            profile[SOURCE],
            contact_id,
            take_over=self.settings.take_over_source,
            linked_profiles=[
                pin for pin in self.linked_profiles.get(contact_id, ()) if pin != profile["profilePin"]
            ],
        )
        for name, (value, old) in found.fields.items():
            changes.set("profile", name, value, old)
        if found.held_by:
            remarks.append(held_by_another(found.held_by))
        if found.linked_profile is not None:
            remarks.append(linked_to_another_profile(found.linked_profile, contact_id))

    @staticmethod
    def _action(changes: Changes, mapped: bool) -> Action:
        if mapped:
            return Action.UPDATE
        return Action.LINK if changes.written else Action.UNCHANGED

    @staticmethod
    def _register(
        settings: ImportRegistrationsSettings,
        changes: Changes,
        standing: Standing | None,
        action: Action,
        remarks: list[str],
    ) -> Action:
        wanted = settings.registration_status
        if standing is None:
            remarks.append("new profile and registration" if action is Action.CREATE else "new registration")
            changes.set("registration", "attendeeTypeCode", settings.attendee_type_code, "")
            changes.set("registration", "registrationStatusLabel", wanted, "")
            return Action.CREATE
        if standing.active > 1:
            remarks.append(
                f"{standing.active} registrations of this person: the newest, {standing.code}, counts"
            )
        if standing.status == wanted:
            return action
        if not settings.overwrite_registration_status:
            return action
        if standing.status == WAITLIST_HOLD:
            remarks.append(f"waitlisted: {WAITLIST_HOLD} is not forced to {wanted}")
            return action
        changes.set("registration", "registrationStatusLabel", wanted, standing.status)
        return Action.UPDATE
