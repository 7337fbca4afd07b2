"""The search parameter: terms, wildcards, quotes, and what several terms mean."""

import pytest

from tests.contract.sandbox_rest.conftest import Rest


@pytest.fixture(autouse=True)
def _people(rest: Rest) -> None:
    for first, last, city in (("Zed", "Quux", "Ulm"), ("Zed", "Corge", "Ulm"), ("Zoe", "Quux", "Oslo")):
        body = {
            "emailAddress": f"{first}.{last}@zz.example",
            "firstName": first,
            "lastName": last,
            "city": city,
        }
        assert rest("POST", "/data/contact", body).status_code == 201


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("zed.quux@ZZ.example", 1),
        ("*@zz.example", 3),
        ("'*@zz.example'", 3),
        ("emailAddress='zed*'", 2),
        ("C_EmailAddress=*@zz.example", 3),
        ("C_FirstName='Zed'C_LastName='Quux'", 1),
        ("C_FirstName='Zed' C_LastName='*u*'", 1),
        ("C_LastName='Quux'C_LastName='Corge'", 3),
        ("C_LastName='Quux' C_LastName='Corge' C_City='Ulm'", 2),
        ("emailAddress='*@zz.example' C_City!='Ulm'", 1),
        ("emailAddress='*@zz.example' C_Title=''", 3),
        ("emailAddress='*@zz.example' C_City=''", 0),
        ("emailAddress='*@zz.example' createdAt>='1417323600'", 3),
        ("emailAddress='*@zz.example' createdAt>1417323600 createdAt<1417323601", 0),
        ("emailAddress='*@zz.example' updatedAt>='2015-01-01 00:00:00'", 3),
        ("nobody@zz.example", 0),
        ("50%*", 0),
        ("z_d*", 0),
    ],
)
def test_a_search_finds(rest: Rest, search: str, found: int) -> None:
    assert rest.get("/data/contacts", version="1.0", search=search)["total"] == found


def test_everything_is_found_by_a_star_or_nothing(rest: Rest) -> None:
    total = rest.get("/data/contacts", count=1)["total"]
    for search in ("*", "", "emailAddress='*'"):
        assert rest.get("/data/contacts", count=1, search=search)["total"] == total


def test_an_id_is_a_term(rest: Rest) -> None:
    assert [one["id"] for one in rest.get("/data/contacts", search="id=25")["elements"]] == ["25"]


@pytest.mark.parametrize("search", ["C_Nothing='x'", "id='x'", "createdAt>'soon'"])
def test_a_search_by_an_unknown_term_or_value_finds_nothing(rest: Rest, search: str) -> None:
    assert rest.get("/data/contacts", search=search)["total"] == 0


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("Summit Prospects", ["Summit Prospects"]),
        ("name='Summit Prospects'", ["Summit Prospects"]),
        ("Summit*", ["Summit Prospects"]),
        ("Partners", ["Partners", "Partners"]),
        ("name='Ines' Picks'", ["Ines' Picks"]),
        ("name='Ines'' Picks'", ["Ines' Picks"]),
        ("Ines' Picks", ["Ines' Picks"]),
        ("name='100% Attendees'", ["100% Attendees"]),
        ("name='VIPs' id>100", []),
    ],
)
def test_lists_are_found_by_name(rest: Rest, search: str, names: list[str]) -> None:
    found = rest.get("/assets/contact/lists", version="1.0", search=search)
    assert [one["name"] for one in found["elements"]] == names


def test_order_and_changes_since(rest: Rest) -> None:
    down = rest.get("/data/contacts", search="*@zz.example", orderBy="C_LastName DESC", depth="partial")
    assert [one["lastName"] for one in down["elements"]] == ["Quux", "Quux", "Corge"]
    since = min(int(one["updatedAt"]) for one in down["elements"])
    assert rest.get("/data/contacts", lastUpdatedAt=since)["total"] == 3
    by_id = rest.get("/data/contacts", orderBy="nonsense", count=3)["elements"]
    assert [one["id"] for one in by_id] == ["1", "2", "3"]


@pytest.mark.parametrize(("name", "value"), [("count", "0"), ("count", "x"), ("page", "-1"), ("page", "0")])
def test_a_page_must_be_a_positive_number(rest: Rest, name: str, value: str) -> None:
    [error] = rest.get("/data/contacts", **{name: value}, status=400)
    assert error["parameter"] == name
