"""The one HTTP client: what is repeated, how long is waited, and what is raised."""

import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from certain_eloqua.clients import errors
from certain_eloqua.clients.http import HttpClient, JsonReader, route_of
from certain_eloqua.clients.retry import RetryPolicy, retry_after_seconds
from certain_eloqua.clients.usage import Budget
from tests.unit.clients.scripted_server import Reply, ScriptedServer

HTML = "<!DOCTYPE html><html><head><title>x</title></head><body>Please log in</body></html>"


@pytest.fixture
def http(server: ScriptedServer, slept: list[float]) -> HttpClient:
    return HttpClient(
        server.url,
        platform="Somewhere",
        timeout=(2, 2),
        sleep=slept.append,
        random=lambda: 1.0,
        secrets=("hush-hush",),
    )


def get(http: HttpClient):
    return http.read("GET", "things/7", JsonReader(), doing="Reading a thing")


def post(http: HttpClient, **options):
    return http.read("POST", "things", JsonReader(), doing="Making a thing", json={"a": 1}, **options)


def test_the_servers_retry_after_is_waited_to_the_second(http, server, slept):
    server.replies(Reply(429, headers={"Retry-After": "17"}), Reply(body='{"ok": 1}'))
    assert get(http) == {"ok": 1}
    assert slept == [17.0]


def test_retry_after_may_be_a_date(http, server, slept):
    when = datetime.now(UTC) + timedelta(seconds=40)
    server.replies(Reply(503, headers={"Retry-After": format_datetime(when, usegmt=True)}), Reply())
    get(http)
    assert 36 < slept[0] <= 40


def test_without_retry_after_the_pauses_double_up_to_the_cap(server, slept):
    http = HttpClient(
        server.url, platform="S", sleep=slept.append, random=lambda: 1.0, retry=RetryPolicy(attempts=6, cap=5)
    )
    server.replies(*[Reply(429)] * 5, Reply())
    get(http)
    assert slept == [1, 2, 4, 5, 5]


def test_jitter_halves_a_pause_at_most(server, slept):
    http = HttpClient(server.url, platform="S", sleep=slept.append, random=lambda: 0.0)
    server.replies(Reply(503), Reply())
    get(http)
    assert slept == [0.5]


def test_a_server_that_never_recovers_is_a_transient_error(http, server, slept):
    server.replies(*[Reply(503, "busy", content_type="text/plain")] * 8)
    with pytest.raises(errors.ServerError, match=r"Reading a thing: HTTP 503 busy\. A rerun may help"):
        get(http)
    assert len(server.asked) == 8
    assert http.usage.retries == 7


def test_a_wait_longer_than_our_patience_is_handed_to_the_caller(http, server, slept):
    server.replies(Reply(429, headers={"Retry-After": "3600"}))
    with pytest.raises(errors.RateLimited) as caught:
        get(http)
    assert caught.value.retry_after == 3600
    assert slept == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.ValidationError),
        (409, errors.ValidationError),
        (401, errors.AuthError),
        (403, errors.AuthError),
        (301, errors.AuthError),
        (404, errors.NotFound),
        (413, errors.LimitExceeded),
    ],
)
def test_other_refusals_are_never_repeated(http, server, slept, status, kind):
    server.replies(Reply(status, "no", content_type="text/plain"))
    with pytest.raises(kind) as caught:
        get(http)
    assert caught.value.status == status
    assert isinstance(caught.value, errors.Permanent)
    assert len(server.asked) == 1


def test_an_answer_cut_in_the_middle_is_asked_for_again(http, server):
    server.replies(Reply(body='{"name": "a long text"}', stop_after=10), Reply(body='{"name": "whole"}'))
    assert get(http) == {"name": "whole"}


def test_html_instead_of_json_is_transient_and_asked_for_three_times(http, server):
    server.replies(*[Reply(body=HTML, content_type="text/html")] * 3)
    with pytest.raises(errors.UnexpectedContent, match="HTML instead of JSON: x Please log in"):
        get(http)
    assert len(server.asked) == 3


def test_html_with_a_json_label_is_noticed(http, server):
    server.replies(Reply(body=HTML), Reply(body="{}"))
    assert get(http) == {}


def test_truncated_json_is_asked_for_again(http, server):
    server.replies(Reply(body='{"name": "a lo'), Reply(body='{"name": 1}'))
    assert get(http) == {"name": 1}


