"""Which names stand where: every declaration and every use of a name, with its span.

Takes the declarations of a rule set, of all its files, as far as they could be read. All that is
declared shares one space of names; beside it are the labels of levels and of `one of`, the fields
of records, the outputs of tables, splits, and the reasons of blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cached_property

from attrs import frozen

from lifecycle_dsl.checker.declared import Entry, Report, entries
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration


class Space(Enum):
    """Where a name is unique."""

    DECLARED = "declared"
    LABEL = "label"
    FIELD = "field"
    SPLIT = "split"
    BLOCK = "block"


@frozen
class Symbol:
    """What a name stands for; labels and some fields belong to an owner, such as a level."""

    space: Space
    name: str
    owner: str = ""


@frozen
class Mention:
    """A name at a place."""

    symbol: Symbol
    span: Span
    declares: bool


class Known:
    """What is declared, before anybody asks what a use means."""

    def __init__(self, declarations: Iterable[Declaration]) -> None:
        self.declarations = tuple(declarations)
        self.entries: dict[str, Entry] = entries(self.declarations, Report())
        self.labels: dict[str, tuple[str, ...]] = {}
        """Of each owner: a level, a trait, `.FIELD`, `ACTION.FIELD` or `TABLE.OUTPUT`."""
        self.fields: dict[str, dict[str, nodes.Field]] = {}
        """Of each event, action and table."""
        for name, entry in self.entries.items():
            match entry.node:
                case nodes.Level() as level:
                    bands = (*(band.label for band in level.bands), level.lowest)
                    self.labels[name] = tuple(label.text for label in bands)
                case nodes.Trait() as trait:
                    self._take_labels(name, trait.type)
                case nodes.Event(fields=fields):
                    self._take_fields(name, "", fields)
                case nodes.Action(fields=fields) | nodes.Table(outputs=fields):
                    self._take_fields(name, name, fields)
                case _:
                    pass

    def _take_fields(self, name: str, owner: str, fields: Iterable[nodes.Field]) -> None:
        self.fields[name] = {field.name.text: field for field in fields}
        for field in fields:
            self._take_labels(f"{owner}.{field.name.text}", field.type)

    def _take_labels(self, owner: str, type_: nodes.Type) -> None:
        if isinstance(type_.shape, nodes.OneOfType):
            labels = tuple(label.text for label in type_.shape.labels)
            self.labels[owner] = tuple(dict.fromkeys((*self.labels.get(owner, ()), *labels)))

    @cached_property
    def event_fields(self) -> frozenset[str]:
        """The names of all fields of events."""
        events = (n for n, e in self.entries.items() if isinstance(e.node, nodes.Event))
        return frozenset(field for event in events for field in self.fields[event])

    def fields_of(self, happenings: nodes.Happenings) -> frozenset[str]:
        """The names of the fields that some of the events have."""
        named = (e for e in happenings.elements if isinstance(e, nodes.NamedHappening))
        events = self.events_of(each.name.text for each in named)
        return frozenset(field for event in events for field in self.fields[event])

    def events_of(self, names: Iterable[str]) -> list[str]:
        """The events among some names, and those of the groups among them, each once."""
        waiting = list(names)
        seen: set[str] = set()
        found: list[str] = []
        while waiting:
            name = waiting.pop(0)
            entry = self.entries.get(name)
            if name in seen or entry is None:
                continue
            seen.add(name)
            if isinstance(entry.node, nodes.Group):
                waiting += (member.text for member in entry.node.members)
            elif isinstance(entry.node, nodes.Event):
                found.append(name)
        return found

    def owner_of(self, expression: nodes.Node, depth: int = 0) -> str | None:
        """Whose labels an expression's values are; None where it has none."""
        match expression:
            case nodes.NameRead(name=name):
                entry = self.entries.get(name.text)
                if entry is not None and isinstance(entry.node, nodes.Let) and depth < 20:
                    return self.owner_of(entry.node.value, depth + 1)
                candidates = (name.text, f".{name.text}")
            case nodes.Member(owner=owner, name=name):
                prefix = {"event": ".", "trait": ""}.get(owner.text, f"{owner.text}.")
                candidates = (prefix + name.text,) * 2
            case nodes.Memory(field=name) if name is not None:
                candidates = (f".{name.text}",) * 2
            case nodes.Bracketed(inner=inner) | nodes.Default(value=inner):
                return self.owner_of(inner, depth + 1)
            case nodes.Conditional(yes=inner):
                return self.owner_of(inner, depth + 1)
            case _:
                return None
        return next((each for each in candidates if each in self.labels), None)

    def label(self, name: str, owner: str | None) -> Symbol | None:
        """A label of an owner, or of the only one that has it."""
        if owner is not None and name in self.labels.get(owner, ()):
            return Symbol(Space.LABEL, name, owner)
        owners = [each for each, labels in self.labels.items() if name in labels]
        return Symbol(Space.LABEL, name, owners[0]) if len(owners) == 1 else None


@frozen(eq=False)
class Index:
    """All mentions of a rule set."""

    known: Known
    mentions: tuple[Mention, ...]

    def at(self, source: Source, offset: int) -> Mention | None:
        """The mention that an offset touches; the one that starts there before one that ends."""
        touching = [
            each
            for each in self._by_source.get(source, ())
            if each.span.start <= offset <= each.span.end
        ]
        return max(touching, key=lambda each: each.span.start, default=None)

    def of(self, symbol: Symbol) -> tuple[Mention, ...]:
        """All mentions of a symbol, in order of the files."""
        return tuple(each for each in self.mentions if each.symbol == symbol)

    @cached_property
    def _by_source(self) -> dict[Source, list[Mention]]:
        found: dict[Source, list[Mention]] = {}
        for each in self.mentions:
            found.setdefault(each.span.source, []).append(each)
        return found
