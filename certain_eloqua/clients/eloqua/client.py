"""The Eloqua client: what a connector asks of Eloqua, in one object.

Many people travel by the Bulk API, so the number of calls grows with pages; the few by REST.
"""

import contextlib
import random as _random
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Unpack

import pyarrow as pa

from certain_eloqua.clients.eloqua import limits
from certain_eloqua.clients.eloqua.activities import Activities
from certain_eloqua.clients.eloqua.activity_types import ActivityTypes
from certain_eloqua.clients.eloqua.custom_objects import CustomObject, CustomObjects, linking_to_contacts
from certain_eloqua.clients.eloqua.definitions import Definitions, OrphanedDefinition, SyncAction
from certain_eloqua.clients.eloqua.exports import ExportReader, export_definition
from certain_eloqua.clients.eloqua.imports import Importer, import_definition, sync_action_definition
from certain_eloqua.clients.eloqua.login import EloquaLogin
from certain_eloqua.clients.eloqua.metadata import ContactField, ContactList, Metadata
from certain_eloqua.clients.eloqua.pages import DataFormat
from certain_eloqua.clients.eloqua.receipts import ImportReceipt
from certain_eloqua.clients.eloqua.session import EloquaSession
from certain_eloqua.clients.eloqua.syncs import ENDED, Syncs, id_of
from certain_eloqua.clients.errors import SyncFailed, SyncFailedForNow, ValidationError
from certain_eloqua.clients.http import HttpOptions
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.clients.usage import Usage
from certain_eloqua.domain.contact import Contact

EMAIL_STATEMENT = "{{Contact.Field(C_EmailAddress)}}"
ID_STATEMENT = "{{Contact.Id}}"


