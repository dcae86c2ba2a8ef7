"""Which names a rule set declares: one space for all of them.

Takes the declarations of all files in order; gives an entry per name, and reports names that are
declared twice or that the language keeps for itself. What a name means is for `dictionary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TypeVar

from attrs import frozen

from lifecycle_dsl.checker.problems import names as problems
from lifecycle_dsl.checker.reserved import reserved_as
from lifecycle_dsl.diagnostics import Diagnostic, Severity
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration

N = TypeVar("N", bound=nodes.Node)


class What(Enum):
    """What a name can be of, in the user's words."""

    EVENT = "an event"
    GROUP = "a group"
    TRAIT = "a trait"
    SCORE = "a score"
    LET = "a let"
    MODEL = "a model"
    LEVEL = "a level"
    SEGMENT = "a segment"
    SEASON = "a season"
    PARAM = "a param"
    TABLE = "a table"
    STAGE = "a stage"
    TRIGGER = "a trigger"
    CHANNEL = "a channel"
    TOPIC = "a topic"
    ROUTE = "a route"
    ACTION = "an action"
    ATTRIBUTION = "an attribution"

    @property
    def plural(self) -> str:
        """Several of it."""
        return f"{self.value.split(' ', 1)[1]}s"


@frozen(eq=False)
class Entry:
    """A declared name."""

    what: What
    name: str
    span: Span
    former: nodes.Name | None
    """What follows `was`."""
    node: Declaration

    @property
    def was(self) -> str | None:
        """The name that stored state may know it by."""
        return None if self.former is None else self.former.text

    def as_node(self, kind: type[N]) -> N:
        """Its declaration, which is of that class."""
        if not isinstance(self.node, kind):
            raise TypeError(f"`{self.name}` is declared by a {type(self.node).__name__}")
        return self.node


_WHAT: dict[type, What] = {
    nodes.Group: What.GROUP,
    nodes.Score: What.SCORE,
    nodes.Let: What.LET,
    nodes.Model: What.MODEL,
    nodes.Level: What.LEVEL,
    nodes.Segment: What.SEGMENT,
    nodes.Season: What.SEASON,
    nodes.Param: What.PARAM,
    nodes.Table: What.TABLE,
    nodes.Trigger: What.TRIGGER,
    nodes.Route: What.ROUTE,
    nodes.Attribution: What.ATTRIBUTION,
    nodes.Event: What.EVENT,
    nodes.Trait: What.TRAIT,
    nodes.Stage: What.STAGE,
    nodes.Channel: What.CHANNEL,
    nodes.Topic: What.TOPIC,
}


class Report:
    """Gathers diagnostics."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(each.severity is Severity.ERROR for each in self.diagnostics)

    def __call__(self, diagnostic: Diagnostic) -> None:
        """Take one more."""
        self.diagnostics.append(diagnostic)


def entries(declarations: Iterable[Declaration], report: Report) -> dict[str, Entry]:
    """Every name and its entry, in the order of the text; of a name's declarations the first."""
    found: dict[str, Entry] = {}
    for entry in _all_entries(declarations):
        if reason := reserved_as(entry.name, entry.what.value):
            report(problems.builtin_name(entry.span, entry.name, reason))
        earlier = found.setdefault(entry.name, entry)
        if earlier is not entry:
            report(problems.duplicate_name(entry.span, entry.name, earlier.span))
    _check_former_names(found, report)
    return found


def _all_entries(declarations: Iterable[Declaration]) -> Iterator[Entry]:
    for node in declarations:
        match node:
            case nodes.Action():
                yield Entry(What.ACTION, node.path.text, node.path.span, None, node)
            case nodes.Event() | nodes.Trait() | nodes.Stage() | nodes.Channel() | nodes.Topic():
                for declared in node.names:
                    yield _entry(_WHAT[type(node)], declared, node)
            case (
                nodes.Group()
                | nodes.Score()
                | nodes.Let()
                | nodes.Model()
                | nodes.Level()
                | nodes.Segment()
                | nodes.Season()
                | nodes.Param()
                | nodes.Table()
                | nodes.Trigger()
                | nodes.Route()
                | nodes.Attribution()
            ):
                yield _entry(_WHAT[type(node)], node.declared, node)
            case _:
                pass


def _entry(what: What, declared: nodes.Declared, node: Declaration) -> Entry:
    return Entry(what, declared.name.text, declared.name.span, declared.was, node)


def _check_former_names(found: dict[str, Entry], report: Report) -> None:
    """A former name is nobody's present name, and one entry's only."""
    taken: dict[tuple[What, str], Span] = {}
    for entry in found.values():
        former = entry.former
        if former is None:
            continue
        present = found.get(former.text)
        if present is not None and present.what is entry.what:
            report(problems.former_name_in_use(former.span, former.text, present.span))
            continue
        earlier = taken.setdefault((entry.what, former.text), former.span)
        if earlier is not former.span:
            report(problems.former_name_in_use(former.span, former.text, earlier))
