"""Triggers: occurrences, guards, and the steps of journeys."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.fmt.documents import Document, Row, row, spaced
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import (
    block,
    clause,
    clauses,
    hang,
    headed,
    hung,
    listed,
    with_colon,
)
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

layout(
    n.OccursEvery,
    n.GuardAt,
    n.GuardBetween,
    n.GuardOnce,
    n.PerDuration,
    n.PerPeriod,
    n.GuardAtMost,
    n.GuardForEach,
    n.GuardTopic,
    n.GuardPriority,
    n.GuardDraft,
    n.GuardRestart,
    n.AwaitWithin,
    n.Join,
    n.Quit,
    n.Exit,
)(in_words)


@layout(n.Trigger)
def _trigger(t: Tokens, node: n.Trigger) -> Document:
    def items() -> Iterator[Document]:
        guards = list(node.guards)
        occurrence = laid(t, node.occurrence)
        if isinstance(node.occurrence, n.OccursEvery):
            occurrence = spaced(occurrence, *_stages_of(t, guards))
        yield occurrence
        yield from (laid(t, each) for each in (*guards, *node.exits))
        yield spaced(t.word("do"), steps(t, node.steps))

    words = [t.word("trigger"), laid(t, node.declared)]
    head = hang(*words, *([t.word()] if node.title is not None else []))
    return headed(t, head, items)


def _stages_of(t: Tokens, guards: list[n.Guard]) -> list[Document]:
    """The stages of `every monday in STAGES`, which belong to it."""
    return [laid(t, guards.pop(0))] if guards and isinstance(guards[0], n.GuardIn) else []


@layout(n.OccursOn)
def _occurs_on(t: Tokens, node: n.OccursOn) -> Document:
    return hang(t.word("on"), laid(t, node.happenings))


@layout(n.OccursAbsence)
def _occurs_absence(t: Tokens, node: n.OccursAbsence) -> Document:
    start = spaced(t.word("on"), laid(t, node.happenings))
    without = clause(t.word("without"), laid(t, node.without))
    return clauses(start, without, clause(t.word("for"), t.word()))


@layout(n.OccursSequence)
def _occurs_sequence(t: Tokens, node: n.OccursSequence) -> Document:
    start = spaced(t.word("on"), laid(t, node.steps[0]))
    then = [clause(t.word("then"), laid(t, step)) for step in node.steps[1:]]
    return clauses(start, *then, clause(t.word("within"), t.word()))


@layout(n.OccursAfter)
def _occurs_after(t: Tokens, node: n.OccursAfter) -> Document:
    start = spaced(t.word("after"), t.word())
    return clauses(start, clause(t.word("without"), laid(t, node.without)))


@layout(n.OccursDates)
def _occurs_dates(t: Tokens, node: n.OccursDates) -> Document:
    return hang(t.word("on"), laid(t, node.dates))


@layout(n.GuardIn)
def _guard_in(t: Tokens, node: n.GuardIn) -> Document:
    return hang(t.word("in"), laid(t, node.stages))


@layout(n.GuardWhen)
def _guard_when(t: Tokens, node: n.GuardWhen) -> Document:
    return hang(t.word("when"), laid(t, node.condition))


@layout(n.ExitOn)
def _exit_on(t: Tokens, node: n.ExitOn) -> Document:
    return hang(t.word("exit"), t.word("on"), laid(t, node.happenings))


def steps(t: Tokens, nodes: tuple[n.Step, ...]) -> Document:
    """Steps in braces."""
    return block(t, (laid(t, step) for step in nodes))


@layout(n.Data)
def _data(t: Tokens, node: n.Data) -> Document:
    return listed(t, node.entries)


@layout(n.Entry)
def _entry(t: Tokens, node: n.Entry) -> Document:
    key = row(t.word(), t.word(":"))
    return spaced(key, hung(t, lambda: laid(t, node.value)))


def with_data(t: Tokens, head: Document, data: n.Data | None) -> Document:
    """What is done or expected, and the data with it."""
    return head if data is None else spaced(head, laid(t, data))


@layout(n.Send)
def _send(t: Tokens, node: n.Send) -> Document:
    head = hang(t.word("send"), t.word(), laid(t, node.template))
    return with_data(t, head, node.data)


@layout(n.CallAction)
def _call_action(t: Tokens, node: n.CallAction) -> Document:
    return with_data(t, hang(t.word("call"), laid(t, node.action)), node.data)


@layout(n.SetTrait)
def _set_trait(t: Tokens, node: n.SetTrait) -> Document:
    return hang(t.word("set"), t.word(), t.word("="), laid(t, node.value))


@layout(n.Wait)
def _wait(t: Tokens, node: n.Wait) -> Document:
    return hang(t.word("wait"), laid(t, node.duration), *_label(t, node.label))


@layout(n.WaitUntil)
def _wait_until(t: Tokens, node: n.WaitUntil) -> Document:
    return hang(t.word("wait"), t.word("until"), laid(t, node.until), *_label(t, node.label))


def _label(t: Tokens, label: n.Declared | None) -> list[Document]:
    return [] if label is None else [t.word("as"), laid(t, label)]


@layout(n.Await)
def _await(t: Tokens, node: n.Await) -> Document:
    start = t.word("await")
    if node.single:
        start = spaced(start, laid(t, node.arms[0].happenings))
    ending = [] if node.ending is None else [clause(laid(t, node.ending))]
    label = [clause(*_label(t, node.label))] if node.label is not None else []
    head = clauses(start, *ending, *label)
    if node.single:
        return spaced(head, *_first_block(t, node), *_else(t, node.otherwise))

    def arms() -> Iterator[Document]:
        yield from (laid(t, arm) for arm in node.arms)
        yield from (spaced(*_else(t, each)) for each in [node.otherwise] if each is not None)

    return spaced(head, block(t, arms()))


@layout(n.AwaitUntil)
def _await_until(t: Tokens, node: n.AwaitUntil) -> Document:
    return hang(t.word("until"), laid(t, node.until))


def _first_block(t: Tokens, node: n.Await) -> list[Document]:
    """The block before `else`; left out where it is empty and holds no comment."""
    may_go = node.ending is not None and node.otherwise is not None and not node.arms[0].steps
    if may_go and (t.next == "else" or t.left_out("{", "}")):
        return []
    return [steps(t, node.arms[0].steps)]


def _else(t: Tokens, otherwise: tuple[n.Step, ...] | None) -> list[Document]:
    return [] if otherwise is None else [t.word("else"), steps(t, otherwise)]


@layout(n.Arm)
def _arm(t: Tokens, node: n.Arm) -> Document:
    return spaced(hang(t.word("on"), laid(t, node.happenings)), steps(t, node.steps))


@layout(n.If)
def _if(t: Tokens, node: n.If) -> Document:
    parts: list[Document] = []
    case = node
    while True:
        parts += [hang(t.word("if"), laid(t, case.condition)), steps(t, case.steps)]
        if case.otherwise is None:
            break
        if not (case.chained and isinstance(case.otherwise[0], n.If)):
            parts += _else(t, case.otherwise)
            break
        parts.append(t.word("else"))
        case = case.otherwise[0]
    return spaced(*parts)


@layout(n.Split)
def _split(t: Tokens, node: n.Split) -> Document:
    head = hang(t.word("split"), laid(t, node.declared))
    return spaced(head, block(t, (laid(t, arm) for arm in node.arms)))


@layout(n.SplitArm)
def _split_arm(t: Tokens, node: n.SplitArm) -> Document:
    return with_colon(t, Row((t.word(), t.word("%"))), lambda: steps(t, node.steps))
