"""Where rotating OAuth tokens are kept.

Eloqua gives a new refresh token with every refresh and forgets the old one; losing it means that a person has
to sign in again. So tokens are saved before they are used, in a file only its owner can read.
"""

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gave. `expires_at` is seconds since 1970, by our clock."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float


class TokenStore(Protocol):
    """Keeps the newest tokens of one login."""

    def load(self) -> Tokens | None:
        """The newest tokens, None if there have never been any."""

    def save(self, tokens: Tokens) -> None:
        """Keep them durably before returning."""

    def lock(self) -> AbstractContextManager[None]:
        """Held while tokens are read, renewed and saved, so that two do not spend the same refresh token."""


class MemoryTokenStore:
    """Tokens for the length of this process."""

    def __init__(self) -> None:
        self._tokens: Tokens | None = None
        self._lock = threading.RLock()

    def load(self) -> Tokens | None:
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        with self._lock:
            yield


class FileTokenStore:
    """Tokens in a JSON file with permission 0600, replaced as a whole and locked across processes."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()

    def load(self) -> Tokens | None:
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return None
        return Tokens(**json.loads(text))

    def save(self, tokens: Tokens) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(tokens), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            descriptor = os.open(
                self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600
            )
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
