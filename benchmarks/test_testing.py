"""How fast tests of rule files run, once the rules are compiled."""

from __future__ import annotations

from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import lifecycle_dsl as lcr
from benchmarks.timing import repeat
from lifecycle_dsl.testing.results import Result
from lifecycle_dsl.testing.suites import suite

TESTS = 5_000
SMALL = """\
lifecycle shop
event visit { page: text? }
event purchase { amount: money = 0 }
trait subscribed: bool = true
score interest { half-life 30d  at least 0  on visit: 1  on purchase: 5 }
let spent = sum(amount of purchase within 365d)
level warmth = interest { hot >= 10  warm >= 3  cold }
start { -> visitor }
stage visitor { -> customer on purchase }
stage customer { -> sleeping after 60d without visit, purchase }
stage sleeping { -> customer on purchase }
channel email
trigger welcome { on enter customer  when subscribed  once  do { send email "hello_{warmth}" } }
"""
PROMISE = 'always "only to subscribers" { not (sent email and not subscribed) }\n'
SHIPPED = Path(__file__).parents[1] / "rules"


def small(number: int) -> str:
    """A test of two or three steps, one of five kinds."""
    amount = number % 90 + 1
    steps = (
        f'on purchase {{ amount: {amount} }}  expect sent email "hello_warm"',
        f"given stage customer  wait {60 + number % 30}d  expect stage sleeping",
        f"on visit x {number % 7 + 1} every 1h  expect stage visitor  expect interest > 0.5",
        "given subscribed false  on purchase  expect not sent email",
        f"given stage customer  on purchase {{ amount: {amount} }}  expect spent == {amount}",
    )
    return f'test "made {number}" {{ {steps[number % len(steps)]} }}\n'


def different(number: int) -> str:
    """A test that no other is like."""
    return (
        f'test "made {number}" {{ given interest {number}  on purchase {{ amount: {number}.5 }}'
        f"  expect spent == {number}.5 and interest > {number}.25  expect stage customer }}\n"
    )


def of_the_large_rules(number: int) -> str:
    """A test of the shipped rules for e-mail marketing, one of four kinds."""
    steps = (
        "given stage prospect  on email_open  expect email_engagement > 0.5",
        "given stage lead, email_opt_in true  on purchase { amount: 30 }  expect stage customer",
        f"given stage active_user  wait {30 + number % 9}d  expect stage at_risk",
        "given stage customer  on page_view  expect not sent email",
    )
    return f'test "made {number}" {{ {steps[number % len(steps)]} }}\n'


def rules(kind: str) -> str:
    """The text of a rule file, with its tests."""
    if kind == "e-mail marketing":
        return 'use "email_marketing.lcr"\n' + "".join(map(of_the_large_rules, range(TESTS)))
    promise = PROMISE if kind == "small, a promise" else ""
    return SMALL + "".join(map(small, range(TESTS))) + promise


@pytest.mark.benchmark(group="tests of rule files")
@pytest.mark.parametrize("kind", ["small", "small, a promise", "e-mail marketing"])
def test_running_tests(benchmark: BenchmarkFixture, tmp_path: Path, kind: str) -> None:
    for each in SHIPPED.glob("*.lcr"):
        copy(each, tmp_path)
    path = tmp_path / "made.lcr"
    path.write_text(rules(kind), encoding="utf-8")
    made = suite(str(path), lcr.load(path), ["made"])
    results = repeat(benchmark, lambda: list(made.run()))
    tell(benchmark, results)


@pytest.mark.benchmark(group="tests of rule files")
def test_running_different_tests_for_the_first_time(benchmark: Any) -> None:  # noqa: ANN401
    text = SMALL + "".join(map(different, range(TESTS)))
    results = benchmark.pedantic(
        lambda made: list(made.run()),
        setup=lambda: ((suite("made.lcr", lcr.compile(text)),), {}),
        rounds=3,
    )
    tell(benchmark, results)


def tell(benchmark: Any, results: list[Result]) -> None:  # noqa: ANN401
    """Notes tests per second of the best round, all of which passed."""
    assert len(results) == TESTS
    assert all(result.passed for result in results)
    if benchmark.stats is not None:
        benchmark.extra_info["tests_per_second"] = round(TESTS / benchmark.stats.stats.min)
