"""Expressions: everything that has a value."""

from attrs import frozen

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax.nodes.happenings import Happenings
from lifecycle_dsl.syntax.nodes.node import Name, Node, Path


@frozen(eq=False, repr=False)
class Expression(Node):
    """Anything that has a value."""


@frozen(eq=False, repr=False)
class Number(Expression):
    """A bare number; it takes the unit its place asks for."""

    value: float


@frozen(eq=False, repr=False)
class Duration(Expression):
    """A length of time, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class Date(Expression):
    """A calendar day, in days since 1970-01-01."""

    day: int


@frozen(eq=False, repr=False)
class Instant(Expression):
    """A point in time, in microseconds since the epoch, UTC."""

    micros: int


@frozen(eq=False, repr=False)
class TimeOfDay(Expression):
    """A local time of day, in microseconds since midnight."""

    micros: int


@frozen(eq=False, repr=False)
class Boolean(Expression):
    """`true` or `false`."""

    value: bool


@frozen(eq=False, repr=False)
class Text(Expression):
    """A text: fixed pieces (escapes resolved) and the expressions between braces, in order."""

    parts: "tuple[str | Expression, ...]"

    @property
    def fixed(self) -> str | None:
        """The whole text if nothing in it is computed, else None."""
        return "".join(p for p in self.parts if isinstance(p, str)) if self.is_fixed else None

    @property
    def is_fixed(self) -> bool:
        """Whether nothing in the text is computed."""
        return all(isinstance(part, str) for part in self.parts)


@frozen(eq=False, repr=False)
class RecordField(Node):
    """`key: value` of a record in a list."""

    key: Name
    value: Expression


@frozen(eq=False, repr=False)
class RecordLiteral(Expression):
    """`{ sku: "a", price: 3 }` in a list of records."""

    fields: tuple[RecordField, ...]


@frozen(eq=False, repr=False)
class ListLiteral(Expression):
    """Values in square brackets."""

    items: tuple[Expression, ...]


@frozen(eq=False, repr=False)
class NameRead(Expression):
    """A name used as a value: a field, trait, score, let, level, label, stage, ..."""

    name: Name


@frozen(eq=False, repr=False)
class Member(Expression):
    """`event.plan`, `trait.plan`, `strategy.tone`."""

    owner: Name
    name: Name


@frozen(eq=False, repr=False)
class Call(Expression):
    """A builtin function applied to arguments."""

    function: Name
    arguments: tuple[Expression, ...]


@frozen(eq=False, repr=False)
class Bracketed(Expression):
    """An expression in round brackets, kept for the formatter."""

    inner: Expression


@frozen(eq=False, repr=False)
class Unary(Expression):
    """`not x` or `-x`; the operator is its symbol."""

    operator: str
    operand: Expression


@frozen(eq=False, repr=False)
class Binary(Expression):
    """Two operands around an operator, which is its symbol: `and`, `>=`, `starts with`, `+`, ..."""

    operator: str
    left: Expression
    right: Expression
    operator_span: Span


@frozen(eq=False, repr=False)
class IsOneOf(Expression):
    """`x is [not] one of (a, b)`."""

    subject: Expression
    negated: bool
    options: tuple[Expression, ...]


@frozen(eq=False, repr=False)
class IsPresent(Expression):
    """`x is [not] present`."""

    subject: Expression
    negated: bool


@frozen(eq=False, repr=False)
class Default(Expression):
    """`value else fallback`: the fallback where something in the value is missing."""

    value: Expression
    fallback: Expression


@frozen(eq=False, repr=False)
class Conditional(Expression):
    """`if condition then yes else no`."""

    condition: Expression
    yes: Expression
    no: Expression


@frozen(eq=False, repr=False)
class PointWhen(Node):
    """A line of points that counts while a condition holds."""

    condition: Expression
    points: Expression


@frozen(eq=False, repr=False)
class PointOn(Node):
    """A line of points that counts at a record."""

    happenings: Happenings
    points: Expression


PointLine = PointWhen | PointOn


@frozen(eq=False, repr=False)
class Points(Expression):
    """`points { ... }`: the sum of the lines that hold."""

    lines: tuple[PointLine, ...]


@frozen(eq=False, repr=False)
class Within(Node):
    """The rolling span of a memory, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class This(Node):
    """The calendar span of a memory: the present day, week, month or year."""

    period: Name


@frozen(eq=False, repr=False)
class Memory(Expression):
    """What the customer did before: `count(purchase within 30d)`, `last(plan of purchase)`."""

    function: Name
    field: Name | None
    happenings: Happenings
    window: Within | This | None
    keep: int | None


@frozen(eq=False, repr=False)
class FactSent(Expression):
    """`sent CHANNEL ["template"]`, of tests and promises."""

    target: Name
    template: Text | None


@frozen(eq=False, repr=False)
class FactHeld(Expression):
    """`held [TRIGGER] REASON`, of tests and promises; `names` has one or two names."""

    names: tuple[Name, ...]


@frozen(eq=False, repr=False)
class FactFired(Expression):
    """`fired TRIGGER`, of tests and promises."""

    trigger: Name


@frozen(eq=False, repr=False)
class FactCalled(Expression):
    """`called ACTION`, of tests and promises."""

    action: Path


@frozen(eq=False, repr=False)
class FactCredited(Expression):
    """`credited ATTRIBUTION`, of tests and promises."""

    attribution: Name


@frozen(eq=False, repr=False)
class FactJoined(Expression):
    """`joined SEGMENT`, of tests and promises."""

    segment: Name


@frozen(eq=False, repr=False)
class FactLeft(Expression):
    """`left TRIGGER`, of tests and promises."""

    trigger: Name


@frozen(eq=False, repr=False)
class FactEntered(Expression):
    """`entered STAGE`, of tests and promises."""

    stage: Name


@frozen(eq=False, repr=False)
class FactStage(Expression):
    """`stage NAME`, of tests and promises."""

    stage: Name
