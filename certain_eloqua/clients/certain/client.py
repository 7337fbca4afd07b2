"""The Certain client: what a connector asks of the event platform, in one object.

Reads come as pages (lists of Certain's own objects), because there may be many; `tables.py` turns a page into
Arrow. Writes are one POST per record; `write_many` does several at once.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Unpack

from certain_eloqua.clients.certain import programme, readers
from certain_eloqua.clients.certain.paging import Collection, Pages, Reading
from certain_eloqua.clients.certain.session import CertainSession
from certain_eloqua.clients.certain.values import as_list, as_text, with_overlap
from certain_eloqua.clients.certain.writing import Write, WriteResult, write_many
from certain_eloqua.clients.concurrency import AdaptiveLimit
from certain_eloqua.clients.errors import NotFound, ValidationError
from certain_eloqua.clients.http import HttpOptions
from certain_eloqua.clients.usage import Usage
from certain_eloqua.domain.account import Account
from certain_eloqua.domain.event import Event
from certain_eloqua.domain.registration import STANDARD_STATUSES, AttendeeType, RegistrationStatus

Item = dict[str, Any]

PAGE_SIZE = 5_000
"""The largest page seen in production with a public client; a server may cap it, which is harmless."""
FIRST_WRITES, MOST_WRITES = 5, 20
"""Writes at once to begin with, and at most. Public clients use up to 20; Certain publishes no number."""

EVENTS = Collection("Event", "events", "eventCode", "eventCode_asc")
PROFILES = Collection("Profile", "profiles", "pkProfileId", "pkProfileId_asc")
REGISTRATIONS = Collection("Registration", "registrations", "registrationCode", "registrationCode_asc")
ATTENDEE_TYPES = Collection("AttendeeType", "attendeeTypes", "attendeeTypeCode", "attendeeTypeCode_asc")


class ProfileIdentifier(StrEnum):
    """How Certain finds an existing profile on create; the SYNC_ ones also update what they find."""

    EMAIL = "EMAIL"
    PIN = "PIN"
    EXTERNAL = "EXTERNAL"
    SYNC_EMAIL = "SYNC_EMAIL"
    SYNC_PIN = "SYNC_PIN"
    SYNC_EXTERNAL = "SYNC_EXTERNAL"


class CertainClient:
    """One Certain account. A context manager; safe to use from several threads.

    Args:
        base_url: the customer's host, `https://…`; it is different for every customer.
        username, password: of a Certain user who may use the API on this account.
        account_code: the account.
        page_size: items a page; the server may give fewer.
        max_concurrency: the most writes at once; a few to begin with, more while Certain answers fast.
        max_rps: requests a second over all threads; None leaves it to the server to say 429.
        external_id_member: what this server calls a profile's External Profile ID.
        source_member: what this server calls a profile's Source of Profile.
        custom_statuses: labels of statuses that an event may have besides the standard ones.
        http: see `HttpOptions`.
    """

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        account_code: str,
        *,
        page_size: int = PAGE_SIZE,
        max_concurrency: int = MOST_WRITES,
        max_rps: float | None = None,
        external_id_member: str = "externalKey",
        source_member: str = "sourceOfProfile",
        custom_statuses: Sequence[str] = (),
        **http: Unpack[HttpOptions],
    ) -> None:
        if page_size < 1 or max_concurrency < 1:
            raise ValueError("page_size and max_concurrency must be at least 1")
        self.account_code = account_code
        self.usage = http.setdefault("usage", Usage())
        http.setdefault("pool_size", max(max_concurrency, 10))
        self._write_limit = AdaptiveLimit(min(FIRST_WRITES, max_concurrency), max_concurrency)
        http.setdefault("pushed_back", self._write_limit.pushed_back)
        self.external_id_member = external_id_member
        self.source_member = source_member
        self._custom_statuses = tuple(custom_statuses)
        self._page_size = page_size
        self._session = CertainSession(
            base_url,
            username,
            password,
            account_code,
            max_rps=max_rps,
            **http,
        )
        self._reading = Reading()
        self._known: set[str | None] = set()  # events verified to exist; None is the account itself
        self._labels: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> "CertainClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._session.http.close()

    @property
    def renamed(self) -> dict[str, str]:
        """This server's names of the two members without a published one, for `tables.to_batch`."""
        names = {self.external_id_member: "externalKey", self.source_member: "sourceOfProfile"}
        return {theirs: ours for theirs, ours in names.items() if theirs != ours}

    # ------------------------------------------------------------------ reading

    def account(self) -> Account:
        """The account. Raises `NotFound` if there is none, `AuthError` if it is not ours."""
        answer = self._session.get("Account", doing=f"Reading the account {self.account_code}")
        accounts = as_list(answer.get("accounts")) or [answer]  # a collection even for one code
        return readers.account_of(accounts[0])

    def event(self, code: str) -> Event:
        """One event. Raises `NotFound`."""
        answer = self._session.get(
            "Event", code, doing=f"Reading the event {code}", params={"include_list": "answers"}
        )
        events = as_list(answer.get("events")) or [answer]
        with self._lock:
            self._known.add(code)
        return readers.event_of(events[0])

    def iter_events(self, include: Sequence[str] = (), **filters: Any) -> Iterator[Event]:
        """All events of the account; filters are members of an event, `isActive=True`.

        Args:
            include: `answers` for their answers to event questions.
            filters: equality on any member.
        """
        for page in self.iter_event_pages(include=include, **filters):
            found = [readers.event_of(item) for item in page]
            with self._lock:
                self._known.update(event.code for event in found)  # so an empty search of one is empty
            yield from found

    def iter_event_pages(
        self, modified_after: datetime | str | None = None, include: Sequence[str] = (), **filters: Any
    ) -> Pages:
        """The same as Certain's own objects."""
        return self._pages(EVENTS, (), modified_after, include, filters)

    def iter_profile_pages(
        self, modified_after: datetime | str | None = None, include: Sequence[str] = (), **filters: Any
    ) -> Pages:
        """Profiles of the account; for `modified_after` see `iter_registration_pages`."""
        return self._pages(PROFILES, (), modified_after, include, filters)

    def iter_registration_pages(
        self,
        event: str,
        modified_after: datetime | str | None = None,
        include: Sequence[str] = (),
        **filters: Any,
    ) -> Pages:
        """Registrations of an event, inactive and test ones too unless filtered.

        Args:
            event: the event's code.
            modified_after: the `watermark` of the last read, not a time of ours. We go back some minutes
                behind it, so expect to see things again; an aware time is turned into Certain's wall clock.
            include: parts that are left out unless asked for: `registration_questions`, `tags` …
            filters: equality on any member, also `email`; `dateModified_before` and the like.
        """
        return self._pages(REGISTRATIONS, (event,), modified_after, include, filters, self._note_labels)

    def iter_changed_registration_pages(self, modified_after: datetime | str) -> Pages:
        """Registrations of all events of the account that changed; see `iter_registration_pages`."""
        return self._pages(REGISTRATIONS, (), modified_after, (), {})

    def newest_registration_stamp(self) -> str | None:
        """The `dateModified` of the registration of the account that changed last; None if there is none."""
        params = {"max_results": "1", "order_by": "dateModified_desc"}
        try:
            answer = self._session.get(
                "Registration", doing="Reading the registration that changed last", params=params
            )
        except NotFound:
            self._verify(())
            return None
        return max(
            (as_text(one.get("dateModified")) or "" for one in as_list(answer["registrations"])), default=None
        )

    def iter_attendee_types(self, event: str) -> Iterator[AttendeeType]:
        """The attendee types of an event."""
        for page in self.iter_attendee_type_pages(event):
            yield from map(readers.attendee_type_of, page)

    def iter_attendee_type_pages(self, event: str, **filters: Any) -> Pages:
        """The same as Certain's own objects, with their tags as JSON text in `tags`."""
        return self._pages(ATTENDEE_TYPES, (event,), None, ("tags",), filters, shape=programme.with_tags)

    def registration_statuses(self, event: str, *, seen: Iterable[str] = ()) -> list[RegistrationStatus]:
        """The statuses registrations of this event can have.

        No published object lists them. If the server has one it is believed; otherwise these are the eleven
        standard ones, the configured custom ones, and labels seen: on registrations this client has read, and
        those given as `seen`. Nothing says what a seen label means, so it has no classification.
        """
        doing = f"Reading the registration statuses of {event}"
        try:
            answer = self._session.get(
                "RegistrationStatus", event, doing=doing, params={"include_list": "tags"}
            )
        except NotFound:
            self._verify((event,))
        else:
            listed = [readers.status_of(item) for item in as_list(answer.get("registrationStatuses"))]
            if listed:
                return listed
        statuses = {status.label.lower(): status for status in STANDARD_STATUSES}
        with self._lock:
            labels = sorted(self._labels.get(event, ()))
        for label in (*self._custom_statuses, *labels, *seen):
            if label:
                statuses.setdefault(label.lower(), RegistrationStatus(label))
        return list(statuses.values())

    def iter_session_pages(self, event: str) -> Pages:
        """The session instances of an event, as rows for `SESSION_SCHEMA`."""
        return self._standard_pages(programme.SESSIONS, event, None, {}, programme.session_row)

    def iter_session_registration_pages(
        self, event: str, modified_after: datetime | str | None = None, **filters: Any
    ) -> Pages:
        """The registrations of an event, each with its list `sessions`; see `session_registration_batch`.

        The answers have no stamps. So `modified_after` is the watermark of a read of the event's
        registrations that was finished before the last read of this kind began.
        """
        return self._standard_pages(programme.SESSION_REGISTRATIONS, event, modified_after, filters)

    def iter_agenda_item_pages(self, event: str, **filters: Any) -> Pages:
        """The agenda items of an event with tags and points, as rows for `AGENDA_ITEM_SCHEMA`."""
        return self._pages(
            programme.AGENDA_ITEMS, (event,), None, ("tags",), filters, shape=programme.with_tags
        )

    def iter_agenda_registration_pages(
        self, event: str, modified_after: datetime | str | None = None, **filters: Any
    ) -> Pages:
        """Who has which agenda item; for `modified_after` see `iter_registration_pages`."""
        return self._pages(programme.AGENDA_REGISTRATIONS, (event,), modified_after, (), filters)

    def iter_appointment_pages(self, event: str, **filters: Any) -> Pages:
        """The appointments of an event, as rows for `APPOINTMENT_SCHEMA`: without people's names."""
        return self._pages(
            programme.APPOINTMENTS, (event,), None, (), filters, shape=programme.appointment_row
        )

    def iter_rating_pages(self, event: str, modified_after: datetime | str | None = None) -> Pages:
        """The ratings of sessions and agenda items; none where the server does not offer them."""
        return self._pages(programme.RATINGS, (event,), modified_after, (), {})

    # ------------------------------------------------------------------ writing

    def create_profile(
        self, fields: Mapping[str, Any], identifier: ProfileIdentifier | str | None = None
    ) -> Item:
        """A new profile, or with an identifier the existing one (SYNC_ ones update it); as Certain has it.

        Raises:
            ValidationError: with Certain's message, for instance when the identifying member is missing.
            InDoubt: the answer was lost and there was no identifier to make a repetition harmless.
        """
        return self._session.post(
            "Profile",
            doing="Creating a profile",
            body=fields,
            params=_matching(identifier),
            idempotent=identifier is not None,
        )

    def update_profile(self, pin: str, fields: Mapping[str, Any]) -> Item:
        """Change these members of a profile; the others stay. The whole profile as it is now."""
        return self._session.post(
            "Profile", pin, doing=f"Updating the profile {pin}", body=fields, idempotent=True
        )

    def create_registration(
        self, event: str, fields: Mapping[str, Any], identifier: ProfileIdentifier | str | None = None
    ) -> Item:
        """A new registration, with its profile found or made by the identifier; as Certain has it.

        Look for an existing registration first. Certain gives new ones its own status (`Waitlist Hold`) when
        the attendee type is full, so read the status from the answer.
        """
        return self._session.post(
            "Registration",
            event,
            doing=f"Creating a registration in {event}",
            body=fields,
            params=_matching(identifier),
            idempotent=identifier is not None,
        )

    def update_registration(self, event: str, code: str, fields: Mapping[str, Any]) -> Item:
        """Change these members of a registration; the others stay. The whole registration as it is now."""
        return self._session.post(
            "Registration",
            event,
            code,
            doing=f"Updating the registration {code} in {event}",
            body=fields,
            idempotent=True,
        )

    def delete_profile(self, pin: str) -> Item:
        """Make a profile inactive: Certain deletes softly. The profile as it is now."""
        return self._session.delete("Profile", pin, doing=f"Deleting the profile {pin}")

    def delete_registration(self, event: str, code: str) -> Item:
        """Make a registration inactive: Certain deletes softly. The registration as it is now."""
        return self._session.delete(
            "Registration", event, code, doing=f"Deleting the registration {code} of {event}"
        )

    def write_many(self, requests: Iterable[Write]) -> Iterator[WriteResult]:
        """Do many writes, as many at once as Certain answers fast; results as they complete.

        See `writing.write_many` and `AdaptiveLimit`.
        """
        return write_many(requests, self._write_limit)

    # ------------------------------------------------------------------ inside

    def _pages(
        self,
        collection: Collection,
        codes: tuple[str, ...],
        modified_after: datetime | str | None,
        include: Sequence[str],
        filters: Mapping[str, Any],
        note: Callable[[tuple[str, ...], Item], None] | None = None,
        shape: Callable[[Item], Item] | None = None,
    ) -> Pages:
        params: dict[str, str] = {"max_results": str(self._page_size)}
        order = collection.stable_order if modified_after is None else "dateModified_asc"
        if order and collection.stable_order:
            params["order_by"] = order
        if modified_after is not None:
            params["dateModified_after"] = with_overlap(modified_after)
        if include:
            params["include_list"] = ",".join(include)
        params.update({name: as_text(value) or "" for name, value in filters.items() if value is not None})
        where = f" of {codes[0]}" if codes else ""

        def ask(start_index: int) -> Item:
            page = self._session.get(
                collection.kind,
                *codes,
                doing=f"Reading {collection.plural}{where} from {start_index}",
                params={**params, "start_index": str(start_index)},
            )
            with self._lock:
                self._known.add(codes[0] if codes else None)  # it answered, so it exists
            if note is not None:
                note(codes, page)
            return page if shape is None else _shaped(page, collection.plural, shape)

        return Pages(ask, collection, self._reading, lambda: self._verify(codes))

    def _standard_pages(
        self,
        collection: Collection,
        event: str,
        modified_after: datetime | str | None,
        filters: Mapping[str, Any],
        shape: Callable[[Item], Item] | None = None,
    ) -> Pages:
        """A collection of the newer API, which may not count, may not page, and names its list variously."""
        size = min(self._page_size, programme.STANDARD_PAGE_SIZE)
        params = {"max_results": str(size)}
        if modified_after is not None:
            params["dateModified_after"] = with_overlap(modified_after)
        params.update({name: as_text(value) or "" for name, value in filters.items() if value is not None})

        def ask(start_index: int) -> Item:
            doing = f"Reading {collection.plural} of {event} from {start_index}"
            answer = self._session.get_standard(
                event, collection.kind, doing=doing, params={**params, "start_index": str(start_index)}
            )
            page = programme.standard_page(answer, collection, doing)
            with self._lock:
                self._known.add(event)
            return page if shape is None else _shaped(page, collection.plural, shape)

        return Pages(ask, collection, Reading(), lambda: self._verify((event,)), page_size=size)

    def _verify(self, codes: tuple[str, ...]) -> None:
        """A 404 means an empty search, or an unknown account or event. Ask once which."""
        code = codes[0] if codes else None
        with self._lock:
            if code in self._known:
                return
        if code is not None:
            self.event(code)
        else:
            self.account()
            with self._lock:
                self._known.add(None)

    def _note_labels(self, codes: tuple[str, ...], page: Item) -> None:
        labels = {
            str(item.get("registrationStatusLabel") or "")
            for item in as_list(page.get(REGISTRATIONS.plural))
            if isinstance(item, dict)
        }
        with self._lock:
            self._labels.setdefault(codes[0], set()).update(labels - {""})


def _shaped(page: Item, plural: str, shape: Callable[[Item], Item]) -> Item:
    return {**page, plural: [shape(item) for item in as_list(page.get(plural))]}


def _matching(identifier: ProfileIdentifier | str | None) -> dict[str, str] | None:
    if identifier is None:
        return None
    try:
        known = ProfileIdentifier(identifier)
    except ValueError:
        raise ValidationError(
            "Certain: Preparing a write", f"{identifier!r} is no profile identifier"
        ) from None
    return {"profileIdentifier": known.value, "allowduplicates": "no"}
