"""Channels, topics, seasons, and everything that guards a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from lifecycle_dsl.checker.constants import number_of
from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.checker.guards import MOST_FIRINGS, check_per
from lifecycle_dsl.checker.moves import check_condition
from lifecycle_dsl.checker.problems import messages as problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.steps import is_percent
from lifecycle_dsl.localtime import (
    WEEKDAY_NUMBERS,
    WEEKDAYS,
    DailyHours,
    Weekdays,
    duration_literal,
)
from lifecycle_dsl.localtime import Season as SeasonDays
from lifecycle_dsl.program.declarations import Action, Season
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.messages import (
    Block,
    Cap,
    Channel,
    FileGuards,
    JointCap,
    MessageGuards,
    QuietTime,
    Topic,
)
from lifecycle_dsl.program.rules import Stay
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

_ONCE: dict[type, str] = {
    nodes.Consent: "consent",
    nodes.Cost: "cost",
    nodes.Transactional: "transactional",
}
_FOREIGN: dict[type, tuple[str, type]] = {
    nodes.Channel: ("a channel", nodes.Transactional),
    nodes.Topic: ("a topic", nodes.Cost),
}
"""Lines that the grammar allows in both and that one of them has no use for."""


@frozen(eq=False)
class _Lines:
    """The checked lines of a declaration, which all its names share."""

    consent: Expression | None
    blocks: tuple[Block, ...]
    quiet: tuple[QuietTime, ...]
    caps: tuple[tuple[Span, int, int | Period], ...]
    """Where, how many, per what."""
    cost: float
    transactional: bool


class MessageRules:
    """Channels and topics; what several names share is checked once."""

    def __init__(self, names: Dictionary) -> None:
        self._names = names
        self._lines: dict[int, _Lines] = {}

    def channel(self, entry: Entry) -> Channel:
        """A checked channel."""
        lines = self._of(entry.as_node(nodes.Channel))
        return Channel(
            span=entry.span,
            name=entry.name,
            was=entry.was,
            guards=_guards(lines, f"channel {entry.name}"),
            cost=lines.cost,
        )

    def topic(self, entry: Entry) -> Topic:
        """A checked topic."""
        lines = self._of(entry.as_node(nodes.Topic))
        return Topic(
            span=entry.span,
            name=entry.name,
            was=entry.was,
            guards=_guards(lines, f"topic {entry.name}"),
            transactional=lines.transactional,
        )

    def _of(self, node: nodes.Channel | nodes.Topic) -> _Lines:
        found = self._lines.get(id(node))
        if found is None:
            _check_places(self._names, node)
            found = self._lines[id(node)] = _lines(self._names, node)
        return found


def _lines(names: Dictionary, node: nodes.Channel | nodes.Topic) -> _Lines:
    consent: Expression | None = None
    blocks: list[Block] = []
    quiet: list[QuietTime] = []
    caps: list[tuple[Span, int, int | Period]] = []
    cost, transactional = 0.0, False
    for rule in node.rules:
        match rule:
            case nodes.Consent(condition=condition):
                consent = check_condition(names, condition, "`consent`")
            case nodes.Block():
                blocks += _block(names, rule)
            case nodes.Quiet(times=times):
                quiet += check_quiet(names, times)
            case nodes.OwnCap(count=count, per=per):
                span = check_count(names, count, per, rule.span)
                if span is not None:
                    caps.append((rule.span, count, span))
            case nodes.Cost(amount=amount):
                cost = _cost(names, amount)
            case nodes.Transactional():
                transactional = True
    return _Lines(consent, tuple(blocks), tuple(quiet), tuple(caps), cost, transactional)


def _guards(lines: _Lines, owner: str) -> MessageGuards:
    keys = Keys()
    caps = (
        Cap(span=span, key=keys.of(f"{owner} {per_text(per)}"), count=count, per=per)
        for span, count, per in lines.caps
    )
    return MessageGuards(
        consent=lines.consent, blocks=lines.blocks, quiet=lines.quiet, caps=tuple(caps)
    )


def _block(names: Dictionary, node: nodes.Block) -> list[Block]:
    condition = check_condition(names, node.condition, "`block`")
    if condition is None:
        return []
    return [Block(span=node.span, name=node.name.text, condition=condition)]


class Keys:
    """Names of caps in stored state, each once."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    def of(self, key: str) -> str:
        """The key, numbered where it stands again."""
        self._count[key] += 1
        return key if self._count[key] == 1 else f"{key} {self._count[key]}"


def per_text(per: int | Period) -> str:
    """`per 7d`, `per week`."""
    return f"per {per.value if isinstance(per, Period) else duration_literal(per)}"


