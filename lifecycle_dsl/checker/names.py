"""What names mean: the view of the declarations that expressions are checked against."""

from collections.abc import Collection
from typing import Protocol

from attrs import frozen

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.types import Field, Type
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes


@frozen
class TraitName:
    """A trait."""

    name: str
    type: Type
    optional: bool


@frozen
class ScoreName:
    """A score; `order` is its place among the declarations."""

    name: str
    half_life: int | None
    low: float
    high: float
    order: int


@frozen
class LetName:
    """A let or a model; its value is asked for with `Names.let_value`."""

    name: str
    is_model: bool


@frozen
class LevelName:
    """A level and its labels, lowest first."""

    name: str
    labels: tuple[str, ...]


@frozen
class SegmentName:
    """A segment, computed or joined."""

    name: str
    computed: bool


@frozen
class SeasonName:
    """A season."""

    name: str


@frozen
class ParamName:
    """A param: its type and the least and greatest of its values."""

    name: str
    type: Type
    bounds: tuple[float, float]


@frozen
class TableName:
    """A decision table and its outputs."""

    name: str
    outputs: tuple[Field, ...]


@frozen
class OtherName:
    """A name of something that has no value: `what` says of what, such as `an event`."""

    name: str
    what: str


Named = (
    TraitName
    | ScoreName
    | LetName
    | LevelName
    | SegmentName
    | SeasonName
    | ParamName
    | TableName
    | OtherName
)


class Names(Protocol):
    """The declarations of a rule set, by name. Everything that has a name shares one space."""

    @property
    def stages(self) -> tuple[str, ...]:
        """All stages, in declaration order."""

    def find(self, name: str) -> Named | None:
        """What the name means; None if nothing is called so."""

    def values(self) -> tuple[str, ...]:
        """All names that `find` knows and that have a value, for suggestions."""

    def similar(self, name: str, candidates: Collection[str]) -> str | None:
        """A similar name, while suggestions are still read."""

    def let_value(self, name: str, used_at: Span) -> Expression | None:
        """The checked value of a let or model; None (reported once) if it is wrong or a cycle."""

    def level_value(self, name: str, used_at: Span) -> Expression | None:
        """The checked value of a level; None as above."""

    def segment_condition(self, name: str, used_at: Span) -> Expression | None:
        """The checked condition of a computed segment; None as above."""

    def table_value(self, name: str, output: str, used_at: Span) -> Expression | None:
        """What a table's output is looked up by and may be, as a list with the output's bounds.

        None as above.
        """

    def happenings(
        self, node: nodes.Happenings, *, place: str, changes: bool
    ) -> tuple[Happenings, dict[str, Field], dict[str, str]] | None:
        """Resolved happenings without their `where`, with the fields all and only some events have.

        `changes` says whether enter, leave, rises, falls and sent are allowed at the place.
        """
