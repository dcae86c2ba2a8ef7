"""Linear forms: arithmetic over decaying scores of one half-life, as weights and a constant."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions.applying import constant
from lifecycle_dsl.checker.expressions.place import Elaborator
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.names import ScoreName
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import NUMBER
from lifecycle_dsl.source import Span

LARGEST = 1e270
"""Weights times scores, which grow by 2^64 within an epoch, stay finite up to here."""
_DIGITS = 1e-12
"""How far a sum of products may be from what its terms' bounds say, in parts of them."""


@frozen
class Form:
    """A sum of weighted scores and a constant."""

    terms: Mapping[str, float]
    constant: float
    half_life: int | None
    """None without terms."""


def form_of(checker: Elaborator, expression: e.Expression) -> Form | None:
    """The form that an expression is; None if it is none."""
    if expression.type != NUMBER:
        return None
    match expression:
        case e.Constant(value=int() | float() as value):
            return Form({}, float(value), None)
        case e.ScoreRead(score=score):
            half_life = _score(checker, score).half_life
            return None if half_life is None else Form({score: 1.0}, 0.0, half_life)
        case e.Linear():
            terms = {score: weight for weight, score in expression.terms}
            return Form(terms, expression.constant, expression.half_life)
        case _:
            return None


def combined(
    checker: Elaborator, symbol: str, left: e.Expression, right: e.Expression
) -> Form | None:
    """The form that two operands make; None if it is none, or a constant."""
    a, b = form_of(checker, left), form_of(checker, right)
    if a is None or b is None or not (a.terms or b.terms):
        return None
    match symbol:
        case "+" | "-" if None in (a.half_life, b.half_life) or a.half_life == b.half_life:
            return _sum(a, b if symbol == "+" else scaled(b, -1.0))
        case "*" if not b.terms:
            return scaled(a, b.constant)
        case "*" if not a.terms:
            return scaled(b, a.constant)
        case "/" if not b.terms and b.constant:
            terms = {score: weight / b.constant for score, weight in a.terms.items()}
            return Form(terms, a.constant / b.constant, a.half_life)
        case _:
            return None


def scaled(form: Form, factor: float) -> Form:
    """A form times a constant."""
    terms = {score: weight * factor for score, weight in form.terms.items()}
    return Form(terms, form.constant * factor, form.half_life)


def _sum(a: Form, b: Form) -> Form:
    terms = dict(a.terms)
    for score, weight in b.terms.items():
        terms[score] = terms.get(score, 0.0) + weight
    return Form(terms, a.constant + b.constant, a.half_life or b.half_life)


def expression_of(checker: Elaborator, form: Form, span: Span) -> e.Expression | None:
    """The expression of a form; None after a report."""
    scores = sorted(
        (_score(checker, score) for score, weight in form.terms.items() if weight),
        key=lambda score: score.order,
    )
    total: Interval = form.constant, form.constant
    for score in scores:
        weight = form.terms[score.name]
        part = intervals.multiply(score_bounds(score), (weight, weight))
        total = intervals.add(total, part)
        if max(-part[0], part[1]) > LARGEST:
            checker.report(problems.may_overflow(span))
            return None
    if not intervals.fits(total):
        checker.report(problems.may_overflow(span))
        return None
    if not scores or form.half_life is None:
        return constant(span, NUMBER, form.constant)
    if len(scores) == 1 and form.terms[scores[0].name] == 1 and form.constant == 0:
        return e.ScoreRead(span=span, bounds=score_bounds(scores[0]), score=scores[0].name)
    return e.Linear(
        span=span,
        bounds=_widened(total, form, scores),
        terms=tuple((form.terms[score.name], score.name) for score in scores),
        constant=form.constant,
        half_life=form.half_life,
    )


def _widened(total: Interval, form: Form, scores: list[ScoreName]) -> Interval:
    """Bounds that rounding keeps: terms of one sign alone can only move to one side."""
    size = max(abs(end) for end in total) * _DIGITS
    signs = {
        (form.terms[score.name] > 0) is (score.low >= 0)
        for score in scores
        if score.low >= 0 or score.high <= 0
    }
    one_sided = all(score.low >= 0 or score.high <= 0 for score in scores) and len(signs) == 1
    if not one_sided:
        return total[0] - size, total[1] + size
    return (form.constant, total[1] + size) if True in signs else (total[0] - size, form.constant)


def score_bounds(score: ScoreName) -> Interval:
    """What a score reads as: 0 or within its clamps, and a last digit more where it decays."""
    bounds = min(score.low, 0.0), max(score.high, 0.0)
    return bounds if score.half_life is None else intervals.outward(bounds)


def _score(checker: Elaborator, name: str) -> ScoreName:
    found = checker.names.find(name)
    if not isinstance(found, ScoreName):
        raise LookupError(f"`{name}` was a score before")
    return found
