"""Tests and promises are no part of the rules that they stand beside."""

from __future__ import annotations

import pytest

from lifecycle_dsl.loading import compile
from lifecycle_dsl.testing.suites import suite

RULES = """\
lifecycle shop
event visit
score warmth { on visit: 1 }
level heat = warmth { hot >= 3  cold }
segment warm = warmth >= 2
channel email
start { -> a }
stage a { -> b on visit when count(visit within 7d) >= 2 }
stage b
"""


@pytest.mark.parametrize(
    "beside",
    [
        'test "x" { on visit x 3  expect count(enter warm) == 1 and count(heat rises) == 1 }',
        'test "x" { on visit x 3  expect count(visit within 7d) == 3 and streak(visit) == 1 }',
        'test "x" { on visit x 2  expect count(enter b) == 1  expect count(sent email) == 0 }',
        'always "x" { not seen(leave warm) }',
    ],
)
def test_a_rule_set_is_the_same_with_and_without_them(beside: str) -> None:
    ruleset = compile(RULES + beside)
    assert ruleset.fingerprint == compile(RULES).fingerprint
    assert ruleset.compiled.layout.slots == compile(RULES).compiled.layout.slots
    for result in suite("shop.lcr", ruleset).run():
        assert result.passed, result.trouble
