"""The steps of a trigger as functions: one for each place at which a run can go on.

`steps(c, r, now, out, event, t, run)` runs the steps from its place to the first at which the run
waits, or to the end, by the `Firing` t; it gives whether it changed the customer's state. Where a
run waits the function ends with `t.stand(...)`, which keeps what later steps read of records. So
each function is straight Python, and a run is data: the name of a step.

Steps read the fields of a record: the trigger's, or inside an arm of `await` the arm's. Each such
record is a frame, named by the await and the arm, "" for the trigger's. In the function that goes
on right at a record that frame's fields are read from `r`; all others from `d`, what the run has
kept.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from enum import Enum

from attrs import define, field, frozen

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.function import Function, zone_known
from lifecycle_dsl.compiler.layout import Layout
from lifecycle_dsl.compiler.needs import Needs
from lifecycle_dsl.compiler.values import data_of
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.messages import MessageGuards
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import OccursAbsence, Trigger
from lifecycle_dsl.program.steps import (
    Await,
    Call,
    Exit,
    IfStep,
    Join,
    Quit,
    Send,
    SetTrait,
    Split,
    Step,
    Wait,
    WaitUntil,
    all_steps,
    inner_steps,
    step_expressions,
)
from lifecycle_dsl.program.walk import children

PARAMETERS = ("c", "r", "now", "out", "event", "t", "run")
TRIGGER = ""
"""The frame of the record that fired."""


class Way(Enum):
    """How a run goes on at the step at which it stands."""

    AGAIN = "again"
    """The step itself, a message, is tried anew."""
    AFTER = "after"
    """With what follows: the wait is over."""
    ELSE = "else"
    """With the `else` of an await."""


@frozen
class Entry:
    """A place at which steps begin: of a firing, or of a run that goes on."""

    step: str | None = None
    way: Way | int = Way.AFTER
    """Or the number of an await's arm, from 0."""


@frozen
class _List:
    """Steps one behind the other, from some place on, and the frame that they read."""

    steps: tuple[Step, ...]
    first: int
    frame: str


@define
class Frames:
    """Which fields the steps of each frame read, and inside which frame each stands."""

    fields: dict[str, dict[str, e.FieldRead]] = field(factory=dict)
    outer: dict[str, str] = field(factory=dict)

    @classmethod
    def of(cls, trigger: Trigger) -> Frames:
        """The frames of a trigger."""
        frames = cls()
        frames.add(trigger.steps, TRIGGER)
        return frames

    def add(self, steps: Sequence[Step], frame: str) -> None:
        """Note what steps of a frame read."""
        read = self.fields.setdefault(frame, {})
        for step in steps:
            if isinstance(step, Await):
                for number, arm in enumerate(step.arms):
                    of_arm = arm_frame(step, number)
                    self.outer[of_arm] = frame
                    self.add(arm.steps, of_arm)
                if step.instant is not None:
                    read.update((f.name, f) for f in fields_of(step.instant))
                self.add(step.otherwise, frame)
                continue
            for expression in step_expressions(step):
                read.update((f.name, f) for f in fields_of(expression))
            for inner in inner_steps(step):
                self.add(inner, frame)

    def chain(self, frame: str) -> Iterator[str]:
        """A frame and those around it."""
        yield frame
        while frame != TRIGGER:
            frame = self.outer[frame]
            yield frame


def fields_of(expression: e.Expression) -> Iterator[e.FieldRead]:
    """The fields that an expression reads, points aside: those see the record at hand."""
    waiting = [expression]
    while waiting:
        found = waiting.pop()
        if isinstance(found, e.FieldRead):
            yield found
        elif not isinstance(found, e.PointsSum):
            waiting.extend(children(found))


def arm_frame(step: Await, arm: int) -> str:
    """The frame of an arm's record."""
    return f"{step.name}.{arm}"


def kept_key(frame: str, name: str) -> str:
    """What a kept field is called."""
    return name if frame == TRIGGER else f"{frame}.{name}"


