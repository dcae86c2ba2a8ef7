"""Promises on made-up series, and their shortest counterexamples."""

from __future__ import annotations

import re

from lifecycle_dsl.loading import compile
from lifecycle_dsl.testing.generating import Maker
from lifecycle_dsl.testing.results import Result
from lifecycle_dsl.testing.running import run
from lifecycle_dsl.testing.scene import first_instant, rehearsed
from lifecycle_dsl.testing.trying import try_promises

RULES = """\
lifecycle shop
event visit { page: text = "home" }
event order { amount: number, gift: bool?, kind: one of (new, used) = new }
event refund
trait ok: bool = false
channel email { consent ok }
start { -> a }
stage a { -> b after 30d without visit }
stage b { -> c on order where amount >= 120 }
stage c
trigger thanks { on order do { send email "thanks" } }
"""


def tried(promise: str, count: int = 300, seed: int = 1) -> Result:
    ruleset = rehearsed(compile(f'{RULES}always "x" {{ {promise} }}').program)
    (result,) = try_promises(ruleset, count, seed)
    return result


def test_a_promise_that_holds_passes() -> None:
    result = tried("not (sent email and not ok)")
    assert result.passed
    assert result.title == 'always "x" on 300 generated series'


def test_a_long_way_is_found_and_shortened() -> None:
    result = tried("not entered c")
    assert not result.passed
    assert re.fullmatch(
        r'test "x" \{\n  on \w+.*\n  wait 30d\n  on order \{ amount: 120 \}\n\}\n', result.as_test
    ), result.as_test
    decided = [line for scene in result.story for line in scene.decided]
    assert "b -> c (b->c#1)" in decided
    assert decided[-1] == 'broke always "x"'


def test_the_shortest_series_is_a_test_that_fails() -> None:
    text = f'{RULES}always "x" {{ not sent email }}'
    broken = try_promises(rehearsed(compile(text).program), 300, 1)[0]
    assert "on profile { ok: true }" in broken.as_test
    again = rehearsed(compile(f"{text}\n{broken.as_test}").program)
    outcome = run(again, again.program.tests[0])
    assert outcome.failure is not None
    assert outcome.failure.headline == 'always "x" does not hold'


def test_a_seed_gives_the_same_series_and_another_one_others() -> None:
    program = compile(RULES).program
    maker, start = Maker(program), first_instant(program)
    assert maker.series(1, 5, start) == Maker(program).series(1, 5, start)
    assert maker.series(1, 5, start) != maker.series(2, 5, start)


def test_most_records_that_are_made_are_taken() -> None:
    program = compile(RULES).program
    maker, start = Maker(program), first_instant(program)
    inputs = [each for number in range(50) for each in maker.series(3, number, start)]
    events = {each.event for each in inputs}
    assert events == {None, "visit", "order", "refund", "profile"}
    assert any(each.gap == 30 * 86_400_000_000 for each in inputs)