class EloquaClient:
    """One Eloqua instance. A context manager; safe to use from several threads.

    Args:
        login: a `BasicLogin` or an `OAuthLogin`.
        login_url: where `/id` and the tokens are; Oracle's host if left out.
        base_url: the pod's address. If given, `/id` is not asked and a 401 does not look for a new pod.
        page_size: rows a page of an export, at most 50,000.
        data_format: how exported rows travel. Both give equal tables; CSV is faster and smaller.
        poll: how to wait for a sync.
        definition_prefix: every definition we make begins with it, so that ours can be found.
        http: see `HttpOptions`.
    """

    def __init__(
        self,
        login: EloquaLogin,
        *,
        login_url: str | None = None,
        base_url: str | None = None,
        page_size: int = limits.ROWS_PER_DATA_PAGE,
        data_format: DataFormat = "csv",
        poll: PollSettings | None = None,
        definition_prefix: str = "certain_eloqua",
        piece_bytes: int = limits.PIECE_BYTES,
        staged_bytes_per_sync: int = limits.STAGED_BYTES_PER_SYNC,
        **http: Unpack[HttpOptions],
    ) -> None:
        if not 1 <= page_size <= limits.ROWS_PER_DATA_PAGE:
            raise ValueError(f"page_size must be from 1 to {limits.ROWS_PER_DATA_PAGE}, not {page_size}")
        if data_format not in ("csv", "json"):
            raise ValueError(f"data_format must be csv or json, not {data_format!r}")
        self.usage = http.setdefault("usage", Usage())
        self._session = EloquaSession(login, login_url=login_url, base_url=base_url, **http)
        sleep, clock = http.get("sleep", time.sleep), http.get("clock", time.monotonic)
        random = http.get("random", _random.random)
        self._page_size = page_size
        self._format: DataFormat = data_format
        self._definitions = Definitions(self._session, definition_prefix)

        def waiting(seconds: float) -> None:
            self.usage.waited(seconds)
            sleep(seconds)

        self._syncs = Syncs(self._session, poll or PollSettings(), sleep=waiting, clock=clock, random=random)
        self._metadata = Metadata(self._session)
        self.custom_objects = CustomObjects(self._session)
        self._importer = Importer(
            self._session,
            self._syncs,
            self._definitions,
            piece_bytes=piece_bytes,
            bytes_per_sync=staged_bytes_per_sync,
        )
        self._record_importer = Importer(
            self._session,
            self._syncs,
            self._definitions,
            piece_bytes=piece_bytes,
            bytes_per_sync=min(staged_bytes_per_sync, limits.RECORD_BYTES_PER_SYNC),
        )

        self.activities = Activities(
            self._session,
            self._syncs,
            self._definitions,
            piece_bytes=piece_bytes,
            page_size=page_size,
            data_format=data_format,
        )
        self.activity_types = ActivityTypes(self._session)

    def __enter__(self) -> "EloquaClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._session.http.close()

    @property
    def base_url(self) -> str:
        """The pod's address; asks `/id` the first time. Raises `AuthError` when the login is refused."""
        return self._session.base_url

    @property
    def syncs_started(self) -> int:
        """Syncs this client has started; Eloqua allows some thousands an hour."""
        return self._syncs.started

    # ------------------------------------------------------------------ the few

    def contact_fields(self) -> list[ContactField]:
        """All contact fields, read once per client."""
        return self._metadata.contact_fields()

    def find_contact_lists(self, name: str) -> list[ContactList]:
        """The shared lists of exactly this name: none, one, or several in different folders."""
        return self._metadata.find_contact_lists(name)

    def iter_contact_lists(self, search: str = "*") -> Iterator[ContactList]:
        """Lists whose name matches, `*` meaning anything; to offer candidates when a name was not found."""
        return self._metadata.iter_contact_lists(search)

    def contact_list(self, list_id: str) -> ContactList:
        """One list by id. Raises `NotFound`."""
        return self._metadata.contact_list(list_id)

    def create_contact_list(self, name: str) -> ContactList:
        """A new, empty shared list. `ValidationError` when the name is taken."""
        return self._metadata.create_contact_list(name)

    def contact_field_types(self) -> dict[str, tuple[str, str]]:
        """`dataType` and `displayType` of every contact field by internal name, as REST has them."""
        return self._metadata.contact_field_types()

    def contact_field_options(self, internal_name: str) -> tuple[str, ...] | None:
        """The values that a contact field offers; None if it has no option list."""
        return self._metadata.contact_field_options(internal_name)

    def find_contacts(self, emails: Sequence[str], fields: Sequence[str] = ()) -> list[Contact]:
        """Contacts by e-mail with the named fields (internal names). For small numbers."""
        return self._metadata.find_contacts(emails, fields)

    def contacts_by_id(self, ids: Sequence[str], fields: Sequence[str] = ()) -> list[Contact]:
        """Contacts by id with the named fields, those that exist. One call each, so for small numbers."""
        return self._metadata.contacts_by_id(ids, fields)

    def delete_contact(self, contact_id: str) -> None:
        """Delete a contact, if it is there. `ValidationError` when something in Eloqua depends on it."""
        self._metadata.delete_contact(contact_id)

    # ------------------------------------------------------------------ the many

    def export_contacts(
        self,
        fields: Mapping[str, str],
        *,
        filter: str | None = None,
        name: str,
        utc: bool = True,
        sync_actions: Iterable[SyncAction] = (),
    ) -> ExportReader:
        """Contacts as a stream of Arrow batches; see `ExportReader`.

        Args:
            fields: your column names and Eloqua's statements, at most 250.
            filter: Eloqua's expression, at most 1,000 characters; None exports all contacts.
            name: becomes the definition's name, after our prefix.
            utc: system time stamps in UTC instead of US Eastern time.
            sync_actions: done to every exported contact.
        """
        definition = export_definition(
            fields,
            name=self._definitions.name(name),
            filter=filter,
            utc=utc,
            sync_actions=tuple(sync_actions),
        )
        return ExportReader(
            self._session,
            self._syncs,
            self._definitions,
            "/contacts/exports",
            definition,
            fields,
            page_size=self._page_size,
            data_format=self._format,
        )

    def export_contact_list(self, list_id: str, fields: Mapping[str, str], *, name: str) -> ExportReader:
        """The members of a shared list."""
        return self.export_contacts(fields, filter=f"EXISTS('{{{{ContactList[{list_id}]}}}}')", name=name)

    def import_contacts(
        self,
        rows: Iterable[pa.RecordBatch] | pa.Table,
        *,
        fields: Mapping[str, str],
        identifier: str,
        name: str,
        update_rule: str = "ifNewIsNotNull",
        sync_actions: Iterable[SyncAction] = (),
        import_rule: str | None = None,
    ) -> ImportReceipt:
        """Create or update contacts. Sending the same rows again is harmless: Eloqua matches by `identifier`.

        Args:
            rows: batches or a table with a column for every key of `fields`; others are left out.
            fields: your column names and Eloqua's statements, at most 100.
            identifier: the column by which Eloqua finds existing contacts.
            name: becomes the definition's name, after our prefix.
            update_rule: the default never lets a blank erase a value; `always` does.
            sync_actions: done to every imported contact, for instance `SyncAction.add_to_list(…)`.
            import_rule: `createAndUpdate` (Eloqua's default), `updateOnly` or `createOnly` (release 26B).
        """
        definition = import_definition(
            fields,
            name=self._definitions.name(name),
            identifier=identifier,
            update_rule=update_rule,
            sync_actions=sync_actions,
            import_rule=import_rule,
        )
        return self._importer.run(
            rows, path="/contacts/imports", definition=definition, names=list(fields), identifier=identifier
        )

    def import_custom_object_records(
        self,
        custom_object: CustomObject,
        rows: Iterable[pa.RecordBatch] | pa.Table,
        *,
        fields: Mapping[str, str],
        identifier: str,
        name: str,
        link_by_email: str | None = None,
        update_rule: str = "always",
    ) -> ImportReceipt:
        """Create or update records of a custom object, found by `identifier`. Harmless when repeated.

        Args:
            custom_object: the object.
            rows: batches or a table with a column for every key of `fields`.
            fields: your column names and Eloqua's statements.
            identifier: the column by which Eloqua finds existing records.
            name: becomes the definition's name, after our prefix.
            link_by_email: the column with the address of the contact that each record is linked to.
            update_rule: the default lets a blank erase a value.
        """
        definition = import_definition(
            fields,
            name=self._definitions.name(name),
            identifier=identifier,
            update_rule=update_rule,
        )
        if link_by_email is not None:
            definition |= linking_to_contacts(link_by_email, EMAIL_STATEMENT)
        return self._record_importer.run(
            rows,
            path=f"/customObjects/{custom_object.id}/imports",
            definition=definition,
            names=list(fields),
            identifier=identifier,
        )

    def export_custom_object_records(
        self, custom_object: CustomObject, fields: Mapping[str, str], *, filter: str | None, name: str
    ) -> ExportReader:
        """Records of a custom object as a stream of Arrow batches; see `ExportReader`."""
        definition = export_definition(fields, name=self._definitions.name(name), filter=filter, utc=True)
        return ExportReader(
            self._session,
            self._syncs,
            self._definitions,
            f"/customObjects/{custom_object.id}/exports",
            definition,
            fields,
            page_size=self._page_size,
            data_format=self._format,
        )

    def run_sync_action(
        self, members: Iterable[str], *, action: str, list_id: str, name: str, by: str = "email"
    ) -> ImportReceipt:
        """Add contacts to a shared list, or remove them, without touching their fields.

        Args:
            members: e-mail addresses, or Eloqua's contact ids.
            action: `add` or `remove`.
            list_id: the list.
            name: becomes the definition's name, after our prefix.
            by: what `members` are: `email` or `id`.
        """
        if action not in ("add", "remove"):
            raise ValidationError("Eloqua: Preparing a sync action", f"{action!r} is neither add nor remove")
        if by not in ("email", "id"):
            raise ValidationError("Eloqua: Preparing a sync action", f"{by!r} is neither email nor id")
        key, statement = ("emailAddress", EMAIL_STATEMENT) if by == "email" else ("contactId", ID_STATEMENT)
        what = SyncAction.add_to_list(list_id) if action == "add" else SyncAction.remove_from_list(list_id)
        rows = pa.table({key: pa.array([str(member) for member in members], pa.string())})
        return self._importer.run(
            rows,
            path="/contacts/syncActions",
            definition=sync_action_definition(
                key, statement, name=self._definitions.name(name), actions=[what]
            ),
            names=[key],
            identifier=key,
        )

    # ------------------------------------------------------------------ tidiness

    def open_definitions(self) -> int:
        """How many definitions of ours there are now, of all kinds."""
        return sum(1 for _ in self._definitions.ours())

    def settle_orphaned_definitions(
        self, group: str, batches: Collection[str], kinds: Sequence[str]
    ) -> list[OrphanedDefinition]:
        """Finish what runs have left that are no more: wait for its syncs, then delete the definitions.

        Costs a call for each of `kinds` if nothing was left. Deleting a definition under a running sync would
        break that, so it is waited for.

        Args:
            group: how the names of the definitions began, as given to exports and imports.
            batches: what followed in the names of those runs.
            kinds: `exports`, `imports`, `syncActions`.

        Raises:
            DeadlineExceeded: a sync is still running.
        """
        found = self._definitions.of_batches(group, batches, kinds)
        if not found:
            return []
        uris = {str(definition["uri"]) for definition in found}
        since = min(str(definition.get("createdAt") or "") for definition in found)
        synced = set()
        for sync in self._syncs.of_definitions(uris, since):
            synced.add(sync["syncedInstanceUri"])
            if sync.get("status") not in ENDED:
                # In error it has ended as well, and what came of it is looked up by whoever asks.
                with contextlib.suppress(SyncFailed, SyncFailedForNow):
                    self._syncs.wait(id_of(sync["uri"]), "Waiting for a sync left behind")
        start = len(f"{self._definitions.prefix} {group} ")
        return [
            OrphanedDefinition(
                rest=str(one["name"])[start:],
                uri=str(one["uri"]),
                synced=one["uri"] in synced,
                deleted=self._definitions.delete(str(one["uri"])),
            )
            for one in found
        ]

    def delete_orphaned_definitions(
        self, prefix: str | None = None, older_than: timedelta = timedelta(days=1)
    ) -> int:
        """Delete definitions whose names begin with the prefix and that are older; how many are gone."""
        return self._definitions.delete_orphaned_definitions(prefix, older_than)
