"""The figures of a run, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from attrs import frozen

from lifecycle_dsl.diagnostics.render.palette import Palette, paint
from lifecycle_dsl.testing.speed.baseline import Baseline
from lifecycle_dsl.testing.speed.figures import Latency, Throughput
from lifecycle_dsl.testing.speed.hottest import Cost
from lifecycle_dsl.testing.speed.streams import Stream

_NAME = 44
_HEAD = "hottest rules"
_CAME = "what came of it"


@frozen
class Found:
    """All figures of a run."""

    rules: str
    stream: Stream
    throughput: Throughput
    latency: Latency
    resident: float
    """Bytes of a customer in memory."""
    costs: tuple[Cost, ...]
    """The hottest first."""
    now: Baseline
    then: Baseline | None

    @property
    def stored(self) -> float:
        """Bytes of a customer as a snapshot keeps them."""
        return self.throughput.stored_bytes / max(1, self.throughput.customers)

    @property
    def microseconds(self) -> float:
        """Of a record."""
        return 1e6 * self.throughput.seconds / self.throughput.records

    def microseconds_of(self, cost: Cost) -> float:
        """What a part took, per record of the whole run."""
        return cost.share * self.microseconds


# ---- for people


def lines(found: Found, top: int, colours: Palette) -> Iterator[str]:
    """The figures and a table of the hottest rules."""
    measured = found.throughput
    yield (
        f"{found.rules}: {measured.records:,} records of {measured.customers:,} customers,"
        f" {found.stream.name}"
    )
    if measured.rejected:
        yield f"  {measured.rejected:,} of them were rejected"
    rate = paint(f"{measured.events_per_second:,.0f} events/s", colours.headline)
    decoding = 1e6 * measured.decoding / measured.records
    yield (
        f"  throughput  {rate}, {found.microseconds:.2f} µs an event,"
        f" {decoding:.2f} µs of it reading {'MessagePack' if found.stream.framed else 'JSON'}"
    )
    each = measured.decisions / measured.records
    yield f"  decisions   {measured.decisions:,}, {each:.2f} an event"
    shares = "  ".join(f"p{share:g} {_span(span)}" for share, span in found.latency.percentiles)
    yield f"  latency     {shares}  longest {_span(found.latency.longest)}"
    yield f"  a customer  {found.stored:,.0f} bytes stored, {found.resident:,.0f} in memory"
    if found.then is not None:
        yield f"  baseline    {_against(found.then, found.now)}"
    if top and found.costs:
        yield ""
        yield from _table(found, top, colours)


def _span(nanoseconds: int) -> str:
    if nanoseconds < 1_000_000:
        return f"{nanoseconds / 1e3:,.1f} µs"
    return f"{nanoseconds / 1e6:,.1f} ms"


def _against(then: Baseline, now: Baseline) -> str:
    change = then.change(now)
    word = "faster" if change >= 0 else "slower"
    machine = then.machine_change(now)
    text = f"{abs(change) * 100:.1f} % {word} than {then.events_per_second:,.0f} events/s"
    if abs(machine) >= 0.01:
        word = "faster" if machine > 0 else "slower"
        text += f"; the machine is {abs(machine) * 100:.0f} % {word} now, which is left out"
    if then.fingerprint != now.fingerprint:
        text += "; the rules have changed"
    if then.stream != now.stream:
        text += "; the records are others"
    return text


def _table(found: Found, top: int, colours: Palette) -> Iterator[str]:
    shown = found.costs[:top]
    names = [_shortened(str(each.part), _NAME) for each in shown]
    came = [_came(each) for each in shown]
    wide, wider = max(map(len, [_HEAD, *names])), max(map(len, [_CAME, *came]))
    head = f"  {_HEAD:<{wide}}  {'time':>7}  {'µs/event':>8}  {'looked at':>9}  {_CAME}"
    yield paint(head, colours.headline)
    for name, what, cost in zip(names, came, shown, strict=True):
        line = (
            f"  {name:<{wide}}  {cost.share * 100:>5.1f} %  {found.microseconds_of(cost):>8.3f}"
            f"  {cost.visits:>9,}  {what:<{wider}}"
        )
        place = _place(cost)
        yield f"{line}  {paint(place, colours.context)}" if place else line.rstrip()
    rest = found.costs[top:]
    if rest:
        share = 100 * sum(each.share for each in rest)
        yield f"  {f'{len(rest)} others':<{wide}}  {share:>5.1f} %"


def _came(cost: Cost) -> str:
    return ", ".join(
        f"{count:,} {'taken' if kind == 'transition' else kind}"
        for kind, count in cost.came.most_common(3)
    )


def _place(cost: Cost) -> str:
    span = cost.part.span
    if span is None:
        return ""
    return f"{span.source.name}:{span.source.position(span.start)[0]}"


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


# ---- for programs


def as_json(found: Found, top: int) -> str:
    """One object."""
    measured = found.throughput
    whole: dict[str, Any] = {
        "rules": found.rules,
        "lifecycle": found.now.lifecycle,
        "fingerprint": found.now.fingerprint,
        "stream": {"name": found.stream.name, "digest": found.now.stream},
        "records": measured.records,
        "rejected": measured.rejected,
        "customers": measured.customers,
        "decisions": measured.decisions,
        "events_per_second": round(measured.events_per_second, 1),
        "microseconds_per_event": round(found.microseconds, 3),
        "reading_microseconds_per_event": round(1e6 * measured.decoding / measured.records, 3),
        "latency_microseconds": {
            **{f"p{share:g}": span / 1e3 for share, span in found.latency.percentiles},
            "longest": found.latency.longest / 1e3,
        },
        "bytes_per_customer": {
            "stored": round(found.stored, 1),
            "memory": round(found.resident, 1),
        },
        "machine_seconds": found.now.machine_seconds,
        "hottest": [_cost(found, cost) for cost in found.costs[:top]],
    }
    if found.then is not None:
        whole["baseline"] = {
            "events_per_second": found.then.events_per_second,
            "change": round(found.then.change(found.now), 4),
            "machine_change": round(found.then.machine_change(found.now), 4),
            "same_rules": found.then.fingerprint == found.now.fingerprint,
            "same_records": found.then.stream == found.now.stream,
        }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _cost(found: Found, cost: Cost) -> dict[str, Any]:
    span = cost.part.span
    place: dict[str, Any] = {}
    if span is not None:
        place = {"file": span.source.name, "line": span.source.position(span.start)[0]}
    return {
        "kind": cost.part.kind,
        "name": cost.part.name,
        **place,
        "share": round(cost.share, 4),
        "microseconds_per_event": round(found.microseconds_of(cost), 4),
        "looked_at": cost.visits,
        "decisions": dict(cost.came),
    }
