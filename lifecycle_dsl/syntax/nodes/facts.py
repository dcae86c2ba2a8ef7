"""Declarations of facts: events, traits, groups, scores, lets, levels, segments, params."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes.expressions import Expression
from lifecycle_dsl.syntax.nodes.happenings import Happenings
from lifecycle_dsl.syntax.nodes.node import Declared, Name, Node, Path


@frozen(eq=False, repr=False)
class Lifecycle(Node):
    """`lifecycle NAME`: the rule set's name."""

    name: Name


@frozen(eq=False, repr=False)
class Use(Node):
    """`use "scores.lcr"`: another file's declarations, once, where it stands."""

    path: str


@frozen(eq=False, repr=False)
class Timezone(Node):
    """`timezone "Europe/Amsterdam"`: local time of customers with no zone of their own."""

    key: str


@frozen(eq=False, repr=False)
class Dedupe(Node):
    """`dedupe 24h`: how long ids are remembered, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class NamedType(Node):
    """A type by its name: `number`, `money`, `text`, ..."""

    name: Name


@frozen(eq=False, repr=False)
class OneOfType(Node):
    """`one of (free, premium)`."""

    labels: tuple[Name, ...]


@frozen(eq=False, repr=False)
class RecordType(Node):
    """`{ sku: text, price: money }`, the element of a list."""

    fields: "tuple[Field, ...]"


@frozen(eq=False, repr=False)
class ListType(Node):
    """`list of text`, `list of { ... } up to 20`."""

    element: NamedType | RecordType
    up_to: int | None


@frozen(eq=False, repr=False)
class Type(Node):
    """A type as written, with `?` (may be missing) and `private` (masked in logs)."""

    shape: NamedType | OneOfType | ListType
    optional: bool
    private: bool


@frozen(eq=False, repr=False)
class Field(Node):
    """A field of an event, an action, a record or a table's result."""

    name: Name
    type: Type
    default: Expression | None


@frozen(eq=False, repr=False)
class Event(Node):
    """Events that share their fields."""

    names: tuple[Declared, ...]
    fields: tuple[Field, ...]
    braced: bool


@frozen(eq=False, repr=False)
class Fold(Node):
    """A line of a trait: what records set it to."""

    happenings: Happenings
    value: Expression


@frozen(eq=False, repr=False)
class Trait(Node):
    """Traits that share type, default and folds."""

    names: tuple[Declared, ...]
    type: Type
    default: Expression | None
    folds: tuple[Fold, ...]


@frozen(eq=False, repr=False)
class Group(Node):
    """A group of events or of stages (or of such groups)."""

    declared: Declared
    members: tuple[Name, ...]


@frozen(eq=False, repr=False)
class Constant(Node):
    """A number or duration (`value` in its own unit or in microseconds), or a param's name."""

    value: float | int | None
    is_duration: bool
    param: Name | None


@frozen(eq=False, repr=False)
class HalfLife(Node):
    """`half-life 14d`, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class Fade(Node):
    """`fade E`: the factor just before an event's additions."""

    factor: Expression


@frozen(eq=False, repr=False)
class AtLeast(Node):
    """The lower clamp of a score."""

    bound: Constant


@frozen(eq=False, repr=False)
class AtMost(Node):
    """The upper clamp of a score."""

    bound: Constant


@frozen(eq=False, repr=False)
class ScoreLine(Node):
    """What a record adds to a score."""

    happenings: Happenings
    amount: Expression


ScoreItem = HalfLife | Fade | AtLeast | AtMost | ScoreLine


@frozen(eq=False, repr=False)
class Score(Node):
    """A score and its lines, in the order written."""

    declared: Declared
    items: tuple[ScoreItem, ...]


@frozen(eq=False, repr=False)
class Let(Node):
    """A name for an expression."""

    declared: Declared
    value: Expression


@frozen(eq=False, repr=False)
class Band(Node):
    """`high >= 15`: a label and its bar."""

    label: Name
    bar: Constant


@frozen(eq=False, repr=False)
class Level(Node):
    """Ordered labels over a value, highest first; `lowest` has no bar."""

    declared: Declared
    value: Expression
    bands: tuple[Band, ...]
    lowest: Name


@frozen(eq=False, repr=False)
class Segment(Node):
    """A segment: computed by its condition, or joined and quit by steps if it has none."""

    declared: Declared
    condition: Expression | None


@frozen(eq=False, repr=False)
class Action(Node):
    """What `call` may call, with the fields it takes."""

    path: Path
    fields: tuple[Field, ...]
    braced: bool


@frozen(eq=False, repr=False)
class Tune(Node):
    """`tune 3 to 8 step 0.5`."""

    low: Constant
    high: Constant
    step: Constant


@frozen(eq=False, repr=False)
class ParamCase(Node):
    """`big_spender: 4`: the value for a segment."""

    segment: Name
    value: Constant


@frozen(eq=False, repr=False)
class Param(Node):
    """A constant that may differ by segment and may be tuned."""

    declared: Declared
    value: Constant
    tune: Tune | None
    cases: tuple[ParamCase, ...]


@frozen(eq=False, repr=False)
class Coefficient(Node):
    """A feature of a model and its weight."""

    feature: Expression
    weight: Constant


@frozen(eq=False, repr=False)
class Model(Node):
    """A logistic model."""

    declared: Declared
    intercept: Constant
    coefficients: tuple[Coefficient, ...]
