"""Addresses as whole columns give the same answers as one address at a time."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certain_eloqua.connectors.contract.addresses import normalised_emails, valid_emails
from certain_eloqua.domain.email import is_valid_email, normalise_email

_AWKWARD = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.from_regex(r"\A[ \tA-Za-z.+_%-]{0,6}@[A-Za-z0-9.-]{0,12}\Z"),
    st.emails(),
    st.sampled_from(
        [
            "weiß@upsert.example",
            "WEISS@upsert.example",
            "ΣΊΣΥΦΟΣ@upsert.example",
            "İ@upsert.example",
            "e\u0301@upsert.example",
            "\u00e9@upsert.example",
            "a\u200b@upsert.example",
            "\ufeff",
            " \n",
            f"{'a' * 64}@upsert.example",
            f"{'a' * 65}@upsert.example",
            "a@b",
            "a@b.c",
            "a..b@upsert.example",
            f"a@{'b' * 63}.example",
            f"a@{'b' * 64}.example",
            f"a@{'b.' * 130}example",
            "a@1.2.3.4",
        ]
    ),
)


@given(st.lists(_AWKWARD, max_size=8))
@example(["A@UPSERT.EXAMPLE", None, "weiß@upsert.example\n"])
def test_a_column_of_addresses_has_the_keys_and_the_validity_of_each_address(addresses):
    keys = normalised_emails(pa.array(addresses, pa.string()))

    assert keys.to_pylist() == [normalise_email(one) or "" for one in addresses]
    assert valid_emails(keys).tolist() == [is_valid_email(one) for one in addresses]


@pytest.mark.parametrize("text", ["a\n@upsert.example", "a@upsert.example\x00", "a@upsert.example\u2028"])
def test_a_control_character_is_not_taken_for_the_end_of_the_text(text):
    keys = normalised_emails(pa.array([text]))

    assert keys.to_pylist() == [normalise_email(text)]
    assert valid_emails(keys).tolist() == [is_valid_email(text)]
