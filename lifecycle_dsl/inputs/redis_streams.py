"""A stream of Redis: `redis://host:6379/0?stream=NAME`, the record in the field `data`.

A place is the id of an entry, (milliseconds, number). How many entries there were before it tells
whether any were trimmed that had not been read: Redis counts all that were ever added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import redis
from redis import exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from lifecycle_dsl.inputs.messages import MOST, AwayError, Entry, LostError, Position
from lifecycle_dsl.inputs.packing import InputError

FIELD: Final = b"data"
_BLOCK: Final = 200
"""Milliseconds to wait for more at once."""
_BEGINNING: Final = (0, 0)


class RedisStream:
    """A stream on a Redis server, version 7 or newer."""

    def __init__(self, server: str, stream: str) -> None:
        self._stream = stream
        try:
            self._redis = redis.Redis.from_url(
                server,
                retry=Retry(NoBackoff(), 0),
                socket_timeout=30,
                socket_connect_timeout=5,
            )
        except ValueError as error:
            raise InputError(f"the server's URL means nothing: {error}") from error

    def take(self, behind: Position | None, handled: int) -> tuple[int, Sequence[Entry]]:
        """The next entries behind an id, and how many were added before them."""
        position = behind or _BEGINNING
        with self._said():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.xinfo_stream(self._stream)
            pipeline.xrange(self._stream, min=f"({_text(position)}", count=MOST)
            about, rows = pipeline.execute(raise_on_error=False)
        if isinstance(about, exceptions.ResponseError):
            return self._missing(about, behind)
        self._check(about, behind, handled)
        removed = about["entries-added"] - about["length"]
        before = handled if behind is not None else removed
        return before, [Entry(_position(id_), (fields or {}).get(FIELD)) for id_, fields in rows]

    def wait(self, behind: Position | None) -> None:
        """Wait a little for more."""
        with self._said():
            last = _text(behind or _BEGINNING)
            self._redis.xread({self._stream: last}, count=1, block=_BLOCK)

    def trim(self, position: Position) -> None:
        """Remove everything up to an id."""
        with self._said():
            self._redis.xtrim(self._stream, minid=_text(_after(position)), approximate=False)

    def close(self) -> None:
        """Close the connection."""
        self._redis.close()

    def _missing(
        self, error: exceptions.ResponseError, behind: Position | None
    ) -> tuple[int, Sequence[Entry]]:
        if "no such key" not in str(error):
            raise InputError(f"`{self._stream}` cannot be read: {error}") from error
        if behind not in {None, _BEGINNING}:
            raise LostError("the stream is gone, of which a part was read", _BEGINNING, 0)
        return 0, ()

    def _check(self, about: dict[str, Any], behind: Position | None, handled: int) -> None:
        """Whether all that was not read yet is still there."""
        if "entries-added" not in about:
            raise InputError("Redis is too old to say what was trimmed: 7.0 or newer is needed")
        if behind is None:
            return
        added, last = about["entries-added"], _position(about["last-generated-id"])
        if last < behind:
            what = "the server has lost messages that were read from it already"
            raise LostError(what, last, added)
        first = about["first-entry"]
        if first is None or _position(first[0]) > behind:
            lost = added - about["length"] - handled
            if lost > 0:
                what = f"{lost:,} messages were removed before they were read"
                raise LostError(what, behind, handled + lost)

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except exceptions.AuthenticationError as error:
            raise InputError(f"the server refuses the login: {error}") from error
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            raise AwayError(f"the server cannot be reached ({error})") from error
        except exceptions.RedisError as error:
            raise InputError(f"`{self._stream}` cannot be read: {error}") from error


def _position(id_: bytes | str) -> Position:
    text = id_.decode() if isinstance(id_, bytes) else id_
    milliseconds, _, number = text.partition("-")
    return int(milliseconds), int(number)


def _text(position: Position) -> str:
    return f"{position[0]}-{position[1]}"


def _after(position: Position) -> Position:
    """The id that comes next."""
    return position[0], position[1] + 1
