"""What Eloqua's contact fields can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certain_eloqua.mapping.field_types import FieldType, eloqua_type

if TYPE_CHECKING:
    from certain_eloqua.clients.eloqua import EloquaClient


def contact_types(eloqua: EloquaClient) -> dict[str, FieldType]:
    """What each contact field can hold, by internal name."""
    found = {name: eloqua_type(*types) for name, types in eloqua.contact_field_types().items()}
    return {name: one for name, one in found.items() if one is not None}
