"""Collections of Certain are read whole, whatever `start_index` means and however items move."""

import pytest

from certain_eloqua.clients.certain.paging import Collection, Pages, Reading
from certain_eloqua.clients.errors import NotFound, PagingAnomaly, UnexpectedContent

THINGS = Collection("Thing", "things", "code", "code_asc")


class Server:
    """A collection that is paged by record or by page, and may change between two pages."""

    def __init__(self, count: int, page_size: int, by_page: bool = False) -> None:
        self.items = [
            {"code": f"c{i}", "dateModified": f"2026-01-01T00:{i // 60:02}:{i % 60:02}"} for i in range(count)
        ]
        self.page_size = page_size
        self.by_page = by_page
        self.asked: list[int] = []
        self.before_page: dict[int, object] = {}

    def __call__(self, start_index: int) -> dict:
        self.asked.append(start_index)
        change = self.before_page.get(len(self.asked))
        if callable(change):
            change(self.items)
        first = (start_index - 1) * self.page_size if self.by_page else start_index - 1
        found = self.items[first : first + self.page_size]
        if not found:
            raise NotFound("Reading things", "HTTP 404")
        return {"completeCollectionSize": len(self.items), "things": [dict(item) for item in found]}


def read(server: Server, reading: Reading | None = None) -> tuple[list[str], Pages]:
    pages = Pages(server, THINGS, reading or Reading(), lambda: None)
    return [item["code"] for page in pages for item in page], pages


@pytest.mark.parametrize("by_page", [False, True])
@pytest.mark.parametrize(
    ("count", "size"), [(1, 10), (10, 10), (11, 10), (100, 10), (95, 10), (7, 2), (5, 1), (40, 3)]
)
def test_every_item_comes_once_under_both_readings(by_page, count, size):
    server = Server(count, size, by_page)
    codes, pages = read(server)
    assert sorted(codes) == sorted(item["code"] for item in server.items)
    assert len(set(codes)) == len(codes)
    assert pages.total == pages.rows == count


def test_the_reading_is_learnt_once():
    reading = Reading()
    read(Server(100, 10, by_page=True), reading)
    again = Server(100, 10, by_page=True)
    read(again, reading)
    assert again.asked == list(range(1, 11))


def test_by_record_no_call_is_wasted():
    server = Server(100, 10)
    read(server)
    assert server.asked == [1, 11, 21, 31, 41, 51, 61, 71, 81, 91]


def test_an_item_that_moved_to_the_end_costs_no_other():
    server = Server(30, 10)
    server.before_page[2] = lambda items: items.append(
        {**items.pop(3), "dateModified": "2026-02-01T00:00:00"}
    )
    codes, pages = read(server)
    assert sorted(codes) == sorted(f"c{i}" for i in range(30))
    assert pages.anomalies >= 1
    assert pages.watermark == "2026-01-01T00:00:29"  # the one that moved has to be seen again


def test_an_item_that_vanished_costs_no_other():
    server = Server(30, 10)
    server.before_page[2] = lambda items: items.pop(3)
    codes, _ = read(server)
    assert set(codes) == {f"c{i}" for i in range(30)}


def test_an_item_that_came_while_reading_is_seen():
    server = Server(30, 10)
    server.before_page[3] = lambda items: items.append({"code": "new"})
    codes, _ = read(server)
    assert "new" in codes
    assert len(codes) == 31


def test_overlapping_pages_give_an_item_once():
    class Overlapping(Server):
        def __call__(self, start_index: int) -> dict:
            return super().__call__(max(start_index - 2, 1) if start_index > 1 else 1)

    codes, _ = read(Overlapping(30, 10))
    assert len(codes) == len(set(codes)) == 30


def test_pages_that_never_add_up_are_an_error_not_a_shorter_list():
    class Short(Server):
        def __call__(self, start_index: int) -> dict:
            return {**super().__call__(start_index), "completeCollectionSize": 31}

    server = Short(30, 10)
    with pytest.raises(PagingAnomaly, match="30 different items were seen, but the server says 31"):
        read(server)
    assert len(server.asked) < 20


def test_the_watermark_is_the_greatest_stamp_seen():
    assert read(Server(25, 10))[1].watermark == "2026-01-01T00:00:24"


def test_404_at_once_is_an_empty_collection_after_a_look_at_the_reason():
    asked = []
    pages = Pages(Server(0, 10), THINGS, Reading(), lambda: asked.append(1))
    assert list(pages) == []
    assert asked == [1]


def test_a_single_item_may_come_as_an_object():
    pages = Pages(
        lambda i: {"completeCollectionSize": 1, "things": {"code": "a"}}, THINGS, Reading(), lambda: None
    )
    assert list(pages) == [[{"code": "a"}]]


@pytest.mark.parametrize("page", [{"things": []}, {"completeCollectionSize": 1, "things": [{"name": "x"}]}])
def test_a_page_without_what_identifies_it_is_refused(page):
    with pytest.raises(UnexpectedContent):
        list(Pages(lambda i: page, THINGS, Reading(), lambda: None))


class Uncounted(Server):
    """A server of the newer API that does not say how many items there are, and answers 200 with none."""

    def __call__(self, start_index: int) -> dict:
        try:
            page = super().__call__(start_index)
        except NotFound:
            page = {"things": []}
        page.pop("completeCollectionSize", None)
        return page


class Unpaged(Uncounted):
    """The same, but it gives everything whatever is asked for."""

    def __call__(self, start_index: int) -> dict:
        return super().__call__(1)


PLAIN_THINGS = Collection("Thing", "things", "code", "", counted=False)


@pytest.mark.parametrize("by_page", [False, True])
@pytest.mark.parametrize(("count", "size"), [(0, 10), (1, 10), (10, 10), (11, 10), (95, 10), (7, 2)])
def test_a_server_that_does_not_count_is_read_whole_under_both_readings(by_page, count, size):
    server = Uncounted(count, size, by_page)
    pages = Pages(server, PLAIN_THINGS, Reading(), lambda: None, page_size=size)
    codes = [item["code"] for page in pages for item in page]
    assert sorted(codes) == sorted(item["code"] for item in server.items)


def test_a_server_that_gives_all_at_once_is_asked_once():
    server = Unpaged(95, 95)
    pages = Pages(server, PLAIN_THINGS, Reading(), lambda: None, page_size=10)
    assert sum(len(page) for page in pages) == 95
    assert server.asked == [1]


def test_items_named_by_two_members_are_told_apart():
    pairs = Collection("Pair", "pairs", ("one", "two"), "")
    items = [{"one": "a", "two": "1"}, {"one": "a", "two": "2"}, {"one": "a"}]
    pages = Pages(
        lambda i: {"completeCollectionSize": 3, "pairs": items[i - 1 :]}, pairs, Reading(), lambda: None
    )
    assert [item for page in pages for item in page] == items
