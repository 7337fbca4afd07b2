"""Which errors of ours Dagster tries again."""

import dagster as dg
import pytest

from certain_eloqua.assets.many_events import _Runner
from certain_eloqua.clients.errors import AuthError, BudgetReached, ServerError
from certain_eloqua.failures import Terminated, dagster_failures
from certain_eloqua.ledger.errors import AlreadyRunning, Holder


def failure(error: Exception) -> dg.Failure:
    with pytest.raises(dg.Failure) as caught, dagster_failures("Reading the account's events"):
        raise error
    return caught.value


def test_a_busy_platform_is_tried_again_and_a_refusal_is_not():
    assert failure(ServerError("Certain: Reading", "HTTP 503")).allow_retries
    assert not failure(AuthError("Certain: Reading", "HTTP 401")).allow_retries


def test_a_used_up_budget_is_not_tried_again_in_the_same_run():
    result = failure(BudgetReached("Eloqua: Reading", "the budget of 5 calls is used up"))
    assert not result.allow_retries
    assert "the rest is done by the next run" in str(result.description)


def test_a_connector_that_is_being_run_is_one_clear_failure():
    result = failure(AlreadyRunning("attendees", "SUMMIT", Holder("run-1", "host", 7)))
    assert not result.allow_retries
    assert result.description == (
        "attendees for SUMMIT is already being run by run run-1; wait for it, then run again. "
        "Nothing was written by this run."
    )


@pytest.mark.parametrize("error", [KeyboardInterrupt, dg.DagsterExecutionInterruptedError])
def test_a_terminated_step_is_not_tried_again_and_says_what_it_has_done(error):
    stop = error()
    stop.add_note("The run was terminated. Of 9 records to write, 4 have a recorded outcome.")
    with pytest.raises(Terminated) as caught, dagster_failures("Delivering attendees"):
        raise stop
    assert not caught.value.allow_retries
    assert "Delivering attendees: The run was terminated. Of 9 records" in caught.value.description


def test_a_terminated_run_for_many_events_begins_no_other_event():
    runner = _Runner.__new__(_Runner)
    runner.failed = {}

    def work():
        with dagster_failures("Planning"):
            raise KeyboardInterrupt
        yield

    with pytest.raises(Terminated):
        list(runner._attempt("SUMMIT", work()))
    assert runner.failed == {}
