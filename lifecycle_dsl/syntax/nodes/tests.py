"""Tests and promises in a rule file."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes.expressions import Expression
from lifecycle_dsl.syntax.nodes.facts import Constant
from lifecycle_dsl.syntax.nodes.node import Name, Node
from lifecycle_dsl.syntax.nodes.triggers import Data


@frozen(eq=False, repr=False)
class GivenStage(Node):
    """`stage S`: sets stage and entry, fires nothing."""

    stage: Name


@frozen(eq=False, repr=False)
class GivenJoined(Node):
    """`joined SEGMENT`."""

    segment: Name


@frozen(eq=False, repr=False)
class GivenHoldout(Node):
    """`holdout`: the customer is held out."""


@frozen(eq=False, repr=False)
class GivenArm(Node):
    """`arm SPLIT N`."""

    split: Name
    arm: int


@frozen(eq=False, repr=False)
class GivenValue(Node):
    """A score or trait and its value."""

    name: Name
    value: Constant | Expression


GivenItem = GivenStage | GivenJoined | GivenHoldout | GivenArm | GivenValue


@frozen(eq=False, repr=False)
class Given(Node):
    """`given ...`; an `at` directly behind it says when, in microseconds UTC."""

    items: tuple[GivenItem, ...]


@frozen(eq=False, repr=False)
class TestAt(Node):
    """`at INSTANT`: behind `given` its instant, elsewhere the same as `wait until`."""

    micros: int


@frozen(eq=False, repr=False)
class Repeat(Node):
    """`x N [every D]`; `micros` is D."""

    count: int
    micros: int | None


@frozen(eq=False, repr=False)
class TestOn(Node):
    """A record, or several alike."""

    event: Name
    data: Data | None
    repeat: Repeat | None


@frozen(eq=False, repr=False)
class TestWait(Node):
    """`wait D`, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class TestWaitUntil(Node):
    """`wait until INSTANT`, in microseconds UTC."""

    micros: int


@frozen(eq=False, repr=False)
class ExpectThat(Node):
    """`expect E [{ data }]`; data belongs to a message, a call or a credit."""

    condition: Expression
    data: Data | None


@frozen(eq=False, repr=False)
class ExpectTimes(Node):
    """`expect FACT x N`."""

    fact: Expression
    count: int


@frozen(eq=False, repr=False)
class ExpectAbout(Node):
    """`expect E about N`: within 1 %; data belongs to a credit, of which the share is meant."""

    value: Expression
    data: Data | None
    about: Constant


@frozen(eq=False, repr=False)
class ExpectOrder(Node):
    """`expect A before B`."""

    earlier: Expression
    later: Expression


Expectation = ExpectThat | ExpectTimes | ExpectAbout | ExpectOrder


@frozen(eq=False, repr=False)
class Expect(Node):
    """`expect ...`."""

    expectation: Expectation


TestStep = Given | TestAt | TestOn | TestWait | TestWaitUntil | Expect


@frozen(eq=False, repr=False)
class Test(Node):
    """A test with a virtual clock."""

    title: str
    steps: tuple[TestStep, ...]


@frozen(eq=False, repr=False)
class Promise(Node):
    """`always "..." { C }`."""

    title: str
    condition: Expression
