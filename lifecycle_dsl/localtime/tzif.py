"""Time-zone data as a list of spans: from when on which offset holds, from the tzdata package.

Reads the compiled files (RFC 9636) of the pinned `tzdata` package, never the system's, and writes
the yearly rule in a file's last line out up to the end of the calendar, so that whoever looks up
an offset needs one bisection and no special case for the far future.
"""

import struct
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Final

from lifecycle_dsl.localtime.instants import EPOCH_ORDINAL, LAST_DATE, SECOND
from lifecycle_dsl.localtime.yearly import YearlyRule, parse_footer

__all__ = ["known_zones", "read_spans", "tzdata_version"]

BEGINNING: Final = -(2**62)
_HEADER: Final = struct.Struct(">4sc15x6L")
_TYPE: Final = struct.Struct(">lBB")
_LAST_YEAR: Final = date.fromordinal(LAST_DATE + EPOCH_ORDINAL).year + 1


@cache
def known_zones() -> frozenset[str]:
    """Every zone name of the tzdata package."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


@cache
def tzdata_version() -> str:
    """The release of the time-zone database, such as `2026a`."""
    return str(import_module("tzdata").IANA_VERSION)


def read_spans(key: str) -> tuple[list[int], list[int]]:
    """The starts of all spans of a known zone, the first in the endless past, and their offsets.

    Both in microseconds; neighbouring spans differ in offset.
    """
    data = files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()
    times, offsets, first_offset, footer = _parse(data)
    rule = parse_footer(footer)
    if rule is not None:
        for at, offset in _written_out(rule, times[-1] if times else None):
            times.append(at)
            offsets.append(offset)
    starts, span_offsets = [BEGINNING], [first_offset * SECOND]
    for at, offset in zip(times, offsets, strict=True):
        if offset * SECOND != span_offsets[-1]:
            starts.append(at * SECOND)
            span_offsets.append(offset * SECOND)
    return starts, span_offsets


def _parse(data: bytes) -> tuple[list[int], list[int], int, str]:
    """Transition times and the offsets after them, the offset before all, and the last line."""
    magic, version, *counts = _HEADER.unpack_from(data)
    if magic != b"TZif" or version < b"2":
        raise ValueError("the time-zone data is not TZif of version 2 or later")
    ut, std, leap, transitions, types, letters = counts
    # The first block repeats the data in 32 bits, for old readers.
    start = _HEADER.size + transitions * 5 + types * 6 + letters + leap * 8 + std + ut
    ut, std, leap, transitions, types, letters = _HEADER.unpack_from(data, start)[2:]
    at = start + _HEADER.size
    times = list(struct.unpack_from(f">{transitions}q", data, at))
    at += transitions * 8
    kinds = data[at : at + transitions]
    at += transitions
    by_kind = [_TYPE.unpack_from(data, at + i * _TYPE.size)[0] for i in range(types)]
    at += types * _TYPE.size + letters + leap * 12 + std + ut
    footer = data[at:].decode("ascii").strip("\n")
    return times, [by_kind[kind] for kind in kinds], by_kind[0], footer


def _written_out(rule: YearlyRule, after: int | None) -> list[tuple[int, int]]:
    """The rule's transitions later than the last explicit one, until the calendar ends."""
    first = 1900
    if after is not None:
        first = date.fromordinal(max(after // 86_400 + EPOCH_ORDINAL, 366)).year
    every = (pair for year in range(first, _LAST_YEAR + 1) for pair in rule.transitions(year))
    return [(at, offset) for at, offset in every if after is None or at > after]
