"""The walk through the nodes that finds every mention of a name.

Most names in nodes are uses of what is declared; the methods here are for those that are not, and
for the places where what a name means depends on what it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import fields as fields_of_class
from attrs import frozen

from lifecycle_dsl.lsp.mentions import Index, Known, Mention, Space, Symbol
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration

_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))


@frozen
class Around:
    """What is known at a place: whose labels are meant, and the fields that hide other names."""

    labels: str | None = None
    memory: frozenset[str] = frozenset()
    owner: str = ""
    """Of the fields that are declared or given here: an action or a table."""


def index_of(declarations: Iterable[Declaration]) -> Index:
    """All mentions in the declarations."""
    known = Known(declarations)
    walk = _Walk(known)
    for node in known.declarations:
        walk.visit(node, Around())
    return Index(known, tuple(walk.found))


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts(node: nodes.Node) -> tuple[str, ...]:
    """What a node has beside its span."""
    kind = type(node)
    found = _PARTS.get(kind)
    if found is None:
        found = _PARTS[kind] = tuple(each.name for each in fields_of_class(kind)[1:])
    return found


class _Walk:
    def __init__(self, known: Known) -> None:
        self.known = known
        self.found: list[Mention] = []

    def visit(self, value: Any, around: Around) -> None:  # noqa: ANN401 — of any kind
        """Go through a node, a tuple of them, or what is none."""
        if isinstance(value, tuple):
            for each in value:
                self.visit(each, around)
        elif isinstance(value, nodes.Node):
            special = _SPECIAL.get(type(value))
            if special is not None:
                special(self, value, around)
            else:
                self.parts(value, around)

    def parts(self, node: nodes.Node, around: Around) -> None:
        """Go through all that a node consists of; no labels are meant in it."""
        inside = Around(memory=around.memory, owner=around.owner)
        for name in _parts(node):
            self.visit(getattr(node, name), inside)

    def add(self, symbol: Symbol, node: nodes.Node, *, declares: bool = False) -> None:
        """Note a mention."""
        self.found.append(Mention(symbol, node.span, declares))

    # Names

    def name(self, node: nodes.Name | nodes.Path, around: Around) -> None:
        del around
        self.add(Symbol(Space.DECLARED, node.text), node)

    def declared(self, node: nodes.Declared, around: Around) -> None:
        del around
        self.add(Symbol(Space.DECLARED, node.name.text), node.name, declares=True)

    def label(self, node: nodes.Name, owner: str, *, declares: bool = False) -> None:
        self.add(Symbol(Space.LABEL, node.text, owner), node, declares=declares)

    def field(self, node: nodes.Name, owner: str = "", *, declares: bool = False) -> None:
        self.add(Symbol(Space.FIELD, node.text, owner), node, declares=declares)

    def read(self, node: nodes.NameRead, around: Around) -> None:
        self.value(node.name, around)

    def value(self, name: nodes.Name, around: Around) -> None:
        """A name as a value."""
        text, known = name.text, self.known
        if around.labels is not None and text in known.labels.get(around.labels, ()):
            self.label(name, around.labels)
        elif text in around.memory:
            self.field(name)
        elif text in known.entries:
            self.add(Symbol(Space.DECLARED, text), name)
        elif text in known.event_fields:
            self.field(name)
        elif (label := known.label(text, around.labels)) is not None:
            self.add(label, name)

    def member(self, node: nodes.Member, around: Around) -> None:
        del around
        self._pair(node.owner, node.name)

    def _pair(self, owner: nodes.Name, name: nodes.Name) -> None:
        if owner.text == "event":
            self.field(name)
        elif owner.text == "trait":
            self.add(Symbol(Space.DECLARED, name.text), name)
        else:
            self.add(Symbol(Space.DECLARED, owner.text), owner)
            self.field(name, owner.text)

    def template(self, node: nodes.Send, around: Around) -> None:
        self.visit(node.target, around)
        if isinstance(node.template, nodes.Path):
            first, *rest = node.template.names
            if rest:
                self._pair(first, rest[0])
            else:
                self.value(first, around)
        else:
            self.visit(node.template, around)
        self.values(node.data, around)

    # Declarations

    def event(self, node: nodes.Event, around: Around) -> None:
        self.visit((node.names, node.fields), around)

    def action(self, node: nodes.Action, around: Around) -> None:
        del around
        self.add(Symbol(Space.DECLARED, node.path.text), node.path, declares=True)
        self.visit(node.fields, Around(owner=node.path.text))

    def field_declared(self, node: nodes.Field, around: Around) -> None:
        self.field(node.name, around.owner, declares=True)
        labels = f"{around.owner}.{node.name.text}"
        self.visit((node.type, node.default), Around(labels, owner=around.owner))

    def type(self, node: nodes.Type, around: Around) -> None:
        if isinstance(node.shape, nodes.OneOfType):
            for label in node.shape.labels:
                self.label(label, around.labels or "", declares=True)

    def trait(self, node: nodes.Trait, around: Around) -> None:
        self.visit(node.names, around)
        inside = Around(node.names[0].name.text)
        self.visit((node.type, node.default), inside)
        for fold in node.folds:
            self.visit(fold.happenings, around)
            self.visit(fold.value, inside)

    def level(self, node: nodes.Level, around: Around) -> None:
        self.visit((node.declared, node.value), around)
        owner = node.declared.name.text
        for band in node.bands:
            self.label(band.label, owner, declares=True)
            self.visit(band.bar, around)
        self.label(node.lowest, owner, declares=True)

    def table(self, node: nodes.Table, around: Around) -> None:
        owner = node.declared.name.text
        self.visit((node.declared, node.inputs), around)
        self.visit(node.outputs, Around(owner=owner))
        if not isinstance(node.body, nodes.Rows):
            return
        asked = [self.known.owner_of(each) for each in node.inputs]
        given = [f"{owner}.{each.name.text}" for each in node.outputs]
        for row in node.body.rows:
            for cell, labels in zip(row.cells, asked, strict=False):
                for choice in cell.choices:
                    for part in _parts(choice):
                        self.visit(getattr(choice, part), Around(labels))
            self.results(row.results, given)
        if node.body.otherwise is not None:
            self.results(node.body.otherwise.results, given)

    def results(self, results: Iterable[nodes.Node], owners: list[str]) -> None:
        for result, labels in zip(results, owners, strict=False):
            self.visit(result, Around(labels))

    def block(self, node: nodes.Block, around: Around) -> None:
        self.add(Symbol(Space.BLOCK, node.name.text), node.name, declares=True)
        self.visit(node.condition, around)

    def split(self, node: nodes.Split, around: Around) -> None:
        name = node.declared.name
        self.add(Symbol(Space.SPLIT, name.text), name, declares=True)
        self.visit(node.arms, around)

    def retired(self, node: nodes.Retired, around: Around) -> None:
        del around
        if node.new.names[0].text in self.known.entries:
            self.add(Symbol(Space.DECLARED, node.new.names[0].text), node.new.names[0])

    # Expressions

    def constant(self, node: nodes.Constant, around: Around) -> None:
        if node.param is not None:
            self.value(node.param, around)

    def binary(self, node: nodes.Binary, around: Around) -> None:
        left = right = None
        if node.operator in _COMPARISONS:
            left, right = self.known.owner_of(node.right), self.known.owner_of(node.left)
        self.visit(node.left, Around(left, around.memory))
        self.visit(node.right, Around(right, around.memory))

    def is_one_of(self, node: nodes.IsOneOf, around: Around) -> None:
        self.visit(node.subject, Around(memory=around.memory))
        self.visit(node.options, Around(self.known.owner_of(node.subject), around.memory))

    def passed_on(self, node: nodes.Node, around: Around) -> None:
        """What has the labels of the place it stands at."""
        for name in _parts(node):
            inside = Around(memory=around.memory) if name == "condition" else around
            self.visit(getattr(node, name), inside)

    def call(self, node: nodes.Call, around: Around) -> None:
        self.visit(node.arguments, Around(memory=around.memory))

    def memory(self, node: nodes.Memory, around: Around) -> None:
        del around
        if node.field is not None:
            self.field(node.field)
        self.visit(node.happenings, Around(memory=self.known.fields_of(node.happenings)))

    # Happenings, steps, tests

    def changes(self, node: nodes.Rises | nodes.Falls, around: Around) -> None:
        self.visit(node.level, around)
        if node.to is not None:
            self.label(node.to, node.level.text)

    def assigned(self, node: nodes.SetTrait, around: Around) -> None:
        self.visit(node.trait, around)
        self.visit(node.value, Around(self.known.owner_of(nodes.NameRead(node.span, node.trait))))

    def given(self, node: nodes.GivenValue, around: Around) -> None:
        self.visit(node.name, around)
        self.visit(node.value, Around(self.known.owner_of(nodes.NameRead(node.span, node.name))))

    def for_each(self, node: nodes.GuardForEach, around: Around) -> None:
        del around
        self.field(node.field)

    def touch(self, node: nodes.Touch, around: Around) -> None:
        self.visit((node.happenings, node.channel), around)
        if node.campaign is not None:
            self.field(node.campaign)

    def call_action(self, node: nodes.CallAction, around: Around) -> None:
        self.visit(node.action, around)
        self.entries_of(node.data, node.action.text)

    def record(self, node: nodes.TestOn, around: Around) -> None:
        self.visit(node.event, around)
        if node.event.text == "profile" and node.data is not None:
            for entry in node.data.entries:
                self.visit(entry.key, around)
                self.visit(entry.value, Around(entry.key.text))
        else:
            self.entries_of(node.data, "")

    def entries_of(self, data: nodes.Data | None, owner: str) -> None:
        for entry in () if data is None else data.entries:
            self.field(entry.key, owner)
            self.visit(entry.value, Around(f"{owner}.{entry.key.text}"))

    def values(self, data: nodes.Data | None, around: Around) -> None:
        for entry in () if data is None else data.entries:
            self.visit(entry.value, around)

    def expected(self, node: nodes.ExpectThat, around: Around) -> None:
        self.visit(node.condition, around)
        self.values(node.data, around)

    def held(self, node: nodes.FactHeld, around: Around) -> None:
        *first, last = node.names
        self.visit(tuple(first), around)
        if last.text in self.known.entries and not first:
            self.visit(last, around)
        else:
            self.add(Symbol(Space.BLOCK, last.text), last)

    def arm_given(self, node: nodes.GivenArm, around: Around) -> None:
        del around
        self.add(Symbol(Space.SPLIT, node.split.text), node.split)

    def labelled(self, node: nodes.Node, around: Around) -> None:
        """A step whose label only `retired` mentions."""
        for name in _parts(node):
            if name != "label":
                self.visit(getattr(node, name), around)

    def weight(self, node: nodes.CreditCustom, around: Around) -> None:
        self.visit(node.weight, Around(memory=around.memory))

    def nothing(self, node: nodes.Node, around: Around) -> None:
        """What has no names of the rule set."""


_SPECIAL: dict[type[nodes.Node], Callable[[_Walk, Any, Around], None]] = {
    nodes.Name: _Walk.name,
    nodes.Path: _Walk.name,
    nodes.Declared: _Walk.declared,
    nodes.NameRead: _Walk.read,
    nodes.Member: _Walk.member,
    nodes.Event: _Walk.event,
    nodes.Action: _Walk.action,
    nodes.Field: _Walk.field_declared,
    nodes.Type: _Walk.type,
    nodes.Trait: _Walk.trait,
    nodes.Level: _Walk.level,
    nodes.Table: _Walk.table,
    nodes.Block: _Walk.block,
    nodes.Split: _Walk.split,
    nodes.Retired: _Walk.retired,
    nodes.Constant: _Walk.constant,
    nodes.Binary: _Walk.binary,
    nodes.IsOneOf: _Walk.is_one_of,
    nodes.Bracketed: _Walk.passed_on,
    nodes.Conditional: _Walk.passed_on,
    nodes.Default: _Walk.passed_on,
    nodes.CellIs: _Walk.passed_on,
    nodes.Call: _Walk.call,
    nodes.Memory: _Walk.memory,
    nodes.Rises: _Walk.changes,
    nodes.Falls: _Walk.changes,
    nodes.Send: _Walk.template,
    nodes.SetTrait: _Walk.assigned,
    nodes.GivenValue: _Walk.given,
    nodes.GuardForEach: _Walk.for_each,
    nodes.Touch: _Walk.touch,
    nodes.CallAction: _Walk.call_action,
    nodes.TestOn: _Walk.record,
    nodes.ExpectThat: _Walk.expected,
    nodes.FactHeld: _Walk.held,
    nodes.GivenArm: _Walk.arm_given,
    nodes.Wait: _Walk.labelled,
    nodes.WaitUntil: _Walk.labelled,
    nodes.Await: _Walk.labelled,
    nodes.CreditCustom: _Walk.weight,
    nodes.Lifecycle: _Walk.nothing,
    nodes.NamedType: _Walk.nothing,
    nodes.PerPeriod: _Walk.nothing,
    nodes.QuietDays: _Walk.nothing,
    nodes.OccursEvery: _Walk.nothing,
    nodes.This: _Walk.nothing,
}
