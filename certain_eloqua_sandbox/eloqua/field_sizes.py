"""How many characters a text field holds. Source: Oracle, "Data types (date and numeric formats)"."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua.schema import Field

SMALL_TEXT, CUSTOM_OBJECT_TEXT, MULTI_SELECT, LARGE_TEXT = 100, 250, 1_000, 32_000
"""Characters in a text of contacts and accounts, of custom objects, of picklists, and in a large text."""


def characters(field: Field) -> int | None:
    """Return the size of a text field, None for what is no text or an e-mail address."""
    if field.data_type == "largeText":
        return LARGE_TEXT
    if field.data_type != "text" or field.bulk_type == "emailAddress":
        return None
    if field.display_type == "multiSelect":
        return MULTI_SELECT
    return SMALL_TEXT if field.entity in ("contact", "account") else CUSTOM_OBJECT_TEXT
