"""Explanations of made rule sets: they change nothing, and what they foretell comes true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs

import lifecycle_dsl as lcr
from lifecycle_dsl.compiler.layout import score_slot
from lifecycle_dsl.explaining import Replay
from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining.asking import of_state, subject
from lifecycle_dsl.explaining.crediting import MOST_CONVERSIONS
from lifecycle_dsl.explaining.model import (
    Condition,
    Explanation,
    OfAttribution,
    OfStage,
    OfTrigger,
    Touching,
    Way,
)
from lifecycle_dsl.explaining.probe import Probe
from lifecycle_dsl.explaining.told import Told
from lifecycle_dsl.explaining.witness import Witness
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.attributions import DIRECT
from tests.generated.made import Made, decisions_of, process, same_bytes, tried, written
from tests.generated.streams import Record

SLIGHTLY = 1e-6


@tried(25)
def test_looking_on_changes_no_decision(one: Made) -> None:
    for own in customers(one):
        expected = same_bytes(decisions_of(one.engine(), own))
        program = one.ruleset.program
        for name in (None, *(each.name for each in program.triggers), *program.attributions):
            about = subject(program, name)
            assert not isinstance(about, str)
            witness = Witness(one.ruleset.compiled, about)
            engine = lcr.Engine(one.ruleset, witness)
            decided = []
            for record in own:
                if record["type"] != "tick":
                    witness.comes(engine.records.convert(record), record["type"])
                decided += process(engine, record)
            assert same_bytes(written(decided)) == expected, name


@tried(8)
def test_every_question_has_an_answer(one: Made) -> None:
    program = one.ruleset.program
    triggers = [trigger.name for trigger in program.triggers]
    names = [None, *program.stages, *triggers, *program.attributions]
    for own in customers(one):
        for name in names:
            replay = Replay(one.ruleset, name)
            for record in own:
                replay.give(record)
            told = replay.told()
            assert str(told)
            assert json.dumps(told.data)


@tried(8)
def test_credits_are_told_as_they_were_decided(one: Made) -> None:
    for own in customers(one):
        decided = [d for d in decisions_of(one.engine(), own) if d["kind"] == "credit"]
        for name in one.ruleset.program.attributions:
            replay = Replay(one.ruleset, name)
            for record in own:
                replay.give(record)
            answer = replay.told().explanation.answer
            assert isinstance(answer, OfAttribution)
            assert answer.conversions < MOST_CONVERSIONS
            told = [
                (each.share, each.channel)
                for conversion in answer.credited
                for each in conversion.touches or (Touching(0, DIRECT, None, None, False, 1.0),)
            ]
            assert told == [(d["share"], d["channel"]) for d in decided if d["rule"] == name]
            assert sum(not each.touches for each in answer.credited) == answer.direct


@tried(20)
def test_what_time_brings_comes_at_that_very_instant(one: Made) -> None:
    for own in customers(one):
        probe = after(one, own)
        for condition in conditions(explanations(probe)):
            for wait in alternatives(condition.need):
                if not isinstance(wait, n.Wait):
                    continue
                just_before = later(one, probe, wait.at - 1)
                assert just_before.holds(condition.expression) is not condition.wanted
                on_time = just_before.at(wait.at).holds(condition.expression)
                then = later(one, probe, wait.at).holds(condition.expression)
                assert condition.wanted in (on_time, then), condition.expression.span.text


@tried(15)
def test_what_is_missing_is_enough(one: Made) -> None:
    for own in customers(one):
        probe = after(one, own)
        for condition in conditions(explanations(probe)):
            for need in alternatives(condition.need):
                if isinstance(need, n.Amount) and need.missing is not None and need.by:
                    assert with_more(probe, need).holds(condition.expression) is condition.wanted


@tried(30)
def test_the_next_move_comes_when_it_is_foretold(one: Made) -> None:
    for own in customers(one):
        probe = after(one, own)
        answer = of_state(probe.machine, probe.state, probe.now, None).answer
        assert isinstance(answer, OfStage)
        foreseen = answer.foreseen
        if foreseen is None or foreseen.at is None:
            continue
        assert later(one, probe, foreseen.at - 1).state.stage == answer.stage
        moves = [
            (each.rule, each.to)
            for each in ahead(one, probe).advance(foreseen.at)
            if isinstance(each, lcr.Transition)
        ]
        assert moves[0] == (foreseen.rule, foreseen.target)


# ---- one customer


def customers(one: Made) -> Iterator[list[Record]]:
    """The records of each customer by themselves, in order of time, so that none is late."""
    names = {record["customer"] for record in one.stream if record["type"] != "tick"}
    for name in sorted(names):
        yield [r for r in one.stream if r.get("customer") == name]


def after(one: Made, own: list[Record]) -> Probe:
    """The customer after their records, and after what was due by the last of them."""
    engine = one.engine()
    for record in own:
        process(engine, record)
    end = max(int(record["at"]) for record in own)
    engine.advance(end)
    (state,) = engine._states.values()
    return Probe(engine._machine, state, end)


def ahead(one: Made, probe: Probe) -> lcr.Engine:
    """An engine that has the customer as they stand."""
    engine = lcr.Engine(one.ruleset, probe.machine)
    engine.adopt(probe.copied())
    return engine


def later(one: Made, probe: Probe, at: int) -> Probe:
    """The customer at a later instant, no record having come."""
    engine = ahead(one, probe)
    if at > probe.now:
        engine.advance(at)
    (state,) = engine._states.values()
    return Probe(probe.machine, state, at)


# ---- what is told


def explanations(probe: Probe) -> Iterator[Explanation]:
    """All that can be asked about a customer as they stand."""
    program = probe.program
    for about in (None, *program.triggers):
        yield of_state(probe.machine, probe.state, probe.now, about)


def conditions(found: Any) -> Iterator[Condition]:
    """Every comparison in the parts of explanations that speak of now."""
    if isinstance(found, Condition):
        if isinstance(found.expression, e.Forgiving | e.Apply) and found.wanted is not None:
            yield found
        for part in found.parts:
            yield from conditions(part)
    elif isinstance(found, Way) and found.due is not None:
        return  # its guard is looked at when it is due
    elif isinstance(found, Explanation | OfStage | OfTrigger) or attrs.has(type(found)):
        for field in attrs.fields(type(found)):
            if field.name not in ("expression", "need", "transition", "trigger", "zone"):
                yield from conditions(getattr(found, field.name))
    elif isinstance(found, tuple | list) or hasattr(found, "__next__"):
        for each in found:
            yield from conditions(each)


def alternatives(need: n.Need | None) -> tuple[n.Need, ...]:
    """The ways in which a need can be met."""
    if isinstance(need, n.Either):
        return need.needs
    return () if need is None else (need,)


def with_more(probe: Probe, need: n.Amount) -> Probe:
    """The customer with as much more of a score as is said to be missing."""
    assert need.missing is not None
    c = probe.copied()
    weight, name = 1.0, ""
    match need.of:
        case e.ScoreRead(score=name):
            pass
        case e.Linear(terms=terms):
            events = need.by[0].events
            weight, name = next(
                (weight, name)
                for weight, name in terms
                if any(
                    line.happenings.events == events for line in probe.program.scores[name].lines
                )
            )
        case _:
            raise AssertionError(need)
    half_life = probe.program.scores[name].half_life
    growth = 1.0
    if half_life is not None:
        growth = probe.machine.links[f"growth_{half_life}"](c.clock, probe.now)
    more = need.missing + (SLIGHTLY if need.beyond else 0.0)
    setattr(c, score_slot(name), getattr(c, score_slot(name)) + more / weight * growth)
    return Probe(probe.machine, c, probe.now)


def test_an_answer_is_told_by_its_customer() -> None:
    rules = "lifecycle x\nevent a\nstart { -> s }\nstage s\n"
    engine = lcr.Engine(lcr.compile(rules))
    engine.process({"type": "a", "customer": "u1", "at": 1_767_600_000_000_000})
    told = engine.customer("u1").explain()
    assert isinstance(told, Told)
    assert told.data["stage"]["stage"] == "s"
