"""Answers about a customer: of a stage, a trigger, an attribution; from a state or a replay."""

from __future__ import annotations

from typing import Any

import attrs
import msgspec

from lifecycle_dsl.compiler.layout import NEVER, trait_slot
from lifecycle_dsl.compiler.structs import attribute_of
from lifecycle_dsl.compiler.values import data_of, read_field
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.engine.stagetimers import stage_timers
from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining.conditions import explained
from lifecycle_dsl.explaining.crediting import About, SeenRecord, converted, standing, unconverted
from lifecycle_dsl.explaining.forecast import HORIZON, Future, later
from lifecycle_dsl.explaining.gates import Gates
from lifecycle_dsl.explaining.masking import masked
from lifecycle_dsl.explaining.model import (
    Cause,
    Condition,
    Explanation,
    Foreseen,
    Gate,
    Guard,
    Message,
    Move,
    Occasion,
    OfAttribution,
    OfStage,
    OfTrigger,
    Outcome,
    Placed,
    Unconverted,
    Way,
)
from lifecycle_dsl.explaining.probe import Probe, hides_time, is_private_field, reads_record
from lifecycle_dsl.explaining.remedies import arising, fact
from lifecycle_dsl.explaining.ways import shortest, way
from lifecycle_dsl.explaining.witness import SeenMessage, SeenMove, SeenOccasion, Witness
from lifecycle_dsl.localtime import parse_instant
from lifecycle_dsl.program.attributions import Attribution
from lifecycle_dsl.program.happenings import EnterStage, Happenings
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursEvery,
    OccursOn,
    OccursSequence,
    Trigger,
)
from lifecycle_dsl.program.steps import Send, all_steps
from lifecycle_dsl.program.types import Field

State = Any
PRIVATE = object()
"""Stands for a private field's value."""


Subject = Trigger | Attribution | str | None
"""What is asked about; a text is a stage, None the stage that the customer is in."""


class UnknownNameError(LookupError):
    """No stage, trigger or attribution is called so; in one clause for people."""


def subject(program: Program, name: str | None) -> Subject:
    """The stage, trigger or attribution of a name.

    Raises:
        UnknownNameError: where nothing is called so.
    """
    if name is None or name in program.stages:
        return name
    triggers = {trigger.name: trigger for trigger in program.triggers}
    found = triggers.get(name) or program.attributions.get(name)
    if found is not None:
        return found
    more = hint(name, [*triggers, *program.stages, *program.attributions])
    raise UnknownNameError(f"no stage, trigger or attribution is called `{name}`{more}")


def of_state(machine: Machine, state: State, at: int, about: Subject) -> Explanation:
    """An answer from a customer's state as it stands, nothing being known of the past."""
    c = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=machine.State)
    return _answer(machine, c, at, about, None, None)


def of_replay(witness: Witness, at: int, about: Subject, records: int) -> Explanation:
    """An answer after a replay."""
    witness.rests()
    return _answer(witness, witness.state, at, about, witness, records)


def _answer(
    machine: Machine,
    c: State,
    at: int,
    about: Subject,
    witness: Witness | None,
    records: int | None,
) -> Explanation:
    probe = Probe(machine, c, at)
    match about:
        case Trigger():
            answer: OfStage | OfTrigger | OfAttribution = _of_trigger(probe, about, witness)
        case Attribution():
            answer = _of_attribution(probe, about, witness)
        case _:
            answer = _of_stage(probe, about, witness)
    return Explanation(c.customer, at, machine.zone_of(c), records, answer)


# ---- stages


def _of_stage(probe: Probe, asked: str | None, witness: Witness | None) -> OfStage:
    c, program = probe.state, probe.program
    transitions = program.stages[c.stage].transitions
    route: tuple[Way, ...] = ()
    if asked is not None and asked != c.stage:
        path = shortest(program, c.stage, asked) or ()
        route = tuple(way(probe, each) for each in path)
    future = Future(probe)
    move = future.next_move()
    seen = [] if witness is None else list(witness.moves)
    all_moves = [] if witness is None else witness.all_moves
    return OfStage(
        asked,
        c.stage,
        None if c.previous == "none" else c.previous,
        c.entered,
        tuple(_move(probe.machine, each) for each in seen),
        len(all_moves) - len(seen),
        tuple(at for at, stage in all_moves if stage == asked),
        tuple(way(probe, each) for each in transitions if each.target != c.stage),
        route,
        None if move is None else _foreseen(program, *move),
        None if move is not None or future.is_over else future.now,
    )


def _foreseen(program: Program, at: int, rule: str, target: str) -> Foreseen:
    moving = next(each.moving for each in program.transitions if each.rule == rule)
    return Foreseen(None if hides_time(program, moving) else at, rule, target)


