"""Where customers begin, stages, and the ways between them.

What moves a customer brings along the gap before it, which may be a line end.
"""

from __future__ import annotations

from lifecycle_dsl.fmt.columns import Aligned
from lifecycle_dsl.fmt.documents import SPACE, Document, row, spaced
from lifecycle_dsl.fmt.expressions import points
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import block, clause, clauses, commas, hang, headed
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

layout(n.Retired)(in_words)


@layout(n.Start)
def _start(t: Tokens, node: n.Start) -> Document:
    return spaced(t.word("start"), block(t, (laid(t, each) for each in node.placings)))


@layout(n.Placing)
def _placing(t: Tokens, node: n.Placing) -> Document:
    head = spaced(t.word("->"), t.word())
    if node.condition is None:
        return head
    return Aligned(head, hang(t.word("when"), laid(t, node.condition)))


@layout(n.Stage)
def _stage(t: Tokens, node: n.Stage) -> Document:
    head = hang(t.word("stage"), commas(t, node.names))
    if not node.braced:
        return head
    return headed(t, head, lambda: (laid(t, each) for each in node.transitions))


@layout(n.Transition)
def _transition(t: Tokens, node: n.Transition) -> Document:
    return row(spaced(t.word("->"), t.word()), laid(t, node.moving))


@layout(n.FromRule)
def _from_rule(t: Tokens, node: n.FromRule) -> Document:
    head = hang(t.word("from"), laid(t, node.stages), t.word("->"), t.word())
    return row(head, laid(t, node.moving))


@layout(n.MoveOn)
def _move_on(t: Tokens, node: n.MoveOn) -> Document:
    on = clause(t.word("on"), laid(t, node.happenings))
    return clauses(on, *_when(t, node.condition))


@layout(n.MoveOnDates)
def _move_on_dates(t: Tokens, node: n.MoveOnDates) -> Document:
    on = clause(t.word("on"), laid(t, node.dates))
    return clauses(on, *_when(t, node.condition))


@layout(n.MoveWhen)
def _move_when(t: Tokens, node: n.MoveWhen) -> Document:
    return clauses(*_when(t, node.condition))


@layout(n.MoveAtPoints)
def _move_at_points(t: Tokens, node: n.MoveAtPoints) -> Document:
    head = hang(t.word("at"), laid(t, node.bar), t.word("points"))
    return row(SPACE, head, SPACE, points(t, node.lines))


@layout(n.MoveAfter)
def _move_after(t: Tokens, node: n.MoveAfter) -> Document:
    after = clause(t.word("after"), t.word())
    without = () if node.without is None else (clause(t.word("without"), laid(t, node.without)),)
    return clauses(after, *without, *_when(t, node.condition))


def _when(t: Tokens, condition: n.Expression | None) -> list[Document]:
    return [] if condition is None else [clause(t.word("when"), laid(t, condition))]
