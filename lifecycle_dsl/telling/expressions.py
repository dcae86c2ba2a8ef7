"""Conditions as clauses and values as nouns, from a table of phrases.

What has no good phrase is told as it is written.
"""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import Remembers
from lifecycle_dsl.program.phrases import listed, on_one_line
from lifecycle_dsl.program.types import BOOL, LevelType
from lifecycle_dsl.telling import memory
from lifecycle_dsl.telling.marks import code, name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import said

_COMPARED: Final = {
    ">=": "is at least",
    ">": "is more than",
    "<": "is less than",
    "<=": "is at most",
    "==": "is",
    "!=": "is not",
    "contains": "contains",
    "starts with": "starts with",
    "ends with": "ends with",
}
_FOR: Final = {">=": "at least", ">": "more than", "<": "less than", "<=": "at most"}
_LASTING: Final = {
    e.Clock.IN_STAGE: "the customer has been in the stage for",
    e.Clock.AGE: "the customer has been known for",
    e.Clock.IDLE: "nothing has come from the customer for",
}
_RANKED: Final = {">=": " or higher", "<=": " or lower", ">": "above ", "<": "below "}
_CLOCKS: Final = {
    e.Clock.NOW: "now",
    e.Clock.IN_STAGE: "the time in the stage",
    e.Clock.AGE: "the time since the first record",
    e.Clock.IDLE: "the time since the last record",
}
_CALCULATED: Final = {"*": "×", "/": "÷", "+": "plus", "-": "minus"}
_FIELDS: Final = {
    "value": "its value",
    "at": "its time",
    "id": "its id",
    "customer": "its customer",
}
_DEEPEST: Final = 2


def condition(found: e.Expression, known: Vocabulary) -> str:
    """A condition as a clause: `email_engagement is at least 3`."""
    match found:
        case e.And(operands=operands) | e.Or(operands=operands):
            if _depth(found) > _DEEPEST:
                return f"{as_written(found)} holds"
            parts = [condition(each, known) for each in operands]
            shown = (
                f"({part})" if isinstance(each, e.And | e.Or) else part
                for each, part in zip(operands, parts, strict=True)
            )
            return (" and " if isinstance(found, e.And) else " or ").join(shown)
        case e.Forgiving(symbol=symbol, left=left, right=right):
            return _compared(symbol, left, right, known)
        case e.Apply(operation=operation, arguments=(left, right)) if operation.name in _COMPARED:
            return _compared(operation.name, left, right, known)
        case e.Not(operand=operand):
            return _simple(operand, known, holds=False) or f"not ({condition(operand, known)})"
        case _:
            return _simple(found, known, holds=True) or f"{as_written(found)} holds"


def _depth(found: e.Expression) -> int:
    """How many times `and` and `or` stand inside one another."""
    match found:
        case e.And(operands=operands) | e.Or(operands=operands):
            return 1 + max(map(_depth, operands))
        case e.Not(operand=operand):
            return _depth(operand)
        case _:
            return 0


def _simple(found: e.Expression, known: Vocabulary, *, holds: bool) -> str | None:
    """A condition of one piece, or its opposite."""
    no = "" if holds else "not "
    match found:
        case e.LetRead(let=word):
            return f"{name(word)} {'holds' if holds else 'does not hold'}"
        case e.TraitRead() | e.FieldRead() | e.ParamRead() | e.TableRead():
            return f"{value(found, known)} is {'yes' if holds else 'no'}"
        case e.SegmentRead(segment=segment):
            return f"the customer is {no}in {name(segment)}"
        case e.SeasonRead(season=season):
            return f"it is {no}{name(season)}"
        case e.IsPresent(operand=operand):
            return f"{value(operand, known)} is {no}known"
        case e.OneOf(subject=subject, options=options):
            among = listed(value(each, known) for each in options)
            return f"{value(subject, known)} is {'' if holds else 'none of '}{among}"
        case e.MemoryRead(term=term) if term.remembers is Remembers.SEEN:
            return memory.seen(term, known, ever=holds)
        case e.Constant(value=bool() as truth):
            return "always" if truth is holds else "never"
        case _:
            return None


