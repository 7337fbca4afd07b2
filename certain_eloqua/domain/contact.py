"""A contact of the marketing platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Contact:
    """One contact with the requested fields, by internal name; a blank value is "".

    Used for the few. Many contacts travel as Arrow tables.
    """

    id: str
    email: str = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
