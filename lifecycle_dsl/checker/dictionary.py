"""What every name of a rule set means: the `Names` that expressions are checked against.

Values are checked when somebody first asks for them, each once. `needs` is the way down to the
value that is being checked, so that a value that needs itself is found and told once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property

from attrs import evolve

from lifecycle_dsl.checker.declared import Entry, Report, What
from lifecycle_dsl.checker.expressions import Expressions
from lifecycle_dsl.checker.expressions.place import Place
from lifecycle_dsl.checker.groups import Group, resolve_groups
from lifecycle_dsl.checker.hearing import Filtered, Hearing
from lifecycle_dsl.checker.names import (
    LetName,
    LevelName,
    Named,
    OtherName,
    ParamName,
    ScoreName,
    SeasonName,
    SegmentName,
    TableName,
    TraitName,
)
from lifecycle_dsl.checker.parameters import Parameter, parameter
from lifecycle_dsl.checker.problems import names as problems
from lifecycle_dsl.checker.reserved import reserved_as
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.scores import clamps, half_life
from lifecycle_dsl.checker.tables import TableParts, table_parts
from lifecycle_dsl.checker.types import fields_of, type_of
from lifecycle_dsl.checker.values import model_node
from lifecycle_dsl.checker.weight import Weight, weight_of
from lifecycle_dsl.diagnostics import Diagnostic, closest
from lifecycle_dsl.program.expressions import Expression, ListOf
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.types import BOOL, NUMBER, TEXT, Field, ListType, Type
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

OF_THE_CUSTOMER = Reads.ALL & ~Reads.RECORD
"""What may be read where no record is at hand."""
DEEPEST = 40
"""Values within values that are checked on the way; only a circle comes here (see `order`)."""
TABLE_DEPTH = 5
"""What a look-up adds to the depth of what it reads: the call of a function."""
MOST_COMPARED = 100_000
"""Names compared in search of similar ones: that takes time, and nobody reads the hundredth."""


def _unknown_channel(span: Span, name: str, similar: str | None) -> Diagnostic:
    free = reserved_as(name, What.CHANNEL.value) is None
    return problems.unknown_channel(span, name, similar, declarable=free)


_UNKNOWN: dict[What, Callable[[Span, str, str | None], Diagnostic]] = {
    What.EVENT: problems.unknown_event,
    What.STAGE: problems.unknown_stage,
    What.TRAIT: problems.unknown_trait,
    What.LEVEL: problems.unknown_level,
    What.SEGMENT: problems.unknown_segment,
    What.SEASON: problems.unknown_season,
    What.PARAM: problems.unknown_param,
    What.CHANNEL: _unknown_channel,
    What.ROUTE: problems.unknown_route,
    What.TOPIC: problems.unknown_topic,
    What.ACTION: problems.unknown_action,
    What.TRIGGER: problems.unknown_trigger,
    What.ATTRIBUTION: problems.unknown_attribution,
}


class Dictionary:
    """Names, their meanings, and the values behind them."""

    of_the_customer = OF_THE_CUSTOMER

    def __init__(
        self, entries: dict[str, Entry], report: Report, *, most_compared: int = MOST_COMPARED
    ) -> None:
        self.entries = entries
        self.report = report
        self.expressions = Expressions(self, report)
        self.watches: list[tuple[Expression, bool]] = []
        """Conditions noticed the instant they change, and whether in both directions."""
        self.steps: dict[str, dict[str, Span]] = {}
        """The steps of journeys that somebody can stand in, by trigger and name."""
        self.splits: dict[str, nodes.Split] = {}
        self.blocks: frozenset[str] = frozenset()
        """What a message can be blocked for; these names are of the log and of nothing else."""
        self._of: dict[What, dict[str, Entry]] = {what: {} for what in What}
        for name, entry in entries.items():
            self._of[entry.what][name] = entry
        self._left_to_compare = most_compared
        self._named: dict[str, Named] = {}
        self._fields: dict[int, tuple[Field, ...]] = {}
        self._parameters: dict[str, Parameter] = {}
        self._values: dict[str, Expression | None] = {}
        self._tables: dict[str, TableParts] = {}
        self._weights: dict[str, Weight] = {}
        self._needs: list[str] = []
        self.groups: dict[str, Group] = resolve_groups(entries, report, self._unknown_member)
        self.hearing = Hearing(self)

    # What `Names` asks for

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """All stages, in declaration order."""
        return tuple(self._of[What.STAGE])

    def find(self, name: str) -> Named | None:
        """What the name means; None if nothing is called so."""
        found = self._named.get(name)
        if found is None:
            entry = self.entries.get(name)
            if entry is None:
                return None
            found = self._named[name] = self._meaning(entry)
        return found

    def values(self) -> tuple[str, ...]:
        """All names that have a value."""
        return self._with_a_value

    @cached_property
    def _with_a_value(self) -> tuple[str, ...]:
        return tuple(name for name in self.entries if not isinstance(self.find(name), OtherName))

    def let_value(self, name: str, used_at: Span) -> Expression | None:
        """The checked value of a let or model."""
        entry = self.entries[name]
        if isinstance(entry.node, nodes.Model):
            return self._model(name, entry.node, used_at)
        written = entry.as_node(nodes.Let).value
        return self._value(name, used_at, written, None, "a let", complete=False)

    def prepare(self, name: str) -> None:
        """Check a value before anybody asks for it."""
        entry = self.entries[name]
        match entry.what:
            case What.LET | What.MODEL:
                self.let_value(name, entry.span)
            case What.LEVEL:
                self.level_value(name, entry.span)
            case What.TABLE:
                self.table_parts(name, entry.span)
            case _:
                self.segment_condition(name, entry.span)

    def table_parts(self, name: str, used_at: Span) -> TableParts | None:
        """The checked inputs and results of a table; None (reported) where it needs itself."""
        found = self._tables.get(name)
        if found is not None or self._is_circle(name, used_at):
            return found
        self._needs.append(name)
        found = table_parts(self, self.entries[name].as_node(nodes.Table))
        self._needs.pop()
        weights = [weight_of(each, self._weights) for each in found.expressions()]
        weight = Weight(
            TABLE_DEPTH + max((each.depth for each in weights), default=0),
            1
            + sum(each.size for each in weights[: len(found.inputs)])
            + max((each.size for each in weights[len(found.inputs) :]), default=0),
        )
        self._weights[name] = weight
        if weight.is_too_much:
            self.report(problems.definition_too_large(self.entries[name].span, name))
        self._tables[name] = found
        return found

    def table_value(self, name: str, output: str, used_at: Span) -> Expression | None:
        """What a table looks at and what one of its outputs may be, as a list to be gone through.

        Its bounds are those of the output. None (reported) where it needs itself.
        """
        parts = self.table_parts(name, used_at)
        if parts is None:
            return None
        items = tuple(parts.of(output))
        return ListOf(
            span=used_at, type=ListType(TEXT, 0), items=items, bounds=parts.bounds(output)
        )

    def level_value(self, name: str, used_at: Span) -> Expression | None:
        """The checked value of a level."""
        node = self.entries[name].as_node(nodes.Level)
        return self._value(name, used_at, node.value, None, "a level")

    def segment_condition(self, name: str, used_at: Span) -> Expression | None:
        """The checked condition of a computed segment."""
        node = self.entries[name].as_node(nodes.Segment)
        if node.condition is None:
            return None
        return self._value(name, used_at, node.condition, BOOL, "a segment's condition")

    def happenings(
        self, node: nodes.Happenings, *, place: str, changes: bool
    ) -> tuple[Happenings, dict[str, Field], dict[str, str]] | None:
        """Happenings of a memory (with changes, without `profile`) or of points."""
        return self.hearing.resolve(node, place, changes=changes, sent=changes, profile=not changes)

    def check(
        self,
        node: nodes.Expression,
        scope: Scope,
        expected: Type | None = None,
        *,
        complete: bool = True,
    ) -> Expression | None:
        """A checked expression, where a `where` stood before it too; None after a report."""
        if not isinstance(scope, Filtered):
            return self.expressions.check(node, scope, expected, complete=complete)
        place = Place(scope, known=scope.known)
        if complete:
            return self.expressions.whole(node, place, expected)
        if expected is None:
            return self.expressions.infer(node, place)
        return self.expressions.infer_as(node, place, expected)

    # Names of one kind

    def of(self, what: What) -> dict[str, Entry]:
        """All entries of a kind, in order."""
        return self._of[what]

    def entry(self, name: nodes.Name | nodes.Path, what: What) -> Entry | None:
        """The entry of that kind; None if there is none, which is reported."""
        found = self.entries.get(name.text)
        if found is not None and found.what is what:
            return found
        if found is None:
            self.unknown(name, what)
        else:
            self.report(
                problems.wrong_kind(
                    name.span, name.text, found.what.value, what.value, declared=found.span
                )
            )
        return None

    def unknown(self, name: nodes.Name | nodes.Path, *wanted: What) -> None:
        """Report a name that nothing has, where one of some kinds is wanted."""
        candidates = [each for what in wanted for each in self._of[what]]
        similar = self.similar(name.text, candidates)
        what = wanted[0] if similar is None else self.entries[similar].what
        self.report(_UNKNOWN[what](name.span, name.text, similar))

    def similar(self, name: str, candidates: Collection[str]) -> str | None:
        """A similar name, while suggestions are still read."""
        if self._left_to_compare <= 0:
            return None
        self._left_to_compare -= len(candidates)
        return closest(name, candidates)

    def _unknown_member(self, name: nodes.Name) -> None:
        candidates = [*self._of[What.EVENT], *self._of[What.STAGE], *self._of[What.GROUP]]
        similar = self.similar(name.text, candidates)
        is_stage = similar is not None and self.entries[similar].what is What.STAGE
        self.report(
            (problems.unknown_stage if is_stage else problems.unknown_event)(
                name.span, name.text, similar
            )
        )

    # What is gathered on the way

    def add_split(self, node: nodes.Split) -> None:
        """Note a split; customers are dealt to arms by its name, so it is there once."""
        name = node.declared.name
        earlier = self.splits.setdefault(name.text, node)
        if earlier is not node:
            before = earlier.declared.name.span
            self.report(problems.duplicate_name(name.span, name.text, before))

    # What is behind names

    def labels(self, level: str) -> tuple[str, ...]:
        """The labels of a level, lowest first."""
        found = self.find(level)
        return found.labels if isinstance(found, LevelName) else ()

    def fields(self, node: nodes.Event | nodes.Action) -> tuple[Field, ...]:
        """The own fields of events or of an action."""
        return self._fields_once(node, node.fields, of_record=isinstance(node, nodes.Event))

    def outputs(self, node: nodes.Table) -> tuple[Field, ...]:
        """The results of a table."""
        return self._fields_once(node, node.outputs, of_record=False)

    def _fields_once(
        self, node: nodes.Node, written: Sequence[nodes.Field], *, of_record: bool
    ) -> tuple[Field, ...]:
        found = self._fields.get(id(node))
        if found is None:
            found = fields_of(self, written, of_record=of_record)
            self._fields[id(node)] = found
        return found

    def trait_type(self, node: nodes.Trait) -> Type:
        """The type of a trait."""
        found = self.find(node.names[0].name.text)
        if isinstance(found, TraitName):
            return found.type
        return type_of(self, node.type)

    def parameter(self, name: str) -> Parameter:
        """A checked param."""
        found = self._parameters.get(name)
        if found is None:
            node = self.entries[name].as_node(nodes.Param)
            found = self._parameters[name] = parameter(self, node)
        return found

    def _meaning(self, entry: Entry) -> Named:
        node = entry.node
        match node:
            case nodes.Trait():
                return self._trait_meaning(entry.name, node)
            case nodes.Score():
                low, high = clamps(node)
                order = self._score_order[entry.name]
                return ScoreName(entry.name, half_life(node), low, high, order)
            case nodes.Let() | nodes.Model():
                return LetName(entry.name, is_model=isinstance(node, nodes.Model))
            case nodes.Level():
                labels = (node.lowest, *(band.label for band in reversed(node.bands)))
                return LevelName(entry.name, tuple(dict.fromkeys(label.text for label in labels)))
            case nodes.Segment():
                return SegmentName(entry.name, computed=node.condition is not None)
            case nodes.Season():
                return SeasonName(entry.name)
            case nodes.Param():
                found = self.parameter(entry.name)
                return ParamName(entry.name, found.type, found.bounds)
            case nodes.Table():
                return TableName(entry.name, self.outputs(node))
            case _:
                return OtherName(entry.name, entry.what.value)

    def _trait_meaning(self, name: str, node: nodes.Trait) -> TraitName:
        first = node.names[0].name.text
        if first != name and isinstance(known := self.find(first), TraitName):
            return evolve(known, name=name)
        return TraitName(name, type_of(self, node.type), node.type.optional)

    @cached_property
    def _score_order(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self._of[What.SCORE])}

    def _value(
        self,
        name: str,
        used_at: Span,
        node: nodes.Expression,
        expected: Type | None,
        place: str,
        *,
        complete: bool = True,
    ) -> Expression | None:
        if name in self._values:
            return self._values[name]
        if self._is_circle(name, used_at):
            return None
        self._needs.append(name)
        scope = Scope(place, OF_THE_CUSTOMER)
        value = self.expressions.check(node, scope, expected, complete=complete)
        self._needs.pop()
        if value is not None:
            weight = weight_of(value, self._weights)
            self._weights[name] = evolve(weight, size=weight.size * self._copies(name))
            if weight.is_too_much:
                self.report(problems.definition_too_large(self.entries[name].span, name))
                value = None
        self._values[name] = value
        return value

    def _is_circle(self, name: str, used_at: Span) -> bool:
        """Whether a value is needed on the way to itself, which is reported."""
        if name not in self._needs and len(self._needs) < DEEPEST:
            return False
        start = self._needs.index(name) if name in self._needs else 0
        self.report(problems.circular_definition(used_at, [*self._needs[start:], name]))
        return True

    def _model(self, name: str, node: nodes.Model, used_at: Span) -> Expression | None:
        """The value of a model, each of whose features is a number."""
        if name not in self._values and name not in self._needs:
            self._needs.append(name)
            scope = Scope("a model", OF_THE_CUSTOMER)
            features = [self.check(each.feature, scope, NUMBER) for each in node.coefficients]
            self._needs.pop()
            if any(feature is None for feature in features):
                self._values[name] = None
        return self._value(name, used_at, model_node(node), NUMBER, "a model")

    def _copies(self, name: str) -> int:
        """How often a value is looked at where its name stands: a level's for each bar."""
        node = self.entries[name].node
        return max(1, len(node.bands)) if isinstance(node, nodes.Level) else 1
