"""What a run amounted to, in a few lines on stderr."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from time import perf_counter

import click
from attrs import define, field

from lifecycle_dsl.cli.terminal import has_colours, plural

_SHOWN = 10
"""Reasons and names that are shown; the rest are counted."""
_COUNTERS = {
    "late": "older than their customer's clock, handled at it",
    "duplicates": "dropped by `dedupe`",
    "left_early": "of the memory left early, since their list was full: see `keep`",
    "unknown_zones": "with a time zone that does not exist; the file's was taken",
}


@define
class Totals:
    """The numbers of a run."""

    undeclared: Counter[str] | None = None
    decisions: Counter[str] = field(factory=Counter)
    counts: Counter[str] = field(factory=Counter)
    reasons: Counter[str] = field(factory=Counter)
    later: int = 0
    started: float = field(factory=perf_counter)
    seconds: float = 0.0

    def close(self, counts: Mapping[str, int], reasons: Counter[str], later: int) -> None:
        """Takes what the engine counted."""
        self.counts = Counter(counts)
        self.reasons = reasons
        self.later = later
        self.seconds = perf_counter() - self.started


def summary(totals: Totals) -> None:
    """Writes the numbers that are not zero."""
    records = totals.counts["records"]
    decisions = sum(totals.decisions.values())
    rate = records / totals.seconds if totals.seconds else 0
    _line("records", records, f"in {totals.seconds:.1f} s, {rate:,.0f} a second")
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in totals.decisions.most_common())
    _line("decisions", decisions, kinds)
    for name, meaning in _COUNTERS.items():
        if totals.counts[name]:
            _line(name.replace("_", " "), totals.counts[name], meaning)
    if totals.later:
        _line("later", totals.later, "after --until, not handled")
    dead = sum(totals.reasons.values())
    if dead:
        _line("dead letters", dead, "", colour="red")
        _list(totals.reasons)
    if totals.undeclared is not None:
        _line("undeclared", sum(totals.undeclared.values()), "fields that no rule can read")
        _list(totals.undeclared)


def _list(counted: Counter[str]) -> None:
    for text, count in counted.most_common(_SHOWN):
        click.echo(f"{count:>15,}  {text}", err=True)
    if len(counted) > _SHOWN:
        click.echo(f"{'':15}  and {plural(len(counted) - _SHOWN, 'other')}", err=True)


def _line(name: str, count: int, text: str, colour: str | None = None) -> None:
    styled = click.style(f"{name:<13}", bold=True, fg=colour)
    plain = f"{name:<13}"
    shown = styled if has_colours(sys.stderr) else plain
    click.echo(f"{shown}{count:>12,}  {text}".rstrip(), err=True)
