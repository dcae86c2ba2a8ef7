"""What is shown between the words of a sound rule set: what its writer would have to work out.

Behind the bar of a transition at points the most that can come together at one record, as the lint
sees it; behind the name of a `let` its type; and, where it is much, the bytes that are kept of each
customer. Of what is small nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen
from lsprotocol import types

from lifecycle_dsl.checker import Checked
from lifecycle_dsl.checker.cost import Cost, cost
from lifecycle_dsl.lint.points import Points, points_of
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import number
from lifecycle_dsl.lsp.options import Options
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.program.expressions import MemoryRead
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

MUCH = 1_000
"""Bytes of a customer that are worth a word."""
_MOST_ITEMS = 6
_POINTS = re.compile(r"\s*points\b")


@frozen
class Hint:
    """A remark behind a piece of a source."""

    span: Span
    text: str
    more: str = ""
    """As Markdown, for those who point at it."""


def hints_of(checked: Checked, options: Options) -> tuple[Hint, ...]:
    """The hints of a rule set, in all its files; of one with errors there are none."""
    program = checked.program
    if program is None:
        return ()
    found: list[Hint] = []
    if options.points:
        found += _points(program, checked)
    weights = cost(program) if options.cost else None
    if options.types or weights is not None:
        found += _lets(program, checked, weights, types_=options.types)
    if weights is not None:
        found += _costs(program, checked, weights)
    return tuple(found)


def shown(hints: Iterable[Hint], within: Span, places: Places) -> list[types.InlayHint]:
    """The hints in a piece of a source, as an editor shows them."""
    return [
        types.InlayHint(
            position=places.position(hint.span.source, hint.span.end),
            label=hint.text,
            padding_left=not hint.text.startswith(":"),
            kind=types.InlayHintKind.Type if hint.text.startswith(":") else None,
            tooltip=types.MarkupContent(types.MarkupKind.Markdown, hint.more)
            if hint.more
            else None,
        )
        for hint in hints
        if hint.span.source is within.source and within.start <= hint.span.end <= within.end
    ]


# Points


def _points(program: Program, checked: Checked) -> Iterator[Hint]:
    """Of stages that share a transition, those in which the most can come together."""
    rules = Rules(program, checked.declarations, checked.file.span.source)
    most: dict[Span, Points] = {}
    for points, _ in points_of(rules):
        other = most.get(points.transition.span)
        if other is None or other.greatest() < points.greatest():
            most[points.transition.span] = points
    for node in _moving(checked):
        if node.span in most and isinstance(node.moving, nodes.MoveAtPoints):
            points = most[node.span]
            text = f"at most {number(points.greatest())}"
            yield Hint(_with_points(node.moving.bar.span), text, _sums(points))


def _moving(checked: Checked) -> Iterator[nodes.Transition | nodes.FromRule]:
    for node in checked.declarations:
        if isinstance(node, nodes.Stage):
            yield from node.transitions
        elif isinstance(node, nodes.FromRule):
            yield node


def _with_points(bar: Span) -> Span:
    """A bar and the word behind it."""
    found = _POINTS.match(bar.source.text, bar.end)
    return bar if found is None else Span(bar.source, bar.start, found.end())


def _sums(points: Points) -> str:
    """What can come together, line by line."""
    least, greatest, bar = map(number, (points.least(), points.greatest(), points.bar))
    lines = [f"At one record there are {least} to {greatest} points of the {bar} that are needed."]
    for line in sorted(points.lines, key=lambda each: -each.points)[:_MOST_ITEMS]:
        what = " ".join(line.node.span.text.split())
        alone = ", enough alone" if points.reaches(line.points) else ""
        lines.append(f"- `{what[:80]}`{alone}")
    return "\n".join(lines)


# Types and bytes


def _lets(
    program: Program, checked: Checked, weights: Cost | None, *, types_: bool
) -> Iterator[Hint]:
    sizes = {} if weights is None else {item.what: item.amount for item in weights.bytes}
    for node in checked.declarations:
        let = program.lets.get(node.declared.name.text) if isinstance(node, nodes.Let) else None
        if not isinstance(node, nodes.Let) or let is None:
            continue
        name = node.declared.name.span
        terms = {part.term.text for part in walk(let.value) if isinstance(part, MemoryRead)}
        kept = sum(sizes.get(term, 0) for term in terms)
        if types_:
            yield Hint(name, f": {let.value.type}")
        if kept >= MUCH:
            yield Hint(node.span, f"≤ {_bytes(kept)}", _kept("each customer at most", kept))


def _costs(program: Program, checked: Checked, weights: Cost) -> Iterator[Hint]:
    sizes: dict[str, int] = {}
    for item in weights.bytes:
        for trigger in program.triggers:
            if item.what in (f"trigger {trigger.name}", f"runs of {trigger.name}"):
                sizes[trigger.name] = sizes.get(trigger.name, 0) + item.amount
    for node in checked.declarations:
        match node:
            case nodes.Trigger(declared=declared) if sizes.get(declared.name.text, 0) >= MUCH:
                kept = sizes[declared.name.text]
                more = _kept("its runs and firings, of each customer at most", kept)
                yield Hint(declared.name.span, f"≤ {_bytes(kept)}", more)
            case nodes.Lifecycle(name=name):
                text = f"≤ {_bytes(weights.most_bytes)} a customer"
                yield Hint(name.span, text, _bounds(weights))
            case _:
                pass


def _kept(of_what: str, amount: int) -> str:
    return f"{amount:,} bytes are kept of {of_what}, when all of it is full."


def _bounds(weights: Cost) -> str:
    """The largest parts of a customer and the dearest events."""
    kept = [f"- {item.amount:,}: `{item.what}`" for item in weights.bytes[:_MOST_ITEMS]]
    work = [f"- {item.amount:,}: `{item.what}`" for item in weights.operations[:_MOST_ITEMS]]
    return "\n".join(
        (
            f"{weights.most_bytes:,} bytes are kept of a customer at most; the largest parts:",
            "",
            *kept,
            "",
            f"{weights.most_operations:,} operations are made for a record at most:",
            "",
            *work,
        )
    )


def _bytes(amount: int) -> str:
    """`940 B`, `16 KB`, `4.1 MB`."""
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if amount >= size:
            value = amount / size
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{amount} B"
