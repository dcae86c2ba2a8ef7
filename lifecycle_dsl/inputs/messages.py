"""Events that come as messages of a stream: Redis Streams, NATS JetStream.

A message is one record, as JSON or MessagePack. Which messages are handled says the place that is
kept with their effects, not the server: whatever it delivers twice is handled once. So nothing is
acknowledged; what is handled may be trimmed.

Where the server is away it is tried again, later and later. Messages that were removed before they
were read are an error, or with `lost=accept` a dead letter that counts them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from enum import Enum, auto
from itertools import groupby
from typing import Final, Protocol
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

import msgspec
from attrs import define, frozen

from lifecycle_dsl.engine.deadletters import REFUSALS, DeadLetter, dead_letter
from lifecycle_dsl.inputs.batches import Batch, pack
from lifecycle_dsl.inputs.files import LONGEST_LINE, SHOWN
from lifecycle_dsl.inputs.packing import InputError
from lifecycle_dsl.inputs.sources import IDLE, Idle, Place

MOST: Final = 1_000
"""Messages that are taken at once."""
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0
"""Seconds until a server that is away is tried again; each time twice as long."""
PATIENCE: Final = 60.0
"""Seconds after which a run that only reads what is there gives up on a server that is away."""

Position = tuple[int, ...]
"""Where a message stands in its stream."""

_skimmed: Final = msgspec.msgpack.Decoder(msgspec.Raw).decode
_ON_ONE_LINE: Final = bytes.maketrans(b"\r\n", b"  ")


@frozen
class Entry:
    """A message as it came."""

    position: Position
    body: bytes | None
    """None where it is not where it ought to be."""


class AwayError(Exception):
    """The server cannot be reached now; why, in one clause."""


class LostError(Exception):
    """Messages were removed before they were read; in one clause, and where to go on."""

    def __init__(self, what: str, position: Position, handled: int) -> None:
        super().__init__(what)
        self.position = position
        self.handled = handled


class Stream(Protocol):
    """A stream on a server."""

    def take(self, behind: Position | None, handled: int) -> tuple[int, Sequence[Entry]]:
        """The next messages behind a position, and the number of those before them.

        Raises:
            AwayError: where the server is away.
            LostError: where messages behind the position have been removed.
            InputError: where there is no such stream, or it may not be read.
        """

    def wait(self, behind: Position | None) -> None:
        """Wait a little for more; raises `AwayError` where the server is away."""

    def trim(self, position: Position) -> None:
        """Remove everything up to a position; raises `AwayError` where the server is away."""

    def close(self) -> None:
        """Leave the server."""


@define
class Messages:
    """A source of the messages of a stream; its place is a position and how many stood before."""

    name: str
    stream: Stream
    follows: bool
    """Whether to wait for more, and for a server that is away."""
    accepts_loss: bool = False
    trims: bool = False
    sleep: Callable[[float], None] = time.sleep
    _positions: Sequence[Position] = ()
    """Of the messages of the piece that was given last."""
    _first: int = 1
    _place: Place | None = None

    @property
    def resumable(self) -> bool:
        """It is."""
        return True

    @property
    def place(self) -> Place | None:
        """Up to where it has been read."""
        return self._place

    def within(self, number: int) -> Place:
        """The place behind one record of the batch that was given last."""
        return *self._positions[number - self._first], number

    def read(self, place: Place | None) -> Iterator[Batch | DeadLetter | Idle]:
        """What comes behind a place."""
        self._place = place
        failures, away_since = 0, 0.0
        while True:
            try:
                entries = yield from self._taken()
                if not entries and self.follows:
                    self.stream.wait(self._behind)
            except AwayError as error:
                away_since = away_since if failures else time.monotonic()
                if not self.follows and time.monotonic() - away_since > PATIENCE:
                    raise InputError(f"{self.name}: {error}") from error
                self.sleep(_delay(failures))
                failures += 1
                yield Idle(f"{self.name}: {error}; trying again")
                continue
            failures = 0
            if entries:
                yield from self._pieces(entries)
            elif self.follows:
                yield IDLE
            else:
                return

    def kept(self, place: Place) -> None:
        """Trim the stream up to a place, if that is wanted."""
        if self.trims:
            try:
                self.stream.trim(_position(place))
            except AwayError:
                return  # the next time will do

    def close(self) -> None:
        """Leave the server."""
        self.stream.close()

    @property
    def _behind(self) -> Position | None:
        return None if self._place is None else _position(self._place)

    def _taken(self) -> Generator[DeadLetter, None, Sequence[Entry]]:
        """The next messages; what was lost before them is told."""
        while True:
            handled = 0 if self._place is None else int(self._place[-1])
            try:
                before, entries = self.stream.take(self._behind, handled)
            except LostError as error:
                if not self.accepts_loss:
                    raise InputError(
                        f"{self.name}: {error}; to go on without them add `lost=accept` to the URL"
                    ) from error
                self._place = (*error.position, error.handled)
                yield DeadLetter(error.handled, str(error), "")
                continue
            self._first = before + 1
            return entries

    def _pieces(self, entries: Sequence[Entry]) -> Iterator[Batch | DeadLetter]:
        """Messages as batches of one kind each, and dead letters for what is in none."""
        number = self._first
        for kind, group in groupby(entries, _kind):
            found = list(group)
            if kind is _Kind.WRONG:
                for entry in found:
                    self._given([entry], number)
                    yield _wrong(entry, number)
                    number += 1
                continue
            self._given(found, number)
            framed = kind is _Kind.MAP
            yield Batch(pack([_record(each) for each in found], framed=framed), number, framed)
            number += len(found)

    def _given(self, entries: Sequence[Entry], first: int) -> None:
        self._positions = [each.position for each in entries]
        self._first = first
        self._place = *self._positions[-1], first + len(entries) - 1


class _Kind(Enum):
    """What a message seems to be."""

    LINE = auto()
    MAP = auto()
    WRONG = auto()


def _kind(entry: Entry) -> _Kind:
    body = entry.body
    if not body or body.isspace() or len(body) > LONGEST_LINE:
        return _Kind.WRONG
    if not (0x80 <= body[0] <= 0x8F or body[0] in {0xDE, 0xDF}):
        return _Kind.LINE
    try:
        _skimmed(body)
    except REFUSALS:  # in a frame it would spoil those behind it
        return _Kind.WRONG
    return _Kind.MAP


def _wrong(entry: Entry, number: int) -> DeadLetter:
    body = entry.body
    if body is None:
        return dead_letter(number, "the message has no field `data`", b"")
    if len(body) > LONGEST_LINE:
        return dead_letter(number, "the message is longer than 4 MiB", body[:SHOWN])
    if not body or body.isspace():
        return dead_letter(number, "the message is empty", body)
    return dead_letter(number, "the record is no valid MessagePack", body)


def _record(entry: Entry) -> bytes:
    """A message as a record: JSON on one line, in which a line's end is only space."""
    body = entry.body or b""
    return body if _kind(entry) is _Kind.MAP else body.translate(_ON_ONE_LINE)


