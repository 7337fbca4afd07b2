"""Custom objects: their definitions by REST, and the bodies of imports that link their records to contacts.

Sources: Oracle, "Custom objects" (Application API), "Using import and export parameters" (Bulk API).
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from certain_eloqua.clients.eloqua.session import REST, REST2, EloquaSession
from certain_eloqua.clients.errors import NotFound, UnexpectedContent

DataType = Literal["text", "largeText", "number", "numeric", "date"]


@dataclass(frozen=True, slots=True)
class NewField:
    """A field of a custom object to be created."""

    name: str
    data_type: DataType


@dataclass(frozen=True, slots=True)
class CustomObjectField:
    """A field as Eloqua has it."""

    id: str
    name: str
    internal_name: str
    data_type: str


@dataclass(frozen=True, slots=True)
class CustomObject:
    """A custom object with its fields; the pointers are ids of fields, "" where none is set."""

    id: str
    name: str
    fields: tuple[CustomObjectField, ...]
    unique_code_field: str
    email_field: str

    def field(self, name: str) -> CustomObjectField | None:
        """The field of this name, in any case."""
        return next((one for one in self.fields if one.name.casefold() == name.casefold()), None)

    def statement(self, field: CustomObjectField) -> str:
        """The field as Bulk imports, exports and filters name it."""
        return f"{{{{CustomObject[{self.id}].Field[{field.id}]}}}}"

    @property
    def linked_contact(self) -> str:
        """The id of the contact a record is linked to, as exports name it."""
        return f"{{{{CustomObject[{self.id}].MappedEntityId}}}}"


class CustomObjects:
    """The custom objects of one instance."""

    def __init__(self, session: EloquaSession) -> None:
        self._session = session

    def find(self, name: str) -> list[CustomObject]:
        """The objects of exactly this name, in any case: none, one, or several."""
        listed = self._session.elements(
            f"{REST}/assets/customObjects",
            doing=f"Looking for the custom object {name!r}",
            params={"search": f"name='{name.replace(chr(39), '*')}'", "depth": "complete"},
        )
        return [one for one in map(_object, listed) if one.name.casefold() == name.casefold()]

    def names(self) -> Iterator[str]:
        """The names of all custom objects, to offer when one was not found."""
        for one in self._session.elements(
            f"{REST}/assets/customObjects", doing="Listing the custom objects", params={"depth": "minimal"}
        ):
            yield str(one.get("name") or "")

    def get(self, object_id: str) -> CustomObject:
        """One object with its fields. Raises `NotFound`."""
        answer = self._session.json(
            "GET",
            f"{REST}/assets/customObject/{object_id}",
            doing=f"Reading the custom object {object_id}",
            params={"depth": "complete"},
        )
        return _object(answer or {})

    def create(
        self,
        name: str,
        fields: Sequence[NewField],
        *,
        unique: str,
        email: str,
        display: str,
        description: str,
    ) -> CustomObject:
        """A new custom object.

        Raises:
            ValidationError: the name is taken.
            InDoubt: the answer was lost; look for the name before creating it again.
        """
        ids = {field.name: str(-number) for number, field in enumerate(fields, 1)}
        body = {
            "name": name,
            "description": description,
            "uniqueCodeFieldId": ids[unique],
            "emailAddressFieldId": ids[email],
            "displayNameFieldId": ids[display],
            "fields": [
                {
                    "type": "CustomObjectField",
                    "id": ids[field.name],
                    "name": field.name,
                    "dataType": field.data_type,
                    "displayType": "textArea" if field.data_type == "largeText" else "text",
                }
                for field in fields
            ],
        }
        answer = self._session.json(
            "POST", f"{REST}/assets/customObject", doing=f"Creating the custom object {name!r}", json=body
        )
        return _object(answer or {})

    def delete_record(self, object_id: str, record_id: str) -> None:
        """Delete a record, if it is there ("REST API, Delete custom object data", 2.0)."""
        with contextlib.suppress(NotFound):
            self._session.json(
                "DELETE",
                f"{REST2}/data/customObject/{object_id}/instance/{record_id}",
                doing=f"Deleting record {record_id} of the custom object {object_id}",
            )


def linking_to_contacts(source: str, statement: str) -> dict[str, Any]:
    """The part of an import's body that links records to the contact whose field equals a column."""
    return {
        "mapDataCards": True,
        "mapDataCardsEntityType": "Contact",
        "mapDataCardsEntityField": statement,
        "mapDataCardsSourceField": source,
        "mapDataCardsCaseSensitiveMatch": False,
    }


def _object(element: Mapping[str, Any]) -> CustomObject:
    if not element.get("id"):
        raise UnexpectedContent("Eloqua: Reading a custom object", "an object without id")
    return CustomObject(
        id=str(element["id"]),
        name=str(element.get("name") or ""),
        fields=tuple(
            CustomObjectField(
                str(one.get("id") or ""),
                str(one.get("name") or ""),
                str(one.get("internalName") or ""),
                str(one.get("dataType") or ""),
            )
            for one in element.get("fields") or []
        ),
        unique_code_field=str(element.get("uniqueCodeFieldId") or ""),
        email_field=str(element.get("emailAddressFieldId") or ""),
    )
