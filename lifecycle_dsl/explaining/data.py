"""Explanations as JSON-able data.

Instants are RFC 3339, durations whole microseconds, values as in decisions; a private value is left
out and marked. What is not known is left out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from lifecycle_dsl.compiler.values import as_data, data_of
from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining.asking import PRIVATE
from lifecycle_dsl.explaining.model import (
    Bucket,
    Cause,
    Condition,
    Converted,
    Detail,
    Explanation,
    Gate,
    Hours,
    Limit,
    Message,
    Move,
    Occasion,
    OfAttribution,
    OfStage,
    OfTrigger,
    Passing,
    Placed,
    Points,
    Stages,
    Standing,
    Touching,
    Unconverted,
    Way,
)
from lifecycle_dsl.explaining.words.values import happenings, occurrence, source
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.program.attribution_text import model_text
from lifecycle_dsl.program.types import Type

Data = dict[str, Any]


def as_json(found: Explanation) -> Data:
    """An explanation."""
    told: Data = {
        "customer": found.customer,
        "at": format_instant(found.at),
        "zone": found.zone.key,
    }
    if found.records is not None:
        told["records"] = found.records
    match found.answer:
        case OfStage():
            told["stage"] = _of_stage(found.answer)
        case OfTrigger():
            told["trigger"] = _of_trigger(found.answer)
        case OfAttribution():
            told["attribution"] = _of_attribution(found.answer)
    return told


def _slim(**given: Any) -> Data:
    return {key.rstrip("_"): value for key, value in given.items() if value is not None}


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


# ---- conditions


def condition(found: Condition) -> Data:
    """A condition, its value, its parts, and what it would need."""
    write = as_data(found.expression)
    value = found.value if write is None or found.value is None else write(found.value)
    told: Data = {"text": source(found.expression)}
    if found.private:
        told["private"] = True
    else:
        told["value"] = value
    if found.wanted is not None:
        told["fits"] = found.fits
    if found.truncated:
        told["truncated"] = True
    if found.until is not None:
        told["until"] = format_instant(found.until)
    if found.need is not None:
        told["needs"] = need(found.need)
    if found.parts:
        told["parts"] = [condition(part) for part in found.parts]
    return told


def _points(found: Points) -> Data:
    lines = [
        _slim(
            points=line.points,
            counts=line.counts,
            on=list(line.events) if line.events is not None else None,
            condition=None if line.condition is None else condition(line.condition),
        )
        for line in found.lines
    ]
    return {"total": found.total, "bar": found.bar, "lines": lines}


def need(found: n.Need) -> Data:
    """What would have been needed."""
    match found:
        case n.Amount():
            return _slim(
                kind="amount",
                of=source(found.of),
                amount=_value(found.missing, found.type),
                direction="down" if found.down else "up",
                more_than=True if found.beyond else None,
                by=[
                    {"events": list(g.events), "gives": g.gives, "times": g.times} for g in found.by
                ]
                or None,
            )
        case n.Records(term=term, count=count, different=different):
            return _slim(
                kind="records", of=term.text, count=count, different=True if different else None
            )
        case n.Happening(happenings=heard):
            return {"kind": "happening", "of": happenings(heard), "events": list(heard.events)}
        case n.Entry(term=term, bar=bar, symbol=symbol):
            return {"kind": "entry", "of": term.text, "comparison": symbol, "bar": bar}
        case n.Pattern(occurrence=awaited):
            return {"kind": "pattern", "of": occurrence(awaited).removeprefix("on ")}
        case n.Holding(condition=awaited_condition):
            return {"kind": "condition", "text": source(awaited_condition)}
        case n.Hidden():
            return {"kind": "private"}
        case n.Fact():
            values = [_value(each, found.type) for each in found.values]
            key = "not" if found.negated else "is"
            return {
                "kind": "trait",
                "trait": found.trait,
                key: values,
                "set_by": list(found.set_by),
            }
        case n.Joined(segment=segment, joined=joined, by=by):
            return {"kind": "segment", "segment": segment, "joined": joined, "by": list(by)}
        case n.InStage(stages=stages):
            return {"kind": "stage", "stages": list(stages)}
        case n.Wait(at=at, micros=micros, firm=firm):
            told = _slim(kind="time", at=format_instant(at), firm=firm or None)
            return {**told, "in": micros}
        case n.Arising(happenings=heard, need=inner):
            return {"kind": "change", "of": happenings(heard), "needs": need(inner)}
        case n.Reach():
            return _reach(found)
        case n.Edit(what=what):
            return {"kind": "edit", "what": what}
        case n.Never(why=why):
            return {"kind": "never", "why": why.value}
        case n.Every(needs=needs):
            return {"kind": "all", "needs": [need(each) for each in needs]}
        case n.Either(needs=needs):
            return {"kind": "any", "needs": [need(each) for each in needs]}


def _reach(found: n.Reach) -> Data:
    lines = [
        _slim(
            condition=None if expression is None else source(expression),
            points=points,
            needs=None if inner is None else need(inner),
        )
        for expression, points, inner in found.lines
    ]
    events = None if found.events is None else list(found.events)
    return _slim(kind="points", missing=found.missing, on=events, lines=lines or None)


def _value(value: Any, kind: Type) -> Any:
    write = data_of(kind)
    return value if write is None or value is None else write(value)


# ---- stages


def _cause(found: Cause) -> Data:
    if found.event is None:
        return _slim(timer=found.timer)
    fields = {name: ("private" if v is PRIVATE else v) for name, v in found.fields}
    return _slim(event=found.event, fields=fields or None)


def _way(found: Way) -> Data:
    return _slim(
        rule=found.transition.rule,
        to=found.transition.target,
        moving=found.moving.value,
        open=found.is_open,
        due=_instant(found.due),
        condition=None if found.condition is None else condition(found.condition),
        points=None if found.points is None else _points(found.points),
        needs=None if found.need is None else need(found.need),
    )


def _move(found: Move) -> Data:
    told: Data = {
        "at": format_instant(found.at),
        "rule": found.rule,
        "from": found.source,
        "to": found.target,
        "cause": _cause(found.cause),
    }
    match found.way:
        case Placed(lines=lines):
            told["lines"] = [
                _slim(to=stage, condition=None if c is None else condition(c)) for stage, c in lines
            ]
        case Way():
            way = _way(found.way)
            told |= {key: way[key] for key in ("condition", "points") if key in way}
        case None:
            pass
    return told


def _of_stage(found: OfStage) -> Data:
    foreseen = found.foreseen
    return _slim(
        asked=found.asked,
        stage=found.stage,
        previous=found.previous,
        entered=format_instant(found.entered),
        path=[_move(move) for move in found.path],
        earlier=found.earlier or None,
        visits=[format_instant(at) for at in found.visits] if found.asked is not None else None,
        ways=[_way(way) for way in found.ways],
        route=[_way(way) for way in found.route] or None,
        stays_until=_instant(found.stays_until),
        next=None
        if foreseen is None
        else {
            **({} if foreseen.at is None else {"at": format_instant(foreseen.at)}),
            "rule": foreseen.rule,
            "to": foreseen.target,
        },
    )


# ---- triggers


def _detail(found: Detail | None) -> Data:
    match found:
        case Limit():
            return _slim(
                count=found.of.count,
                used=found.used,
                free_at=_instant(found.free_at),
                filled=[
                    _slim(at=format_instant(f.at), rule=f.rule, template=f.template)
                    for f in found.filled
                ]
                or None,
            )
        case Bucket(bucket=bucket, below=below):
            return {"bucket": bucket, "below": below}
        case Hours(until=until):
            return _slim(until=_instant(until))
        case Stages(stages=stages, stage=stage):
            return {"stages": list(stages), "stage": stage}
        case tuple():
            return {"runs": [_standing(run) for run in found]}
        case None:
            return {}


def _standing(run: Standing) -> Data:
    return _slim(
        step=run.step, since=format_instant(run.since), due=_instant(run.due), each=run.each
    )


def _gate(found: Gate) -> Data:
    return _slim(
        guard=found.guard.value,
        passed=found.passed,
        name=found.name,
        **_detail(found.detail),
        condition=None if found.condition is None else condition(found.condition),
        needs=None if found.need is None else need(found.need),
    )


def _passing(found: Passing) -> Data:
    gates = [_gate(gate) for gate in found.gates]
    return _slim(channel=found.channel, passes=found.passes, guards=gates)


def _message(found: Message) -> Data:
    return _slim(
        step=found.step,
        route=found.route,
        channel=found.goes_by,
        before=None if found.whole is None else _passing(found.whole),
        channels=[_passing(each) for each in found.channels],
    )


def _occasion(found: Occasion) -> Data:
    return _slim(
        at=format_instant(found.at),
        cause=_cause(found.cause),
        each=found.each,
        fired=found.fired,
        guards=[_gate(gate) for gate in found.gates],
        decisions=[
            _slim(
                decision=msgspec.to_builtins(outcome.decision),
                message=None if outcome.message is None else _message(outcome.message),
            )
            for outcome in found.outcomes
        ]
        or None,
    )


def _of_trigger(found: OfTrigger) -> Data:
    return _slim(
        trigger=found.trigger.name,
        title=found.trigger.title,
        stage=found.stage,
        occasions=found.occasions if found.seen else None,
        firings=found.firings if found.seen else None,
        fired=None if found.fired is None else _occasion(found.fired),
        stopped=None if found.stopped is None else _occasion(found.stopped),
        guards=[_gate(gate) for gate in found.gates],
        messages=[_message(message) for message in found.messages],
        due=_instant(found.due),
        needs=None if found.need is None else need(found.need),
    )


# ---- attributions


def _touching(found: Touching, at: int | None = None) -> Data:
    """A touch; of one before an instant with its age, in microseconds."""
    return _slim(
        at=format_instant(found.at),
        before=None if at is None or found.at > at else at - found.at,
        channel=found.channel,
        trigger=found.campaign if found.is_message else None,
        campaign=None if found.is_message else found.campaign,
        template=found.template,
        share=None if found.left_out is not None else found.share,
        worth=found.worth,
        until=_instant(found.until),
        reason=None if found.left_out is None else found.left_out.value,
    )


def _converted(found: Converted) -> Data:
    return _slim(
        at=format_instant(found.at),
        cause=_cause(found.cause),
        worth=found.worth,
        private=True if found.worth is None else None,
        direct=None if found.touches else True,
        touches=[_touching(each, found.at) for each in found.touches] or None,
        left_out=[_touching(each, found.at) for each in found.left_out] or None,
        more_left_out=found.more or None,
    )


def _unconverted(found: Unconverted) -> Data:
    return {
        "at": format_instant(found.at),
        "cause": _cause(found.cause),
        "conditions": [condition(each) for each in found.conditions],
    }


def _of_attribution(found: OfAttribution) -> Data:
    return _slim(
        attribution=found.attribution.name,
        within=found.attribution.within,
        model=model_text(found.attribution.model),
        conversions=found.conversions if found.seen else None,
        direct=found.direct if found.seen else None,
        credited=[_converted(each) for each in found.credited] if found.seen else None,
        missed=None if found.missed is None else _unconverted(found.missed),
        touches=[_touching(each) for each in found.touches],
        needs=None if found.need is None else need(found.need),
    )