def _position(place: Place) -> Position:
    return tuple(int(part) for part in place[:-1])


def _delay(failures: int) -> float:
    """Seconds until the next try, spread so that not all come at once."""
    longest: float = min(FIRST_WAIT * 2.0 ** min(failures, 10), LONGEST_WAIT)
    return longest * random.uniform(0.5, 1)  # noqa: S311


@frozen
class Address:
    """What the URL of a stream says."""

    server: str
    """The URL of the server, with what it takes to log in."""
    name: str
    """The URL of the stream, without that."""
    options: Mapping[str, str]


def address(url: str, known: Collection[str]) -> Address:
    """The parts of a stream's URL.

    Raises:
        InputError: where it has an option that is not known, or no stream.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for option in options:
        if option not in known:
            raise InputError(f"`{option}` is no option of a stream; there are {', '.join(known)}")
    if not options.get("stream"):
        raise InputError(f"{_shown(parts)} names no stream; add ?stream=NAME")
    for option, value in (("lost", "accept"), ("trim", "handled")):
        if options.get(option, value) != value:
            raise InputError(f"`{option}` of a stream may only be `{value}`")
    which = "&".join(f"{n}={quote(options[n])}" for n in ("stream", "subject") if n in options)
    server = parts._replace(query="", fragment="").geturl()
    return Address(server, f"{_shown(parts)}?{which}", options)


def _shown(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