def test_a_post_that_got_lost_is_in_doubt_and_sent_once(http, server):
    server.replies(Reply(hang_up=True), Reply())
    with pytest.raises(errors.InDoubt, match="look on the platform before repeating"):
        post(http)
    assert len(server.asked) == 1


def test_a_post_whose_answer_is_cut_is_in_doubt(http, server):
    server.replies(Reply(body='{"name": "a long text"}', stop_after=10), Reply())
    with pytest.raises(errors.InDoubt):
        post(http)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(500, errors.InDoubt), (502, errors.InDoubt), (503, errors.ServerError)]
)
def test_a_post_is_not_repeated_after_a_server_error_without_retry_after(http, server, status, kind):
    server.replies(Reply(status), Reply())
    with pytest.raises(kind):
        post(http)
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", [Reply(429), Reply(503, headers={"Retry-After": "1"})])
def test_a_post_the_server_surely_refused_for_now_is_repeated(http, server, answer):
    server.replies(answer, Reply(body='{"id": 1}'))
    assert post(http) == {"id": 1}


def test_a_post_that_is_harmless_to_repeat_is_repeated(http, server):
    server.replies(Reply(hang_up=True), Reply(502), Reply(body='{"id": 1}'))
    assert post(http, idempotent=True) == {"id": 1}


def test_a_post_that_never_left_is_repeated(slept):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    http = HttpClient(address, platform="S", sleep=slept.append, retry=RetryPolicy(attempts=3))
    with pytest.raises(errors.ConnectionLost):
        post(http)
    assert len(slept) == 2


def test_a_budget_stops_before_the_call_that_would_pass_it(server):
    http = HttpClient(server.url, platform="S", budget=Budget(calls=2))
    server.replies(Reply(), Reply(), Reply())
    get(http)
    get(http)
    with pytest.raises(errors.BudgetReached, match="budget of 2 calls"):
        get(http)
    assert len(server.asked) == 2
    http.request("DELETE", "things/7", doing="Tidying", within_budget=False)


def test_calls_are_counted_by_method_and_route(http, server):
    server.replies(Reply(429), Reply(body="[1, 2]"), Reply())
    get(http)
    post(http)
    assert http.usage.calls == {"GET /things/{id}": 2, "POST /things": 1}
    assert http.usage.bytes_sent == len('{"a":1}')
    assert http.usage.bytes_received >= len("[1, 2]")
    assert http.usage.seconds_waited == 1.0


def test_an_error_never_tells_a_secret_or_a_whole_address(server, slept):
    http = HttpClient(
        server.url, platform="S", secrets=("hush-hush",), sleep=slept.append, retry=RetryPolicy(attempts=2)
    )
    server.replies(
        Reply(
            400,
            "mira@example.com used hush-hush, Authorization: Basic YWJjOmRlZg==",
            content_type="text/plain",
        ),
        Reply(hang_up=True),
        Reply(hang_up=True),
    )
    person = {"email": "@".join(["mira", "example.com"])}  # not in one piece: a traceback shows the source
    for _ in range(2):
        with pytest.raises(errors.ClientError) as caught:
            http.read("GET", "people", JsonReader(), doing="Looking", params=person)
        result = "".join(traceback.format_exception(caught.value))
        assert "mira@" not in result
        assert "mira%40" not in result
        assert "hush-hush" not in result
        assert "YWJj" not in result


def test_what_urllib3_logs_is_redacted_too(http, server, caplog):
    server.replies(Reply())
    with caplog.at_level("DEBUG"):
        http.read("GET", "people", JsonReader(), doing="Looking", params={"email": "mira@example.com"})
    assert "GET" in caplog.text
    assert "mira" not in caplog.text


def test_the_faults_a_platform_lists_are_kept_without_the_values(http, server):
    server.replies(Reply(400, '{"failures": [{"field": "filter", "constraint": "Must", "value": "secret"}]}'))
    with pytest.raises(errors.ValidationError) as caught:
        get(http)
    assert caught.value.failures == [{"field": "filter", "constraint": "Must"}]


@pytest.mark.parametrize(
    ("header", "seconds"), [("5", 5.0), ("0", 0.0), (None, None), ("soon", None), ("", None)]
)
def test_retry_after_is_read_or_ignored(header, seconds):
    assert retry_after_seconds(header) == seconds


def test_a_date_in_the_past_means_now():
    assert retry_after_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


def test_routes_have_no_ids():
    assert route_of("/syncs/12/data?limit=5") == "/syncs/{id}/data"
    assert route_of("https://x.example/contacts/exports/3") == "/contacts/exports/{id}"
