"""Appointments with their ratings, and the ratings of sessions and items."""

EXPO = "Appointments/NWIND/NWEXPO25"


def test_an_appointment_has_two_people_and_a_rating_for_each_who_gave_one(certain):
    found = certain.get(EXPO)["appointments"]
    assert len(found) > 100
    one = next(item for item in found if len(item["appointmentRating"]) == 2)
    assert one.keys() == {
        "appointmentId", "eventCode", "pkEventId", "startDate", "endDate", "location", "status",
        "appointmentType", "appointmentSource", "reason", "appointmentRating", "registration",
        "targetRegistration", "calendar",
    }  # fmt: skip
    assert one["registration"].keys() == {
        "regCode", "name", "jobTitle", "organization", "attendeeType", "city", "state", "calendarList",
    }  # fmt: skip
    assert {len(item["appointmentRating"]) for item in found} == {0, 1, 2}
    assert "AME" in {item["appointmentSource"] for item in found}


def test_one_registrants_appointments_are_found_on_either_side(certain):
    found = certain.get(EXPO)["appointments"]
    for side in ("registration", "targetRegistration"):
        code = found[0][side]["regCode"]
        mine = [
            item
            for item in found
            if code in (item["registration"]["regCode"], item["targetRegistration"]["regCode"])
        ]
        assert certain.get(f"{EXPO}/{code}")["appointments"] == mine
        assert certain.get(EXPO, registrationCode=code)["appointments"] == mine
    assert certain.refused("GET", f"{EXPO}/1-2-3")[0] == 404


def test_appointments_are_filtered(certain):
    for name, value in (
        ("appointmentType", "Demo"),
        ("appointmentSource", "Manual"),
        ("reason", "Product demo"),
    ):
        found = certain.get(EXPO, **{name: value})["appointments"]
        assert {item[name] for item in found} == {value}
    assert certain.get(EXPO, attendeeType="Delegate")["size"] > 0
    assert certain.refused("GET", EXPO, firstName="Nobody")[0] == 404
    assert certain.refused("GET", "Appointments/NWIND/NWEMPTY27")[0] == 404


def test_ratings_name_a_session_instance_or_an_item(certain):
    found = certain.get("SessionRating/NWIND/NWEXPO25")["sessionRatings"]
    kinds = {frozenset(item) for item in found}
    common = {"registrationCode", "rating", "dateModified"}
    assert kinds == {frozenset(common | {"instanceId"}), frozenset(common | {"activityCode"})}
    assert all(1 <= item["rating"] <= 5 for item in found)
    assert certain.refused("GET", "SessionRating/NWIND/NWSUMMIT27")[0] == 404
