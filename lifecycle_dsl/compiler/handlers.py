"""The function for a stage and an event: steps 2 to 6 of a record, with only what can matter there.

`handle(c, r, now, out)` changes the customer's state `c` and adds decisions to `out`; it gives
something true if what it changed can be due at once. Everything it calls by name is linked in by
the engine: `move`, `react`, `fire_TRIGGER`, `note_memory_N`, `read_memory_N`, `zone_of`, cursors.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from attrs import define

from lifecycle_dsl.compiler import pyast as py
from lifecycle_dsl.compiler.layout import (
    Layout,
    score_slot,
    trait_set_slot,
    trait_slot,
    watched_slot,
)
from lifecycle_dsl.compiler.lower import Lowering, Needs, reads_local_time
from lifecycle_dsl.compiler.plan import Plan
from lifecycle_dsl.compiler.points import reaches
from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.compiler.touches import inputs
from lifecycle_dsl.compiler.values import day_of
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Fold, Score, Trait
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    AtPoints,
    OccursAbsence,
    OccursOn,
    OnRecord,
    Transition,
    Trigger,
    WhenTrue,
)
from lifecycle_dsl.program.types import Kind, LevelType, Plain
from lifecycle_dsl.source import Span

PARAMETERS = ("c", "r", "now", "out")
AHEAD = "ahead_"
"""Before the title of a look-up in a table: the function that looks ahead of the clock."""
HARMLESS = 1e17
"""A score that grows by less than this an event needs ten trillion events to reach its bound."""


@define
class Function:
    """A function being written."""

    program: Program
    layout: Layout
    needs: Needs
    lowering: Lowering

    @classmethod
    def begin(cls, program: Program, layout: Layout, event: str | None) -> Function:
        """An empty function; `event` as in `Lowering`."""
        needs = Needs()
        return cls(program, layout, needs, Lowering(program, layout, needs, event))

    def test(self, *conditions: e.Expression | None) -> ast.expr | None:
        """All conditions in one test; None if there is none."""
        parts = [self.lowering.condition(c) for c in conditions if c is not None]
        return py.all_of(parts) if parts else None

    def under(self, condition: e.Expression | None, body: py.Statements) -> py.Statements:
        """Statements under a condition, if there is one."""
        test = self.test(condition)
        return body if test is None else [py.if_(test, body)]

    def finish(
        self,
        title: str,
        parameters: tuple[str, ...],
        body: py.Statements,
        span: Span,
        *,
        ahead: bool,
    ) -> ast.FunctionDef:
        """The function with what it needs set up first.

        `ahead` is for a function that looks at a later instant than the customer's clock: decay
        factors are then relative to the clock's epoch, and look-ups in tables are those ahead.
        """
        setup: py.Statements = []
        for half_life in sorted(self.needs.half_lives):
            setup.extend(_growth(half_life, ahead=ahead))
        if ahead:
            tables = sorted(self.needs.tables)
            setup.extend(py.assign(title, py.name(f"{AHEAD}{title}")) for title in tables)
        if self.needs.zone:
            setup.append(zone_known())
        made = py.function(title, parameters, setup + body)
        py.located(made, span)
        self.needs.file = span.source.name
        return made


def dated(layout: Layout, trait: str, value: ast.expr) -> ast.stmt:
    """Remembers when a trait with dates that triggers are on changes; before it is set."""
    differs = py.binary(py.attribute("c", trait_slot(trait)), "!=", value)
    return py.if_(differs, [py.put("c", layout.dated[trait], py.name("now"))])


def zone_known() -> ast.stmt:
    """Puts the customer's zone into its variable: first, and where it may have changed."""
    return py.assign("zone", py.call("zone_of", py.name("c")))


