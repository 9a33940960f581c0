"""Secrets that live in files of their own, outside every database: made once, 0600, refused when others can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from ground.complaints import Complaint


def data_directory(path: Path) -> Path:
    """The directory, made 0700 when missing; a Complaint when it cannot be written."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Complaint(
            f"The data directory {path} cannot be written ({error.strerror}). Choose another one."
        ) from None
    return path


def read_secret(path: Path) -> bytes:
    """The bytes of a secret file, without a trailing newline; a Complaint when it is missing or open to others."""
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes()
    except FileNotFoundError:
        raise Complaint(f"The key file {path} is missing.") from None
    except OSError as error:
        raise Complaint(f"The key file {path} cannot be read ({error.strerror}).") from None
    if stat.S_IMODE(mode) & 0o077:
        raise Complaint(f"The key file {path} can be read by others. Run: chmod 600 {path}")
    return secret.rstrip(b"\n")


def write_secret(path: Path, secret: bytes) -> None:
    """Write a new 0600 file, durably; never overwrites."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_or_make_secret(path: Path, make: Callable[[], bytes]) -> bytes:
    """The secret in the file; on first use, made and kept there (0600)."""
    if not path.exists():
        data_directory(path.parent)
        write_secret(path, make())
    return read_secret(path)
