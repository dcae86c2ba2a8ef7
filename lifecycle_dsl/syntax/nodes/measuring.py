"""Attribution: which touches get the credit for a conversion."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes.expressions import Expression
from lifecycle_dsl.syntax.nodes.happenings import Happenings
from lifecycle_dsl.syntax.nodes.node import Declared, Name, Node


@frozen(eq=False, repr=False)
class Touch(Node):
    """`touch H [as CHANNEL] [by FIELD]`."""

    happenings: Happenings
    channel: Name | None
    campaign: Name | None


@frozen(eq=False, repr=False)
class TouchSends(Node):
    """`touch sends`: the engine's own messages."""


@frozen(eq=False, repr=False)
class Conversion(Node):
    """`conversion H worth E`."""

    happenings: Happenings
    worth: Expression


@frozen(eq=False, repr=False)
class AttributionWithin(Node):
    """`within 30d`, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class CreditFirst(Node):
    """All credit to the first touch."""


@frozen(eq=False, repr=False)
class CreditLast(Node):
    """All credit to the last touch."""


@frozen(eq=False, repr=False)
class CreditLinear(Node):
    """The same credit to each touch."""


@frozen(eq=False, repr=False)
class CreditPosition(Node):
    """`position 40/20/40`: first, those between, last."""

    first: float
    middle: float
    last: float


@frozen(eq=False, repr=False)
class CreditTimeDecay(Node):
    """`time_decay half-life 7d`, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class CreditCustom(Node):
    """`custom E over position, touches, before`."""

    weight: Expression
    names: tuple[Name, ...]


CreditModel = (
    CreditFirst | CreditLast | CreditLinear | CreditPosition | CreditTimeDecay | CreditCustom
)


@frozen(eq=False, repr=False)
class AttributionModel(Node):
    """`model ...`."""

    model: CreditModel


AttributionItem = Touch | TouchSends | Conversion | AttributionWithin | AttributionModel


@frozen(eq=False, repr=False)
class Attribution(Node):
    """An attribution and its lines, in the order written."""

    declared: Declared
    items: tuple[AttributionItem, ...]
