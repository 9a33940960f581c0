"""The sandbox's memory on disk: an append-only file of JSON lines that a second start reads from the beginning."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.sandbox.wire import encode
from ground.complaints import Complaint

#: When the file has grown beyond this, and to four times what was needed, it is written anew.
ROOMY = 32 * 1024 * 1024


class Journal:
    """One record a line. Each is handed to the operating system before the bot is answered, so kill -9 loses nothing.

    It isn't fsynced: a power cut may cost a sandbox its last seconds. A torn last line is dropped.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / "sandbox.jsonl"
        self._lock = os.open(directory / "sandbox.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Complaint(f"Another sandbox is using {directory}. Stop it, or choose another --data.") from None
        self._file = self._open(self._path)
        self._size = os.fstat(self._file).st_size
        self._roomy = ROOMY

    @staticmethod
    def _open(path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def records(self) -> Iterator[list[Any]]:
        """Every complete record, oldest first; what follows the last newline is cut off."""
        complete = 0
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                complete += len(line)
                yield json.loads(line)
        os.ftruncate(self._file, complete)
        self._size = complete

    def write(self, record: tuple[Any, ...]) -> None:
        """Append one record."""
        self._size += os.write(self._file, encode(record).encode() + b"\n")

    @property
    def crowded(self) -> bool:
        """Whether it is time to `rewrite`."""
        return self._size > self._roomy

    def rewrite(self, records: Iterable[tuple[Any, ...]]) -> None:
        """Replace the file by these records, in one step."""
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(self._open(fresh), "wb") as file:
            for record in records:
                file.write(encode(record).encode() + b"\n")
        fresh.replace(self._path)
        os.close(self._file)
        self._file = self._open(self._path)
        self._size = os.fstat(self._file).st_size
        self._roomy = max(ROOMY, 4 * self._size)

    def close(self) -> None:
        """Let go of the file, so that another sandbox may have it."""
        os.close(self._file)
        os.close(self._lock)
