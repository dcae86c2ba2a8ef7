"""Witnesses of contradictions: a customer of whom all the rest is so, and the last part is not."""

from __future__ import annotations

from lifecycle_dsl.lint.conditions import Settled
from lifecycle_dsl.lint.proving.entangled import quantities
from lifecycle_dsl.lint.proving.terms import Spoken
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import witness
from lifecycle_dsl.lint.wording import number
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import BOOL, MONEY, NUMBER, Labels


def contradicted(rules: Rules, found: Settled) -> tuple[str, ...]:
    """The test that shows them; nothing where they cannot be written down."""
    facts = found.known.truths
    reads = list(
        dict.fromkeys(
            _read(rules, each)
            for part in (found.part, *facts)
            for each in quantities(rules.program, part)
        )
    )
    if not facts or None in reads:
        return ()
    given = [read for read in reads if read is not None]
    values = rules.prover.example(found.known, given)
    if values is None:
        return ()
    stage = next((each for each in rules.reachable if each in found.known.stages), None)
    said = [f"{_name(read)} {_said(value)}" for read, value in zip(given, values, strict=True)]
    expected = (f"expect {_stated(fact, so=so)}" for fact, so in facts.items())
    return witness(
        "where the rest holds it does not",
        (
            f"given {', '.join([*([] if stage is None else [f'stage {stage}']), *said])}",
            *expected,
            f"expect {_stated(found.part, so=False)}",
        ),
    )


def _read(rules: Rules, quantity: object) -> e.ScoreRead | e.TraitRead | None:
    """A quantity that a test can give, as it is read; None for any other."""
    match quantity:
        case "score", str() as name:
            return e.ScoreRead(span=rules.program.scores[name].span, score=name)
        case e.TraitRead() if quantity.type in (BOOL, NUMBER, MONEY):
            return quantity
        case e.TraitRead(type=Labels()):
            return quantity
        case _:
            return None


def _name(read: e.ScoreRead | e.TraitRead) -> str:
    return read.score if isinstance(read, e.ScoreRead) else read.trait


def _said(value: Spoken) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return number(value)


def _stated(condition: e.Expression, *, so: bool) -> str:
    text = " ".join(condition.span.text.split())
    return text if so else f"not ({text})"
