"""The base of a kind's settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class KindSettings(BaseModel):
    """Base of a kind's settings: strict, immutable, every field with a description.

    Fields are plain types (str, int, bool, Literal, list of str, or these with None), because
    the same model is the launchpad's form.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
