"""Checked declarations: facts and what is computed from them."""

from attrs import field, frozen

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.types import Field, Type
from lifecycle_dsl.source import Span


@frozen(kw_only=True)
class Declaration:
    """Something with a name; `was` is the name that stored state may know it by."""

    span: Span = field(eq=False, repr=False)
    name: str
    was: str | None = None


@frozen(kw_only=True)
class Event(Declaration):
    """An event and its own fields; `id`, `customer`, `at` and `value` come on top."""

    fields: tuple[Field, ...]


@frozen(kw_only=True)
class Fold:
    """What a record sets a trait to."""

    span: Span = field(eq=False, repr=False)
    happenings: Happenings
    value: Expression
    reads_itself: bool
    """Such a fold takes late records too."""


@frozen(kw_only=True)
class Trait(Declaration):
    """A fact about the customer. Of the folds that match a record, the last one sets it."""

    type: Type
    optional: bool
    default: object
    folds: tuple[Fold, ...]
    private: bool = False


@frozen(kw_only=True)
class ScoreLine:
    """What a record adds."""

    span: Span = field(eq=False, repr=False)
    happenings: Happenings
    amount: Expression


@frozen(kw_only=True)
class Score(Declaration):
    """A score; all its lines that match a record are added, then it is clamped once."""

    half_life: int | None
    """Microseconds."""
    fade: Expression | None
    """The factor just before a record's additions, 0 to 1."""
    low: float
    high: float
    """The clamps; -1e30 and 1e30 where none is given."""
    lines: tuple[ScoreLine, ...]


@frozen(kw_only=True)
class Let(Declaration):
    """A name for an expression; a model is one too."""

    value: Expression


@frozen(kw_only=True)
class Band:
    """A label and the least value it needs."""

    label: str
    bar: Expression
    """A constant or a param."""


@frozen(kw_only=True)
class Level(Declaration):
    """The rank of the highest band whose bar the value reaches."""

    value: Expression
    labels: tuple[str, ...]
    """Lowest first."""
    reaches: tuple[Expression, ...]
    """`value >= bar` for ranks 1 and up, as checked comparisons."""
    watched: bool
    """Whether `rises` or `falls` of it stands anywhere."""


@frozen(kw_only=True)
class Segment(Declaration):
    """Computed if it has a condition, else joined and quit."""

    condition: Expression | None
    watched: bool
    """Whether `enter` or `leave` of it stands anywhere."""


@frozen(kw_only=True)
class Param(Declaration):
    """A constant, or one by segment: the first that holds, else `value`."""

    type: Type
    value: object
    cases: tuple[tuple[str, object], ...]
    tune: tuple[object, object, object] | None
    """Low, high, step."""


@frozen(kw_only=True)
class Season(Declaration):
    """Days of the calendar, both ends included, in days since 1970-01-01."""

    ranges: tuple[tuple[int, int], ...]


@frozen(kw_only=True)
class Action(Declaration):
    """What `call` may call."""

    fields: tuple[Field, ...]
