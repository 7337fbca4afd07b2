"""Many writes at once: one POST per record, a few at a time, one bad record never stopping the others.

Certain has no bulk create ("Certain API 2.0 — Developer Info"), so this is where the time goes.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any

from certain_eloqua.clients.concurrency import AdaptiveLimit
from certain_eloqua.clients.errors import AuthError, BudgetReached, ClientError, Unreachable


@dataclass(frozen=True)
class Write:
    """One write: a key to know it by, and the call. `Write.of(pin, client.update_profile, pin, fields)`."""

    key: Hashable
    call: Callable[[], Any] = field(repr=False)

    @classmethod
    def of(cls, key: Hashable, method: Callable[..., Any], *args: Any, **kwargs: Any) -> "Write":
        return cls(key, partial(method, *args, **kwargs))


@dataclass(frozen=True)
class WriteResult:
    """The result of one write: the object Certain answered with, or the error."""

    key: Hashable
    ok: bool
    value: Any = field(default=None, repr=False)
    error: ClientError | None = None


def write_many(writes: Iterable[Write], limit: AdaptiveLimit) -> Iterator[WriteResult]:
    """Results in the order of completion. `writes` is read as needed, so it may be a long generator.

    Raises:
        AuthError, BudgetReached, Unreachable: when nothing further can succeed. Results of writes that were
            under way are given first; no new write is begun.
    """
    fatal: ClientError | None = None
    waiting = iter(writes)
    pool = ThreadPoolExecutor(max_workers=limit.ceiling, thread_name_prefix="certain-write")
    running: dict[Future[Any], Hashable] = {}
    ended: SimpleQueue[Future[Any]] = SimpleQueue()
    try:
        while True:
            while fatal is None and len(running) < 2 * limit.current:
                if (write := next(waiting, None)) is None:
                    break
                future = pool.submit(_in_its_slot, limit, write.call)
                running[future] = write.key
                future.add_done_callback(ended.put)
            if not running:
                break
            future = ended.get()
            if future not in running:
                continue  # cancelled below
            key = running.pop(future)
            error = future.exception()
            if isinstance(error, AuthError | BudgetReached | Unreachable):
                fatal = fatal or error
                for other in [f for f in running if f.cancel()]:
                    del running[other]
            elif error is None:
                yield WriteResult(key, True, value=future.result())
            elif isinstance(error, ClientError):
                yield WriteResult(key, False, error=error)
            else:
                raise error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if fatal is not None:
        raise fatal


def _in_its_slot(limit: AdaptiveLimit, call: Callable[[], Any]) -> Any:
    with limit.slot():
        return call()
