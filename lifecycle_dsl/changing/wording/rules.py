"""Transitions and triggers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import evolve

from lifecycle_dsl.changing.wording.voice import (
    Voice,
    by_name,
    changed,
    code,
    more_or_less,
    span,
)
from lifecycle_dsl.localtime import format_time_of_day
from lifecycle_dsl.program import rules as r
from lifecycle_dsl.program.expressions import Expression, Forgiving, PointLine
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.phrases import change, on_one_line
from lifecycle_dsl.program.trigger_text import trigger_lines


def transition_words(old: r.Transition, new: r.Transition, voice: Voice) -> Iterator[str]:
    """What is different about a way from stage to stage; each clause names it."""
    name = way(new)
    yield from (f"{name} {clause}" for clause in _transition(old, new, voice))


def way(transition: r.Transition) -> str:
    """`` `lead -> customer` ``, and its number where there are several."""
    ends, _, number = transition.rule.rpartition("#")
    return code(ends.replace("->", " -> ") + ("" if number == "1" else f" #{number}"))


def _transition(old: r.Transition, new: r.Transition, voice: Voice) -> Iterator[str]:
    yield from more_or_less("leads out of", map(voice.now, old.sources), new.sources)
    match old.moving, new.moving:
        case r.AtPoints() as was, r.AtPoints() as is_:
            yield from _points(was, is_, voice)
        case r.OnRecord(was), r.OnRecord(is_):
            yield from happenings_words("comes at", was, is_, voice)
        case r.WhenTrue(was), r.WhenTrue(is_):
            yield from voice.instead("comes when", was, is_)
        case r.After(was, before), r.After(is_, after):
            yield from changed("comes after", was, is_, span)
            yield from _without(before, after, voice)
        case r.OnDates() as was, r.OnDates() as is_:
            yield from changed(
                "follows", voice.now(was.trait), is_.trait, lambda name: code(str(name))
            )
            if (was.shifts, was.yearly) != (is_.shifts, is_.yearly):
                yield "comes on other days before or after it"
        case _:
            yield f"comes in another way: {code(on_one_line_of(new))}"
            return
    yield from voice.instead("asks for", old.guard, new.guard)


def on_one_line_of(found: r.Transition) -> str:
    """A transition as the rule file has it."""
    return " ".join(found.span.text.split())


def _points(old: r.AtPoints, new: r.AtPoints, voice: Voice) -> Iterator[str]:
    was, is_ = (_bar(each) for each in (old, new))
    if not voice.same(was, is_):
        yield f"needs {_plain(is_)} points instead of {voice.now(_plain(was))}"
    before = {voice.now(_heard(line)): voice.now(_worth(line)) for line in old.lines}
    after = {_heard(line): _worth(line) for line in new.lines}
    for clause in by_name(before, after, "gives"):
        yield f"counts otherwise: {clause}"


def _bar(found: r.AtPoints) -> Expression:
    assert isinstance(found.reached, Forgiving)  # noqa: S101 — a bar is a forgiving comparison
    return found.reached.right


def _plain(expression: Expression) -> str:
    return on_one_line(expression)


def _heard(line: PointLine) -> str:
    return " ".join(line.span.text.split()).rpartition(":")[0]


def _worth(line: PointLine) -> str:
    return on_one_line(line.points)


def _without(old: Happenings | None, new: Happenings | None, voice: Voice) -> Iterator[str]:
    if old is not None and new is not None:
        yield from happenings_words("waits for", old, new, voice)
    elif old is not new:
        yield (
            "counts from entering the stage"
            if new is None
            else "now counts from the last of some events"
        )


def happenings_words(before: str, old: Happenings, new: Happenings, voice: Voice) -> Iterator[str]:
    """What came to some happenings, and what left them."""
    was = [*map(voice.now, old.events), *(voice.now(change(each)) for each in old.changes)]
    yield from more_or_less(before, was, [*new.events, *map(change, new.changes)], "or")
    yield from voice.instead(f"{before} those where", old.where, new.where)


def trigger_words(old: r.Trigger, new: r.Trigger, voice: Voice) -> Iterator[str]:
    """What is different about a trigger."""
    yield from _occurrence(old, new, voice)
    was = None if old.stages is None else [voice.now(stage) for stage in old.stages]
    if was is None or new.stages is None:
        if (was is None) != (new.stages is None):
            yield (
                "fires in every stage"
                if new.stages is None
                else f"fires in {', '.join(new.stages)} alone"
            )
    else:
        yield from more_or_less("fires in", was, new.stages)
    yield from voice.instead("asks for", old.condition, new.condition)
    yield from changed("fires between", old.between, new.between, _hours)
    yield from _frequencies(old, new)
    yield from changed("is about", old.topic and voice.now(old.topic), new.topic)
    yield from changed("has priority", old.priority, new.priority)
    if old.draft != new.draft:
        yield "is a draft now, which does nothing" if new.draft else "is no draft any more"
    yield from changed("runs for each", old.each, new.each, _each)
    if old.restart != new.restart:
        yield "begins anew when it fires again" if new.restart else "no longer begins anew"
    yield from _exits(old, new, voice)
    yield from _steps(old, new, voice)


def _occurrence(old: r.Trigger, new: r.Trigger, voice: Voice) -> Iterator[str]:
    match old.occurrence, new.occurrence:
        case r.OccursOn(was), r.OccursOn(is_):
            yield from happenings_words("fires at", was, is_, voice)
        case r.OccursAfter(was, before), r.OccursAfter(is_, after):
            yield from changed("fires after", was, is_, span)
            yield from happenings_words("waits for", before, after, voice)
        case r.OccursAbsence(a, b, was), r.OccursAbsence(c, d, is_):
            yield from changed("waits", was, is_, span)
            yield from happenings_words("begins to wait at", a, c, voice)
            yield from happenings_words("called off by", b, d, voice)
        case _:
            former, present = voice.now(_line(old, 1)), _line(new, 1)
            if former != present:
                yield f"fires {code(present)} instead of {code(former)}"


def _line(trigger: r.Trigger, place: int) -> str:
    return list(trigger_lines(trigger))[place].strip()


def _hours(found: object) -> str:
    start, end = found  # type: ignore[misc]
    return f"{format_time_of_day(start)} and {format_time_of_day(end)}"  # type: ignore[has-type]


def _each(found: object) -> str:
    return f"{found.field_name} up to {found.up_to}" if isinstance(found, r.Each) else str(found)


def _frequencies(old: r.Trigger, new: r.Trigger) -> Iterator[str]:
    was, is_ = ([_often(each) for each in t.frequencies] for t in (old, new))
    gone, come = (
        list((Counter(was) - Counter(is_)).elements()),
        list((Counter(is_) - Counter(was)).elements()),
    )
    while gone and come:
        yield f"fires {come.pop(0)} instead of {gone.pop(0)}"
    yield from (f"now fires {each}" for each in come)
    yield from (f"no longer fires {each} alone" for each in gone)


def _often(found: r.Frequency) -> str:
    if found.reason == "once":
        return "once"
    per = "" if found.per is None else f" per {span(found.per)}"
    return f"at most {found.count}{per}"


def _exits(old: r.Trigger, new: r.Trigger, voice: Voice) -> Iterator[str]:
    def texts(trigger: r.Trigger) -> list[str]:
        found = []
        for each in trigger.exits:
            where = "" if each.where is None else f" where {on_one_line(each.where)}"
            found += [f"{name}{where}" for name in (*each.events, *map(change, each.changes))]
        return found

    yield from more_or_less("ends at", map(voice.now, texts(old)), texts(new), "or")


def _steps(old: r.Trigger, new: r.Trigger, voice: Voice) -> Iterator[str]:
    """Lines of steps, those of one name set against each other."""
    renamed = dict(new.former_steps)
    was = [_renamed(voice.now(line), renamed) for line in _step_lines(old)]
    is_ = list(_step_lines(new))
    gone, come = (
        list((Counter(was) - Counter(is_)).elements()),
        list((Counter(is_) - Counter(was)).elements()),
    )
    for line in come:
        named = line.partition(": ")[0] + ": "
        former = next((each for each in gone if ": " in line and each.startswith(named)), None)
        if former is None:
            yield f"now does {code(line)}"
        else:
            gone.remove(former)
            yield f"does {code(line)} instead of {code(former.removeprefix(named))}"
    yield from (f"no longer does {code(line)}" for line in gone)


def _step_lines(trigger: r.Trigger) -> Iterator[str]:
    before = len(list(trigger_lines(_without_steps(trigger))))
    yield from (line.strip() for line in list(trigger_lines(trigger))[before:])


def _without_steps(trigger: r.Trigger) -> r.Trigger:
    return evolve(trigger, steps=())


def _renamed(line: str, renamed: dict[str, str]) -> str:
    name, colon, rest = line.partition(": ")
    return f"{renamed[name]}{colon}{rest}" if colon and name in renamed else line
