"""An error of ours becomes a Dagster failure: retried or not by what helps, and without people in it.

Whatever is raised inside ends in the event log, so messages are redacted and the original error is not
chained: the text of a stray `ValueError` may well hold a row.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from certain_eloqua.clients.errors import BudgetReached, ClientError, Transient, Unreachable
from certain_eloqua.clients.redaction import redact
from certain_eloqua.ledger.errors import AlreadyRunning
from certain_eloqua.settings import SettingsError


class Refused(Exception):
    """We will not do this, whatever the platforms say. The message says why and what to do instead."""


class Terminated(dg.Failure):
    """The run was terminated during a step.

    Dagster would try the step again after the pause of its retry policy, although nobody wants the run to go
    on. A failure without retries ends it: as canceled, if the termination was requested.
    """

    WORDS = "The run was terminated."

    def __init__(self, doing: str, error: BaseException) -> None:
        done = " ".join(getattr(error, "__notes__", []))
        super().__init__(f"{doing}: {redact(done) or self.WORDS}", allow_retries=False)


@contextmanager
def dagster_failures(doing: str) -> Iterator[None]:
    """Turn errors into `dg.Failure`: `Transient` ones are tried again, all others (and a used-up budget) not.

    Args:
        doing: what the step does, as the start of a sentence: "Planning attendees_to_eloqua for SUMMIT".
    """
    try:
        yield
    except dg.Failure:
        raise
    except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt) as error:
        raise Terminated(doing, error) from None
    except AlreadyRunning as error:
        raise _final(str(error), error) from None  # it is about the run, whichever step happened to be first
    except (BudgetReached, Unreachable) as error:
        # A used-up budget stays used up within this run, and an address where nothing answers stays wrong.
        raise _final(_message(doing, error), error) from None
    except Transient as error:
        raise dg.Failure(_message(doing, error), metadata=_where(error)) from None
    except (ClientError, Refused, SettingsError) as error:
        raise _final(_message(doing, error), error) from None
    except Exception as error:  # noqa: BLE001 - an unexpected error may quote a row, so it is reported without it
        if hasattr(error, "advice") or type(error).__module__.startswith("certain_eloqua."):
            raise _final(_message(doing, error), error) from None
        message = redact(str(error))[:500]
        raise _final(
            f"{doing} ended in {type(error).__name__}, which is a mistake in the program: {message}", error
        ) from None


def _message(doing: str, error: BaseException) -> str:
    message = redact(str(error))
    return message if message.startswith(doing) else f"{doing}: {message}"


def _final(message: str, error: BaseException) -> dg.Failure:
    return dg.Failure(message, metadata=_where(error), allow_retries=False)


def _where(error: BaseException) -> dict[str, dg.MetadataValue]:
    """Where the error was raised, for developers: lines of code, never values."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:])
    return {
        "error": dg.MetadataValue.text(type(error).__name__),
        "where": dg.MetadataValue.md(f"```\n{redact(lines)}\n```"),
    }
