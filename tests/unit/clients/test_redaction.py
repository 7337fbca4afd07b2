"""Nothing that is shown holds a secret or a whole address."""

import pickle

import pytest

from certain_eloqua.clients import errors
from certain_eloqua.clients.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to mira.okafor@example.com now", "write to m***@example.com now"),
        ("email=mira%40example.com&x=1", "email=m***@example.com&x=1"),
        ("Authorization: Basic U2FuZGJveDpkZW1v", "Authorization: Basic ***"),
        ("{'Authorization': 'Bearer abc.def-123'}", "{'Authorization': 'Bearer ***'}"),
        ('{"access_token":"abc","token_type":"bearer"}', '{"access_token":***,"token_type":"bearer"}'),
        (
            "grant_type=refresh_token&refresh_token=r-1&scope=full",
            "grant_type=refresh_token&refresh_token=***&scope=full",
        ),
        ("password: 'p w', user: demo", "password: ***, user: demo"),
        ("https://user:word@host.example/x", "https://host.example/x"),
        ("Cookie SESS_UUID=1234-5", "Cookie SESS_UUID=***"),
    ],
)
def test_secrets_and_people_are_masked(text, shown):
    assert redact(text) == shown


def test_a_known_secret_is_hidden_wherever_it_stands():
    assert redact("the word is open-sesame!", ["open-sesame"]) == "the word is ***!"


def test_an_empty_secret_hides_nothing():
    assert redact("abc", [""]) == "abc"


def test_an_error_says_what_when_and_whether_a_rerun_helps():
    error = errors.NotFound("Reading the list 5", "HTTP 404 gone", status=404)
    assert str(error) == "Reading the list 5: HTTP 404 gone. A rerun will not help."


def test_an_error_made_from_one_text_reads_well():
    assert str(errors.Transient("It broke.")) == "It broke. A rerun may help."


def test_errors_survive_a_process_boundary():
    error = errors.SyncFailed("Importing", "sync 5 failed", sync_id="5", codes=["ELQ-00122"])
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.sync_id, copy.codes) == (str(error), "5", ("ELQ-00122",))


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        (errors.RateLimited, errors.Transient),
        (errors.ServerError, errors.Transient),
        (errors.ConnectionLost, errors.Transient),
        (errors.UnexpectedContent, errors.Transient),
        (errors.DeadlineExceeded, errors.Transient),
        (errors.PagingAnomaly, errors.Transient),
        (errors.BudgetReached, errors.Transient),
        (errors.AuthError, errors.Permanent),
        (errors.NotFound, errors.Permanent),
        (errors.ValidationError, errors.Permanent),
        (errors.LimitExceeded, errors.Permanent),
    ],
)
def test_errors_are_sorted_by_what_the_caller_can_do(kind, group):
    assert issubclass(kind, group)