def _growth(half_life: int, *, ahead: bool) -> py.Statements:
    variable, cursor = f"g_{half_life}", f"cursor_{half_life}"
    if ahead:
        return [
            py.assign(
                variable, py.call(f"growth_{half_life}", py.attribute("c", "clock"), py.name("now"))
            )
        ]
    inside = ast.Compare(
        py.attribute(cursor, "low"),
        [ast.LtE(), ast.Lt()],
        [py.name("now"), py.attribute(cursor, "high")],
    )
    return [
        py.if_(py.negation(inside), [py.do(py.method(cursor, "move", py.name("now")))]),
        py.assign(variable, py.attribute(cursor, "g")),
    ]


def write_handler(
    program: Program, layout: Layout, plan: Plan, stage: str, event: str, *, first: bool
) -> tuple[ast.FunctionDef, Needs]:
    """The handler of a stage and an event; `first` for a customer's first record."""
    writing = _Handler(Function.begin(program, layout, event), plan, stage, event, first=first)
    return writing.write()


class _Handler:
    def __init__(
        self, function: Function, plan: Plan, stage: str, event: str, *, first: bool
    ) -> None:
        self.f = function
        self.program = function.program
        self.layout = function.layout
        self.plan = plan
        self.stage = stage
        self.event = event
        self.before = None if first else stage
        self.first = first
        self.moves_always = False
        """Whether a transition without a test ends the function."""
        self.rearms = False
        """Whether a deadline can come nearer; `settle` then says whether it did."""

    def write(self) -> tuple[ast.FunctionDef, Needs]:
        facts = self._facts()
        rest = [*self._scores(), *self._transitions()]
        if not self.moves_always:
            rest += self._reaction() if self.first else self._triggers()
        if self.f.needs.zone and self._sets_zone():
            facts.append(zone_known())
        body = facts + rest
        if self.rearms:
            body.insert(0, py.assign("settle", py.constant(False)))
        span = self.program.stages[self.stage].span
        title = f"{'first_' if self.first else ''}{self.stage}_{self.event}"
        made = self.f.finish(title, PARAMETERS, body, span, ahead=False)
        return made, self.f.needs

    # ---- step 2

    def _sets_zone(self) -> bool:
        trait = self.program.traits.get("zone")
        return trait is not None and (
            self.event == "profile"
            or any(self.event in fold.happenings.events for fold in trait.folds)
        )

    def _facts(self) -> py.Statements:
        body: py.Statements = []
        if self.event == "profile" and self.program.traits:
            # A profile sets its traits and is then a record like any other.
            body.append(py.do(py.call("set_traits", py.name("c"), py.name("r"), py.name("now"))))
        for term, slot in self.layout.memory.items():
            if self.event in term.happenings.events:
                body += self._note(term, slot)
        body += self._folds()
        for happenings, slot in self.layout.last.items():
            if self.event in happenings.events:
                body += self._last(happenings, slot)
        for trigger in self.plan.absences(self.event):
            body += self._arm(trigger)
        return body

    def _note(self, term: MemoryTerm, slot: str) -> py.Statements:
        zone = self.f.lowering.zone() if reads_local_time(term) else py.NONE
        value: ast.expr = py.NONE
        test: ast.expr | None = None
        if term.field_name is not None:
            value, may_miss = self._entry_value(term)
            if may_miss:
                test = py.binary(py.named("entry", value), "is not", py.NONE)
                value = py.name("entry")
        noted = py.call(f"note_{slot}", py.attribute("c", slot), py.name("now"), zone, value)
        body: py.Statements = [py.put("c", slot, noted)]
        if test is not None:
            body = [py.if_(test, body)]
        return self.f.under(term.happenings.where, body)

    def _entry_value(self, term: MemoryTerm) -> tuple[ast.expr, bool]:
        name = term.field_name
        assert name is not None
        field = next((f for f in self.program.events[self.event].fields if f.name == name), None)
        if field is None:  # one of those that every event has
            attribute = py.attribute("r", name)
            return attribute, name == "id"
        attribute = py.attribute("r", attribute_of(name))
        if field.type == Plain(Kind.DATE):
            attribute = py.call(self.f.needs.value("read_day", day_of), attribute)
        return attribute, field.optional

    def _last(self, happenings: Happenings, slot: str) -> py.Statements:
        body: py.Statements = [py.put("c", slot, py.name("now"))]
        for micros in self.plan.rearmed_after(happenings, self.stage):
            due = py.binary(py.name("now"), "+", py.constant(micros))
            later = py.binary(py.attribute("c", "due"), ">", due)
            self.rearms = True
            body.append(py.if_(later, [py.assign("settle", py.constant(True))]))
        return self.f.under(happenings.where, body)

    def _arm(self, trigger: Trigger) -> py.Statements:
        """Disarms or arms what waits for an absence; what does both disarms."""
        absence = trigger.occurrence
        assert isinstance(absence, OccursAbsence)
        name = trigger.name
        body: py.Statements = []
        if self.event in absence.armed.events:
            where = (py.name("c"), py.name("r"), py.name("now"), py.constant(self.event))
            armed = py.call(f"arm_{name}", *where)
            body = self.f.under(absence.armed.where, [py.do(armed)])
        if self.event in absence.without.events:
            disarmed = py.call(
                f"disarm_{name}", py.name("c"), py.name("r"), py.constant(self.event)
            )
            test = self.f.test(absence.without.where)
            body = [py.do(disarmed)] if test is None else [py.if_(test, [py.do(disarmed)], body)]
        for statement in body:
            py.located(statement, trigger.span)
        return body

    def _folds(self) -> py.Statements:
        values: py.Statements = []
        puts: py.Statements = []
        for trait in self.program.traits.values():
            for number, fold in enumerate(trait.folds):
                if self.event in fold.happenings.events:
                    self._fold(trait, fold, f"{trait_slot(trait.name)}_{number}", values, puts)
        return values + puts

    def _fold(
        self,
        trait: Trait,
        fold: Fold,
        variable: str,
        values: py.Statements,
        puts: py.Statements,
    ) -> None:
        where = self.f.test(fold.happenings.where)
        if where is not None:
            values.append(py.assign(f"where_{variable}", where))
        value = self.f.lowering.value(fold.value)
        if where is not None:
            value = py.conditional(py.name(f"where_{variable}"), value, py.NONE)
        values.append(py.assign(variable, value))
        slot = trait_slot(trait.name)
        at = py.attribute("c", trait_set_slot(trait.name))
        fresh = py.any_of([py.is_none(at), py.binary(at, "<=", py.attribute("r", "at"))])
        remembered = py.put("c", trait_set_slot(trait.name), py.attribute("r", "at"))
        body: py.Statements = [
            py.put("c", slot, py.name(variable)),
            # What is late may add to a trait, but its age stays that of the newest record.
            py.if_(fresh, [remembered]) if fold.reads_itself else remembered,
        ]
        if trait.name == "zone":
            body.insert(
                0, py.do(py.call("rezone", py.name("c"), py.name(variable), py.name("now")))
            )
        if trait.name in self.layout.dated:
            body.insert(0, dated(self.layout, trait.name, py.name(variable)))
        if not fold.reads_itself:
            body = [py.if_(fresh, body)]
        if where is not None:
            body = [py.if_(py.name(f"where_{variable}"), body)]
        for statement in body:
            py.located(statement, fold.span)
        puts += body

    # ---- step 3

    def _scores(self) -> py.Statements:
        body: py.Statements = []
        for score in self.program.scores.values():
            lines = [line for line in score.lines if self.event in line.happenings.events]
            if lines:
                added = self._score(score)
                for statement in added:
                    py.located(statement, lines[0].span)
                body += added
        return body

    def _score(self, score: Score) -> py.Statements:
        lines = [line for line in score.lines if self.event in line.happenings.events]
        lowering = self.f.lowering
        growth = None if score.half_life is None else lowering.growth(score.half_life)
        body: py.Statements = [py.assign("x", py.attribute("c", score_slot(score.name)))]
        wheres = [self.f.test(line.happenings.where) for line in lines]
        names = [f"line_{number}" for number in range(len(lines))]
        conditional = [w for w in wheres if w is not None]
        body += [py.assign(n, w) for n, w in zip(names, wheres, strict=True) if w is not None]
        if score.fade is not None:
            faded = py.assign("x", py.binary(py.name("x"), "*", lowering.value(score.fade)))
            always = len(conditional) < len(lines)
            matched = [py.name(n) for n, w in zip(names, wheres, strict=True) if w is not None]
            body.append(faded if always else py.if_(py.any_of(matched), [faded]))
        for line, variable, where in zip(lines, names, wheres, strict=True):
            amount = self._amount(line.amount)
            if growth is not None:
                amount = growth if amount is None else py.binary(amount, "*", growth)
            addition = py.add_to("x", py.constant(1.0) if amount is None else amount)
            body.append(addition if where is None else py.if_(py.name(variable), [addition]))
        grows = any(not _harmless(line.amount) for line in lines)
        body += self._clamp(score.low, "<", growth, default=-1e30, grows=grows)
        body += self._clamp(score.high, ">", growth, default=1e30, grows=grows)
        if not self.first and score.name in self.plan.falling(self.stage):
            fell = py.binary(py.name("x"), "<", py.attribute("c", score_slot(score.name)))
            self.rearms = True
            looked_at = [py.assign("settle", py.constant(True))]
            if ("score", score.name) in self.plan.watched:
                looked_at.append(py.put("c", "steady_until", py.constant(0)))
            body.append(py.if_(fell, looked_at))
        body.append(py.put("c", score_slot(score.name), py.name("x")))
        return body

    def _amount(self, amount: e.Expression) -> ast.expr | None:
        """The Python of an amount; None if it is 1, by which nothing changes."""
        match amount:
            case e.Constant(value=value) if value == 1.0:
                return None
            case e.Apply(arguments=(e.Constant(value=1.0), other)) if amount.operation.name == "*":
                return self.f.lowering.value(other)
            case _:
                return self.f.lowering.value(amount)

    def _clamp(
        self, bound: float, symbol: str, growth: ast.expr | None, *, default: float, grows: bool
    ) -> py.Statements:
        if bound == default and not grows:
            return []
        limit: ast.expr = py.constant(bound)
        if growth is not None and bound != 0.0:
            limit = py.binary(limit, "*", growth)
        return [py.if_(py.binary(py.name("x"), symbol, limit), [py.assign("x", limit)])]

    # ---- step 4

    def _transitions(self) -> py.Statements:
        body: py.Statements = []
        for transition in self.plan.movable(self.stage, self.event):
            test = self._holds(transition)
            move = py.give(
                py.call(
                    "move",
                    *(py.name(parameter) for parameter in PARAMETERS),
                    py.constant(self.event),
                    py.constant(self.plan.number(transition)),
                    py.constant(self.before),
                )
            )
            made = move if test is None else py.if_(test, [move])
            py.located(made, transition.span)
            body.append(made)
            if test is None:
                self.moves_always = True
                break
        return body

    def _holds(self, transition: Transition) -> ast.expr | None:
        moving = transition.moving
        match moving:
            case OnRecord():
                return self.f.test(moving.happenings.where, transition.guard)
            case WhenTrue():
                return self.f.test(moving.condition)
            case AtPoints():
                reached = reaches(moving, self.event, self.f.lowering)
                guard = self.f.test(transition.guard)
                both = [part for part in (reached, guard) if part is not None]
                return py.all_of(both) if both else None
            case _:
                raise AssertionError(type(moving))

    # ---- steps 5 and 6

    def _reaction(self, *, settles: bool = False) -> py.Statements:
        """What follows a change; it settles by itself where that changes the customer's state."""
        reaction = py.call(
            "react",
            *(py.name(parameter) for parameter in PARAMETERS),
            py.constant(self.event),
            py.constant(self.before),
        )
        if settles:
            return [py.do(reaction), py.give(py.constant(True))]
        return [py.give(py.any_of([reaction, py.name("settle")]) if self.rearms else reaction)]

    def _triggers(self) -> py.Statements:
        body: py.Statements = []
        changed = [self._changes(read, slot) for read, slot in self._watched()]
        if changed:
            body.append(py.if_(py.any_of(changed), self._reaction()))
        settle = self.plan.must_settle(self.stage, self.event)
        if self.event in self.plan.concerning_runs:
            waiting = py.binary(py.attribute("c", "runs"), "is not", py.NONE)
            body.append(py.if_(waiting, self._reaction(settles=settle)))
        triggers = self._listening()
        fires: list[ast.expr] = []
        tests: py.Statements = []
        for trigger in triggers:
            where = [*(py.name(parameter) for parameter in PARAMETERS), py.constant(self.event)]
            if trigger.between is not None and len(triggers) > 1:
                in_hours = py.call(f"in_hours_{trigger.name}", py.name("c"), py.name("now"))
                tests.append(py.assign(f"hours_{trigger.name}", in_hours))
                where.append(py.name(f"hours_{trigger.name}"))
            fire = py.call(f"fire_{trigger.name}", *where)
            test = self._matches(trigger)
            if not self._may_fire(trigger):
                assert test is not None
                tests.append(py.do(test))
                continue
            if test is not None and len(triggers) > 1:
                # All are matched before the first one's steps run.
                variable = f"match_{trigger.name}"
                tests.append(py.assign(variable, test))
                test = py.name(variable)
            fires.append(fire if test is None else py.all_of([test, fire]))
            py.located(fires[-1], trigger.span)
        body += tests
        if settle:
            return [*body, *(py.do(fire) for fire in fires), py.give(py.constant(True))]
        results: list[ast.expr] = [py.name("settle")] if self.rearms else []
        if len(fires) == 1:
            results.insert(0, fires[0])
        else:
            body += [py.assign(f"fired_{number}", fire) for number, fire in enumerate(fires)]
            results += [py.name(f"fired_{number}") for number in range(len(fires))]
        return [*body, py.give(py.any_of(results))] if results else body

    def _watched(self) -> Iterator[tuple[e.Expression, str]]:
        """What is watched and can be changed by the event, and the slots of what it was."""
        program, changed = self.program, self.plan.changed_by(self.event)
        for segment in program.segments.values():
            if segment.watched and segment.condition is not None:
                read: e.Expression = e.SegmentRead(span=segment.span, segment=segment.name)
                if changed.matters_to(inputs(program, [segment.condition])):
                    yield read, watched_slot("segment", segment.name)
        for level in program.levels.values():
            if level.watched and changed.matters_to(inputs(program, level.reaches)):
                kind = LevelType(level.name, level.labels)
                read = e.LevelRead(span=level.span, type=kind, level=level.name)
                yield read, watched_slot("level", level.name)

    def _changes(self, read: e.Expression, slot: str) -> ast.expr:
        return py.binary(self.f.lowering.value(read), "!=", py.attribute("c", slot))

    def _listening(self) -> list[Trigger]:
        """Triggers on the event, and all sequences in which it is a step, in order."""
        found = {t.name for t in self.plan.listening(self.stage, self.event)}
        found |= {t.name for t in self.plan.sequences(self.event)}
        return [t for t in self.program.triggers if t.name in found] if found else []

    def _may_fire(self, trigger: Trigger) -> bool:
        return trigger.stages is None or self.stage in trigger.stages

    def _matches(self, trigger: Trigger) -> ast.expr | None:
        """Whether a trigger is matched; a sequence goes on whatever its guards say."""
        occurrence = trigger.occurrence
        if isinstance(occurrence, OccursOn):
            return self.f.test(occurrence.happenings.where, trigger.condition)
        where = (py.name("c"), py.name("r"), py.name("now"), py.constant(self.event))
        completed = py.call(f"advance_{trigger.name}", *where)
        condition = self.f.test(trigger.condition) if self._may_fire(trigger) else None
        return completed if condition is None else py.all_of([completed, condition])


def _harmless(amount: e.Expression) -> bool:
    bounds = amount.bounds
    return bounds is not None and bounds[0] >= -HARMLESS and bounds[1] <= HARMLESS
