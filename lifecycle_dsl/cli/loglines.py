"""The log of commands that run for long: one JSON object a line on stderr."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import msgspec

_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every record has; the rest was given with it."""


class _Lines(logging.Formatter):
    """When, how grave, who says it, what, and what was given with it."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


@contextmanager
def logged_to_stderr(logger: str, *, level: int = logging.INFO) -> Iterator[None]:
    """Write what a logger says to stderr while this stands; then it is as it was."""
    found = logging.getLogger(logger)
    before = found.handlers, found.level, found.propagate
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    found.handlers, found.propagate = [handler], False
    found.setLevel(level)
    try:
        yield
    finally:
        found.handlers, found.propagate = before[0], before[2]
        found.setLevel(before[1])
