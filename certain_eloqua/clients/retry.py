"""The one retry policy: the server's wish first, then growing pauses with jitter and a cap.

Which requests may be repeated is decided where the request is made (`http.py`); how long to wait, and how
often, is decided here.
"""

import logging
import random as _random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from certain_eloqua.clients.errors import ClientError, Transient, UnexpectedContent, Unreachable
from certain_eloqua.clients.usage import Usage

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long. Seconds, except `attempts` and `content_attempts`.

    A `Retry-After` longer than `patience` is not slept through: the error is raised with it, so that whoever
    schedules the run can come back then. An answer of the wrong kind (HTML instead of JSON) is asked for
    `content_attempts` times only, because it is more often a wrong address than a bad moment. A platform that
    has never answered is tried `first_contact_attempts` times, for `first_contact_seconds` at most: its
    address may be wrong, and whoever started the run is waiting.
    """

    attempts: int = 8
    first: float = 1.0
    cap: float = 60.0
    patience: float = 900.0
    content_attempts: int = 3
    first_contact_attempts: int = 3
    first_contact_seconds: float = 15.0

    def pause(self, attempt: int, error: BaseException, random: Callable[[], float]) -> float:
        """Seconds before the next attempt; `attempt` counts from 1."""
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            return float(asked)
        full = min(self.first * 2.0 ** (attempt - 1), self.cap)
        return full / 2 + full / 2 * random()


class Repeatable(Exception):
    """Carries an error whose request may be sent again. Never leaves this folder."""

    def __init__(self, error: ClientError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass
class Retrier:
    """Runs one request under the policy, with sleep and chance handed in."""

    policy: RetryPolicy
    usage: Usage
    sleep: Callable[[float], object] = time.sleep
    random: Callable[[], float] = _random.random
    progress: Callable[[str], None] | None = None
    clock: Callable[[], float] = time.monotonic
    pushed_back: Callable[[], None] | None = None

    def run(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns. It raises `Repeatable` for what may be tried again, else a plain error."""
        began = self.clock()
        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, Repeatable)),
            stop=lambda state: self._enough(state, self.clock() - began),
            wait=self._pause,
            sleep=self._sleep,
            before_sleep=self._report,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except Repeatable as last:
            error = last.error
        raise error  # outside the except block: the chain behind it may hold addresses with people in them

    def _enough(self, state: RetryCallState, spent: float) -> bool:
        error = _error_of(state)
        if isinstance(error, Unreachable) and spent >= self.policy.first_contact_seconds:
            return True
        if error.retry_after is not None and error.retry_after > self.policy.patience:
            return True
        return state.attempt_number >= self._attempts(error)

    def _attempts(self, error: ClientError) -> int:
        limit = self.policy.attempts
        if isinstance(error, UnexpectedContent):
            return min(limit, self.policy.content_attempts)
        if isinstance(error, Unreachable):
            return min(limit, self.policy.first_contact_attempts)
        return limit

    def _pause(self, state: RetryCallState) -> float:
        return self.policy.pause(state.attempt_number, _error_of(state), self.random)

    def _sleep(self, seconds: float) -> None:
        self.usage.waited(seconds)
        self.sleep(seconds)

    def _report(self, state: RetryCallState) -> None:
        self.usage.retried()
        error = _error_of(state)
        if self.pushed_back is not None and error.status in (429, 503):
            self.pushed_back()
        message = (
            f"Attempt {state.attempt_number} of {self._attempts(error)} failed, "
            f"next try in {state.upcoming_sleep:.1f} s: {error.doing}: {error.came_back}"
        )
        log.info(message)
        if self.progress is not None:
            self.progress(message)


def _error_of(state: RetryCallState) -> ClientError:
    failure = state.outcome.exception() if state.outcome is not None else None
    if isinstance(failure, Repeatable):
        return failure.error
    return Transient("Retrying")


def retry_after_seconds(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait by a `Retry-After` header (seconds or an HTTP date); None if it says neither."""
    if not header:
        return None
    text = header.strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max((when - (now or datetime.now(UTC))).total_seconds(), 0.0)
