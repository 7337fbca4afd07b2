"""The Certain client against the sandbox, over HTTP."""

import pyarrow.compute as pc
import pytest

from certain_eloqua.clients.certain import (
    PROFILE_SCHEMA,
    REGISTRATION_SCHEMA,
    ProfileIdentifier,
    Write,
    to_table,
)
from certain_eloqua.clients.errors import (
    AuthError,
    InDoubt,
    NotFound,
    RateLimited,
    ServerError,
    UnexpectedContent,
    ValidationError,
)
from certain_eloqua.clients.retry import RetryPolicy
from certain_eloqua.domain.registration import Classification

HTML = "<html><head><title>Certain</title></head><body>We are doing maintenance.</body></html>"


@pytest.fixture
def big_event(connect_certain) -> str:
    """The code of the event with the most registrations."""
    certain = connect_certain()

    def size(code: str) -> int:
        pages = certain.iter_registration_pages(code)
        next(pages, None)
        return pages.rows

    return max((event.code for event in certain.iter_events()), key=size)


def codes(pages) -> list[str]:
    return [item["registrationCode"] for page in pages for item in page]


def test_the_account_and_its_events_are_read(certain):
    assert certain.account().code == "NWIND"
    events = list(certain.iter_events())
    assert len(events) > 3
    assert all(event.starts is None or event.starts.tzinfo is not None for event in events)
    assert not any(event.timezone_is_guessed for event in events)
    assert certain.event(events[0].code) == events[0]


@pytest.mark.parametrize("page_size", [50, 333, 5_000])
@pytest.mark.parametrize("mode", ["record", "page"])
def test_a_collection_is_read_whole_in_both_paging_modes(
    sandbox, connect_certain, big_event, mode, page_size
):
    expected = sorted(codes(connect_certain().iter_registration_pages(big_event)))
    sandbox.control("PATCH", "/settings", {"paging_mode": mode})
    pages = connect_certain(page_size=page_size).iter_registration_pages(big_event)
    assert sorted(codes(pages)) == expected
    assert pages.total == len(expected) > 300


def test_profiles_become_a_table(certain):
    pages = certain.iter_profile_pages()
    table = to_table(pages, PROFILE_SCHEMA)
    assert table.num_rows == pages.total > 1_000
    assert len(pc.unique(table.column("pkProfileId"))) == table.num_rows
    assert pages.watermark == pc.max(table.column("dateModified")).as_py()


def test_single_elements_may_come_as_objects(sandbox, certain, big_event):
    code = codes(certain.iter_registration_pages(big_event))[0]
    sandbox.control("PATCH", "/settings", {"xmlish_lists": True})
    pages = certain.iter_registration_pages(
        big_event, registrationCode=code, include=["registration_questions"]
    )
    table = to_table(pages, REGISTRATION_SCHEMA)
    assert table.column("registrationCode").to_pylist() == [code]


def test_an_empty_search_is_an_empty_list(certain, big_event):
    assert list(certain.iter_registration_pages(big_event, email="nobody@nowhere.example")) == []
    assert list(certain.iter_profile_pages(email="nobody@nowhere.example")) == []


def test_the_reason_of_an_empty_search_is_asked_once(certain, big_event):
    for _ in range(3):
        list(certain.iter_registration_pages(big_event, email="nobody@nowhere.example"))
    assert certain.usage.calls == {
        "GET /Registration/{account}/{event}": 3,
        "GET /Event/{account}/{event}": 1,
    }


def test_an_unknown_event_is_not_an_empty_one(certain):
    with pytest.raises(NotFound, match="NOSUCH"):
        list(certain.iter_registration_pages("NOSUCH"))


def test_an_unknown_account_is_not_an_empty_one(connect_certain):
    with pytest.raises((NotFound, AuthError)):
        list(connect_certain(account="NOSUCH").iter_profile_pages())


def test_a_wrong_password_is_an_auth_error(connect_certain):
    with pytest.raises(AuthError) as caught:
        connect_certain(password="not-the-word").account()
    assert "not-the-word" not in str(caught.value)


