"""Conditions, points and gates in words: a mark, what the rule says, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.explaining.model import (
    Bucket,
    Condition,
    Gate,
    Guard,
    Hours,
    Limit,
    Line,
    Message,
    Passing,
    Points,
    Stages,
    Standing,
)
from lifecycle_dsl.explaining.words.lines import Tone, WordLine
from lifecycle_dsl.explaining.words.needs import PASS, need_line
from lifecycle_dsl.explaining.words.values import Voice, number, shown, source
from lifecycle_dsl.localtime import (
    WEEKDAYS,
    DailyHours,
    Weekdays,
    format_duration,
    format_time_of_day,
)
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.messages import QuietTime
from lifecycle_dsl.program.phrases import counted, listed
from lifecycle_dsl.program.rules import Frequency, Stay

PRIVATE = "(private)"
MOST_FILLINGS = 5


def marked(indent: int, text: str, *, fits: bool) -> WordLine:
    """A line with `yes` or `no` before it."""
    return WordLine(
        indent, f"{'yes' if fits else 'no ':<3}  {text}", Tone.YES if fits else Tone.NO, hang=7
    )


def condition_lines(found: Condition, voice: Voice, indent: int) -> Iterator[WordLine]:
    """A condition: a line for each part that can be looked at by itself."""
    expression = found.expression
    match expression:
        case e.And():
            for part in found.parts:
                yield from condition_lines(part, voice, indent)
            return
        case e.Or():
            yield marked(indent, "one of:", fits=found.fits)
            for part in _alternatives(found):
                yield from condition_lines(part, voice, indent + 5)
            return
        case e.LetRead() | e.SegmentRead() if found.parts:
            state = "holds" if found.value else "does not hold"
            if voice.past:
                state = "held" if found.value else "did not hold"
            yield marked(indent, f"{source(expression)} {state}", fits=found.fits)
            for part in found.parts:
                yield from condition_lines(part, voice, indent + 5)
            return
        case _:
            pass
    yield marked(indent, f"{source(expression)}{_came_to(found, voice)}", fits=found.fits)
    if found.need is not None:
        yield need_line(found.need, voice, indent + 5)


def _alternatives(found: Condition) -> list[Condition]:
    """The parts of an `or`, those of an `or` inside it among them."""
    told: list[Condition] = []
    for part in found.parts:
        told += _alternatives(part) if isinstance(part.expression, e.Or) else [part]
    return told


def _came_to(found: Condition, voice: Voice) -> str:
    values = [value_phrase(part, voice, _beside(found, part)) for part in found.parts]
    if not found.parts:
        return f": it {voice.is_} {_value(found, voice)}"
    return f": {', '.join(values)}"


def _beside(found: Condition, part: Condition) -> float | None:
    """The constant that a part is compared with."""
    match found.expression:
        case e.Forgiving(left=left, right=right) | e.Apply(arguments=(left, right)):
            other = right if part.expression is left else left
            value = other.value if isinstance(other, e.Constant) else None
            return float(value) if isinstance(value, int | float) else None
        case _:
            return None


def value_phrase(found: Condition, voice: Voice, beside: float | None = None) -> str:
    """`health is 12.4 (email_engagement 4.2, ...)`."""
    inner = ", ".join(f"{source(part.expression)} {_value(part, voice)}" for part in _told(found))
    behind = f" ({inner})" if inner else ""
    name = source(found.expression)
    return f"{name} {voice.is_} {_value(found, voice, beside)}{behind}"


def _told(found: Condition) -> list[Condition]:
    """The parts that a value is made of, through names."""
    told: list[Condition] = []
    for part in found.parts:
        if isinstance(part.expression, e.Linear | e.Apply | e.Default):
            told += _told(part)
        else:
            told.append(part)
    return told


def _value(found: Condition, voice: Voice, beside: float | None = None) -> str:
    if found.private:
        return PRIVATE
    text = shown(found.value, found.expression.type, voice, beside)
    return f"{text} (truncated: older entries have left)" if found.truncated else text


# ---- points


def points_lines(found: Points, voice: Voice, indent: int) -> Iterator[WordLine]:
    """Points: the sum, and a line for each line."""
    gap = found.bar - found.total
    is_ = f"{format_number(found.total)} of {number(found.bar)} points"
    missing = f", {number(gap)} missing" if gap > 0 and not voice.past else ""
    yield WordLine(indent, f"{is_}{missing}")
    for line in found.lines:
        if line.counts:
            mark = f"+{format_number(line.points)}"
        else:
            mark = f"({format_number(line.points)})"
        tone = Tone.YES if line.counts else Tone.NO
        yield WordLine(indent + 2, f"{mark:<6} {_line(line, voice)}", tone, hang=9)
        condition = line.condition
        if condition is None or line.counts:
            continue
        if _has_parts(condition):
            yield from condition_lines(condition, voice, indent + 9)
        elif condition.need is not None:
            yield need_line(condition.need, voice, indent + 9)


def _line(line: Line, voice: Voice) -> str:
    """What a line of points asks for, and what that came to where no lines of its own tell it."""
    condition = line.condition
    if condition is None:
        return f"on {listed(line.events)}" if line.events else "always"
    what = source(condition.expression)
    came_to = "" if _has_parts(condition) and not line.counts else _came_to(condition, voice)
    return f"{f'on {listed(line.events)} where ' if line.events else ''}{what}{came_to}"


def _has_parts(condition: Condition) -> bool:
    """Whether parts of a condition can be looked at by themselves."""
    return isinstance(condition.expression, e.And | e.Or) or (
        isinstance(condition.expression, e.LetRead | e.SegmentRead) and bool(condition.parts)
    )


# ---- gates


def gate_lines(gate: Gate, voice: Voice, indent: int) -> Iterator[WordLine]:
    """A gate, what it came to, and what it would need."""
    yield marked(indent, _gate(gate, voice), fits=gate.passed)
    if gate.condition is not None and _is_worth_parts(gate):
        yield from condition_lines(gate.condition, voice, indent + 5)
    elif not gate.passed and gate.need is not None:
        yield need_line(gate.need, voice, indent + 5, PASS)
    if isinstance(gate.detail, tuple) and gate.guard is Guard.TOO_MANY:
        for run in gate.detail[-MOST_FILLINGS:]:
            yield WordLine(indent + 5, f"{run.each}: {_stands(run, voice)}", Tone.FAINT)
    if isinstance(gate.detail, Limit) and not gate.passed:
        for filling in gate.detail.filled[-MOST_FILLINGS:]:
            template = "" if filling.template is None else f' "{filling.template}"'
            text = f"{voice.moment(filling.at)}  {filling.rule}{template}"
            yield WordLine(indent + 5, text, Tone.FAINT)


def _is_worth_parts(gate: Gate) -> bool:
    return gate.guard is Guard.WHEN or not gate.passed


def _gate(gate: Gate, voice: Voice) -> str:
    match gate.detail:
        case Stages(stages=stages, stage=stage):
            return f"in {listed(stages)}: the stage {voice.is_} {stage}"
        case Limit():
            return _limit(gate, gate.detail, voice)
        case Bucket(bucket=bucket, below=below):
            side = "held out" if not gate.passed else "not held out"
            place = f"place {bucket:,} of 10,000, held out below {below:,}"
            return f"holdout {below / 100:g}%: {side} ({place})"
        case Hours():
            return _hours(gate, gate.detail, voice)
        case tuple():
            return _runs(gate, gate.detail, voice)
        case None:
            return _asked(gate, voice)


def _limit(gate: Gate, limit: Limit, voice: Voice) -> str:
    had = "were" if voice.past else "are"
    had = "was" if voice.past and limit.used == 1 else "is" if limit.used == 1 else had
    counted = f"{limit.used} of {limit.of.count} {had} taken"
    if isinstance(limit.of, Frequency):
        return f"{_frequency(limit.of)}: {counted}"
    return f"cap {limit.of.count}{_per(limit.of.per)} of {gate.name}: {counted}"


def _frequency(found: Frequency) -> str:
    return "once" if found.reason == "once" else f"at most {found.count}{_per(found.per)}"


def _per(per: object) -> str:
    match per:
        case None:
            return ""
        case int():
            return f" per {format_duration(per)}"
        case Period(value=word) | Stay(value=word):
            return f" per {word}"
        case _:
            raise TypeError(f"no span: {per!r}")


def _hours(gate: Gate, hours: Hours, voice: Voice) -> str:
    windows = listed(map(_window, hours.windows), "and")
    if gate.guard is Guard.HOURS:
        outside = "" if gate.passed else f": it {voice.is_} {voice.moment(voice.now)}"
        return f"between {windows.replace(' to ', ' and ')}{outside}"
    if gate.passed:
        return f"quiet {windows}: not now" if not voice.past else f"quiet {windows}: not then"
    return f"quiet {windows}: it {voice.is_} {voice.moment(voice.now)}"


def _window(found: QuietTime) -> str:
    match found:
        case DailyHours(start=start, end=end):
            return f"{format_time_of_day(start)} to {format_time_of_day(end)}"
        case Weekdays(days=days):
            return f"on {listed((WEEKDAYS[day] for day in sorted(days)), 'and')}"
        case _:
            return "during a season"


def _runs(gate: Gate, runs: tuple[Standing, ...], voice: Voice) -> str:
    if gate.guard is Guard.TOO_MANY:
        return f"{gate.name} at once: {counted(len(runs), 'run')} under way"
    if not runs:
        return f"not running already: no run {voice.is_} under way"
    told = [f"a run {_stands(run, voice)}" for run in runs]
    return f"not running already: {'; '.join(told)}"


def _stands(run: Standing, voice: Voice) -> str:
    until = "" if run.due is None else f", until {voice.ahead(run.due)}"
    stands = "stood" if voice.past else "stands"
    return f"{stands} at {run.step} since {voice.moment(run.since)}{until}"


def _asked(gate: Gate, voice: Voice) -> str:
    match gate.guard:
        case Guard.DRAFT:
            return "not a draft: it is one, which decides and sends nothing"
        case Guard.BLOCK:
            assert gate.condition is not None
            what = f"`{source(gate.condition.expression)}`"
            truth = "true" if gate.condition.value else "false"
            return f"block {gate.name}: {what} {voice.is_} {truth}"
        case Guard.CONSENT:
            assert gate.condition is not None
            given = "given" if gate.passed else "not given"
            return f"consent for {gate.name}: {given}, `{source(gate.condition.expression)}`"
        case Guard.WHEN:
            assert gate.condition is not None
            ends = gate.condition.until
            end = (
                ""
                if ends is None or voice.past
                else f", until {voice.ahead(ends)} if nothing happens"
            )
            word = "holds" if gate.passed else "does not hold"
            if voice.past:
                word = "held" if gate.passed else "did not hold"
            return f"its condition {word}{end}"
        case _:
            return str(gate.guard.value)


def message_lines(message: Message, voice: Voice, indent: int, *, title: str) -> Iterator[WordLine]:
    """What stops a message, channel by channel where a route chooses."""
    yield WordLine(indent, title)
    passings = [] if message.whole is None else [message.whole]
    passings += message.asked
    for passing in passings:
        yield from _passing(passing, message, voice, indent + 2)


def _passing(passing: Passing, message: Message, voice: Voice, indent: int) -> Iterator[WordLine]:
    stopping = [gate for gate in passing.gates if not gate.passed]
    if message.route is not None and passing.channel is not None:
        state = "free" if not stopping else stopping[0].guard.value
        yield WordLine(indent, f"{passing.channel}: {state}", hang=2)
        indent += 2
    for gate in stopping:
        yield from gate_lines(gate, voice, indent)
    if not stopping and message.route is None:
        yield WordLine(
            indent, f"all {counted(len(passing.gates), 'guard')} let it through", Tone.YES
        )
