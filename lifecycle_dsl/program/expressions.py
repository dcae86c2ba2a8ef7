"""Checked expressions: every name resolved, every type known, nothing that can fail.

Equality is structural and ignores spans, so that the same expression written twice is one.
Evaluation is strict: where an operand is missing (None) the whole is missing, except as the classes
say.
"""

from enum import Enum

from attrs import field, frozen

from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.operations import Operation
from lifecycle_dsl.program.types import BOOL, NUMBER, STAGE, TEXT, Type
from lifecycle_dsl.source import Span


@frozen(kw_only=True, cache_hash=True)
class Expression:
    """A value of a type."""

    span: Span = field(eq=False, repr=False)
    type: Type
    may_miss: bool = False
    """Whether it can be missing."""
    bounds: tuple[float, float] | None = field(default=None, eq=False, repr=False)
    """Of number, money and duration: what the value surely lies within."""


def _compared(value: object) -> object:
    """What constants are compared by: of lists of records the fields, which have a hash."""
    if isinstance(value, tuple):
        return tuple(tuple(each.items()) if isinstance(each, dict) else each for each in value)
    return value


@frozen(kw_only=True, cache_hash=True)
class Constant(Expression):
    """A value known beforehand."""

    value: object = field(eq=_compared)


@frozen(kw_only=True, cache_hash=True)
class FieldRead(Expression):
    """A field of the record at hand (`value`, `at`, `id`, `customer` among them)."""

    name: str


@frozen(kw_only=True, cache_hash=True)
class TraitRead(Expression):
    """A trait's present value."""

    trait: str


@frozen(kw_only=True, cache_hash=True)
class ScoreRead(Expression):
    """A score as it reads now: X / g(now) with a half-life, else its number."""

    type: Type = NUMBER
    score: str


@frozen(kw_only=True, cache_hash=True)
class Linear(Expression):
    """A linear form over scores of one half-life: (the sum of weight times X) / g(now) + constant.

    The sum is from left to right in the order of `terms`. It stands instead of the arithmetic
    wherever that is such a form, through lets and brackets; a single score with weight 1 and
    constant 0 stays a `ScoreRead`, which reads the same.
    """

    type: Type = NUMBER
    terms: tuple[tuple[float, str], ...]
    """(weight, score), sorted by the scores' declaration order, weights not 0."""
    constant: float
    half_life: int
    """Microseconds."""


@frozen(kw_only=True, cache_hash=True)
class StageRead(Expression):
    """The present stage."""

    type: Type = STAGE


@frozen(kw_only=True, cache_hash=True)
class PreviousStage(Expression):
    """The stage before the present one, or `none`."""

    type: Type = STAGE


class Clock(Enum):
    """What is measured against now."""

    NOW = "now"
    """The instant being handled."""
    IN_STAGE = "in_stage"
    """Since entering the stage."""
    AGE = "age"
    """Since the first record of any kind."""
    IDLE = "idle"
    """At a record since the one before it (`profile` aside), elsewhere since the last record."""


@frozen(kw_only=True, cache_hash=True)
class ClockRead(Expression):
    """`now` is a time; `in_stage`, `age` and `idle` are durations; at first `idle` is `age`."""

    clock: Clock


@frozen(kw_only=True, cache_hash=True)
class LetRead(Expression):
    """A let's (or a model's) value."""

    let: str


@frozen(kw_only=True, cache_hash=True)
class LevelRead(Expression):
    """A level's rank."""

    level: str


@frozen(kw_only=True, cache_hash=True)
class SegmentRead(Expression):
    """Whether the customer is in a segment, by its condition or by having joined."""

    type: Type = BOOL
    segment: str


@frozen(kw_only=True, cache_hash=True)
class SeasonRead(Expression):
    """Whether the local day of now lies in a season."""

    type: Type = BOOL
    season: str


@frozen(kw_only=True, cache_hash=True)
class ParamRead(Expression):
    """A param's value, for the first of its segments that holds."""

    param: str


@frozen(kw_only=True, cache_hash=True)
class TableRead(Expression):
    """One output of a decision table for the customer as they are."""

    table: str
    output: str


@frozen(kw_only=True, cache_hash=True)
class MemoryRead(Expression):
    """What a memory term says."""

    term: MemoryTerm


@frozen(kw_only=True, cache_hash=True)
class Apply(Expression):
    """An operator or builtin function applied to its arguments, by its row of the tables."""

    operation: Operation
    arguments: tuple[Expression, ...]


@frozen(kw_only=True, cache_hash=True)
class Forgiving(Expression):
    """A comparison that reads a score or points; `right` is the side without one, if there is one.

    With b the right value and e = 1e-9 * max(1, |b|): `>=` is left > b - e, `>` is left > b + e,
    `<` and `<=` are the negations of `>=` and `>`, `==` is `>=` and `<=`, `!=` its negation.
    """

    type: Type = BOOL
    symbol: str
    left: Expression
    right: Expression


@frozen(kw_only=True, cache_hash=True)
class Not(Expression):
    """Negation."""

    type: Type = BOOL
    operand: Expression


@frozen(kw_only=True, cache_hash=True)
class And(Expression):
    """Left to right, the first that is false decides; missing where one is missing before that."""

    type: Type = BOOL
    operands: tuple[Expression, ...]


@frozen(kw_only=True, cache_hash=True)
class Or(Expression):
    """Left to right, the first that is true decides; missing where one is missing before that."""

    type: Type = BOOL
    operands: tuple[Expression, ...]


@frozen(kw_only=True, cache_hash=True)
class If(Expression):
    """One of two values; only the chosen one is evaluated."""

    condition: Expression
    yes: Expression
    no: Expression


@frozen(kw_only=True, cache_hash=True)
class Default(Expression):
    """The value, or the fallback where it is missing (a division by zero is missing too)."""

    value: Expression
    fallback: Expression


@frozen(kw_only=True, cache_hash=True)
class IsPresent(Expression):
    """Whether a value is there; never missing itself."""

    type: Type = BOOL
    operand: Expression


@frozen(kw_only=True, cache_hash=True)
class OneOf(Expression):
    """Whether a value equals one of the options."""

    type: Type = BOOL
    subject: Expression
    options: tuple[Expression, ...]


@frozen(kw_only=True, cache_hash=True)
class TextJoin(Expression):
    """Pieces of text and values written out, one behind the other."""

    type: Type = TEXT
    parts: tuple[str | Expression, ...]


@frozen(kw_only=True, cache_hash=True)
class PointsSum(Expression):
    """The points of the lines that hold, added from left to right from 0.0."""

    type: Type = NUMBER
    lines: "tuple[PointLine, ...]"


@frozen(kw_only=True, cache_hash=True)
class PointLine:
    """Points that count while `condition` holds or, if `events` is given, at such a record.

    With `events`, `condition` is the `where` over its fields (true if there is none).
    """

    span: Span = field(eq=False, repr=False)
    events: tuple[str, ...] | None
    condition: Expression | None
    points: Expression


@frozen(kw_only=True, cache_hash=True)
class ListOf(Expression):
    """A list written out."""

    items: tuple[Expression, ...]
