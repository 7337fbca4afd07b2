"""Lists of the Bulk API, which may come in smaller pages than asked for, or without `items`."""

import json

import pytest

from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient
from certain_eloqua.clients.errors import PagingAnomaly
from tests.unit.clients.scripted_server import Reply, ScriptedServer


def page(total: int | None, *names: str, more: bool | None = None) -> Reply:
    body: dict = {"totalResults": total} if total is not None else {}
    if names:
        body["items"] = [{"internalName": name, "uri": f"/contacts/fields/{name}"} for name in names]
    return Reply(body=json.dumps(body if more is None else {**body, "hasMore": more}))


def fields(server: ScriptedServer) -> list[str]:
    client = EloquaClient(BasicLogin("C", "u", "word"), base_url=server.url)
    return [field.internal_name for field in client.contact_fields()]


def test_pages_smaller_than_asked_for_are_read_to_the_total(server):
    server.replies(page(3, "1", "2"), page(3, "3"))
    assert fields(server) == ["1", "2", "3"]
    assert "offset=2" in server.asked[1].path


def test_without_a_total_has_more_decides(server):
    server.replies(page(None, "1", more=True), page(None, "2", more=False))
    assert fields(server) == ["1", "2"]


def test_an_empty_list_may_come_without_items(server):
    server.replies(page(0))
    assert fields(server) == []


def test_pages_that_end_early_are_an_error(server):
    server.replies(page(3, "1", "2"), page(3))
    with pytest.raises(PagingAnomaly, match="after 2 of 3"):
        fields(server)
