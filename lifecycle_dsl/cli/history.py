"""What a run did to its customers, gathered from the decisions: for pictures and stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from operator import itemgetter
from statistics import median

from attrs import define, field, frozen

from lifecycle_dsl.engine.decisions import Decision, Held, Sent, Transition
from lifecycle_dsl.localtime.instants import DAY, parse_instant


@frozen(order=True)
class Moment:
    """Something that happened to a customer."""

    at: int
    order: int
    """Among what happened at one instant."""
    what: str = field(order=False)
    """`stage`, `sent`, or the type of an event."""
    name: str = field(order=False, default="")
    """The stage entered or the template sent."""


@define
class Life:
    """One customer's."""

    customer: str
    moments: list[Moment] = field(factory=list)

    def stages(self) -> list[tuple[int, str]]:
        """The stages with the instants of entering them, in order."""
        return [(each.at, each.name) for each in self.moments if each.what == "stage"]


@frozen
class History:
    """All customers' lives and what was decided about them."""

    lives: dict[str, Life]
    moves: dict[tuple[str, str], list[int]]
    """For each move how long each customer had been in the stage, in microseconds."""
    sent: Counter[tuple[str, str]]
    """Messages by trigger and channel."""
    held: Counter[tuple[str, str]]
    """Firings that were held, by trigger and reason."""
    fired: Counter[str]

    def months(self, stages: Sequence[str]) -> list[tuple[str, list[int]]]:
        """For each month how many customers were in each of the stages at its end."""
        entries = [
            (at, life.customer, stage)
            for life in self.lives.values()
            for at, stage in life.stages()
        ]
        entries.sort(key=itemgetter(0))  # stable: moves at one instant stay in their order
        place = {stage: number for number, stage in enumerate(stages)}
        counts = [0] * len(stages)
        now: dict[str, str] = {}
        rows: list[tuple[str, list[int]]] = []
        for at, customer, stage in entries:
            month = f"{_moment(at):%Y-%m}"
            if not rows or rows[-1][0] != month:
                rows.append((month, counts))
            if customer in now:
                counts[place[now[customer]]] -= 1
            counts[place[stage]] += 1
            now[customer] = stage
            rows[-1] = month, list(counts)
        return rows

    def typical_wait(self, move: tuple[str, str]) -> float:
        """The median of the days in the stage before a move."""
        return median(self.moves[move]) / DAY


def gather(decisions: Iterable[Decision], events: Iterable[tuple[str, int, str]]) -> History:
    """The history of decisions, with the events (customer, at, type) beside them."""
    lives: dict[str, Life] = {}
    sent: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    fired: Counter[str] = Counter()
    for customer, at, kind in events:
        life = lives.setdefault(customer, Life(customer))
        life.moments.append(Moment(at, 0, kind))
    for order, decision in enumerate(decisions, 1):
        life = lives.setdefault(decision.customer, Life(decision.customer))
        at = parse_instant(decision.at) or 0
        match decision:
            case Transition(to=stage):
                life.moments.append(Moment(at, order, "stage", stage))
            case Sent(channel=channel, template=template):
                life.moments.append(Moment(at, order, "sent", template))
                sent[decision.rule, channel] += 1
            case Held(reason=reason):
                held[decision.rule, reason] += 1
            case _:
                fired[decision.rule] += decision.__class__.__name__ == "Fired"
    for life in lives.values():
        life.moments.sort()
    return History(lives, _moves(lives.values()), sent, held, +fired)


def _moves(lives: Iterable[Life]) -> dict[tuple[str, str], list[int]]:
    moves: dict[tuple[str, str], list[int]] = {}
    for life in lives:
        stages = life.stages()
        for (since, source), (at, target) in pairwise(stages):
            moves.setdefault((source, target), []).append(at - since)
    return moves


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at // 1_000_000, UTC)


def day(at: int) -> str:
    """`4 Mar 1997`."""
    moment = _moment(at)
    return f"{moment.day} {moment:%b %Y}"
