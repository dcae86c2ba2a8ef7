"""Tests and promises."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.fmt.documents import Document, spaced
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import block, clause, clauses, commas, hang
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.fmt.triggers import with_data
from lifecycle_dsl.syntax import nodes as n

layout(
    n.GivenStage,
    n.GivenJoined,
    n.GivenHoldout,
    n.GivenArm,
    n.TestAt,
    n.Repeat,
    n.TestWait,
    n.TestWaitUntil,
)(in_words)


@layout(n.Test)
def _test(t: Tokens, node: n.Test) -> Document:
    def items() -> Iterator[Document]:
        steps = list(node.steps)
        while steps:
            step = steps.pop(0)
            item = laid(t, step)
            if isinstance(step, n.Given) and steps and isinstance(steps[0], n.TestAt):
                item = spaced(item, laid(t, steps.pop(0)))
            yield item

    return spaced(t.word("test"), t.word(), block(t, items()))


@layout(n.Given)
def _given(t: Tokens, node: n.Given) -> Document:
    return hang(t.word("given"), commas(t, node.items))


@layout(n.GivenValue)
def _given_value(t: Tokens, node: n.GivenValue) -> Document:
    return spaced(t.word(), laid(t, node.value))


@layout(n.TestOn)
def _test_on(t: Tokens, node: n.TestOn) -> Document:
    step = with_data(t, hang(t.word("on"), t.word()), node.data)
    return step if node.repeat is None else spaced(step, laid(t, node.repeat))


@layout(n.Expect)
def _expect(t: Tokens, node: n.Expect) -> Document:
    return spaced(t.word("expect"), laid(t, node.expectation))


@layout(n.ExpectThat)
def _expect_that(t: Tokens, node: n.ExpectThat) -> Document:
    return with_data(t, hang(laid(t, node.condition)), node.data)


@layout(n.ExpectTimes)
def _expect_times(t: Tokens, node: n.ExpectTimes) -> Document:
    return hang(laid(t, node.fact), t.word("x"), t.word())


@layout(n.ExpectAbout)
def _expect_about(t: Tokens, node: n.ExpectAbout) -> Document:
    if node.data is None:
        return hang(laid(t, node.value), t.word("about"), laid(t, node.about))
    value = with_data(t, laid(t, node.value), node.data)
    return spaced(value, t.word("about"), laid(t, node.about))


@layout(n.ExpectOrder)
def _expect_order(t: Tokens, node: n.ExpectOrder) -> Document:
    start = laid(t, node.earlier)
    return clauses(start, clause(t.word("before"), laid(t, node.later)))


@layout(n.Promise)
def _promise(t: Tokens, node: n.Promise) -> Document:
    return spaced(
        t.word("always"), t.word(), block(t, (laid(t, each) for each in (node.condition,)))
    )
