"""Why a replay may not be as its log: what can be told from both, most telling first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from attrs import frozen

from lifecycle_dsl.analysis.diffing.replaying import Asked, Divergence, Replayed
from lifecycle_dsl.changing import compare
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import format_instant, parse_instant, tzdata_version

_YEARS: Final = range(2020, 2040)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@frozen
class Reasons:
    """Looks for reasons, given the rules, how the replay was asked for, and what came of it."""

    ruleset: RuleSet
    asked: Asked
    found: Replayed
    old: RuleSet | None = None
    """Rules that may have decided the log."""

    def of_rules(self) -> Iterator[str]:
        """What is different about the rules, going by the head of the log."""
        head = self.found.head
        if head is None or head.fingerprint == self.ruleset.fingerprint:
            return
        zones = zones_of(self.ruleset, head.fingerprint)
        if zones is not None:
            yield (
                f"the log was decided with version {zones} of the time zones (tzdata), this is "
                f"{tzdata_version()}; the rules are the same"
            )
            return
        yield "the log was decided by other rules: its head has another fingerprint"
        if self.old is None:
            yield "give them as --rules-of to see what has changed"
            return
        if (
            self.old.fingerprint != head.fingerprint
            and zones_of(self.old, head.fingerprint) is None
        ):
            yield "nor do the --rules-of have that fingerprint"
            return
        for each in compare(self.old.program, self.ruleset.program):
            lines = each.words or (
                *(f"- {line}" for line in each.before),
                *(f"+ {line}" for line in each.after),
            )
            yield f"{each}: {'; '.join(lines)}" if lines else str(each)

    def of_divergence(self, first: Divergence, events_at: frozenset[int]) -> Iterator[str]:
        """What may have led to one; `events_at` are the instants of the customer's records."""
        said: dict[str, Any] = {} if first.log is None else msgspec.json.decode(first.log.text)
        at = parse_instant(str(said.get("at", "")))
        end = self.found.end
        if said.get("kind") == "broken" and not self.asked.promises:
            yield "the log looks at promises: replay it with --promises"
        if first.log is not None and first.customer not in self.found.replayed:
            yield f"EVENTS has no record of `{first.customer}`: are some missing, or is it --key?"
        elif at is not None and end is not None and at > end:
            yield f"the log goes on behind {format_instant(end)}: say until when with --until"
        elif first.log is not None and at is not None and at not in events_at:
            yield (
                f"EVENTS has no record of `{first.customer}` at {format_instant(at)}: it was "
                "decided by time passing, or a record is missing"
            )
        if first.log is None and end is not None:
            yield from self._of_end(first, end)

    def _of_end(self, first: Divergence, end: int) -> Iterator[str]:
        """Why the log may hold nothing more, where the replay does."""
        if first.in_tick:
            yield (
                f"time goes on to {format_instant(end)} when the records have ended, which it did "
                "not in the log: was it cut off, had it another --until, or is it of a run with "
                "--store, which does not go on (--no-tick)?"
            )
        elif self.found.same == self.found.lines:
            yield "all that the log holds is reproduced: was it cut off, or had it another --until?"


def zones_of(ruleset: RuleSet, fingerprint: str) -> str | None:
    """The version of the time zones with which these rules have a fingerprint, if there is one."""
    versions = (f"{year}{letter}" for year in _YEARS for letter in _LETTERS)
    return next((v for v in versions if ruleset.fingerprint_under(v) == fingerprint), None)
