"""The column lineage of metrics names columns that exist."""

from dataclasses import fields

import pytest

from certain_eloqua.clients import certain
from certain_eloqua.connectors.metrics.account import ACCOUNT, ACCOUNT_INTEREST
from certain_eloqua.connectors.metrics.columns import ENGAGEMENT, INTEREST
from certain_eloqua.connectors.metrics.reads import COLUMNS
from certain_eloqua.domain.event import Event

KNOWN = {
    "certain/events": [one.name for one in fields(Event)],
    "certain/registrations": certain.REGISTRATION_SCHEMA.names,
    "certain/sessions": certain.SESSION_SCHEMA.names,
    "certain/session_registrations": certain.SESSION_REGISTRATION_SCHEMA.names,
    "certain/agenda_items": certain.AGENDA_ITEM_SCHEMA.names,
    "certain/agenda_registrations": certain.AGENDA_REGISTRATION_SCHEMA.names,
    "certain/appointments": certain.APPOINTMENT_SCHEMA.names,
    "certain/ratings": certain.RATING_SCHEMA.names,
    "certain/statuses": list(COLUMNS["statuses"]),
    "metrics/engagement": [one.name for one in ENGAGEMENT],
    "metrics/interest": [one.name for one in INTEREST],
}


@pytest.mark.parametrize("columns", [ENGAGEMENT, INTEREST, ACCOUNT, ACCOUNT_INTEREST])
def test_every_origin_of_a_column_is_a_column_of_its_asset(columns):
    origins = {origin for one in columns for origin in one.origins}
    assert origins
    assert [(asset, name) for asset, name in origins if name not in KNOWN[asset]] == []