def kept_names(trigger: Trigger, step: str | None) -> frozenset[str]:
    """What is kept of records while a run stands at a step, or while the trigger is armed."""
    frames = Frames.of(trigger)
    frame = TRIGGER
    if step is not None:
        found = _find(trigger.steps, step, TRIGGER)
        assert found is not None, step
        frame = found[0][0].frame
    return frozenset(
        kept_key(each, name) for each in frames.chain(frame) for name in frames.fields[each]
    )


def write_steps(
    program: Program, layout: Layout, trigger: Trigger, entry: Entry
) -> tuple[ast.FunctionDef, Needs]:
    """The function of a place."""
    return _Writing(program, layout, trigger, entry).write()


def write_keep(program: Program, layout: Layout, trigger: Trigger) -> tuple[ast.FunctionDef, Needs]:
    """`keep(r)`: what a trigger's steps read of the record that arms it; None if nothing."""
    writing = _Writing(program, layout, trigger, Entry())
    writing.at_hand = frozenset({TRIGGER})
    made = writing.f.finish(
        f"keep_{trigger.name}", ("r",), [py.give(writing.kept(TRIGGER))], trigger.span, ahead=False
    )
    return made, writing.f.needs


def is_free(program: Program, trigger: Trigger, channel: str) -> bool:
    """Whether nothing ever stops a trigger's messages of a channel: then nothing is asked."""
    topics = [] if trigger.topic is None else [program.topics[trigger.topic]]
    guards = [program.channels[channel].guards, *(topic.guards for topic in topics)]
    of_file = program.message_guards
    return (
        not trigger.draft
        and all(each == MessageGuards() for each in guards)
        and not (of_file.blocks or of_file.quiet or of_file.caps or of_file.holdout)
    )


def keeps_runs(program: Program, trigger: Trigger) -> bool:
    """Whether something is kept of a run: it may wait, be one of several, or was armed before."""
    if trigger.each is not None or isinstance(trigger.occurrence, OccursAbsence):
        return True
    return may_wait(program, trigger)


def may_wait(program: Program, trigger: Trigger) -> bool:
    """Whether its runs may wait, a message for the end of quiet times among others."""
    return any(_waits(program, trigger, step) for step in all_steps(trigger.steps))


def _waits(program: Program, trigger: Trigger, step: Step) -> bool:
    match step:
        case Wait() | WaitUntil() | Await():
            return True
        case Send(channel=str(channel)):
            return not is_free(program, trigger, channel)
        case Send():
            return True
        case _:
            return False


def _find(steps: tuple[Step, ...], name: str, frame: str) -> tuple[list[_List], Step] | None:
    """The lists around a step, innermost first, each from behind the step in it, and the step."""
    for place, step in enumerate(steps):
        here = _List(steps, place + 1, frame)
        if getattr(step, "name", None) == name and not isinstance(step, Split):
            return [here], step
        if isinstance(step, Await):
            inside = [(arm.steps, arm_frame(step, n)) for n, arm in enumerate(step.arms)]
            inside.append((step.otherwise, frame))
        else:
            inside = [(inner, frame) for inner in inner_steps(step)]
        for inner, its_frame in inside:
            found = _find(inner, name, its_frame)
            if found is not None:
                return [*found[0], here], found[1]
    return None


