"""Tests and promises."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import (
    Action,
    Builder,
    Parts,
    bare,
    gathered,
    micros,
    node,
    optional_micros,
)


def _test(b: Builder, span: Span, parts: Parts) -> n.Test:
    return n.Test(span, b.fixed(parts[0]), tuple(parts[1:]))


def _promise(b: Builder, span: Span, parts: Parts) -> n.Promise:
    return n.Promise(span, b.fixed(parts[0]), parts[1])


def _given_arm(b: Builder, span: Span, parts: Parts) -> n.GivenArm:
    return n.GivenArm(span, b.plain(parts[0]), b.whole(parts[1]) or 0)


def _repeat(b: Builder, span: Span, parts: Parts) -> n.Repeat:
    return n.Repeat(span, b.whole(parts[0]) or 0, optional_micros(b, parts[1]))


def _expect_times(b: Builder, span: Span, parts: Parts) -> n.Expect:
    return n.Expect(span, n.ExpectTimes(span, parts[0], b.whole(parts[1]) or 0))


def _expect(kind: type) -> Action:
    return lambda b, span, parts: kind(span, *parts)


def _test_expect(b: Builder, span: Span, parts: Parts) -> n.Expect:
    return parts[0] if isinstance(parts[0], n.Expect) else n.Expect(span, parts[0])


ACTIONS: dict[str, Action] = {
    "test": _test,
    "test_given": gathered(n.Given),
    "test_at": micros(n.TestAt),
    "test_on": node(n.TestOn),
    "test_wait": micros(n.TestWait),
    "test_wait_until": micros(n.TestWaitUntil),
    "test_expect": _test_expect,
    "given_stage": node(n.GivenStage),
    "given_joined": node(n.GivenJoined),
    "given_holdout": bare(n.GivenHoldout),
    "given_arm": _given_arm,
    "given_value": node(n.GivenValue),
    "repeat": _repeat,
    "expect_that": _expect(n.ExpectThat),
    "expect_times": _expect_times,
    "expect_about": _expect(n.ExpectAbout),
    "expect_order": _expect(n.ExpectOrder),
    "promise": _promise,
}
