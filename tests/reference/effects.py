"""What the steps of a trigger do and write, but for messages and waiting."""

from __future__ import annotations

from hashlib import blake2b

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Call, SetTrait
from tests.reference import traits
from tests.reference.customer import Moment, Run, Value
from tests.reference.evaluate import evaluate
from tests.reference.written import json_of, json_value


def set_trait(m: Moment, run: Run, step: SetTrait) -> None:
    """Set a trait; written only where the value differs."""
    value = evaluate(m, step.value)
    if value != m.customer.traits[step.trait]:
        kind = m.program.traits[step.trait].type
        decide(m, run, "changed", trait=step.trait, value=json_value(kind, value))
    if not run.trigger.draft:
        traits.set_trait(m, step.trait, value, m.now)


def put(m: Moment, run: Run, segment: str, *, inside: bool) -> None:
    """Join or quit a segment; written only where that changes something."""
    if (segment in m.customer.joined) == inside:
        return
    decide(m, run, "joined" if inside else "quit", segment=segment)
    if run.trigger.draft:
        return
    if inside:
        m.customer.joined.add(segment)
    else:
        m.customer.joined.discard(segment)


def call(m: Moment, run: Run, step: Call) -> None:
    """Ask for an action."""
    data = data_of(m, step.data)
    decide(m, run, "called", action=step.action, data=data, key=key_of(m, run, step.name))


def decide(m: Moment, run: Run, kind: str, /, **own: Value) -> None:
    """Write a decision of a run."""
    decide_for(m, run.trigger, run.each, kind, **own)


def decide_for(m: Moment, trigger: Trigger, each: str, kind: str, /, **own: Value) -> None:
    """Write a decision of a trigger, with its value and marked if it is a draft."""
    if trigger.each is not None:
        own["each"] = each
    if trigger.draft:
        own["draft"] = True
    m.decide(kind, trigger.name, **own)


def data_of(m: Moment, data: tuple[tuple[str, Expression], ...]) -> dict[str, Value]:
    """The data of a message or a call as JSON."""
    return {name: json_of(e, evaluate(m, e)) for name, e in data}


def key_of(m: Moment, run: Run, step: str) -> str:
    """The idempotency key: the same on every replay, another for every firing, value and step."""
    firing = (run.trigger.name, str(run.fired_at), str(run.number), step)
    parts = [m.program.lifecycle, m.customer.name, *firing]
    if run.trigger.each is not None:
        parts.append(run.each)
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16).hexdigest()