def test_an_incremental_read_sees_what_changed_since_the_watermark(certain, big_event):
    first = certain.iter_registration_pages(big_event)
    changed = codes(first)[0]
    certain.update_registration(big_event, changed, {"badgeName": "Changed"})
    again = certain.iter_registration_pages(big_event, modified_after=first.watermark)
    seen = codes(again)
    assert changed in seen
    assert len(seen) < first.rows
    assert again.watermark >= first.watermark


def test_the_statuses_of_an_event_are_known(sandbox, certain, fault, big_event):
    listed = certain.registration_statuses(big_event)
    assert {"Attended", "Invited"} <= {status.label for status in listed}
    fault("GET", "/RegistrationStatus/", status=404, body=HTML, content_type="text/html")
    codes(certain.iter_registration_pages(big_event))
    fallen_back = certain.registration_statuses(big_event, seen=["Checked In", "attended"])
    labels = [status.label for status in fallen_back]
    assert {"Attended", "Checked In"} <= set(labels)
    assert "attended" not in labels
    assert next(s for s in fallen_back if s.label == "Invited").classification is Classification.PENDING
    assert next(s for s in fallen_back if s.label == "Checked In").classification is None


def test_attendee_types_are_read(certain, big_event):
    assert "DELEGATE" in {kind.code for kind in certain.iter_attendee_types(big_event)}


def test_a_profile_is_created_found_again_and_updated(certain):
    body = {"firstName": "Zoë", "lastName": "Ng, Jr.", "email": "zoe.ng@example.org", "phone": None}
    made = certain.create_profile(body, ProfileIdentifier.SYNC_EMAIL)
    again = certain.create_profile({**body, "position": "CTO"}, "SYNC_EMAIL")
    assert (made["pkProfileId"], again["position"]) == (again["pkProfileId"], "CTO")
    changed = certain.update_profile(made["profilePin"], {"position": "CEO"})
    assert (changed["position"], changed["firstName"]) == ("CEO", "Zoë")
    assert len(next(certain.iter_profile_pages(email="ZOE.NG@example.org"))) == 1


def test_a_registration_is_created_and_updated(certain, big_event):
    person = {"firstName": "Ida", "lastName": "Lund", "email": "ida.lund@example.org"}
    made = certain.create_registration(
        big_event, {"profile": person, "attendeeTypeCode": "DELEGATE"}, ProfileIdentifier.SYNC_EMAIL
    )
    changed = certain.update_registration(
        big_event, made["registrationCode"], {"registrationStatusLabel": "Attended"}
    )
    assert changed["registrationStatusLabel"] == "Attended"


def test_certains_own_words_are_in_the_error(certain):
    with pytest.raises(ValidationError) as caught:
        certain.create_profile({"firstName": "No", "lastName": "Mail"}, ProfileIdentifier.EMAIL)
    assert "<" not in str(caught.value)
    assert "HTTP 400" in str(caught.value)


def test_many_writes_go_on_after_a_bad_one(certain):
    def write(number: int) -> Write:
        fields = {"firstName": "A", "lastName": f"B{number}"}
        if number != 5:
            fields["email"] = f"many{number}@example.org"
        return Write.of(number, certain.create_profile, fields, ProfileIdentifier.SYNC_EMAIL)

    results = {result.key: result for result in certain.write_many(map(write, range(30)))}
    assert [key for key, result in results.items() if not result.ok] == [5]
    assert len(results) == 30


def test_a_refused_login_in_the_middle_stops_the_writes(certain, fault):
    fault("POST", "/Profile/", times=-1, skip=5, status=401, body=HTML, content_type="text/html")
    writes = [
        Write.of(
            n,
            certain.create_profile,
            {"firstName": "A", "lastName": "B", "email": f"w{n}@example.org"},
            "EMAIL",
        )
        for n in range(200)
    ]
    done = []
    with pytest.raises(AuthError):
        done.extend(certain.write_many(writes))
    assert certain.usage.count("POST /Profile/{account}") < 30


