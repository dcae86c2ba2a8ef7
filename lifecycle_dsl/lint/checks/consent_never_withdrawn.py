"""Consent that events give and no event takes back."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Trait
from lifecycle_dsl.program.memory import Ever, Remembers
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.steps import SetTrait, all_steps
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.program.walk import walk


def check(rules: Rules) -> Iterator[Diagnostic]:
    """`consent` that stays for ever once it has been given."""
    program = rules.program
    for what, guarded in (("channel", program.channels), ("topic", program.topics)):
        for name, each in guarded.items():
            consent = each.guards.consent
            if consent is None:
                continue
            for part in _facts(program, consent):
                lasting = _lasts(program, part)
                given = rules.anywhere.given(part)
                if lasting and given is not None and given.truth(consent) is True:
                    yield warning(
                        "consent-never-withdrawn",
                        f"consent to {what} `{name}` can be given and never withdrawn",
                        consent.span,
                        lasting,
                        help="let an event take it back: `{ on confirmed: true  on unsubscribe:"
                        " false }`",
                    )
                    break


def _facts(program: Program, consent: e.Expression) -> Iterator[e.Expression]:
    """What a consent reads that may give it alone, through lets."""
    for part in walk(consent):
        match part:
            case e.TraitRead() | e.MemoryRead() | e.Apply() if part.type == BOOL:
                yield part
            case e.LetRead(let=name) if part.type == BOOL:
                yield from _facts(program, program.lets[name].value)
            case _:
                pass


def _lasts(program: Program, part: e.Expression) -> str:
    """Why a fact never ends; empty where it may."""
    match part:
        case e.MemoryRead(term=term) if term.remembers is Remembers.SEEN:
            return f"{quote(part.span)} stays so for ever"
        case e.Apply(operation=operation, arguments=(e.MemoryRead(term=term), e.Constant())):
            counts = term.remembers is Remembers.COUNT and isinstance(term.window, Ever)
            lasting = counts and operation.name in (">", ">=")
            return f"{quote(part.span)} stays so for ever" if lasting else ""
        case e.TraitRead(trait=name):
            trait = program.traits[name]
            if trait.folds and not _is_taken_back(program, trait):
                return f"events set `{name}` to true, none to false"
            return ""
        case _:
            return ""


def _is_taken_back(program: Program, trait: Trait) -> bool:
    values = [fold.value for fold in trait.folds]
    for trigger in program.triggers:
        values += [
            step.value
            for step in all_steps(trigger.steps)
            if isinstance(step, SetTrait) and step.trait == trait.name
        ]
    return not all(isinstance(value, e.Constant) and value.value is True for value in values)
