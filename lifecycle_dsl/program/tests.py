"""Checked tests and promises: what is given, what happens, what is expected.

They stand beside the rules and are no part of them: nothing here is in a rule set's fingerprint.
"""

from __future__ import annotations

from attrs import field, frozen

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.types import BOOL, Type
from lifecycle_dsl.source import Span

Data = tuple[tuple[str, Expression], ...]


# ---- facts: what happened


@frozen
class SentFact:
    """A message of a channel or topic went out."""

    target: str
    template: Expression | None
    data: Data | None = None
    """What its data must say, among other things."""


@frozen
class HeldFact:
    """A firing or a message was held for a reason."""

    trigger: str | None
    reason: str


@frozen
class FiredFact:
    """A trigger fired."""

    trigger: str


@frozen
class CalledFact:
    """An action was called."""

    action: str
    data: Data | None = None


@frozen
class CreditedFact:
    """An attribution gave credit for a conversion."""

    attribution: str
    data: Data | None = None
    """What the credit must say, among other things."""


CREDIT_KEYS = ("channel", "campaign", "template", "share", "worth")
"""What a credit says, as decisions name it."""


@frozen
class JoinedFact:
    """The customer is in a segment; counted or put in order: came into it."""

    segment: str


@frozen
class LeftFact:
    """A run of a trigger ended before its last step."""

    trigger: str


@frozen
class EnteredFact:
    """The customer came into a stage."""

    stage: str


Fact = (
    SentFact
    | HeldFact
    | FiredFact
    | CalledFact
    | CreditedFact
    | JoinedFact
    | LeftFact
    | EnteredFact
)


@frozen(kw_only=True, cache_hash=True)
class FactRead(Expression):
    """Whether a fact is so. Tests and promises read these; no rule does."""

    type: Type = BOOL
    fact: Fact


# ---- what is given


@frozen
class GivenStage:
    """The stage, entered now."""

    stage: str


@frozen
class GivenJoined:
    """A segment that has been joined."""

    segment: str


@frozen
class GivenHoldout:
    """The customer is held out."""


@frozen
class GivenArm:
    """The arm of a split that the customer is in, from 1."""

    split: str
    arm: int


@frozen
class GivenTrait:
    """A trait's value."""

    trait: str
    value: object


@frozen
class GivenScore:
    """A score's value."""

    score: str
    value: float


GivenItem = GivenStage | GivenJoined | GivenHoldout | GivenArm | GivenTrait | GivenScore


# ---- the steps of a test


@frozen(kw_only=True)
class Given:
    """How things stand; `at` is the instant from which on."""

    span: Span = field(eq=False, repr=False)
    items: tuple[GivenItem, ...]
    at: int | None


@frozen(kw_only=True)
class On:
    """A record, or several alike, so many microseconds apart."""

    span: Span = field(eq=False, repr=False)
    event: str
    fields: tuple[tuple[str, Type, object], ...]
    """Name, type and value."""
    count: int = 1
    every: int = 0


@frozen(kw_only=True)
class Pass:
    """Time goes by: so many microseconds, or until an instant."""

    span: Span = field(eq=False, repr=False)
    micros: int | None = None
    until: int | None = None


@frozen(kw_only=True)
class That:
    """A condition holds."""

    condition: Expression


@frozen(kw_only=True)
class Times:
    """A fact is so, so many times."""

    fact: FactRead
    count: int


@frozen(kw_only=True)
class About:
    """A quantity is within 1 % of another."""

    value: Expression
    about: Expression


@frozen(kw_only=True)
class Shared:
    """The shares of such credits are together within 1 % of a number."""

    fact: FactRead
    """A `CreditedFact`."""
    about: Expression


@frozen(kw_only=True)
class Order:
    """One fact came before another."""

    earlier: FactRead
    later: FactRead


Expectation = That | Times | About | Shared | Order


@frozen(kw_only=True)
class Expect:
    """What must be so at this place."""

    span: Span = field(eq=False, repr=False)
    expectation: Expectation


TestStep = Given | On | Pass | Expect


@frozen(kw_only=True)
class Test:
    """A test with a virtual clock."""

    span: Span = field(eq=False, repr=False)
    title: str
    steps: tuple[TestStep, ...]


@frozen(kw_only=True)
class Promise:
    """What holds at the end of every step of every customer."""

    span: Span = field(eq=False, repr=False)
    title: str
    condition: Expression


def read_by(step: TestStep) -> tuple[Expression, ...]:
    """The outermost expressions of a step, those that its facts compare with among them."""
    if not isinstance(step, Expect):
        return ()
    match step.expectation:
        case That(condition=condition):
            return (condition,)
        case Times(fact=fact):
            return (fact,)
        case About(value=value, about=about):
            return value, about
        case Shared(fact=fact, about=about):
            return fact, about
        case Order(earlier=earlier, later=later):
            return earlier, later


def compared_with(fact: Fact) -> tuple[Expression, ...]:
    """The expressions inside a fact: a message's template, and the data."""
    match fact:
        case SentFact(template=template, data=data):
            first = () if template is None else (template,)
            return (*first, *(value for _, value in data or ()))
        case CalledFact(data=data) | CreditedFact(data=data):
            return tuple(value for _, value in data or ())
        case _:
            return ()
