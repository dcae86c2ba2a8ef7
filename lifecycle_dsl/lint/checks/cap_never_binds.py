"""Caps that a tighter one always forestalls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.stretches import lies_within
from lifecycle_dsl.lint.wording import quote
from lifecycle_dsl.program.messages import Cap
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Span

_Kind = tuple[str | None, str]
"""A topic, or None for messages without one, and a channel."""


@frozen
class _Counted:
    """A cap, the kinds of messages that it counts, and whether it is a channel's own."""

    cap: Cap
    kinds: frozenset[_Kind]
    channel: str | None = None


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Caps of channels, topics and the file that never stop a message themselves."""
    found = _counted(rules.program)
    for at, each in enumerate(found):
        for other_at, other in enumerate(found):
            if other_at == at or not _forestalls(other, each):
                continue
            if _forestalls(each, other) and other_at > at:
                continue  # They are the same: the later one is told.
            yield _finding(each, [(other.cap.span, "this one is reached first")])
            break
        else:
            tight = _together(each, found)
            total = sum(other.cap.count for other in tight)
            if tight:
                spans = [(other.cap.span, "one of those") for other in tight]
                yield _finding(each, spans, f"these let no more than {total} through together")


def _finding(
    counted: _Counted, others: Sequence[tuple[Span, str]], why: str | None = None
) -> Diagnostic:
    return warning(
        "cap-never-binds",
        f"{quote(counted.cap.span)} never stops a message",
        counted.cap.span,
        why or "what it would stop has been stopped before",
        secondary=others,
        help="take it out, or make it the tighter one",
    )


def _counted(program: Program) -> list[_Counted]:
    """All caps; a transactional message only passes those of its topic."""
    every = list(program.channels)
    topics = [None, *(name for name, each in program.topics.items() if not each.transactional)]
    found = [
        _Counted(cap, frozenset((topic, name) for topic in topics), name)
        for name, channel in program.channels.items()
        for cap in channel.guards.caps
    ]
    found += [
        _Counted(cap, frozenset((name, channel) for channel in every))
        for name, topic in program.topics.items()
        for cap in topic.guards.caps
    ]
    for cap in program.message_guards.caps:
        channels = every if cap.channels is None else cap.channels
        kinds = ((topic, channel) for topic in topics for channel in channels)
        found.append(_Counted(cap, frozenset(kinds)))
    return found


def _together(loose: _Counted, found: Sequence[_Counted]) -> list[_Counted]:
    """The channels' own caps that together let no more through than a wider one; or nothing."""
    tightest: dict[str, _Counted] = {}
    for each in found:
        if each.channel is None or each is loose or not lies_within(loose.cap.per, each.cap.per):
            continue
        before = tightest.get(each.channel)
        if before is None or each.cap.count < before.cap.count:
            tightest[each.channel] = each
    channels = dict.fromkeys(channel for _, channel in sorted(loose.kinds, key=str))
    chosen = [tightest.get(channel) for channel in channels]
    known = [each for each in chosen if each is not None and loose.kinds & each.kinds]
    if len(known) < len(channels) or len(known) < 2 or not _all_in(loose.kinds, known):
        return []
    return known if sum(each.cap.count for each in known) <= loose.cap.count else []


def _all_in(kinds: frozenset[_Kind], found: Sequence[_Counted]) -> bool:
    return all(any(kind in each.kinds for each in found) for kind in kinds)


def _forestalls(tight: _Counted, loose: _Counted) -> bool:
    """Whether one cap is always reached when the other is."""
    return (
        loose.kinds <= tight.kinds
        and tight.cap.count <= loose.cap.count
        and lies_within(loose.cap.per, tight.cap.per)
    )
