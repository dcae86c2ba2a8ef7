"""Random expressions, evaluated: no value leaves its bounds, none is missing that must be there."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle_dsl.checker.operators import TURNED
from lifecycle_dsl.localtime import DAY, zone
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.walk import walk
from tests.unit.checker.rules import checked_rules

RULES = """
lifecycle shop
event visit
trait a, b, c: number = 0
trait m, k: money = 0
trait d, f: duration = 1d
trait maybe: number?
start { -> new }
stage new
"""
NUMBERS = ("a", "b", "c", "maybe")
VALUES = st.sampled_from([0.0, 1.0, -1.0, 0.5, 3.0, -7.0, 1e-12, 5e-324, 1e9, 1e15, -1e15])
Env = dict[str, Any]


def numbers() -> st.SearchStrategy[str]:
    leaves = st.sampled_from([*NUMBERS, "0", "1", "2", "0.5", "(m / k)", "(d / f)", "number(m)"])
    return st.recursive(leaves, _larger, max_leaves=12)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.builds(lambda o, p: f"({p[0]} {o} {p[1]})", st.sampled_from("+-*/"), pair),
        st.builds(
            lambda f, p: f"{f}({p[0]}, {p[1]})", st.sampled_from(["min", "max", "mod"]), pair
        ),
        st.builds(
            lambda f, x: f"{f}({x})", st.sampled_from(["abs", "sqrt", "log", "round"]), inner
        ),
        st.builds(lambda x, y: f"(({x}) ^ {y})", inner, st.sampled_from(["2", "3", "-1", "0.5"])),
        st.builds(lambda p: f"({p[0]} else ({p[1]}))", pair),
        st.builds(lambda x: f"clamp({x}, -5, 5)", inner),
        st.builds(lambda x: f"days(d * ({x}))", inner),
        st.builds(
            lambda c, p, q: f"(if {p[0]} {c} {p[1]} then {q[0]} else {q[1]})",
            st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
            pair,
            pair,
        ),
        st.builds(lambda p: f"(if {p[0]} is present then {p[0]} else {p[1]})", pair),
    )


def environments() -> st.SearchStrategy[Env]:
    whole = st.integers(-100 * DAY, 100 * DAY)
    return st.fixed_dictionaries(
        {
            **dict.fromkeys(("a", "b", "c", "m", "k"), VALUES),
            "maybe": st.none() | VALUES,
            "d": whole,
            "f": whole | st.just(0),
        }
    )


def evaluate(found: e.Expression, env: Env) -> Any:
    """The value of an expression over traits, as simply as can be."""
    match found:
        case e.Constant():
            return found.value
        case e.TraitRead():
            return env[found.trait]
        case e.Default():
            value = evaluate(found.value, env)
            return evaluate(found.fallback, env) if value is None else value
        case e.If():
            condition = evaluate(found.condition, env)
            if condition is None:
                return None
            return evaluate(found.yes if condition else found.no, env)
        case e.IsPresent():
            return evaluate(found.operand, env) is not None
        case e.Not():
            operand = evaluate(found.operand, env)
            return None if operand is None else not operand
        case e.Apply():
            arguments = [evaluate(argument, env) for argument in found.arguments]
            if None in arguments:
                return None
            before = (zone("UTC"),) if found.operation.needs_zone else ()
            value = found.operation.evaluate(*before, *arguments)
            if found.bounds is not None and value is not None:
                assert found.bounds[0] <= value <= found.bounds[1], found
            return value
        case _:
            raise AssertionError(type(found))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=numbers(), envs=st.lists(environments(), min_size=1, max_size=8))
def test_values_keep_what_the_checker_promises(text: str, envs: list[Env]) -> None:
    checked = checked_rules(f"{RULES}let x = {text}\n")
    if checked.program is None:
        assert {each.name for each in checked.diagnostics} == {"may-overflow"}
        return
    found = checked.program.lets["x"].value
    assert all(part.bounds for part in walk(found) if isinstance(part, e.Apply) and _numeric(part))
    for env in envs:
        value = evaluate(found, env)
        if value is None:
            assert found.may_miss, text
        else:
            assert math.isfinite(value)
            assert found.bounds is not None
            assert found.bounds[0] <= value <= found.bounds[1]


def _numeric(part: e.Apply) -> bool:
    return part.operation.name not in TURNED