class _Writing:
    def __init__(self, program: Program, layout: Layout, trigger: Trigger, entry: Entry) -> None:
        self.program = program
        self.trigger = trigger
        self.entry = entry
        self.frames = Frames.of(trigger)
        self.f = Function.begin(program, layout, None)
        self.at_hand: frozenset[str] = frozenset()
        """The frames whose record is `r`."""

    def write(self) -> tuple[ast.FunctionDef, Needs]:
        body: py.Statements = []
        for part in self._lists():
            body += self._steps(part.steps[part.first :], part.frame)
        # what a run has kept, and whether anything changed
        begin: py.Statements = [py.assign("changed", py.constant(False))]
        if any(isinstance(n, ast.Name) and n.id == "d" for s in body for n in ast.walk(s)):
            begin.append(py.assign("d", py.attribute("run", "kept")))
        body = [*begin, *body, py.give(py.name("changed"))]
        title = f"steps_{self.trigger.name}"
        if self.entry.step is not None:
            way = self.entry.way
            title += f"_{self.entry.step}_{way.value if isinstance(way, Way) else f'arm{way}'}"
        made = self.f.finish(title, PARAMETERS, body, self.trigger.span, ahead=False)
        return made, self.f.needs

    def _lists(self) -> list[_List]:
        """What is to run, one list behind the other."""
        entry, trigger = self.entry, self.trigger
        if entry.step is None:
            if not isinstance(trigger.occurrence, OccursAbsence):
                self.at_hand = frozenset({TRIGGER})
            return [_List(trigger.steps, 0, TRIGGER)]
        found = _find(trigger.steps, entry.step, TRIGGER)
        assert found is not None, entry
        (here, *outer), step = found
        match entry.way:
            case Way.AGAIN:
                return [_List(here.steps, here.first - 1, here.frame), *outer]
            case Way.AFTER:
                return [here, *outer]
            case Way.ELSE:
                assert isinstance(step, Await)
                return [_List(step.otherwise, 0, here.frame), here, *outer]
            case arm:
                assert isinstance(step, Await)
                frame = arm_frame(step, arm)
                self.at_hand = frozenset({frame})
                return [_List(step.arms[arm].steps, 0, frame), here, *outer]

    def _steps(self, steps: Sequence[Step], frame: str) -> py.Statements:
        body: py.Statements = []
        for step in steps:
            self.f.lowering.kept = None if frame in self.at_hand else kept_key(frame, "")
            made = self._step(step, frame)
            for statement in made:
                py.located(statement, step.span)
            body += made
        return body

    def _step(self, step: Step, frame: str) -> py.Statements:
        match step:
            case Send():
                return self._send(step, frame)
            case Call():
                data = self._data(step.data)
                return [py.do(self._do("call", _text(step.name), _text(step.action), data))]
            case SetTrait():
                return self._set(step)
            case Join():
                return [_changing(self._do("join", _text(step.segment)))]
            case Quit():
                return [_changing(self._do("quit", _text(step.segment)))]
            case IfStep():
                return self._if(step, frame)
            case Split():
                return self._split(step, frame)
            case Exit():
                left = self._do("exit", _text(step.name))
                return [py.do(left), py.give(py.name("changed"))]
            case Wait() | WaitUntil() | Await():
                return self._wait(step, frame)

    def _do(self, what: str, *arguments: ast.expr) -> ast.expr:
        """An effect of the firing."""
        where = (py.name(each) for each in ("c", "now", "out", "run"))
        return py.method("t", what, *where, *arguments)

    def _send(self, step: Send, frame: str) -> py.Statements:
        if step.channel is not None and is_free(self.program, self.trigger, step.channel):
            template, data = self.f.lowering.value(step.template), self._data(step.data)
            return [
                _changing(self._do("send", _text(step.name), _text(step.channel), template, data))
            ]
        if step.route is not None:
            allowed = self._do("by_route", _text(step.name), _text(step.route))
        else:
            assert step.channel is not None
            allowed = self._do("by_channel", _text(step.name), _text(step.channel))
        template, data = self.f.lowering.value(step.template), self._data(step.data)
        sent = self._do("send", _text(step.name), py.name("channel"), template, data)
        waits = py.is_none(py.name("channel"))
        return [
            py.assign("channel", allowed),
            py.if_(waits, self._stand(step.name, py.attribute("run", "until"), frame)),
            py.if_(py.name("channel"), [_changing(sent)]),
        ]

    def _set(self, step: SetTrait) -> py.Statements:
        shown = data_of(self.program.traits[step.trait].type)
        write = py.NONE if shown is None else py.name(self.f.needs.value("data", shown))
        value = self.f.lowering.value(step.value)
        made = [_changing(self._do("set", _text(step.trait), value, write))]
        return [*made, zone_known()] if step.trait == "zone" else made

    def _if(self, step: IfStep, frame: str) -> py.Statements:
        """A chain of `else if`, from its end: it may be long."""
        chain = [step]
        while len(chain[-1].otherwise) == 1 and isinstance(chain[-1].otherwise[0], IfStep):
            chain.append(chain[-1].otherwise[0])
        tests = [self.f.lowering.condition(link.condition) for link in chain]
        otherwise = self._steps(chain[-1].otherwise, frame)
        for link, test in zip(reversed(chain), reversed(tests), strict=True):
            otherwise = [py.if_(test, self._steps(link.steps, frame), otherwise)]
        return otherwise

    def _split(self, step: Split, frame: str) -> py.Statements:
        ends: list[int] = []
        for share in step.shares:
            ends.append(share.buckets + (ends[-1] if ends else 0))
        arm = self._do("arm", _text(step.name), py.constant(tuple(ends)))
        otherwise: py.Statements = []
        for number, share in reversed(list(enumerate(step.shares, 1))):
            test = py.binary(py.name("arm"), "==", py.constant(number))
            otherwise = [py.if_(test, self._steps(share.steps, frame), otherwise)]
        return [py.assign("arm", arm), *otherwise]

    def _wait(self, step: Wait | WaitUntil | Await, frame: str) -> py.Statements:
        until: ast.expr
        match step:
            case Wait(micros=int(micros)):
                return self._stand(step.name, py.NONE, frame) if micros else []
            case Wait(duration=e.Expression() as duration):
                until = py.method("t", "after", py.name("now"), self.f.lowering.value(duration))
            case WaitUntil(time_of_day=int(time_of_day)) | Await(time_of_day=int(time_of_day)):
                until = self._do_at("next_time", py.constant(time_of_day))
            case (
                WaitUntil(instant=e.Expression() as instant)
                | Await(instant=e.Expression() as instant)
            ):
                until = self.f.lowering.value(instant)
            case _:
                return self._stand(step.name, py.NONE, frame)
        later = py.binary(py.named("until", until), ">", py.name("now"))
        stands = py.if_(later, self._stand(step.name, py.name("until"), frame))
        over = self._steps(step.otherwise, frame) if isinstance(step, Await) else []
        return [stands, *over]

    def _do_at(self, what: str, *arguments: ast.expr) -> ast.expr:
        return py.method("t", what, py.name("c"), py.name("now"), *arguments)

    def _stand(self, step: str, until: ast.expr, frame: str) -> py.Statements:
        """Let the run wait at a step."""
        where = (py.name(each) for each in ("c", "now", "run"))
        stands = py.method("t", "stand", *where, _text(step), until, self.kept(frame))
        return [py.do(stands), py.give(py.name("changed"))]

    def kept(self, frame: str) -> ast.expr:
        """What later steps read of records, as a dictionary; None if nothing."""
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        before = self.f.lowering.kept
        for each in self.frames.chain(frame):
            self.f.lowering.kept = None if each in self.at_hand else kept_key(each, "")
            for name, read in self.frames.fields[each].items():
                keys.append(py.constant(kept_key(each, name)))
                values.append(self.f.lowering.value(read))
        self.f.lowering.kept = before
        return ast.Dict(keys, values) if keys else py.NONE

    def _data(self, entries: tuple[tuple[str, e.Expression], ...]) -> ast.expr:
        keys: list[ast.expr | None] = [py.constant(key) for key, _ in entries]
        return ast.Dict(keys, [self.f.lowering.data(value) for _, value in entries])


def _text(text: str) -> ast.expr:
    return py.constant(text)


def _changing(changes: ast.expr) -> ast.stmt:
    return py.assign("changed", py.any_of([changes, py.name("changed")]))
