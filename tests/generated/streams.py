"""Made streams: few customers, and gaps that end where rules look.

Each next instant is chosen by one of: an earlier record plus a duration of the vocabulary, give or
take a microsecond; the next local midnight likewise; the same instant again; an earlier one (a
late record); a decay step; or any gap.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from lifecycle_dsl.localtime import DAY, HOUR, Period, next_period_start, parse_instant, zone
from tests.generated.vocabulary import DURATIONS, HALF_LIVES, ZONES, one_of

Record = dict[str, Any]

CUSTOMERS = ("ann", "bob", "zoë")
FIRST_INSTANTS = (
    "2026-03-27T11:00:00Z",
    "2026-03-28T22:59:59.999999Z",
    "2026-10-24T21:30:00Z",
    "2026-04-04T14:00:00Z",
    "2026-12-30T23:00:00Z",
)
SPANS = (*DURATIONS.values(), *HALF_LIVES.values())
MOST = 28


@st.composite
def streams(draw: DrawFn) -> list[Record]:
    """Records and ticks in the order of arrival."""
    at = parse_instant(draw(st.sampled_from(FIRST_INSTANTS)))
    assert at is not None
    seen = [at]
    stream: list[Record] = []
    length = draw(st.integers(4, MOST))
    customers = CUSTOMERS[: draw(st.integers(1, 3))]
    for _ in range(length):
        at = draw(next_instant(seen))
        kind = draw(one_of("record", "record", "record", "record", "record", "tick", "again"))
        if kind == "tick":
            seen.append(at)
            stream.append({"type": "tick", "at": at})
        elif kind == "again" and stream:
            stream.append(draw(st.sampled_from(stream)))
        else:
            seen.append(at)
            stream.append(draw(records(customers, at)))
    last = max(item["at"] for item in stream)
    stream.append({"type": "tick", "at": last + draw(st.sampled_from(SPANS)) * draw(one_of(1, 2))})
    return stream


@st.composite
def next_instant(draw: DrawFn, seen: list[int]) -> int:
    """The instant of what comes next."""
    latest = max(seen)
    jitter = draw(one_of(0, 0, -1, 1))
    kinds = ("boundary", "boundary", "boundary", "midnight", "same", "late", "step", "gap")
    match draw(st.sampled_from(kinds)):
        case "boundary":
            ends = {t + span for t in seen[-6:] for span in SPANS if t + span >= latest}
            return draw(st.sampled_from(sorted(ends))) + jitter
        case "midnight":
            clock = zone(draw(st.sampled_from(ZONES)))
            assert clock is not None
            return next_period_start(clock, latest, Period.DAY) + jitter
        case "same":
            return latest
        case "late":
            return latest - draw(one_of(1, HOUR, DAY, 3 * DAY))
        case "step":
            half_life = draw(st.sampled_from(sorted(HALF_LIVES.values())))
            step = latest * 4096 // half_life + draw(st.integers(1, 5000))
            return -(-step * half_life // 4096) + jitter
        case _:
            return latest + draw(st.integers(1, 12)) * draw(one_of(1000, HOUR, DAY))


@st.composite
def records(draw: DrawFn, customers: tuple[str, ...], at: int) -> Record:
    """One record of a customer."""
    event = draw(one_of("visit", "ping", "buy", "buy", "rate", "rate", "note", "profile"))
    record: Record = {"type": event, "customer": draw(st.sampled_from(customers)), "at": at}
    if draw(st.booleans()):
        record["id"] = draw(one_of("i1", "i2", "i3"))
    if event != "profile" and draw(st.integers(0, 3)) == 0:
        record["value"] = draw(one_of(0, 1, 2, 0.5, -1, 0.1))
    match event:
        case "buy":
            optional = {"amount": one_of(0, 10, 10.01, 99.99, 25), "plan": one_of("free", "pro")}
        case "rate":
            record["stars"] = draw(one_of(0, 1, 2, 3, 4.5, 5))
            optional = {"note": one_of("x", "tax", "", "ü"), "good": st.booleans()}
        case "note":
            optional = {
                "took": one_of(0, HOUR, 2 * HOUR),
                "on_day": one_of("2026-03-29", "2026-12-31"),
                "until": one_of("2026-03-29T01:00:00Z", at + HOUR),
                "words": one_of([], ["a"], ["a", "b"]),
            }
        case "profile":
            optional = {
                "vip": one_of(True, False, None),
                "credit": one_of(0, 1, 2, 3, None),
                "nick": one_of("x", "y", None),
                "tariff": one_of("free", "pro", None),
                "ends": one_of("2026-03-29", "2026-03-30", "2026-10-25", "2024-02-29", None),
                "due_at": one_of("2026-03-29T01:00:00Z", at + HOUR, at - HOUR, None),
                "zone": one_of(*ZONES, "Nowhere/At_All", None),
            }
        case _:
            optional = {}
    for name, values in optional.items():
        if draw(st.booleans()):
            record[name] = draw(values)
    return record
