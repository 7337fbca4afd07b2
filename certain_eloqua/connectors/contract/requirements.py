"""What a connector needs on the platforms, checked all at once: a pre-flight.

Plans and deliveries refuse the first thing that is missing. A kind's requirements are the same checks as a
list, so that a person is shown everything that is missing, on both sides, and corrects it in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from certain_eloqua.clients.errors import AuthError, ClientError, Permanent
from certain_eloqua.connectors.contract.kind import Job, Platforms, Requirement


def unmet(requirements: Iterable[Requirement], job: Job, platforms: Platforms) -> list[Permanent]:
    """Everything that is missing or does not fit, each once, in the order of the requirements.

    Raises:
        Transient: a platform could not be asked.
        AuthError: a platform refused the credentials, so that nothing else can be known.
    """
    found: dict[str, Permanent] = {}
    for requirement in requirements:
        with _kept_in(found):
            for check in requirement(job, platforms):
                with _kept_in(found):
                    check()
    return list(found.values())


@contextmanager
def _kept_in(found: dict[str, Permanent]) -> Iterator[None]:
    """Keep what is refused, so that the next check is made as well."""
    try:
        yield
    except AuthError:
        raise
    except Permanent as error:
        found.setdefault(str(error), error)


def as_one(doing: str, problems: Iterable[Permanent]) -> Permanent:
    """Several problems as one error."""
    listed = [f"{number}. {without_advice(one)}" for number, one in enumerate(problems, 1)]
    return Permanent(
        doing,
        f"{len(listed)} things are missing or do not fit: {' '.join(listed)}",
        advice="Correct all of them, then run again; nothing was written.",
    )


def without_advice(error: ClientError) -> str:
    """What is wrong, without what to do about it now."""
    return f"{error.doing}: {error.came_back.rstrip('. ')}." if error.came_back else f"{error.doing}."
