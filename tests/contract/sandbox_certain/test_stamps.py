"""Record stamps: U.S. Pacific wall-clock time, whole seconds, moved by writes only."""

EVENT = "Registration/NWIND/NWEMPTY27"
PERSON = {"firstName": "Ada", "lastName": "Quist", "email": "ada@quist.example"}


def test_stamps_are_pacific_wall_clock_without_zone(certain, set_clock):
    set_clock("2026-07-01T12:00:00.9Z")
    assert certain.post("Profile/NWIND", PERSON)["dateModified"] == "2026-07-01T05:00:00"
    set_clock("2026-12-01T12:00:00Z")
    assert certain.post("Profile/NWIND", PERSON)["dateCreated"] == "2026-12-01T04:00:00"


def test_the_autumn_hour_comes_twice(certain, set_clock):
    set_clock("2026-11-01T08:30:00Z")
    first = certain.post("Profile/NWIND", PERSON)["dateModified"]
    set_clock("2026-11-01T09:30:00Z")
    assert certain.post("Profile/NWIND", PERSON)["dateModified"] == first == "2026-11-01T01:30:00"


def test_the_zone_is_a_setting(certain, set_clock, settings):
    settings(certain_timezone="UTC")
    set_clock("2026-07-01T12:00:00Z")
    assert certain.post("Profile/NWIND", PERSON)["dateModified"] == "2026-07-01T12:00:00"


def test_reading_moves_nothing_and_a_write_that_changes_nothing_does(certain, set_clock):
    set_clock("2026-07-01T12:00:00Z")
    made = certain.post(EVENT, {"profile": PERSON, "registrationStatusLabel": "Invited"})
    path = f"{EVENT}/{made['registrationCode']}"
    set_clock("2026-07-01T13:00:00Z")
    assert certain.get(path) == made
    again = certain.post(path, {"registrationStatusLabel": "Invited"})
    assert (again["dateModified"], again["statusModified"]) == ("2026-07-01T06:00:00", made["statusModified"])
    assert again["profile"]["dateModified"] == made["profile"]["dateModified"]


def test_a_profile_touches_its_registrations_only_when_told_to(certain, set_clock, settings):
    set_clock("2026-07-01T12:00:00Z")
    made = certain.post(EVENT, {"profile": PERSON})
    path = f"{EVENT}/{made['registrationCode']}"
    set_clock("2026-07-01T13:00:00Z")
    certain.post(f"Profile/NWIND/{made['profile']['pin']}", {"position": "CEO"})
    assert certain.get(path)["dateModified"] == "2026-07-01T05:00:00"
    settings(profile_touches_registration=True)
    certain.post(f"Profile/NWIND/{made['profile']['pin']}", {"position": "CFO"})
    touched = certain.get(path)
    assert (touched["dateModified"], touched["statusModified"]) == (
        "2026-07-01T06:00:00",
        "2026-07-01T05:00:00",
    )
