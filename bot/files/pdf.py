"""PDF files: looked at from outside here, rewritten without hidden details in a short-lived process (`pdf_child`)."""

from __future__ import annotations

import re
import subprocess
import sys
from threading import Timer

import structlog

from bot.files.verdicts import MOST_BYTES, damaged

MAGIC = b"%PDF-"
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_TAIL_BYTES = 1024
#: Seconds a rewriting may take; the process itself has limits of its own.
LONGEST = 20.0
#: Rewritten files can be somewhat longer: objects that were packed together are written one by one.
_MOST_WRITTEN = 2 * MOST_BYTES

log = structlog.get_logger()


def check(data: bytes) -> None:
    """`Unfit` when beginning or end are missing. What is between is read in `strip` only."""
    tail = data[-_TAIL_BYTES:]
    if not _HEADER.match(data) or b"%%EOF" not in tail or b"startxref" not in data[-2 * _TAIL_BYTES :]:
        raise damaged("a PDF file that breaks off")


def strip(data: bytes) -> bytes:
    """The same pages without author, dates, XMP, embedded files, scripts, and details hidden in their pictures.

    The child has no environment, no file beyond its three pipes, and limits on time and memory: a hostile file meets
    neither the bot's keys nor its memory. Whatever goes wrong there is `Unfit`.
    """
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "bot.files.pdf_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a library has to say may quote the paper
        env={},
        cwd="/",
    )
    timer = Timer(LONGEST, child.kill)
    timer.start()
    with child:
        try:
            written = _exchange(child, data)
        finally:
            timer.cancel()
            child.kill()
    if child.returncode or not written.startswith(MAGIC):
        log.warning("paper_not_read", code=child.returncode)
        raise damaged("a PDF file that cannot be read")
    return written


def _exchange(child: subprocess.Popen[bytes], data: bytes) -> bytes:
    """Give the child the file (it reads all before it writes), take what it makes of it."""
    assert child.stdin is not None  # noqa: S101
    assert child.stdout is not None  # noqa: S101
    try:
        child.stdin.write(data)
        child.stdin.close()
    except BrokenPipeError:
        return b""
    written = child.stdout.read(_MOST_WRITTEN + 1)
    if len(written) > _MOST_WRITTEN:
        return b""
    child.wait()
    return written
