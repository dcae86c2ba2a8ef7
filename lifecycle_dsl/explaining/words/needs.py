"""What would have been needed, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining.words.lines import Tone, WordLine
from lifecycle_dsl.explaining.words.values import (
    MOST_NAMES,
    Voice,
    happenings,
    occurrence,
    shown,
    source,
    window,
)
from lifecycle_dsl.localtime import format_duration
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Remembers
from lifecycle_dsl.program.phrases import counted, listed
from lifecycle_dsl.program.types import DURATION

MOST_WAYS = 3
"""Of several ways so many are told."""


def need_text(need: n.Need, voice: Voice) -> str:
    """A need in a clause: `2.0 more points of email_engagement`, `being in lead`."""
    match need:
        case n.Amount():
            return _amount(need)
        case n.Records():
            return _records(need)
        case n.Happening(happenings=found):
            return happenings(found)
        case n.Entry(term=term, bar=bar, symbol=symbol):
            value = f"{term.field_name} {symbol} {format_number(bar)}"
            return f"{happenings(term.happenings)} with {value}{window(term)}"
        case n.Pattern(occurrence=awaited):
            return occurrence(awaited).removeprefix("on ").removeprefix("after ")
        case n.Holding(condition=condition):
            return f"`{source(condition)}` to hold"
        case n.Hidden():
            return "something private"
        case n.Fact():
            return _fact(need, voice)
        case n.Joined(segment=segment, joined=joined, by=by):
            does = ("joins" if joined else "quits") if by else ""
            how = f" ({listed(by)} {does} it)" if by else ""
            return f"{'joining' if joined else 'quitting'} {segment}{how}"
        case n.InStage(stages=stages):
            if len(stages) > MOST_NAMES:
                stages = (*stages[: MOST_NAMES - 1], f"{len(stages) - MOST_NAMES + 1} others")
            return f"being in {listed(stages)}"
        case n.Wait(at=at, micros=micros, firm=firm):
            if micros <= 0:
                return "nothing but the next instant"
            if firm:
                return f"{voice.moment(at)} to come (in {format_duration(micros)})"
            return f"{format_duration(micros)} in which nothing happens (until {voice.moment(at)})"
        case n.Reach():
            return _reach(need)
        case n.Edit(what=what):
            return f"taking `{what}` out of the rules"
        case n.Never(why=why):
            return _NEVER[why]
        case n.Arising(happenings=found, need=inner):
            return f"{happenings(found)}, which takes {need_text(inner, voice)}"
        case n.Every(needs=(n.Wait(firm=False) as first, *others)):
            return f"{need_text(first, voice)}, then {_all(others, voice)}"
        case n.Every(needs=needs):
            return _all(needs, voice)
        case n.Either(needs=needs):
            return ", or ".join(need_text(each, voice) for each in needs[:MOST_WAYS])


def _all(needs: Iterable[n.Need], voice: Voice) -> str:
    return "; and ".join(need_text(each, voice) for each in needs)


_NEVER = {
    n.Hopeless.ONCE: "nothing would help: it fires once for each customer",
    n.Hopeless.HOLDOUT: "nothing would help: they are held out, so that lift can be measured",
    n.Hopeless.PAST: "nothing would help: what has happened stays",
}


def up(amount: float) -> str:
    """An amount that is surely enough, with at least one decimal and as few as tell it."""
    for decimals in (1, 2, 3):
        factor = 10**decimals
        if math.isclose(amount * factor, round(amount * factor), abs_tol=1e-6):
            return f"{round(amount * factor) / factor:.{decimals}f}"
    return format_number(math.ceil(amount * 1000 - 1e-6) / 1000)


def _amount(need: n.Amount) -> str:
    by = _givers(need.by)
    name = source(need.of)
    if not name.isidentifier() and not isinstance(need.of, e.MemoryRead):
        name = f"of `{name}`"
    if need.missing is None:
        return f"{'less' if need.down else 'more'} {name}{by}"
    if need.type == DURATION:
        return f"{name} {format_duration(int(need.missing))} {'less' if need.down else 'more'}"
    points = "points of " if isinstance(need.of, e.ScoreRead | e.Linear) else ""
    if isinstance(need.of, e.MemoryRead):
        term = need.of.term
        name = f"{term.field_name} of {happenings(term.happenings)}{window(term)}"
    word = "more" if not need.down else "fewer" if points else "less"
    much = f"{'more than ' if need.beyond else ''}{up(need.missing)}"
    if need.beyond and need.missing == 0:
        much = "a little"
    return f"{much} {word} {points}{name}{by}"


def _givers(by: tuple[n.Giver, ...]) -> str:
    if not by:
        return ""
    told = [f"{giver.times} {listed(giver.events)}" for giver in by[:MOST_WAYS]]
    return f" ({', or '.join(told)})"


def _records(need: n.Records) -> str:
    term = need.term
    heard = happenings(term.happenings)
    if term.remembers is Remembers.STREAK:
        return f"{counted(need.count, 'more day')} in a row with {heard}"
    kind = "different " if need.different else ""
    field = f"{term.field_name} of " if need.different and term.field_name else ""
    return f"{need.count} more {kind}{field}{heard}{window(term)}"


def _fact(need: n.Fact, voice: Voice) -> str:
    if need.values == (None,):
        word = f"{need.trait} known" if need.negated else f"{need.trait} not known"
    else:
        values = listed(shown(each, need.type, voice) for each in need.values)
        word = f"{need.trait} other than {values}" if need.negated else f"{need.trait} {values}"
    setting = need.set_by[:MOST_NAMES]
    how = f" ({listed(setting)} sets it)" if setting else " (a profile sets it)"
    return f"{word}{how}"


def _reach(need: n.Reach) -> str:
    """Which lines would do; what each of them needs is told beside the line."""
    record = "any record" if need.events is None else listed(need.events[:MOST_NAMES])
    if not need.lines:
        return record
    names = [
        "" if condition is None else f"`{source(condition)}`" for condition, _, _ in need.lines
    ]
    return f"{record} with {listed(names, 'and')}"


class Verb(NamedTuple):
    """What something will do when time has brought what it needs, and would have done."""

    will: str
    would: str


HOLD = Verb("hold", "held")
PASS = Verb("pass", "passed")
LEAD = Verb("lead on", "led on")


def need_line(need: n.Need, voice: Voice, indent: int, verb: Verb = HOLD) -> WordLine:
    """What it needs, what time alone brings, or that nothing would help."""
    match need:
        case n.Never():
            text = need_text(need, voice)
        case n.Wait():
            text = _in_time(need, voice, verb)
        case n.Either(needs=(n.Wait() as first, *others)):
            rest = need_text(n.Either(tuple(others)), voice)
            text = f"{_in_time(first, voice, verb)}, or with {rest}"
        case _:
            word = "it would have needed" if voice.past else "it needs"
            text = f"{word}: {need_text(need, voice)}"
    return WordLine(indent, text, Tone.NEED)


def _in_time(need: n.Wait, voice: Voice, verb: Verb) -> str:
    if need.micros <= 0:
        return f"it {'would have ' + verb.would if voice.past else 'will ' + verb.will} at once"
    length = format_duration(need.micros)
    if voice.past:
        when = f"{length} later ({voice.moment(need.at)}) if nothing had happened"
        return f"it would have {verb.would} {when}"
    return f"it will {verb.will} in {length} if nothing happens ({voice.moment(need.at)})"
