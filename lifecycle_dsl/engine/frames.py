"""Where the records of a MessagePack frame stand, for frames that do not decode as a whole.

msgspec gives nothing of an array in which one element is cut off or nested too deeply. Here the
values are only stepped over, without recursion, so that every whole record before and after the
one at fault is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

# For each first byte: bytes that follow it, or (bytes of its length, values or bytes per unit).
_FIXED: Final = {
    0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8,
    0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8,
    0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17,
}  # fmt: skip
_SIZED: Final = {
    0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4,
}  # fmt: skip
_EXTENSIONS: Final = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_ARRAYS: Final = {0xDC: 2, 0xDD: 4}
_MAPS: Final = {0xDE: 2, 0xDF: 4}


class CutOffError(Exception):
    """The bytes end, or make no sense, before the value does."""


def elements(body: bytes) -> Iterator[tuple[bytes, bool]]:
    """The elements of an array and whether each is whole; the first that is not is the last.

    What is no array is one element that is not whole, as is what stands behind the array.
    """
    try:
        count, place = _array(body)
    except CutOffError:
        yield body, False
        return
    for _ in range(count):
        try:
            end = _end(body, place)
        except CutOffError:
            yield body[place:], False
            return
        yield body[place:end], True
        place = end
    if place < len(body):
        yield body[place:], False


def _array(body: bytes) -> tuple[int, int]:
    """How many elements an array has and where the first one stands."""
    first = _byte(body, 0)
    if 0x90 <= first <= 0x9F:
        return first - 0x90, 1
    if first in _ARRAYS:
        width = _ARRAYS[first]
        return _number(body, 1, width), 1 + width
    raise CutOffError


def _end(body: bytes, place: int) -> int:
    """Where the value that starts at a place ends."""
    left = 1
    while left:
        values, place = _step(body, place)
        left += values - 1
        # A value takes a byte at least, so that no length can make this loop long.
        if place + left > len(body):
            raise CutOffError
    return place


def _step(body: bytes, place: int) -> tuple[int, int]:
    """How many values a value holds, and where they or the next one start."""
    first = _byte(body, place)
    place += 1
    if first <= 0x7F or first >= 0xE0:
        return 0, place
    if first <= 0x8F:
        return 2 * (first - 0x80), place
    if first <= 0x9F:
        return first - 0x90, place
    if first <= 0xBF:
        return 0, place + first - 0xA0
    if first in _FIXED:
        return 0, place + _FIXED[first]
    if first in _SIZED:
        width = _SIZED[first]
        return 0, place + width + _number(body, place, width)
    if first in _EXTENSIONS:
        width = _EXTENSIONS[first]
        return 0, place + width + 1 + _number(body, place, width)
    if first in _ARRAYS:
        width = _ARRAYS[first]
        return _number(body, place, width), place + width
    if first in _MAPS:
        width = _MAPS[first]
        return 2 * _number(body, place, width), place + width
    raise CutOffError


def _byte(body: bytes, place: int) -> int:
    if place >= len(body):
        raise CutOffError
    return body[place]


def _number(body: bytes, place: int, width: int) -> int:
    if place + width > len(body):
        raise CutOffError
    return int.from_bytes(body[place : place + width], "big")
