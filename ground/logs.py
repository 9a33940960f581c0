"""Structured logs that cannot carry a family's words: only fields on the allow-list pass."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: Every field a log line may carry. Ids, counts, times and action names; never text that a person wrote.
ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "side", "action", "update", "lane", "ordinal", "tries", "seconds", "count",
        "state", "method", "status", "error", "where", "version", "address", "report", "revision", "digest", "port",
        "form", "line", "language", "verb", "table", "limit", "retry_after", "journal", "reason", "missing",
        "parts", "kept", "erased", "pid", "code",
    }
)  # fmt: skip


def _only_allowed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    dropped = [name for name in line if name not in ALLOWED]
    for name in dropped:
        del line[name]
    return line


def configure(side: str, *, json: bool = False, level: str = "INFO") -> None:
    """Send structlog and the standard library's warnings to standard error, as JSON lines or readable lines."""
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,  # lines are few, and a logger that was used once would be deaf to what comes later
    )
    structlog.contextvars.bind_contextvars(side=side)
    # Libraries log requests, parameters and URLs with tokens below WARNING; and what they say above it may quote data,
    # so of their lines only the logger's name and the level get out.
    root = logging.getLogger()
    root.handlers[:] = [_NameOnly()]
    root.setLevel(logging.WARNING)


class _NameOnly(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger().warning("library_warning", where=record.name, level=record.levelname, error=error)
