"""Channels, topics, seasons, and everything that guards a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.constants import number_of
from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.checker.guards import MOST_FIRINGS, check_per
from lifecycle_dsl.checker.moves import check_condition
from lifecycle_dsl.checker.problems import declarations as problems
from lifecycle_dsl.checker.steps import is_percent
from lifecycle_dsl.localtime import WEEKDAYS
from lifecycle_dsl.program.declarations import Action, Channel, Season, Topic
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

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
_PUT_OFF: dict[type, str] = {
    nodes.Consent: "`consent`",
    nodes.Cost: "`cost`",
    nodes.OwnCap: "`cap`",
    nodes.Block: "`block`",
    nodes.Quiet: "`quiet`",
}


def check_channel(entry: Entry) -> Channel:
    """A checked channel."""
    return Channel(span=entry.span, name=entry.name, was=entry.was)


def check_topic(entry: Entry) -> Topic:
    """A checked topic."""
    node = entry.as_node(nodes.Topic)
    return Topic(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        transactional=any(isinstance(rule, nodes.Transactional) for rule in node.rules),
    )


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
    return Season(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        ranges=tuple((each.first, each.last) for each in node.ranges),
    )


def check_message_rules(names: Dictionary, node: nodes.Channel | nodes.Topic) -> None:
    """The lines of channels or topics, which they share."""
    place, foreign = _FOREIGN[type(node)]
    first: dict[str, Span] = {}
    for rule in node.rules:
        word = _ONCE.get(type(rule))
        if isinstance(rule, nodes.Block):
            word = f"block {rule.name.text}"
        if word is not None and word in first:
            names.report(problems.duplicate_line(rule.span, word, first[word]))
        elif word is not None:
            first[word] = rule.span
        if isinstance(rule, foreign):
            names.report(problems.line_not_here(rule.span, _ONCE[foreign], place))
        if what := _PUT_OFF.get(type(rule)):
            names.put_off(what, rule.span)
        _check_rule(names, rule)


def _check_rule(names: Dictionary, rule: nodes.MessageRule) -> None:
    match rule:
        case nodes.Consent(condition=condition):
            check_condition(names, condition, "`consent`")
        case nodes.Block(condition=condition):
            check_condition(names, condition, "`block`")
        case nodes.Cost(amount=amount):
            _check_cost(names, amount)
        case nodes.OwnCap(count=count, per=per):
            check_count(names, count, per, rule.span)
        case nodes.Quiet(times=times):
            check_quiet(names, times)
        case nodes.Transactional():
            pass


def _check_cost(names: Dictionary, amount: nodes.Constant) -> None:
    value = number_of(amount)
    if value is None:
        names.report(problems.not_a_constant(amount.span, "the cost of a message"))
    elif value < 0:
        names.report(problems.param_out_of_range(amount.span, "no message has a negative cost"))


def check_count(names: Dictionary, count: int, per: nodes.Per, span: Span) -> None:
    """`N per D` of a cap."""
    if not 1 <= count <= MOST_FIRINGS:
        names.report(problems.count_out_of_range(span, MOST_FIRINGS))
    check_per(names, per, stay=False)


def check_quiet(names: Dictionary, times: nodes.QuietTimes) -> None:
    """When messages wait."""
    match times:
        case nodes.QuietHours(start=start, end=end):
            if start == end:
                names.report(problems.hours_of_no_length(times.span))
        case nodes.QuietDays(days=days):
            for day in days:
                if day.text not in WEEKDAYS:
                    names.report(problems.unknown_period(day.span, day.text, WEEKDAYS))
        case nodes.QuietSeason(season=season):
            names.entry(season, What.SEASON)


def check_file_rule(
    names: Dictionary, node: nodes.Block | nodes.Quiet | nodes.Cap | nodes.Holdout
) -> None:
    """A guard of every message of the rule set."""
    match node:
        case nodes.Block(condition=condition):
            names.put_off("`block`", node.span)
            check_condition(names, condition, "`block`")
        case nodes.Quiet(times=times):
            names.put_off("`quiet`", node.span)
            check_quiet(names, times)
        case nodes.Cap(channels=channels, count=count, per=per):
            names.put_off("`cap`", node.span)
            check_channels(names, channels or ())
            check_count(names, count, per, node.span)
        case nodes.Holdout(percent=percent):
            names.put_off("`holdout`", node.span)
            if not is_percent(percent):
                names.report(problems.percent_out_of_range(node.span))


def check_channels(names: Dictionary, written: Sequence[nodes.Name]) -> tuple[str, ...]:
    """Channels by name, each once; unknown ones are left out, and reported."""
    found: dict[str, Span] = {}
    for name in written:
        if names.entry(name, What.CHANNEL) is None:
            continue
        if name.text in found:
            names.report(problems.duplicate_line(name.span, name.text, found[name.text]))
        found.setdefault(name.text, name.span)
    return tuple(found)
