"""Log lines for machines: one JSON object a line, on standard error.

What a line says is chosen field by field where it is written, and never comes out of a record: no
field of an event, no trait and no customer's name is logged.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from lifecycle_dsl.service.settings import without_password

LOGGER: Final = logging.getLogger("lifecycle_dsl.service")
_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every record has; the rest was given with it."""


class Lines(logging.Formatter):
    """Writes a log record as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_password(record.getMessage()),
        }
        line |= {name: _shown(v) for name, v in vars(record).items() if name not in _PLAIN}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = type(error).__name__
            # Where it happened, and not its text: that may quote what somebody sent.
            frames = traceback.extract_tb(error.__traceback__)
            line["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames[-8:]]
        return msgspec.json.encode(line, enc_hook=str).decode()


def log(level: int, event: str, *, error: BaseException | None = None, **said: object) -> None:
    """Write a line: what happened, and values that say more."""
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    LOGGER.log(level, event, extra=said, exc_info=exc_info)


def log_request(method: str, route: str, status: int, seconds: float, who: str) -> None:
    """Write a line about a request; `route` is its pattern, which names nobody."""
    ms = round(seconds * 1_000, 2)
    log(logging.INFO, "request", method=method, route=route, status=status, by=who, ms=ms)


@contextmanager
def logged_to_stderr() -> Iterator[None]:
    """Send the log of the service, and of what it runs on, to standard error while this stands."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    with ExitStack() as stack:
        for name in ("lifecycle_dsl", "uvicorn", "watchfiles"):
            logger = logging.getLogger(name)
            stack.callback(
                _put_back, logger, logger.handlers, logger.level, propagates=logger.propagate
            )
            logger.handlers, logger.propagate = [handler], False
            logger.setLevel(logging.INFO if name == "lifecycle_dsl" else logging.WARNING)
        yield


def _put_back(
    logger: logging.Logger, handlers: list[logging.Handler], level: int, *, propagates: bool
) -> None:
    logger.handlers, logger.propagate = handlers, propagates
    logger.setLevel(level)


def _shown(value: object) -> object:
    return without_password(value) if isinstance(value, str) else value
