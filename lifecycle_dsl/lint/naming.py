"""What a rule set declares by name, and which names its rules say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import fields, frozen

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes


@frozen(eq=False)
class Naming:
    """A name that a declaration gives."""

    what: str
    """In the user's words, such as `event`."""
    name: str
    span: Span
    """Of the name."""
    node: nodes.Node
    alone: bool
    """Whether the declaration gives no other name."""


_SEVERAL = {
    nodes.Event: "event",
    nodes.Trait: "trait",
    nodes.Channel: "channel",
    nodes.Topic: "topic",
    nodes.Stage: "stage",
}
_ONE = {
    nodes.Group: "group",
    nodes.Score: "score",
    nodes.Let: "let",
    nodes.Level: "level",
    nodes.Segment: "segment",
    nodes.Param: "param",
    nodes.Model: "model",
    nodes.Season: "season",
    nodes.Route: "route",
    nodes.Table: "table",
    nodes.Trigger: "trigger",
}


def declared(declarations: Iterable[nodes.Node]) -> Iterator[Naming]:
    """All names that declarations give, in order; those of triggers too."""
    for node in declarations:
        if what := _SEVERAL.get(type(node)):
            names = getattr(node, "names", ())
            for each in names:
                yield Naming(what, each.name.text, each.name.span, node, len(names) == 1)
        elif what := _ONE.get(type(node)):
            name = node.declared.name  # type: ignore[attr-defined]
            yield Naming(what, name.text, name.span, node, alone=True)
        elif isinstance(node, nodes.Action):
            yield Naming("action", node.path.text, node.path.span, node, alone=True)


def said_in(node: nodes.Node) -> set[str]:
    """The names that a declaration says, but for those that it gives."""
    found: set[str] = set()
    waiting: list[object] = [node]
    while waiting:
        each = waiting.pop()
        match each:
            case nodes.Name(text=text):
                found.add(text)
            case nodes.Path():
                found.add(each.text)
                waiting.extend(each.names)
            case nodes.Declared():
                pass
            case nodes.Node():
                waiting.extend(getattr(each, name) for name in _parts(type(each)))
            case tuple():
                waiting.extend(each)
            case _:
                pass
    if isinstance(node, nodes.Action):
        found.discard(node.path.text)
    return found


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts(kind: type[nodes.Node]) -> tuple[str, ...]:
    """The attributes of a kind of node, but for its span."""
    if kind not in _PARTS:
        _PARTS[kind] = tuple(each.name for each in fields(kind) if each.name != "span")
    return _PARTS[kind]
