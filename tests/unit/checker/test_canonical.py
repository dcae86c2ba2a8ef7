"""The canonical text of an expression reads as the expression, however that was laid out."""

from __future__ import annotations

import pytest

from lifecycle_dsl.checker.constants import as_expression, constant_value, number_of
from lifecycle_dsl.checker.expressions.canonical import of
from lifecycle_dsl.fmt.proof import same_nodes
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes, parse, parse_expression
from tests.unit.checker.rules import value_of


def read(text: str) -> nodes.Expression:
    found, diagnostics = parse_expression(Source("a", text))
    assert found is not None, diagnostics
    return found


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1_000.50", "1000.5"),
        ("36h", "36h"),
        ("24h", "1d"),
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05T12:00:00.000Z", "2026-01-05T12:00:00Z"),
        ("true   and\n not  false", "true and not false"),
        ("a+b *  -c", "a + b * -c"),
        ("( a )", "(a)"),
        ('"a\\"b\\\\\\n{{x}} {city}"', '"a\\"b\\\\\\n{{x}} {city}"'),
        ("[ a ,b ]", "[a, b]"),
        ('[{sku:"x",price:2}]', '[{sku: "x", price: 2}]'),
        ("event . plan", "event.plan"),
        ("max( a,b )", "max(a, b)"),
        ("a is  not one of( b,c )", "a is not one of (b, c)"),
        ("a is one of (b)", "a is one of (b)"),
        ("a is  present", "a is present"),
        ("a is not  present", "a is not present"),
        ("a  else  b", "a else b"),
        ("if a then b\nelse c", "if a then b else c"),
        ("sum( amount of  visit within 24h keep 5 )", "sum(amount of visit within 1d keep 5)"),
        ("count(a,b where c>1 this  week)", "count(a, b where c > 1 this week)"),
        ("seen(any  event)", "seen(any event)"),
        ("count(enter a, leave b)", "count(enter a, leave b)"),
        ("count(l rises, l falls to low)", "count(l rises, l falls to low)"),
        ('count(sent  email, sent sms "x")', 'count(sent email, sent sms "x")'),
    ],
)
def test_each_kind_of_expression_has_one_text(written: str, canonical: str) -> None:
    found = read(written)
    assert of(found) == canonical
    assert same_nodes(found, read(canonical))


def test_a_long_chain_has_its_text() -> None:
    chain = " + ".join("a" * 150)
    assert of(read(chain)) == chain


@pytest.mark.parametrize(
    ("text", "known", "value"),
    [
        ("2 + 3 * 4", True, 14.0),
        ('["a", "b"]', True, ("a", "b")),
        ("a + 1", False, None),
        ('["a", city]', False, None),
        ("weekday(met) == monday", False, None),
    ],
)
def test_what_is_known_beforehand_is_a_constant(text: str, known: bool, value: object) -> None:  # noqa: FBT001 — a column of the table
    assert constant_value(value_of(text)) == (known, value)


def test_the_constants_of_a_param_are_expressions_too() -> None:
    file = parse(Source("a", "param p = 5 { x: 4 }  param q = 2d  score s { at least p }")).file
    p, q, s = file.declarations
    assert isinstance(p, nodes.Param)
    assert isinstance(q, nodes.Param)
    assert isinstance(s, nodes.Score)
    (least,) = s.items
    assert isinstance(least, nodes.AtLeast)
    written = [of(as_expression(each)) for each in (p.value, q.value, least.bound)]
    assert written == ["5", "2d", "p"]
    assert [number_of(each) for each in (p.value, q.value, least.bound)] == [5.0, None, None]
