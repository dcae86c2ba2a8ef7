"""What a rule set costs at most: what is kept of a customer, and what a record makes happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecycle_dsl.checker.sizes import caps_of
from lifecycle_dsl.compiler.steps import may_wait
from lifecycle_dsl.localtime.durations import format_duration
from lifecycle_dsl.program.attributions import MOST_TOUCHES
from lifecycle_dsl.program.memory import Calendar, Ever, MemoryTerm, Remembers, Rolling
from lifecycle_dsl.program.messages import Cap
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OccursSequence,
    OnDates,
    Trigger,
    WhenTrue,
)

_ONE = {Remembers.SINCE, Remembers.SEEN, Remembers.LAST, Remembers.STREAK}
_KEEP_VALUES = {Remembers.DISTINCT, Remembers.MOST}


def cost_text(program: Program) -> str:
    """The bounds, for people, with a line end."""
    return "".join(f"{line}\n" for line in (*_customer(program), "", *_record(program)))


def entries(term: MemoryTerm) -> int:
    """How many entries a term keeps at most; 1 for a plain number."""
    if term.remembers in _ONE:
        return 1
    if isinstance(term.window, Rolling) or term.remembers in _KEEP_VALUES:
        return term.keep
    return 1


def _customer(program: Program) -> Iterator[str]:
    yield "kept of each customer"
    rows = [
        (1, "stage, the one before, and when it was entered"),
        (len(program.scores), "scores"),
        (len(program.traits), "traits"),
        (len([each for each in program.segments.values() if each.condition is None]), "segments"),
        (len(program.triggers), "triggers, each with its firings"),
        (256 if program.dedupe is not None else 0, "ids against doubles"),
    ]
    rows += [(entries(term), f"{term.text}{_note(term)}") for term in program.memory]
    waiting = [each for each in program.triggers if may_wait(program, each)]
    rows.append((sum(map(_values, waiting)), "runs that wait, each with the fields it still needs"))
    rows.append((_of(program, OccursAbsence), "absences that are armed"))
    rows.append((_of(program, OccursSequence), "sequences that have begun"))
    rows += [
        (MOST_TOUCHES, f"touches of `{name}`, younger than {format_duration(each.within)}")
        for name, each in program.attributions.items()
    ]
    rows += [(_sent(cap), f"messages under the cap `{cap.key}`") for cap in caps_of(program)]
    yield from _table(rows)
    yield f"{sum(count for count, _ in rows):>9,}  at most, together"


def _note(term: MemoryTerm) -> str:
    match term.window:
        case Rolling(micros=micros):
            return f", entries younger than {format_duration(micros)}"
        case Calendar(period=period):
            return f", of one {period.value}"
        case Ever():
            return ""


def _record(program: Program) -> Iterator[str]:
    lines = [line for score in program.scores.values() for line in score.lines]
    per_event = [sum(event in line.happenings.events for line in lines) for event in program.events]
    moves = [len(stage.transitions) for stage in program.stages.values()]
    attributions = program.attributions.values()
    yield "looked at for each record"
    yield from _table(
        [
            (max(per_event, default=0), "score lines"),
            (len(program.memory), "memory terms"),
            (max(moves, default=0), "transitions of a stage, at most one of which is taken"),
            (_points(program), "lines of points"),
            (len(program.triggers), "triggers"),
            (sum(len(a.touches) for a in attributions), "lines of touches"),
            (sum(len(a.conversions) for a in attributions), "lines of conversions"),
        ]
    )
    yield ""
    yield "timers of each customer"
    waiting = [each for each in program.triggers if may_wait(program, each)]
    ways = [transition.moving for transition in program.transitions]
    yield from _table(
        [
            (sum(isinstance(way, After | OnDates | WhenTrue) for way in ways), "of transitions"),
            (sum(each.watched for each in program.segments.values()), "of watched segments"),
            (sum(each.watched for each in program.levels.values()), "of watched levels"),
            (_of(program, OccursAfter), "of silences"),
            (_of(program, OccursAbsence), "of absences"),
            (_of(program, OccursEvery, OccursDates), "of the calendar"),
            (sum(map(_values, waiting)), "of runs that wait"),
        ]
    )


def _points(program: Program) -> int:
    counts = [
        len(each.moving.lines) for each in program.transitions if isinstance(each.moving, AtPoints)
    ]
    return max(counts, default=0)


def _values(trigger: Trigger) -> int:
    """How many runs, or armings, a trigger has at most at a time."""
    return 1 if trigger.each is None else trigger.each.up_to


def _of(program: Program, *occurrences: type) -> int:
    found = (each for each in program.triggers if isinstance(each.occurrence, occurrences))
    return sum(map(_values, found))


def _sent(cap: Cap) -> int:
    """The instants of a rolling cap; a calendar one keeps a number."""
    return cap.count if isinstance(cap.per, int) else 1


def _table(rows: Sequence[tuple[int, str]]) -> Iterator[str]:
    for count, text in rows:
        if count:
            yield f"{count:>9,}  {text}"
