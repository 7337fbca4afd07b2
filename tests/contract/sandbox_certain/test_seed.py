"""What is planted: the story's numbers, its dirt, and that it is always the same."""

from certain_eloqua_sandbox.certain.platform import CERTAIN
from certain_eloqua_sandbox.certain.seeds import plant as seed
from certain_eloqua_sandbox.world import World


def planted(number=1, **given):
    world = World()
    CERTAIN.schema(world)
    seed.plant(world, seed=number, **given)
    return world


def dump(world):
    return [line for line in world.db.iterdump() if "certain_" in line]


def test_the_same_number_plants_the_same_and_another_one_does_not():
    first = dump(planted(7))
    assert first == dump(planted(7))
    assert first != dump(planted(8))


def test_a_seed_without_people_has_events_and_nobody_in_them():
    world = planted(people=False, registrations=0)
    assert world.value("SELECT count(*) FROM certain_events") == 8
    for table in (
        "profiles",
        "registrations",
        "registration_agendas",
        "session_registrations",
        "appointments",
    ):
        assert world.value(f"SELECT count(*) FROM certain_{table}") == 0


def test_a_big_event_has_as_many_distinct_people_as_wanted():
    world = planted(registrations=3_000)
    mine = "FROM certain_registrations JOIN certain_profiles USING (pkProfileId) WHERE pkEventId = 90300"
    assert world.value(f"SELECT count(*) {mine}") == 3_000
    assert world.value(f"SELECT count(DISTINCT email) {mine}") == 3_000


def test_the_dirt_of_real_life_is_there(certain):
    people = certain.get("Profile/NWIND", max_results=5000)["profiles"]
    emails = [person["email"] for person in people]
    assert None in emails
    assert "" in emails
    assert any(email and "@" not in email for email in emails)
    assert any(email and email == email.upper() for email in emails)
    real = [email.lower() for email in emails if email]
    assert len(real) > len(set(real))
    assert any(person["firstName"] != person["firstName"].strip() for person in people)
    assert any("\n" in (person["address"] or {}).get("line1", "") for person in people)
    assert {person["sourceOfProfile"] for person in people} == {None, "Eloqua", "Marketo"}
    assert any(not person["isActive"] for person in people)


def test_people_are_registered_for_several_events_and_twice_for_one(certain):
    found = certain.get("Registration/NWIND", max_results=5000)["registrations"]
    pairs = [(item["profile"]["pkProfileId"], item["eventCode"]) for item in found]
    assert len(pairs) > len(set(pairs))
    assert len({person for person, _ in pairs}) < len(set(pairs))


def test_the_inventory_of_vips_is_used_up(certain):
    vips = certain.get("Registration/NWIND/NWSUMMIT27", attendeeTypeCode="VIP")["registrations"]
    labels = [item["registrationStatusLabel"] for item in vips]
    assert (labels.count("Pre-Registered"), labels.count("Waitlist Hold")) == (20, 6)


def test_profiles_from_eloqua_carry_the_id_of_their_contact(certain, sandbox):
    found = certain.get("Profile/NWIND", sourceOfProfile="Eloqua", isActive="true", max_results=5000)[
        "profiles"
    ]
    assert len(found) > 250
    by_email = {person["email"]: person["externalKey"] for person in found if person["email"]}
    assert len(by_email) > 250


def test_who_is_known_to_both_is_addressed_in_the_same_way(sandbox):
    one = sandbox.control("GET", "view/person?email=mary.obrien@tailspin.example")
    assert all(one["sides"][name]["sheets"] for name in ("eloqua", "certain"))
    verdicts = {line["label"]: line["verdict"] for line in one["comparison"]}
    assert (verdicts["Salutation"], verdicts["Country"]) == ("same", "same")