def test_429_with_retry_after_is_waited_out(certain, fault, slept):
    fault("GET", "/Profile/", status=429, headers={"Retry-After": "7"})
    assert sum(map(len, certain.iter_profile_pages())) > 1_000
    assert slept == [7.0]


def test_429_without_retry_after_is_waited_out_with_growing_pauses(certain, fault, slept):
    fault("GET", "/Profile/", times=3, status=429)
    list(certain.iter_profile_pages())
    assert len(slept) == 3
    assert 0.5 <= slept[0] <= 1 <= slept[1] <= 2 <= slept[2] <= 4


def test_429_for_ever_ends(connect_certain, fault):
    fault("GET", "/Account/", times=-1, status=429)
    with pytest.raises(RateLimited):
        connect_certain(retry=RetryPolicy(attempts=4)).account()


def test_503_is_repeated_for_reads_and_for_updates(certain, fault, big_event):
    fault("*", "/Registration/", times=2, status=503)
    found = codes(certain.iter_registration_pages(big_event))
    fault("POST", "/Registration/", times=2, status=503)
    assert certain.update_registration(big_event, found[0], {"badgeName": "B"})["badgeName"] == "B"


def test_a_create_without_identifier_is_not_repeated_after_503(certain, fault):
    fault("POST", "/Profile/", status=503)
    with pytest.raises(ServerError):
        certain.create_profile({"firstName": "A", "lastName": "B"})
    assert certain.usage.count("POST /Profile/{account}") == 1


def test_a_create_whose_answer_got_lost_is_in_doubt_without_identifier(certain, fault):
    before = sum(map(len, certain.iter_profile_pages()))
    fault("POST", "/Profile/", cut=True, when="after")
    with pytest.raises(InDoubt):
        certain.create_profile({"firstName": "A", "lastName": "Lost"})
    assert sum(map(len, certain.iter_profile_pages())) == before + 1


def test_a_create_whose_answer_got_lost_is_repeated_with_identifier(certain, fault):
    before = sum(map(len, certain.iter_profile_pages()))
    fault("POST", "/Profile/", cut=True, when="after")
    certain.create_profile({"firstName": "A", "lastName": "L", "email": "lost@example.org"}, "SYNC_EMAIL")
    assert certain.usage.count("POST /Profile/{account}") == 2
    assert sum(map(len, certain.iter_profile_pages())) == before + 1


@pytest.mark.parametrize("cut", [{"cut": True}, {"truncate": 5_000}])
def test_a_page_cut_in_the_middle_is_read_again(connect_certain, fault, big_event, cut):
    expected = sorted(codes(connect_certain().iter_registration_pages(big_event)))
    fault("GET", "/Registration/", skip=1, **cut)
    certain = connect_certain(page_size=100)
    assert sorted(codes(certain.iter_registration_pages(big_event))) == expected
    assert certain.usage.retries == 1


def test_a_page_of_html_with_status_200_is_asked_for_again(certain, fault, big_event):
    fault("GET", "/Registration/", status=200, body=HTML, content_type="text/html")
    assert len(codes(certain.iter_registration_pages(big_event))) > 300


def test_html_for_ever_is_an_error_and_not_an_empty_list(certain, fault, big_event):
    fault("GET", "/Registration/", times=-1, status=200, body=HTML, content_type="text/html")
    with pytest.raises(UnexpectedContent, match="HTML instead of JSON"):
        codes(certain.iter_registration_pages(big_event))


def test_no_log_names_a_person_or_a_password(connect_certain, fault, big_event, caplog):
    caplog.set_level("DEBUG")
    certain = connect_certain(password="demo")
    fault("GET", "/Registration/", status=503)
    list(certain.iter_registration_pages(big_event, email="nobody.at.all@nowhere.example"))
    assert "Registration" in caplog.text
    assert "nobody.at" not in caplog.text
    assert "ZGVtbzpkZW1v" not in caplog.text