def check_action(names: Dictionary, entry: Entry) -> Action:
    """A checked action."""
    return Action(
        span=entry.span, name=entry.name, fields=names.fields(entry.as_node(nodes.Action))
    )


def check_season(names: Dictionary, entry: Entry) -> Season:
    """A checked season."""
    node = entry.as_node(nodes.Season)
    for each in node.ranges:
        if each.first > each.last:
            names.report(problems.season_ends_early(each.span))
    return Season(span=entry.span, name=entry.name, was=entry.was, ranges=ranges_of(entry))


def ranges_of(entry: Entry) -> tuple[tuple[int, int], ...]:
    """The first and last days of a season."""
    node = entry.as_node(nodes.Season)
    return tuple((each.first, each.last) for each in node.ranges)


def _check_places(names: Dictionary, node: nodes.Channel | nodes.Topic) -> None:
    """Which lines of channels or topics stand there, each once."""
    place, foreign = _FOREIGN[type(node)]
    first: dict[str, Span] = {}
    for rule in node.rules:
        word = _ONCE.get(type(rule))
        if isinstance(rule, nodes.Block):
            word = f"block {rule.name.text}"
        if word is not None and word in first:
            names.report(name_problems.duplicate_line(rule.span, word, first[word]))
        elif word is not None:
            first[word] = rule.span
        if isinstance(rule, foreign):
            names.report(problems.line_not_here(rule.span, _ONCE[foreign], place))


def _cost(names: Dictionary, amount: nodes.Constant) -> float:
    value = number_of(amount)
    if value is None:
        names.report(quantity_problems.not_a_constant(amount.span, "the cost of a message"))
        return 0.0
    if value < 0:
        names.report(
            quantity_problems.param_out_of_range(amount.span, "no message has a negative cost")
        )
    return float(value)


def check_count(names: Dictionary, count: int, per: nodes.Per, span: Span) -> int | Period | None:
    """The span of `N per D` of a cap."""
    if not 1 <= count <= MOST_FIRINGS:
        names.report(quantity_problems.count_out_of_range(span, MOST_FIRINGS))
    found = check_per(names, per, stay=False)
    return None if isinstance(found, Stay) else found


def check_quiet(names: Dictionary, times: nodes.QuietTimes) -> list[QuietTime]:
    """When messages wait."""
    match times:
        case nodes.QuietHours(start=start, end=end):
            if start == end:
                names.report(quantity_problems.hours_of_no_length(times.span))
            return [DailyHours(start, end)]
        case nodes.QuietDays(days=days):
            for day in days:
                if day.text not in WEEKDAYS:
                    names.report(quantity_problems.unknown_period(day.span, day.text, WEEKDAYS))
            words = [day.text for day in days]
            return [Weekdays(frozenset(WEEKDAY_NUMBERS[w] for w in words if w in WEEKDAYS))]
        case nodes.QuietSeason(season=season):
            entry = names.entry(season, What.SEASON)
            return [] if entry is None else [SeasonDays(ranges_of(entry))]


def check_file_rules(names: Dictionary, declarations: Iterable[Declaration]) -> FileGuards:
    """What guards every message of the rule set."""
    blocks: list[Block] = []
    quiet: list[QuietTime] = []
    caps: list[JointCap] = []
    holdout = 0
    keys = Keys()
    for node in declarations:
        match node:
            case nodes.Block():
                blocks += _block(names, node)
            case nodes.Quiet(times=times):
                quiet += check_quiet(names, times)
            case nodes.Cap():
                caps += _joint_cap(names, node, keys)
            case nodes.Holdout(percent=percent):
                if not is_percent(percent):
                    names.report(quantity_problems.percent_out_of_range(node.span))
                holdout = round(percent * 100)
            case _:
                pass
    return FileGuards(blocks=tuple(blocks), quiet=tuple(quiet), caps=tuple(caps), holdout=holdout)


def _joint_cap(names: Dictionary, node: nodes.Cap, keys: Keys) -> list[JointCap]:
    channels = None if node.channels is None else check_channels(names, node.channels)
    per = check_count(names, node.count, node.per, node.span)
    if per is None:
        return []
    covered = "all" if channels is None else ", ".join(sorted(channels))
    key = keys.of(f"{covered} {per_text(per)}")
    return [JointCap(span=node.span, key=key, count=node.count, per=per, channels=channels)]


def check_channels(names: Dictionary, written: Sequence[nodes.Name]) -> tuple[str, ...]:
    """Channels by name, each once; unknown ones are left out, and reported."""
    found: dict[str, Span] = {}
    for name in written:
        if names.entry(name, What.CHANNEL) is None:
            continue
        if name.text in found:
            names.report(name_problems.duplicate_line(name.span, name.text, found[name.text]))
        found.setdefault(name.text, name.span)
    return tuple(found)