def _compared(symbol: str, left: e.Expression, right: e.Expression, known: Vocabulary) -> str:
    match left:
        case e.ClockRead(clock=clock) if clock in _LASTING and symbol in _FOR:
            return f"{_LASTING[clock]} {_FOR[symbol]} {value(right, known)}"
        case e.MemoryRead(term=term) if term.remembers is Remembers.COUNT:
            if _is(right, 0) and symbol in {">", "=="}:
                return memory.seen(term, known, ever=symbol == ">")
            if _is(right, 1) and symbol == ">=":
                return memory.seen(term, known, ever=True)
        case _ if isinstance(left.type, LevelType) and symbol in _RANKED:
            side = _RANKED[symbol]
            rank = value(right, known)
            shown = f"{rank}{side}" if side.startswith(" ") else f"{side}{rank}"
            return f"{value(left, known)} is {shown}"
    return f"{value(left, known)} {_COMPARED[symbol]} {value(right, known)}"


def _is(found: e.Expression, number: float) -> bool:
    return isinstance(found, e.Constant) and found.value == number


def value(found: e.Expression, known: Vocabulary) -> str:
    """A value as a noun: `the number of purchase in the last 30 days`."""
    match found:
        case e.Constant(value=constant, type=kind):
            return said(constant, kind)
        case e.MemoryRead(term=term) if found.type != BOOL:
            return memory.value(term, known)
        case e.Default(value=inner, fallback=fallback):
            return f"{value(inner, known)} ({value(fallback, known)} if there is none)"
        case e.Apply(operation=operation, arguments=(left, right)) if (
            operation.name in _CALCULATED and _is_short(left) and _is_short(right)
        ):
            sign = _CALCULATED[operation.name]
            return f"{value(left, known)} {sign} {value(right, known)}"
        case e.Apply(operation=operation, arguments=(inner,)) if operation.name in {
            "days",
            "hours",
        }:
            return f"the whole {operation.name} of {value(inner, known)}"
        case e.If(condition=asked, yes=yes, no=no) if _is_short(yes) and _is_short(no):
            return f"{value(yes, known)} if {condition(asked, known)}, else {value(no, known)}"
        case e.ListOf(items=items):
            return listed((value(each, known) for each in items), "and")
        case _:
            return _named(found) or as_written(found)


def _is_short(found: e.Expression) -> bool:
    return isinstance(found, e.Constant) or _named(found) is not None


def _named(found: e.Expression) -> str | None:
    """What has a name, by its name."""
    match found:
        case e.FieldRead(name=field):
            return _FIELDS.get(field, f"its {name(field)}")
        case (
            e.TraitRead(trait=word)
            | e.ScoreRead(score=word)
            | e.LetRead(let=word)
            | e.LevelRead(level=word)
            | e.ParamRead(param=word)
            | e.SegmentRead(segment=word)
        ):
            return name(word)
        case e.TableRead(table=table, output=output):
            return f"{name(output)} of {name(table)}"
        case e.StageRead():
            return "the stage"
        case e.PreviousStage():
            return "the stage before"
        case e.ClockRead(clock=clock):
            return _CLOCKS[clock]
        case e.Linear() if on_one_line(found).isidentifier():
            return name(on_one_line(found))
        case _:
            return None


def text(found: e.Expression, known: Vocabulary) -> str:
    """A text, such as a template; what is filled in stands between braces."""
    written = on_one_line(found)
    if written[:1] == written[-1:] == '"' and len(written) > 1:
        return code(written[1:-1])
    return value(found, known)


def as_written(found: e.Expression) -> str:
    """An expression as the rule file has it."""
    return code(on_one_line(found))
