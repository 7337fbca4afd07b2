"""What can go wrong with a platform, sorted by what the caller can do about it.

`Transient`: run it again. `Permanent`: a person must change something first. `InDoubt`: it may have happened;
look before doing it again. A message says what we were doing, what came back and whether a rerun helps; it
never contains a secret or a whole e-mail address, because it ends in logs and in the UI.
"""

from collections.abc import Sequence
from typing import Any

from certain_eloqua.clients.redaction import redact


class ClientError(Exception):
    """Something a platform, or the way to it, did. Raised as one of the three kinds below.

    Attributes:
        doing: what we were doing, as the start of a sentence ("Reading the contact lists").
        came_back: what the platform answered.
        status: the HTTP status, if there was an answer.
        retry_after: seconds the server asked us to wait, if it did.
    """

    advice = ""

    def __init__(
        self,
        doing: str,
        came_back: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        advice: str | None = None,
    ) -> None:
        self.doing = redact(doing)
        self.came_back = redact(came_back)
        self.status = status
        self.retry_after = retry_after
        if advice is not None:
            self.advice = advice
        super().__init__(self.doing, self.came_back)

    def __str__(self) -> str:
        text = f"{self.doing}: {self.came_back}" if self.came_back else self.doing
        return f"{text.rstrip('. ')}. {self.advice}".rstrip()


class Transient(ClientError):
    """The same request may succeed later."""

    advice = "A rerun may help."


class Permanent(ClientError):
    """The same request will fail again until a setting, a right or the data changes."""

    advice = "A rerun will not help."


class InDoubt(ClientError):
    """The request may or may not have been carried out; never repeat it blindly."""

    advice = "It may have been carried out: look on the platform before repeating it."


class AuthError(Permanent):
    """401, 403, a login page, or a token that is no longer accepted."""

    advice = "A rerun will not help until the credentials or the user's rights are put right."


class NotFound(Permanent):
    """404 for one named thing. (An empty collection is not an error.)"""


class ValidationError(Permanent):
    """400 or 409: the platform read the request and refused it.

    `failures` holds the platform's own list, one mapping per fault, with values left out (they are people).
    """

    def __init__(
        self,
        doing: str,
        came_back: str = "",
        *,
        failures: Sequence[dict[str, Any]] = (),
        status: int | None = None,
    ) -> None:
        super().__init__(doing, came_back, status=status)
        self.failures = list(failures)


class LimitExceeded(Permanent):
    """413 and the platform's other hard limits: storage, fields per definition, size of one row."""


class SyncFailed(Permanent):
    """A bulk sync ended in error and will do so again. `codes` are the platform's status codes."""

    def __init__(
        self, doing: str, came_back: str = "", *, sync_id: str = "", codes: Sequence[str] = ()
    ) -> None:
        super().__init__(doing, came_back)
        self.sync_id = sync_id
        self.codes = tuple(codes)


class RateLimited(Transient):
    """429, after waiting as long as we were willing to."""


class ServerError(Transient):
    """5xx, after the retries."""


class ConnectionLost(Transient):
    """No connection, a time-out, or an answer that stopped in the middle."""


class Unreachable(ConnectionLost):
    """The very first contact failed: nothing listens there, the name does not resolve, or TLS fails.

    Waiting seldom helps then, so it is raised after seconds, and a run that gets it ends.
    """

    advice = "Nothing was sent."


class UnexpectedContent(Transient):
    """An answer that is not what was asked for: HTML instead of JSON, truncated JSON, missing members."""


class DeadlineExceeded(Transient):
    """We stopped waiting for something that is still running on the platform."""


class PagingAnomaly(Transient):
    """The pages do not add up to the total. Raised instead of returning a shorter list."""


class DataGone(Transient):
    """The rows of an export aged out, or were never complete; a new export brings them back."""


class SyncFailedForNow(Transient):
    """A bulk sync ended in an error which the platform calls temporary."""

    def __init__(
        self, doing: str, came_back: str = "", *, sync_id: str = "", codes: Sequence[str] = ()
    ) -> None:
        super().__init__(doing, came_back)
        self.sync_id = sync_id
        self.codes = tuple(codes)


class BudgetReached(Transient):
    """We stopped before a configured number of calls or syncs would have been passed."""

    advice = "Nothing was lost: the rest is done by the next run, or raise the budget."
