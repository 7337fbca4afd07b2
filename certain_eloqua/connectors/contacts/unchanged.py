"""Which people are surely as Eloqua has them, by whole columns. All others are planned one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contacts.columns import CONTACT_ID
from certain_eloqua.connectors.contacts.identity import ELOQUA, EXTERNAL_KEY, SOURCE
from certain_eloqua.connectors.contract.columns import Mask, mask_of
from certain_eloqua.mapping import ELOQUA_EMAIL, Pair, same_value, translate


def surely_unchanged(
    people: Mapping[str, pa.Array], contacts: Mapping[str, pa.Array], pairs: Sequence[Pair]
) -> Mask:
    """Whether a person's profile is linked to the contact with its address, and no mapped field differs.

    Args:
        people: columns of Certain's values by member, with `profilePin`; "" where there is nothing.
        contacts: columns of the contacts with the same addresses by internal name, with the contact's id.
        pairs: the pairs of the field map that go to Eloqua.
    """
    same = _and(
        pc.not_equal(contacts[CONTACT_ID], ""),
        pc.equal(people[EXTERNAL_KEY], contacts[CONTACT_ID]),
        pc.equal(people[SOURCE], ELOQUA),
        pc.not_equal(people["profilePin"], ""),
    )
    for pair in pairs:
        if pair.eloqua == ELOQUA_EMAIL:
            continue
        here = pc.utf8_trim_whitespace(people[pair.certain])
        there = pc.utf8_trim_whitespace(contacts[pair.eloqua])
        if pair.constant is not None:
            agree = pc.equal(there, pair.constant)
        elif pair.values is None:
            agree = pc.or_(pc.equal(here, ""), pc.equal(here, there))
        else:
            agree = _agree_by_table(pair, here, there)
        same = pc.and_(same, agree)
    return mask_of(same)


def _and(*conditions: pa.Array) -> pa.Array:
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = pc.and_(whole, condition)
    return whole


def _agree_by_table(pair: Pair, here: pa.Array, there: pa.Array) -> pa.Array:
    """A value table is asked once for every combination of values."""
    between = pa.scalar("\x1f", pa.large_string())
    both = pc.binary_join_element_wise(here, there, between).dictionary_encode()
    answers = []
    for text in both.dictionary.to_pylist():
        certain, _, eloqua = text.partition("\x1f")
        value, understood = translate(pair, certain, into_certain=False)
        answers.append(understood and (not value or same_value(pair, certain, eloqua)))
    return pa.array(answers, pa.bool_()).take(both.indices)