def _move(machine: Machine, seen: SeenMove) -> Move:
    c = msgspec.msgpack.decode(seen.state, type=machine.State)
    probe = Probe(machine, c, seen.at, seen.record, seen.event)
    if seen.rule is None:
        found: Way | Placed = _placed(probe, seen.target)
        rule = "start"
    else:
        found, rule = way(probe, seen.rule, taken=True), seen.rule.rule
    cause = _cause(probe.program, seen)
    return Move(seen.at, rule, seen.source, seen.target, cause, found)


def _placed(probe: Probe, target: str) -> Placed:
    lines: list[tuple[str, Condition | None]] = []
    for placing in probe.program.start:
        if placing.condition is None:
            lines.append((placing.target, None))
            break
        found = explained(probe, placing.condition)
        lines.append((placing.target, found))
        if found.fits:
            break
    assert lines[-1][0] == target
    return Placed(tuple(lines))


def _cause(program: Program, seen: SeenMove | SeenOccasion) -> Cause:
    return _caused(program, seen.at, About(seen.record, seen.event, seen.timer))


def _caused(program: Program, at: int, about: About) -> Cause:
    if not about.event:
        return Cause(at, timer=about.timer)
    return Cause(at, about.event, tuple(_fields(program, about.event, about.record)))


def _fields(program: Program, event: str, record: Any) -> list[tuple[str, Any]]:
    """The fields of a record that are there, as decisions write data."""
    found: list[tuple[str, Any]] = []
    declared: list[Field] = (
        [Field(t.name, t.type) for t in program.traits.values()]
        if event == "profile"
        else list(program.events[event].fields)
    )
    for field in declared:
        value = getattr(record, attribute_of(field.name), None)
        if value is None or value is msgspec.UNSET:
            continue
        if is_private_field(program, (event,), field.name):
            found.append((field.name, PRIVATE))
            continue
        convert, write = read_field(field.type), data_of(field.type)
        value = value if convert is None else convert(value)
        found.append((field.name, value if write is None else write(value)))
    if event != "profile" and record.value != 1.0:
        found.append(("value", record.value))
    return found


# ---- triggers


def _of_trigger(probe: Probe, trigger: Trigger, witness: Witness | None) -> OfTrigger:
    past = () if witness is None else witness.past
    gates = Gates(probe, trigger, past)
    now = gates.of_firing()
    due = _due(probe, trigger)
    comes = _comes(probe, trigger, due)
    match trigger.occurrence:
        case OccursDates(dates=dates) if due is not None and hides_time(probe.program, dates):
            due, comes = None, n.Hidden()
        case _:
            pass
    return OfTrigger(
        trigger,
        probe.state.stage,
        witness is not None,
        0 if witness is None else witness.occasions,
        0 if witness is None else witness.fired_times,
        None if witness is None else _occasion(witness, trigger, witness.fired),
        None if witness is None else _occasion(witness, trigger, witness.stopped),
        now,
        gates.of_messages(),
        due,
        _need(gates, now, comes),
    )


def _need(gates: Gates, now: tuple[Gate, ...], comes: n.Need | None) -> n.Need | None:
    """What must come for the trigger to fire, and what its guards would still need then."""
    trigger = gates.trigger
    if isinstance(comes, n.Wait):
        asked = attrs.evolve(gates, probe=later(gates.probe, comes.at)).of_firing()
    else:
        asked = tuple(gate for gate in now if not _is_entered(trigger, gate))
    needs = [comes, *(_needed(gate) for gate in asked if not gate.passed)]
    found = n.every([each for each in needs if each is not None])
    at = None if isinstance(comes, n.Wait) else n.time_in(found)
    if at is None:
        return found
    # What lets through now may not when the others do.
    stopped = {(gate.guard, gate.name) for gate in asked if not gate.passed}
    then = attrs.evolve(gates, probe=later(gates.probe, at)).of_firing()
    lost = [
        _needed(gate)
        for gate in then
        if not gate.passed
        and (gate.guard, gate.name) not in stopped
        and not _is_entered(trigger, gate)
        and not _asks_record(gates.probe.program, gate)
    ]
    return n.every([found, *lost])


def _needed(gate: Gate) -> n.Need | None:
    """What a gate that stops it needs; at least its condition."""
    if gate.need is None and gate.condition is not None:
        return n.Holding(gate.condition.expression)
    return gate.need


def _is_entered(trigger: Trigger, gate: Gate) -> bool:
    """Whether what is to happen leads into the stages that are asked for."""
    match trigger.occurrence:
        case OccursOn(happenings=Happenings(events=(), changes=changes)):
            targets = [c.stages if isinstance(c, EnterStage) else ("",) for c in changes]
        case _:
            return False
    inside = trigger.stages is not None and all({*each} <= {*trigger.stages} for each in targets)
    return gate.guard is Guard.STAGE and inside


