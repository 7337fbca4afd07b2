"""The few things asked one page at a time: fields, lists, single contacts.

Sources: Oracle, "Fields (metadata)", "Using the search URL parameter", "Retrieve a contact list".
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certain_eloqua.clients.eloqua.session import BULK, REST, EloquaSession
from certain_eloqua.clients.eloqua.syncs import id_of
from certain_eloqua.clients.errors import NotFound, UnexpectedContent
from certain_eloqua.domain.contact import Contact
from certain_eloqua.domain.email import normalise_email

SEARCH_TERMS = 25
"""E-mails in one search: the address stays far below 2,000 characters a proxy may cut it at."""

# Standard fields have a property of their own in a REST contact; all others are in `fieldValues` by id.
_PROPERTIES = {
    "C_EmailAddress": "emailAddress",
    "C_FirstName": "firstName",
    "C_LastName": "lastName",
    "C_Company": "accountName",
    "C_Address1": "address1",
    "C_Address2": "address2",
    "C_Address3": "address3",
    "C_City": "city",
    "C_State_Prov": "province",
    "C_Zip_Postal": "postalCode",
    "C_Country": "country",
    "C_BusPhone": "businessPhone",
    "C_MobilePhone": "mobilePhone",
    "C_Fax": "fax",
    "C_Salesperson": "salesPerson",
    "C_Title": "title",
}


@dataclass(frozen=True)
class ContactField:
    """A field of contacts: `internal_name` for people who map, `statement` for exports and imports.

    `data_type` is one of number, string, boolean, date, emailAddress. `id` is "" for system fields.
    """

    id: str
    name: str
    internal_name: str
    data_type: str
    statement: str
    read_only: bool
    required: bool
    unique: bool


@dataclass(frozen=True)
class ContactList:
    """A shared contact list. `count` may lag behind; None when Eloqua did not say."""

    id: str
    name: str
    count: int | None

    @property
    def statement(self) -> str:
        """The list as exports, filters and sync actions name it."""
        return f"{{{{ContactList[{self.id}]}}}}"


class Metadata:
    """Fields, lists and single contacts of one instance."""

    def __init__(self, session: EloquaSession) -> None:
        self._session = session
        self._types: dict[str, tuple[str, str]] | None = None
        self._option_lists: dict[str, str] = {}
        self._fields: list[ContactField] | None = None
        self._several_terms_mean_or = False

    def contact_fields(self) -> list[ContactField]:
        """All contact fields; read once per session."""
        if self._fields is None:
            listed = self._session.items(f"{BULK}/contacts/fields", doing="Reading the contact fields")
            self._fields = [_field(item) for item in listed]
        return self._fields

    def contact_field_types(self) -> dict[str, tuple[str, str]]:
        """`dataType` and `displayType` of every contact field by internal name; read once per session.

        Bulk calls every text `string`; only REST tells a small text from a large one.
        """
        if self._types is None:
            listed = list(
                self._session.elements(
                    f"{REST}/assets/contact/fields",
                    doing="Reading the types of the contact fields",
                    params={"depth": "complete"},
                )
            )
            self._option_lists = {
                str(item.get("internalName")): str(item["optionListId"])
                for item in listed
                if item.get("optionListId")
            }
            self._types = {
                str(item.get("internalName")): (
                    str(item.get("dataType") or ""),
                    str(item.get("displayType") or ""),
                )
                for item in listed
            }
        return self._types

    def contact_field_options(self, internal_name: str) -> tuple[str, ...] | None:
        """The values that a contact field offers; None if it has no option list. A call for each field."""
        self.contact_field_types()
        list_id = self._option_lists.get(internal_name)
        if list_id is None:
            return None
        answer = self._session.json(
            "GET",
            f"{REST}/assets/optionList/{list_id}",
            doing=f"Reading the options of {internal_name}",
            params={"depth": "complete"},
        )
        return tuple(str(one.get("value") or "") for one in (answer or {}).get("elements") or [])

    def find_contact_lists(self, name: str) -> list[ContactList]:
        """The lists of exactly this name: none, one, or several in different folders."""
        return [found for found in self.iter_contact_lists(name) if found.name == name]

    def iter_contact_lists(self, search: str = "*") -> Iterator[ContactList]:
        """Lists whose name matches the search, `*` meaning anything. Without a search all lists."""
        params = {"depth": "partial", "orderBy": "id ASC"}
        if search != "*":
            params["search"] = f"name={quoted(search)}"
        for element in self._session.elements(
            f"{REST}/assets/contact/lists", doing=f"Looking for contact lists named {search!r}", params=params
        ):
            yield _list(element)

    def contact_list(self, list_id: str) -> ContactList:
        """One list. Raises `NotFound`."""
        answer = self._session.json(
            "GET",
            f"{REST}/assets/contact/list/{list_id}",
            doing=f"Reading the contact list {list_id}",
            params={"depth": "partial"},
        )
        return _list(answer or {})

    def create_contact_list(self, name: str) -> ContactList:
        """A new, empty shared list.

        Raises:
            ValidationError: a list of that name exists.
            InDoubt: the answer was lost; look for the name before creating it again.
        """
        answer = self._session.json(
            "POST",
            f"{REST}/assets/contact/list",
            doing=f"Creating the contact list {name!r}",
            json={"name": name, "scope": "global"},
        )
        return _list(answer or {})

    def find_contacts(self, emails: Sequence[str], fields: Sequence[str] = ()) -> list[Contact]:
        """Contacts by e-mail, for small numbers; many are read by an export.

        That several criteria on one field mean "or" is not in the manual. It is believed once a search has
        returned two different people; until then the ones that were not found are asked for one by one.

        Args:
            emails: compared without case; those unknown to Eloqua are simply not in the answer.
            fields: internal names of the fields to read.
        """
        wanted = list(dict.fromkeys(key for key in map(normalise_email, emails) if key))
        found: dict[str, Contact] = {}
        for start in range(0, len(wanted), SEARCH_TERMS):
            batch = wanted[start : start + SEARCH_TERMS]
            got = self._search(batch, fields)
            if len(got) > 1:
                self._several_terms_mean_or = True
            if len(batch) > 1 and not self._several_terms_mean_or:
                for email in batch:
                    if email not in got:
                        got.update(self._search([email], fields))
            found.update(got)
        return [found[email] for email in wanted if email in found]

    def contacts_by_id(self, ids: Sequence[str], fields: Sequence[str] = ()) -> list[Contact]:
        """Contacts by id; one that is not there is simply not in the answer. One call each."""
        names = {f.id: f.internal_name for f in self.contact_fields() if f.id} if fields else {}
        found = []
        for contact_id in ids:
            with contextlib.suppress(NotFound):
                element = self._session.json(
                    "GET",
                    f"{REST}/data/contact/{contact_id}",
                    doing=f"Looking for contact {contact_id}",
                    params={"depth": "complete" if fields else "minimal"},
                )
                found.append(_contact(element or {}, fields, names))
        return found

    def delete_contact(self, contact_id: str) -> None:
        """Delete a contact; one that is gone is as good as deleted ("REST API, Delete a contact", 1.0).

        Raises:
            ValidationError: something in Eloqua depends on it (409).
        """
        with contextlib.suppress(NotFound):
            self._session.json(
                "DELETE",
                f"{REST}/data/contact/{contact_id}",
                doing=f"Deleting contact {contact_id}",
            )

    def _search(self, emails: Sequence[str], fields: Sequence[str]) -> dict[str, Contact]:
        ids = {f.id: f.internal_name for f in self.contact_fields() if f.id} if fields else {}
        listed = self._session.elements(
            f"{REST}/data/contacts",
            doing=f"Looking for {len(emails)} contacts by e-mail",
            params={
                "search": "".join(f"emailAddress={quoted(email)}" for email in emails),
                "depth": "complete" if fields else "minimal",
            },
        )
        wanted = set(emails)
        contacts = (_contact(element, fields, ids) for element in listed)
        return {key: c for c in contacts if (key := normalise_email(c.email)) in wanted and key is not None}


def quoted(value: str) -> str:
    """The value in quotes. How to escape a quote is not in the manual: `*` stands for it, and we filter."""
    return "'" + value.replace("'", "*") + "'"


def _field(item: Mapping[str, Any]) -> ContactField:
    return ContactField(
        id=id_of(str(item.get("uri") or "")),
        name=str(item.get("name") or ""),
        internal_name=str(item.get("internalName") or ""),
        data_type=str(item.get("dataType") or "string"),
        statement=str(item.get("statement") or ""),
        read_only=bool(item.get("hasReadOnlyConstraint")),
        required=bool(item.get("hasNotNullConstraint")),
        unique=bool(item.get("hasUniquenessConstraint")),
    )


def _list(element: Mapping[str, Any]) -> ContactList:
    if not element.get("id"):
        raise UnexpectedContent("Eloqua: Reading a contact list", "a list without id")
    count = element.get("count")
    return ContactList(
        str(element["id"]), str(element.get("name") or ""), int(count) if count else _zero(count)
    )


def _zero(count: object) -> int | None:
    return None if count is None or count == "" else 0


def _contact(element: Mapping[str, Any], fields: Sequence[str], ids: Mapping[str, str]) -> Contact:
    values = {
        ids.get(str(value.get("id")), ""): str(value.get("value") or "")
        for value in element.get("fieldValues") or []
    }
    for name in fields:
        if name in _PROPERTIES and element.get(_PROPERTIES[name]) is not None:
            values[name] = str(element[_PROPERTIES[name]])
    return Contact(
        id=str(element["id"]),
        email=str(element.get("emailAddress") or element.get("name") or ""),
        fields={name: values.get(name, "") for name in fields},
    )
