"""Declarations by their kind, each with what tells of its change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.changing.wording.rules import transition_words, trigger_words
from lifecycle_dsl.changing.wording.voice import Voice, by_name, changed, code, more_or_less, span
from lifecycle_dsl.program import declarations as d
from lifecycle_dsl.program import messages as m
from lifecycle_dsl.program.expression_text import value_text
from lifecycle_dsl.program.expressions import Apply, Expression, Forgiving
from lifecycle_dsl.program.message_text import quiet_lines
from lifecycle_dsl.program.phrases import on_one_line
from lifecycle_dsl.program.program import Program

Telling = Callable[[Any, Any, Voice], Iterator[str]]


def words(
    what: str, names: tuple[str, str], programs: tuple[Program, Program], voice: Voice
) -> tuple[str, ...]:
    """What is different about a declaration that both have; nothing where lines must say it.

    `names` are what it was called and what it is called.
    """
    found = _TOLD.get(what)
    if found is None:
        return ()
    group, tell = found
    old, new = (group(program).get(name) for program, name in zip(programs, names, strict=True))
    return () if old is None or new is None else tuple(tell(old, new, voice))


def _score(old: d.Score, new: d.Score, voice: Voice) -> Iterator[str]:
    yield from changed("halves every", old.half_life, new.half_life, span)
    yield from voice.instead("fades by", old.fade, new.fade)
    yield from changed("stays at least", old.low, new.low, _number)
    yield from changed("stays at most", old.high, new.high, _number)
    before = {voice.now(_head(line)): voice.now(on_one_line(line.amount)) for line in old.lines}
    after = {_head(line): on_one_line(line.amount) for line in new.lines}
    yield from by_name(before, after, "adds")


def _head(line: d.ScoreLine | d.Fold) -> str:
    """`on purchase where amount > 50`, as it is written."""
    where = "" if line.happenings.where is None else f" where {on_one_line(line.happenings.where)}"
    written = " ".join(line.span.text.split())
    end = written.find(":", written.find(where) + len(where) if where else 0)
    return written[:end] if end > 0 else written


def _number(value: object) -> str:
    return format_number(value) if isinstance(value, int | float) else str(value)


def _level(old: d.Level, new: d.Level, voice: Voice) -> Iterator[str]:
    yield from voice.instead("is of", old.value, new.value)
    before, after = _bars(old), _bars(new)
    yield from more_or_less("has the label", old.labels, new.labels)
    for label, bar in after.items():
        if label in before and not voice.same(before[label], bar):
            former = voice.now(on_one_line(before[label]))
            yield f"{code(label)} begins at {on_one_line(bar)} instead of {former}"


def _bars(level: d.Level) -> dict[str, Expression]:
    return {
        label: _bar(reached) for label, reached in zip(level.labels[1:], level.reaches, strict=True)
    }


def _bar(reached: Expression) -> Expression:
    if isinstance(reached, Forgiving):
        return reached.right
    assert isinstance(reached, Apply)  # noqa: S101 — a band is reached by a comparison
    return reached.arguments[1]


def _let(old: d.Let, new: d.Let, voice: Voice) -> Iterator[str]:
    yield from voice.instead("is", old.value, new.value)


def _segment(old: d.Segment, new: d.Segment, voice: Voice) -> Iterator[str]:
    yield from voice.instead("is of those with", old.condition, new.condition)


def _param(old: d.Param, new: d.Param, voice: Voice) -> Iterator[str]:
    yield from changed("is", old.value, new.value, lambda value: value_text(value, new.type))
    before = {voice.now(name): value_text(value, old.type) for name, value in old.cases}
    after = {name: value_text(value, new.type) for name, value in new.cases}
    yield from by_name(before, after, "makes it")
    if old.tune != new.tune:
        yield "is tuned within another range"


def _trait(old: d.Trait, new: d.Trait, voice: Voice) -> Iterator[str]:
    if (old.type, old.optional) != (new.type, new.optional):
        is_, was = (f"{each.type}{'?' if each.optional else ''}" for each in (new, old))
        yield f"is {is_} instead of {was}"
    else:
        yield from changed(
            "begins as", old.default, new.default, lambda value: value_text(value, new.type)
        )
    if old.private != new.private:
        yield "is private now" if new.private else "is no longer private"
    before = {voice.now(_head(fold)): voice.now(on_one_line(fold.value)) for fold in old.folds}
    after = {_head(fold): on_one_line(fold.value) for fold in new.folds}
    yield from by_name(before, after, "sets it to")


def _channel(old: m.Channel, new: m.Channel, voice: Voice) -> Iterator[str]:
    yield from changed("costs", old.cost, new.cost, _number)
    yield from _guards(old.guards, new.guards, voice)


def _topic(old: m.Topic, new: m.Topic, voice: Voice) -> Iterator[str]:
    if old.transactional != new.transactional:
        yield "is transactional now" if new.transactional else "is no longer transactional"
    yield from _guards(old.guards, new.guards, voice)


def _guards(old: m.MessageGuards, new: m.MessageGuards, voice: Voice) -> Iterator[str]:
    yield from voice.instead("asks for", old.consent, new.consent)
    before = {each.name: voice.now(on_one_line(each.condition)) for each in old.blocks}
    after = {each.name: on_one_line(each.condition) for each in new.blocks}
    yield from by_name(before, after, "blocks when")
    was, is_ = ([_cap(each) for each in guards.caps] for guards in (old, new))
    yield from _lists("has a cap of", was, is_)
    quiet = [[_quiet(each) for each in guards.quiet] for guards in (old, new)]
    yield from _lists("is quiet", *quiet)


def _lists(before: str, old: list[str], new: list[str]) -> Iterator[str]:
    gone = [each for each in old if each not in new]
    come = [each for each in new if each not in old]
    while gone and come:
        yield f"{before} {come.pop(0)} instead of {gone.pop(0)}"
    yield from (f"now {before} {each}" for each in come)
    yield from (f"no longer {before} {each}" for each in gone)


def _cap(cap: m.Cap) -> str:
    return f"{cap.count} per {span(cap.per)}"


def _quiet(window: m.QuietTime) -> str:
    (line,) = quiet_lines([window])
    return line.removeprefix("quiet ")


_TOLD: Final[Mapping[str, tuple[Callable[[Program], Mapping[str, Any]], Telling]]] = {
    "score": (lambda p: p.scores, _score),
    "level": (lambda p: p.levels, _level),
    "let": (lambda p: p.lets, _let),
    "segment": (lambda p: p.segments, _segment),
    "param": (lambda p: p.params, _param),
    "trait": (lambda p: p.traits, _trait),
    "channel": (lambda p: p.channels, _channel),
    "topic": (lambda p: p.topics, _topic),
    "transition": (lambda p: {each.rule: each for each in p.transitions}, transition_words),
    "trigger": (lambda p: {each.name: each for each in p.triggers}, trigger_words),
}
"""By the word that the canonical text begins with."""
