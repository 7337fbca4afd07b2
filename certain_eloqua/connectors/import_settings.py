"""The settings that the two imports from an Eloqua list have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from certain_eloqua.connectors.kind import KindSettings

ELOQUA_PAGE = 1000
"""Certain's "Eloqua Retrieval Page Size": the size of the pages that starting and ending page count in."""


class ListImportSettings(KindSettings):
    """Which list is read, which part of it, and how its members are matched with profiles."""

    contact_list_name: str = Field(
        min_length=1,
        max_length=100,
        description="Exact name of the Eloqua contact list whose members are imported. Blanks are welcome.",
    )
    profile_deduplication: Literal["email", "eloqua_id"] = Field(
        description="What makes a profile unique: its e-mail address, or its External Profile ID "
        "(the Eloqua contact id).",
    )
    retrieval_page_size: int = Field(
        default=ELOQUA_PAGE,
        ge=1,
        le=50_000,
        description="Contacts in one page, the unit of starting_page and ending_page.",
    )
    starting_page: int = Field(default=1, ge=1, description="First page of the list to import.")
    ending_page: int | None = Field(
        default=None,
        ge=1,
        description="Last page to import. Left out: the whole list. Contacts outside are listed as left out.",
    )
    take_over_source: bool = Field(
        default=False,
        description="Write External Profile ID and Source also on profiles that another system (Marketo …) "
        "has marked as its own.",
    )

    @field_validator("ending_page")
    @classmethod
    def _not_before_the_first(cls, ending: int | None, info: ValidationInfo) -> int | None:
        starting = info.data.get("starting_page", 1)
        if ending is not None and ending < starting:
            raise ValueError(f"the last page is before the first ({starting})")
        return ending
