"""What is planted: the same every time, with the dirt of real data, and quickly."""

import hashlib
import itertools
import re

import pytest

from certain_eloqua_sandbox.eloqua.platform import ELOQUA
from certain_eloqua_sandbox.eloqua.seeds.plant import plant
from certain_eloqua_sandbox.seeds.people import people
from certain_eloqua_sandbox.world import World

RESERVED = re.compile(r"[^@]+@(example\.(com|org|net)|[a-z-]+\.example)")


def planted(contacts: int, seed: int = 1) -> World:
    world = World()
    ELOQUA.schema(world)
    plant(world, seed=seed, contacts=contacts)
    return world


def content(world: World) -> str:
    digest = hashlib.sha256()
    for line in world.db.iterdump():
        digest.update(line.encode())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_content() -> None:
    assert content(planted(500)) == content(planted(500))
    assert content(planted(500)) != content(planted(500, seed=2))


@pytest.mark.parametrize("contacts", [0, 1, 7, 2_999])
def test_any_number_of_contacts_can_be_planted(contacts: int) -> None:
    world = planted(contacts)
    assert world.value("SELECT count(*) FROM contacts") == contacts
    sizes = {row["name"]: row["n"] for row in world.rows(
        "SELECT name, (SELECT count(*) FROM eloqua_list_members m WHERE m.list_id = l.id) AS n "
        "FROM eloqua_lists l WHERE kind = 'contact_list'"
    )}  # fmt: skip
    assert sizes["Summit Prospects"] == min(contacts, 2_417)
    assert sizes["VIPs"] == min(contacts, 40)
    assert sizes["Empty List"] == 0


def test_contacts_have_the_dirt_of_real_ones() -> None:
    world = planted(3_000)
    for condition in (
        '"C_EmailAddress" IS NULL',
        'upper("C_EmailAddress") = "C_EmailAddress"',
        "\"C_FirstName\" LIKE ' %'",
        "\"C_Address1\" LIKE '%' || char(10) || '%'",
        '"C_Notes1" LIKE \'%"%\'',
        "\"C_Company\" LIKE '%,%'",
        "\"C_LastName\" LIKE '%ü%'",
        "\"C_LastName\" LIKE '%''%'",
        "\"C_LastName\" = '𠮷田'",
        "NOT is_subscribed",
        "is_bounced",
        "account_id IS NULL",
    ):
        assert world.value(f"SELECT count(*) FROM contacts WHERE {condition}") > 2, condition
    assert world.value("SELECT count(DISTINCT type) FROM activities") == 13


def test_an_empty_world_has_fields_and_users_and_nobody() -> None:
    world = World()
    ELOQUA.schema(world)
    plant(world, seed=1, contacts=50, people=False)
    assert world.value("SELECT count(*) FROM eloqua_fields WHERE entity = 'contact'") >= 150
    assert world.value("SELECT count(*) FROM eloqua_users") == 3
    for table in ("contacts", "accounts", "eloqua_lists", "activities", "custom_objects"):
        assert world.value(f"SELECT count(*) FROM {table}") == 0


def test_people_are_unique_invented_and_the_same_in_any_length() -> None:
    found = list(people(1, 5_000))
    assert len({person.email for person in found}) == 5_000
    assert all(RESERVED.fullmatch(person.email) for person in found)
    assert all("555" in person.phone for person in found)
    assert list(itertools.islice(people(1, 10**9), 5_000)) == found
