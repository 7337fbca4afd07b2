"""One platform's words into the other's: field maps per account, kept apart from credentials."""

from certain_eloqua.mapping.field_map import FieldMap, same_in_certain, same_value, text_of, translate
from certain_eloqua.mapping.loading import FieldMapError, load_field_map
from certain_eloqua.mapping.nesting import nested
from certain_eloqua.mapping.pairs import (
    DEFAULT_PAIRS,
    ELOQUA_EMAIL,
    EMAIL,
    PROFILE_MEMBERS,
    Direction,
    Pair,
    constant_pair,
    statement,
)
from certain_eloqua.mapping.validation import LiveField, MapProblem, nearest
from certain_eloqua.mapping.values import ValueTable

__all__ = [
    "DEFAULT_PAIRS",
    "ELOQUA_EMAIL",
    "EMAIL",
    "PROFILE_MEMBERS",
    "Direction",
    "FieldMap",
    "FieldMapError",
    "LiveField",
    "MapProblem",
    "Pair",
    "ValueTable",
    "constant_pair",
    "load_field_map",
    "nearest",
    "nested",
    "same_in_certain",
    "same_value",
    "statement",
    "text_of",
    "translate",
]
