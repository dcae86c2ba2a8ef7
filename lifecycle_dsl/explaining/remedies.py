"""What a condition that is not so would need: the counterfactual of each kind of condition.

`need` gives the least that makes a condition true (or false, for `not`), everything else staying as
it is; None where nothing is known that would. What time alone does is asked of the forecast, for
the smallest parts that can tell: so "2 more purchases, or in 3 d" stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining.forecast import later, turns_at
from lifecycle_dsl.explaining.probe import Probe, all_read, reads_private, reads_record, resolved
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.happenings import (
    Change,
    EnterSegment,
    LeaveSegment,
    LevelFalls,
    LevelRises,
)
from lifecycle_dsl.program.memory import Remembers, Rolling
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.steps import Join, Quit, all_steps
from lifecycle_dsl.program.types import BOOL, DURATION, MONEY, NUMBER, LevelType
from lifecycle_dsl.program.walk import children

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
MOST_RECORDS = 1_000
"""More records than that are no advice."""
MOST_EACH = 1e-9


def need(probe: Probe, condition: e.Expression, *, want: bool = True) -> n.Need | None:
    """The least that would make a condition what it is wanted to be, which it is not."""
    program = probe.program
    match condition:
        case e.Not(operand=operand):
            return need(probe, operand, want=not want)
        case e.And(operands=operands):
            return _together(probe, operands, want=want, all_of=want)
        case e.Or(operands=operands):
            return _together(probe, operands, want=want, all_of=not want)
        case e.LetRead(let=let):
            return need(probe, program.lets[let].value, want=want)
        case e.SegmentRead(segment=segment):
            inside = program.segments[segment].condition
            if inside is not None:
                return need(probe, inside, want=want)
            return n.Joined(segment, want, _joiners(program, segment, joins=want))
        case e.If(condition=test, yes=yes, no=no):
            return need(probe, yes if probe.holds(test) else no, want=want)
        case e.Default(value=value, fallback=fallback):
            chosen = value if probe.value(value) is not None else fallback
            return need(probe, chosen, want=want)
        case _:
            deed = _deed(probe, condition, want=want)
            if reads_private(probe.program, condition, probe.event):
                return _told(probe.program, condition, deed)
            return n.either([deed, wait(probe, condition)])


def _told(program: Program, condition: e.Expression, found: n.Need | None) -> n.Need | None:
    """What may be told of a need that rests on something private: not how much, and not when."""
    match found:
        case n.Amount():
            return attrs.evolve(found, missing=None, by=())
        case n.Fact(trait=trait):
            own = all(
                isinstance(part, e.TraitRead) and part.trait == trait
                for part in all_read(program, condition)
                if not isinstance(part, e.Constant)
                and reads_private(program, part)
                and not children(part)
            )
            return found if own else n.Hidden()
        case n.Never():
            return found
        case _:
            return n.Hidden()


def arising(probe: Probe, change: Change) -> n.Need | None:
    """The least that would bring a change about; None where it cannot come before another one."""
    match change:
        case EnterSegment(segment=segment) | LeaveSegment(segment=segment):
            want = isinstance(change, EnterSegment)
            condition = probe.program.segments[segment].condition
            if condition is None or probe.holds(condition) is want:
                return None
            return need(probe, condition, want=want)
        case LevelRises(level=level, to=to) | LevelFalls(level=level, to=to):
            rises = isinstance(change, LevelRises)
            found = probe.program.levels[level]
            reached = [rank for rank, each in enumerate(found.reaches, 1) if probe.holds(each)]
            now = max(reached, default=0)
            rank = (now + 1 if rises else now - 1) if to is None else to
            if not (now < rank < len(found.labels) if rises else 0 <= rank < now):
                return None
            return need(probe, found.reaches[rank - rises], want=rises)
        case _:
            return None


def wait(probe: Probe, condition: e.Expression) -> n.Wait | None:
    """How long until a condition turns if nothing happens."""
    at = turns_at(probe, condition)
    return None if at is None else n.Wait(at, at - probe.now)


def _together(
    probe: Probe, operands: Sequence[e.Expression], *, want: bool, all_of: bool
) -> n.Need | None:
    failing = [each for each in operands if probe.holds(each) is not want]
    found = [need(probe, each, want=want) for each in failing]
    if not all_of:
        return n.either(found)
    holding = [each for each in operands if each not in failing]
    return _and_then(probe, n.every(found), holding, want=want)


def _and_then(
    probe: Probe, found: n.Need | None, holding: Iterable[e.Expression], *, want: bool
) -> n.Need | None:
    """A need, and what else is needed at the instant up to which it waits."""
    at = n.time_in(found)
    if at is None:
        return found
    then = later(probe, at)
    lost = [
        need(then, each, want=want)
        for each in holding
        if not reads_record(probe.program, each) and then.holds(each) is not want
    ]
    return n.every([found, *lost])


def _deed(probe: Probe, condition: e.Expression, *, want: bool) -> n.Need | None:
    """What would have to happen."""
    match condition:
        case e.TraitRead(trait=trait):
            return fact(probe.program, trait, (want,))
        case e.MemoryRead(term=term) if term.remembers is Remembers.SEEN:
            return n.Records(term, 1) if want else n.Never(n.Hopeless.PAST)
        case e.IsPresent(operand=e.TraitRead(trait=trait)):
            return fact(probe.program, trait, (None,), negated=want)
        case e.IsPresent(operand=e.MemoryRead(term=term)):
            return n.Records(term, 1) if want else None
        case e.OneOf(subject=subject, options=options):
            return _one_of(probe, subject, [probe.value(each) for each in options], want=want)
        case e.Forgiving(symbol=symbol, left=left, right=right):
            return _comparison(probe, symbol, left, right, want=want)
        case e.Apply(operation=operation, arguments=(left, right)):
            if operation.name in COMPARISONS:
                return _comparison(probe, operation.name, left, right, want=want)
            return None
        case _:
            return None


# ---- facts


def fact(
    program: Program, trait: str, values: tuple[object, ...], *, negated: bool = False
) -> n.Fact:
    """A trait that must be, or not be, one of some values; and the events that set it so."""
    declared = program.traits[trait]
    setting: dict[str, None] = {}
    for fold in declared.folds:
        value = fold.value
        known = isinstance(value, e.Constant)
        if known and (value.value in values) is negated:  # type: ignore[attr-defined]
            continue
        setting |= dict.fromkeys(fold.happenings.events)
    return n.Fact(trait, declared.type, values, negated, tuple(setting))


def _joiners(program: Program, segment: str, *, joins: bool) -> tuple[str, ...]:
    kind = Join if joins else Quit
    return tuple(
        trigger.name
        for trigger in program.triggers
        if any(isinstance(s, kind) and s.segment == segment for s in all_steps(trigger.steps))
    )


def _one_of(
    probe: Probe, subject: e.Expression, options: list[Any], *, want: bool
) -> n.Need | None:
    subject = resolved(probe.program, subject)
    match subject:
        case e.StageRead():
            every = tuple(probe.program.stages)
            return n.InStage(tuple(each for each in every if (each in options) is want))
        case e.TraitRead(trait=trait):
            return fact(probe.program, trait, tuple(options), negated=not want)
        case e.LevelRead(type=LevelType()) if len(options) == 1:
            return _level(probe, subject, "==" if want else "!=", options[0])
        case _:
            return None


# ---- comparisons


def _comparison(
    probe: Probe, symbol: str, left: e.Expression, right: e.Expression, *, want: bool
) -> n.Need | None:
    if not want:
        symbol = _NEGATED[symbol]
    left, right = resolved(probe.program, left), resolved(probe.program, right)
    if isinstance(left, e.Constant) and not isinstance(right, e.Constant):
        left, right, symbol = right, left, _FLIPPED[symbol]
    bar = probe.value(right)
    if isinstance(left, e.Default):
        # What is missing reads as its fallback.
        left = resolved(probe.program, left.value)
        if probe.value(left) is None:
            return n.Records(left.term, 1) if isinstance(left, e.MemoryRead) else None
    match left:
        case e.StageRead() | e.TraitRead() if symbol in ("==", "!="):
            return _one_of(probe, left, [bar], want=symbol == "==")
        case e.LevelRead():
            return _level(probe, left, symbol, bar)
        case e.TraitRead(trait=trait) if left.type == BOOL:
            return fact(probe.program, trait, (bar,), negated=symbol == "!=")
        case _ if left.type in (NUMBER, MONEY, DURATION) and bar is not None:
            return _amount(probe, symbol, left, float(bar))
        case _:
            return None


def _level(probe: Probe, read: e.LevelRead, symbol: str, rank: int) -> n.Need | None:
    """A level against a label: the bars of its bands."""
    reaches = probe.program.levels[read.level].reaches
    now = probe.value(read)
    match symbol:
        case ">=" | ">":
            wanted = rank if symbol == ">=" else rank + 1
            return need(probe, reaches[wanted - 1]) if 0 < wanted <= len(reaches) else None
        case "<=" | "<":
            wanted = rank if symbol == "<=" else rank - 1
            return need(probe, reaches[wanted], want=False) if 0 <= wanted < len(reaches) else None
        case "==":
            return _level(probe, read, ">=" if now < rank else "<=", rank)
        case _:
            return n.either([_level(probe, read, ">", rank), _level(probe, read, "<", rank)])


def _amount(probe: Probe, symbol: str, left: e.Expression, bar: float) -> n.Need | None:
    """A number against a bar: how much it is short of it or above it."""
    value = probe.value(left)
    if value is None:
        return n.Records(left.term, 1) if isinstance(left, e.MemoryRead) else None
    if symbol == "==":
        symbol = ">=" if value < bar else "<="
    if symbol == "!=":
        return n.either([_amount(probe, ">", left, bar), _amount(probe, "<", left, bar)])
    down = symbol in ("<", "<=")
    beyond = symbol in ("<", ">")
    gap = max(0.0, value - bar if down else bar - value)
    if isinstance(left, e.ClockRead):
        return None  # only time moves a clock, which the forecast says
    if isinstance(left, e.MemoryRead):
        return _of_memory(left, gap, symbol, bar)
    by = () if down else _givers(probe, left, gap, beyond=beyond)
    return n.Amount(left, rounded_up(gap), left.type, down=down, beyond=beyond, by=by)


def rounded_up(gap: float) -> float:
    """An amount that is surely enough, to nine decimals."""
    if gap > 1e6:
        return gap  # nine decimals are beyond what it knows of itself
    return math.ceil(round(gap * 1e9, 3)) / 1e9


def _of_memory(read: e.MemoryRead, gap: float, symbol: str, bar: float) -> n.Need | None:
    term = read.term
    down, beyond = symbol in ("<", "<="), symbol in ("<", ">")
    match term.remembers:
        case Remembers.COUNT | Remembers.DISTINCT | Remembers.STREAK if not down:
            count = math.floor(gap) + 1 if beyond else math.ceil(gap)
            different = term.remembers is not Remembers.COUNT
            return n.Records(term, max(1, count), different)
        case Remembers.COUNT | Remembers.DISTINCT if down:
            ever = not isinstance(term.window, Rolling) and str(term.window) == "Ever()"
            return n.Never(n.Hopeless.PAST) if ever else None
        case Remembers.SUM if not down and read.type != DURATION:
            return n.Amount(read, rounded_up(gap), read.type, beyond=beyond)
        case Remembers.LARGEST if not down and read.type != DURATION:
            return n.Entry(term, bar, symbol)
        case Remembers.SMALLEST if down and read.type != DURATION:
            return n.Entry(term, bar, symbol)
        case Remembers.SINCE if down:
            return n.Records(term, 1)
        case _:
            return None


# ---- what would give a score what it is short of


def _givers(probe: Probe, left: e.Expression, gap: float, *, beyond: bool) -> tuple[n.Giver, ...]:
    """The lines of the scores in a sum that would give what is missing, fewest records first."""
    match left:
        case e.ScoreRead():
            terms: tuple[tuple[float, str], ...] = ((1.0, left.score),)
        case e.Linear():
            terms = left.terms
        case _:
            return ()
    found = []
    for weight, name in terms:
        score = probe.program.scores[name]
        now = probe.value(e.ScoreRead(span=score.span, score=name))
        if weight <= 0 or score.fade is not None or (score.high - now) * weight < gap:
            continue
        for line in score.lines:
            each = _usual(probe, line.amount)
            if each is None or each * weight <= MOST_EACH:
                continue
            # The forgiven part of a comparison is the engine's, not advice.
            times = math.floor(gap / (each * weight) + 1e-9) + 1
            if not beyond and (times - 1) * each * weight >= gap - 1e-12:
                times -= 1
            if 0 < times <= MOST_RECORDS:
                where = line.happenings.where
                found.append(n.Giver(line.happenings.events, where, each * weight, times))
    return tuple(sorted(found, key=lambda giver: (giver.times, -giver.gives)))


class _UsualRecord:
    """A record with a value of 1 and nothing else known."""

    value = 1.0

    def __getattr__(self, name: str) -> None:
        return None


def _usual(probe: Probe, amount: e.Expression) -> float | None:
    """What a line gives for a record with the usual value, where that says it all."""
    value = attrs.evolve(probe, record=_UsualRecord()).value(amount)
    return float(value) if isinstance(value, int | float) else None