def _asks_record(program: Program, gate: Gate) -> bool:
    """Whether it depends on the record that is to come."""
    return gate.condition is not None and reads_record(program, gate.condition.expression)


def _comes(probe: Probe, trigger: Trigger, due: int | None) -> n.Need | None:
    """What must come for the trigger to be asked at all."""
    match trigger.occurrence:
        case OccursOn(happenings=happenings):
            return _happens(probe, happenings)
        case OccursSequence() as occurrence:
            return n.Pattern(occurrence)
        case OccursEvery() | OccursDates() if due is not None:
            return n.Wait(due, due - probe.now, firm=True)
        case _ if due is not None:
            return n.Wait(due, due - probe.now)
        case OccursAbsence() | OccursAfter() as occurrence:
            return n.Pattern(occurrence)
        case OccursDates(dates=dates) if getattr(probe.state, trait_slot(dates.trait)) is None:
            return fact(probe.program, dates.trait, (None,), negated=True)
        case _:
            return None


def _happens(probe: Probe, happenings: Happenings) -> n.Need:
    """The happenings, and what brings them about where they are changes that can come next."""
    ways = [arising(probe, each) for each in happenings.changes]
    if happenings.events or happenings.where is not None or None in ways:
        return n.Happening(happenings)
    found = n.either(ways)
    return n.Happening(happenings) if found is None else n.Arising(happenings, found)


def _due(probe: Probe, trigger: Trigger) -> int | None:
    """When a trigger's own time comes, its guards aside."""
    timers = stage_timers(probe.machine, probe.state.stage)
    c, limit = probe.state, probe.now + HORIZON
    match trigger.occurrence:
        case OccursAfter() | OccursEvery() | OccursDates():
            places = probe.program.triggers
            for place, timer in timers.of_triggers:
                if places[place].name == trigger.name:
                    due = timer.due(c, limit)
                    return None if due >= NEVER else max(due, probe.now)
            return None
        case OccursAbsence(micros=micros):
            armed = getattr(c, probe.machine.absences[trigger.name].slot) or ()
            return min((one.at + micros for one in armed), default=None)
        case _:
            return None


def _occasion(witness: Witness, trigger: Trigger, seen: SeenOccasion | None) -> Occasion | None:
    if seen is None:
        return None
    c = msgspec.msgpack.decode(seen.state, type=witness.State)
    probe = Probe(witness, c, seen.at, seen.record, seen.event)
    past = [each for each in witness.past if (parse_instant(each.at) or 0) < seen.at]
    gates = Gates(probe, trigger, past).of_firing(seen.each)
    messages = {id(m.decision): m for m in seen.messages if m.decision is not None}
    outcomes = tuple(
        Outcome(
            masked(probe.program, decision),
            _message(witness, trigger, seen, messages.get(id(decision))),
        )
        for decision in seen.decisions
    )
    cause = _cause(witness.compiled.program, seen)
    return Occasion(seen.at, cause, seen.each, seen.fired, gates, outcomes)


def _message(
    witness: Witness, trigger: Trigger, seen: SeenOccasion, found: SeenMessage | None
) -> Message | None:
    """What guarded a message when it was held."""
    if found is None:
        return None
    step = next(
        step
        for step in all_steps(trigger.steps)
        if isinstance(step, Send) and step.name == found.step
    )
    c = msgspec.msgpack.decode(found.state, type=witness.State)
    probe = Probe(witness, c, found.at, seen.record, seen.event)
    # What was sent at the same instant before counts too: there its place in the log decides.
    held = found.decision
    past = []
    for each in witness.past:
        if (parse_instant(each.at) or 0) > found.at or each is held:
            break
        past.append(each)
    return Gates(probe, trigger, past).of_message(step)


# ---- attributions


def _of_attribution(
    probe: Probe, attribution: Attribution, witness: Witness | None
) -> OfAttribution:
    program, name = probe.program, attribution.name
    onlooking = None if witness is None else witness.credits
    seen = [] if onlooking is None else list(onlooking.seen)
    happenings = [n.Happening(each.happenings) for each in attribution.conversions]
    return OfAttribution(
        attribution,
        onlooking is not None,
        0 if onlooking is None else onlooking.conversions,
        0 if onlooking is None else onlooking.direct,
        tuple(converted(program, name, s, _caused(program, s.at, s.about)) for s in seen),
        None if onlooking is None else _missed(probe.machine, attribution, onlooking.missed),
        standing(probe, attribution),
        n.either([*happenings]),
    )


def _missed(
    machine: Machine, attribution: Attribution, seen: SeenRecord | None
) -> Unconverted | None:
    if seen is None:
        return None
    c = msgspec.msgpack.decode(seen.state, type=machine.State)
    probe = Probe(machine, c, seen.at, seen.about.record, seen.about.event)
    return unconverted(probe, attribution, _caused(probe.program, seen.at, seen.about))
