"""Pairs of fields that belong together on the two platforms, and the table an account starts with.

The system pairs, External Profile ID = contact id and Source of Profile = Eloqua, are not here: they are
not a choice (docs/mapping.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from certain_eloqua.mapping.values import COUNTRIES, ValueTable


class Direction(StrEnum):
    """Which way a pair is used, seen from Certain."""

    IN = "in"  # Eloqua -> Certain
    OUT = "out"  # Certain -> Eloqua
    BOTH = "both"


EMAIL = "email"
ELOQUA_EMAIL = "C_EmailAddress"
QUESTION = "profileQuestions."

PROFILE_MEMBERS: tuple[str, ...] = (
    "email",
    "firstName",
    "lastName",
    "middleName",
    "salutation",
    "suffix",
    "badgeName",
    "organization",
    "position",
    "department",
    "phone",
    "phoneMobile",
    "phoneHome",
    "fax",
    "ccEmail",
    "website",
    *(
        f"{address}.{line}"
        for address in ("address", "altAddress", "shipAddress")
        for line in ("line1", "line2", "line3", "line4", "city", "state", "zip", "country")
    ),
)
"""Members of a Certain profile that a map may name (and `profileQuestions.<name>`)."""

SYSTEM_MEMBERS: tuple[str, ...] = (
    "externalKey",
    "sourceOfProfile",
    "profilePin",
    "pin",
    "pkProfileId",
    "username",
    "isActive",
    "accountCode",
    "dateCreated",
    "dateModified",
)
"""Members that nobody maps: they identify a profile, or the platforms write them themselves."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One Certain profile member and the Eloqua contact field (by internal name) that means the same.

    With a `constant` the target always gets this text; the other side is then the e-mail address, which every
    person has, and is not looked at.
    """

    certain: str
    eloqua: str
    direction: Direction = Direction.BOTH
    values: ValueTable | None = None
    constant: str | None = None

    @property
    def into_certain(self) -> bool:
        return self.direction is not Direction.OUT

    @property
    def out_of_certain(self) -> bool:
        return self.direction is not Direction.IN

    @property
    def target(self) -> str:
        """The field that a pair of one direction writes."""
        return self.eloqua if self.direction is Direction.OUT else self.certain

    def __str__(self) -> str:
        if self.constant is not None:
            return f"{self.constant!r} -> {self.target}"
        sign = {Direction.IN: "<-", Direction.OUT: "->", Direction.BOTH: "<->"}[self.direction]
        return f"{self.certain} {sign} {self.eloqua}"


def statement(internal_name: str) -> str:
    """The Eloqua markup for a contact field by its internal name."""
    return f"{{{{Contact.Field({internal_name})}}}}"


def constant_pair(text: str, *, certain: str | None = None, eloqua: str | None = None) -> Pair:
    """A pair that writes the same text into one field of every person."""
    if eloqua is not None:
        return Pair(EMAIL, eloqua, Direction.OUT, constant=text)
    return Pair(certain or "", ELOQUA_EMAIL, Direction.IN, constant=text)


_DEFAULT: Mapping[str, str] = {
    "email": "C_EmailAddress",
    "firstName": "C_FirstName",
    "lastName": "C_LastName",
    "organization": "C_Company",
    "position": "C_Title",
    "phone": "C_BusPhone",
    "phoneMobile": "C_MobilePhone",
    "fax": "C_Fax",
    "salutation": "C_Salutation",
    "address.line1": "C_Address1",
    "address.line2": "C_Address2",
    "address.line3": "C_Address3",
    "address.city": "C_City",
    "address.state": "C_State_Prov",
    "address.zip": "C_Zip_Postal",
    "address.country": "C_Country",
}

DEFAULT_PAIRS: tuple[Pair, ...] = tuple(
    Pair(certain, eloqua, values=COUNTRIES if certain == "address.country" else None)
    for certain, eloqua in _DEFAULT.items()
)
"""What an account uses that has no field map of its own."""
