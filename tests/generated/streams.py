"""Made streams: few customers, and gaps that end where rules look.

Each next instant is chosen by one of: an earlier record plus a duration of the vocabulary, give or
take a microsecond; the next local midnight or other time of day likewise; the same instant again;
an earlier one (a late record); a decay step; or any gap.
"""

from __future__ import annotations

from typing import Any

from lifecycle_dsl.localtime import DAY, HOUR, at_time_next, parse_instant, zone
from tests.generated.choices import (
    Choice,
    Draw,
    composed,
    either,
    integers,
    just,
    one_in,
    one_of,
    sampled_from,
)
from tests.generated.vocabulary import (
    CUSTOMERS,
    DURATIONS,
    HALF_LIVES,
    SWITCHES,
    TIMES,
    ZONES,
)

Record = dict[str, Any]

FIRST_INSTANTS = (
    "2026-03-27T11:00:00Z",
    "2026-03-28T22:59:59.999999Z",
    "2026-10-24T21:30:00Z",
    "2026-04-04T14:00:00Z",
    "2026-12-30T23:00:00Z",
)
ITEM = {"name": "a", "price": 12}
DUE = {"name": "b", "price": 0.5, "due": "2026-03-29", "by": "2026-03-29T01:00:00Z", "count": 2.0}
SPANS = (*DURATIONS.values(), *HALF_LIVES.values())
MOST = 36

refs = one_of("a", "b", "c")
"""Values that tell runs apart."""


@composed
def streams(draw: Draw) -> list[Record]:
    """Records and ticks in the order of arrival."""
    at = parse_instant(draw(sampled_from(FIRST_INSTANTS)))
    assert at is not None
    seen = [at]
    stream: list[Record] = []
    length = draw(integers(4, MOST))
    customers = CUSTOMERS[: draw(integers(1, 3))]
    for _ in range(length):
        at = draw(next_instant(seen))
        kind = draw(one_of("record", "record", "record", "record", "record", "tick", "again"))
        if kind == "tick":
            seen.append(at)
            stream.append({"type": "tick", "at": at})
        elif kind == "again" and stream:
            stream.append(draw(sampled_from(stream)))
        else:
            seen.append(at)
            stream.append(draw(records(customers, at)))
    last = max(item["at"] for item in stream)
    stream.append({"type": "tick", "at": last + draw(sampled_from(SPANS)) * draw(one_of(1, 2))})
    return stream


@composed
def next_instant(draw: Draw, seen: list[int]) -> int:
    """The instant of what comes next."""
    latest = max(seen)
    jitter = draw(one_of(0, 0, -1, 1))
    kinds = ("boundary", "boundary", "boundary", "local time", "same", "late", "step", "gap")
    match draw(sampled_from(kinds)):
        case "boundary":
            ends = {t + span for t in seen[-6:] for span in SPANS if t + span >= latest}
            # Sooner rather than later: much should happen while something lasts.
            return min(draw(sampled_from(sorted(ends))), draw(sampled_from(sorted(ends)))) + jitter
        case "local time":
            clock = zone(draw(sampled_from(ZONES)))
            assert clock is not None
            time_of_day = draw(either(just(0), sampled_from(sorted(TIMES.values()))))
            return at_time_next(clock, latest + 1, time_of_day) + jitter
        case "same":
            return latest
        case "late":
            return latest - draw(one_of(1, HOUR, DAY, 3 * DAY))
        case "step":
            half_life = draw(sampled_from(sorted(HALF_LIVES.values())))
            step = latest * 4096 // half_life + draw(integers(1, 5000))
            return -(-step * half_life // 4096) + jitter
        case _:
            return latest + draw(integers(1, 12)) * draw(one_of(1000, HOUR, HOUR, DAY))


@composed
def records(draw: Draw, customers: tuple[str, ...], at: int) -> Record:
    """One record of a customer."""
    event = draw(one_of("visit", "visit", "ping", "buy", "buy", "rate", "rate", "note", "profile"))
    record: Record = {"type": event, "customer": draw(sampled_from(customers)), "at": at}
    if draw(one_in(2)):
        record["id"] = draw(one_of("i1", "i2", "i3"))
    if event != "profile" and draw(one_in(4)):
        record["value"] = draw(one_of(0, 1, 2, 0.5, -1, 0.1))
    optional: dict[str, Choice[Any]] = {}
    match event:
        case "visit":
            optional = {"ref": refs}
        case "buy":
            optional = {
                "amount": one_of(0, 10, 10.01, 99.99, 25),
                "plan": one_of("free", "pro"),
                "ref": refs,
            }
        case "rate":
            record["stars"] = draw(one_of(0, 1, 2, 3, 4.5, 5))
            optional = {"note": one_of("x", "tax", "", "ü"), "good": one_of(True, False)}
        case "note":
            optional = {
                "took": one_of(0, HOUR, 2 * HOUR),
                "on_day": one_of("2026-03-29", "2026-12-31"),
                "until": one_of("2026-03-29T01:00:00Z", at + HOUR),
                "words": one_of([], ["a"], ["a", "b"]),
                "items": one_of([], [ITEM], [ITEM | {"by": at, "due": None}, DUE]),
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
                "ref": one_of("a", "b", None),
                **dict.fromkeys(SWITCHES, one_of(True, False, None)),
            }
        case _:
            pass
    for name, values in optional.items():
        if draw(integers(0, 3)) < (3 if values is refs else 2):
            record[name] = draw(values)
    return record
