"""Which conditions time can only bring down, or only bring about."""

from __future__ import annotations

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.compiler.falling import Course, course
from lifecycle_dsl.program.rules import WhenTrue

RULES = """
lifecycle fading
event visit, buy
trait vip: bool = false
trait zone: text?
score heat {{ half-life 7d  on visit: 1 }}
score wealth {{ half-life 7d  on buy: 1 }}
score slow {{ half-life 30d  on visit: 1 }}
let both = heat + 2 * wealth
let shifted = heat + 1
level warmth = heat {{ hot >= 8  warm >= 3  cold }}
level spread = heat - wealth {{ wide >= 2  narrow }}
segment keen = heat >= 2
segment club
season feast = 2026-12-25
param bar = 2 {{ club: 3 }}
start {{ -> a }}
stage a {{ -> b when {condition} }}
stage b
trigger joins {{ on buy  do {{ join club  set vip = true }} }}
"""

ENDING, COMING, STEADY = Course.ENDING, Course.COMING, Course.STEADY


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("heat >= 3", ENDING),
        ("heat > 3", ENDING),
        ("both >= 3", ENDING),
        ("heat < 3", COMING),
        ("not (heat >= 3)", COMING),
        ("heat >= 3 and wealth >= 1", ENDING),
        ("heat >= 3 or vip", ENDING),
        ("heat >= 3 and slow >= 1", ENDING),
        ("warmth >= warm", ENDING),
        ("warmth <= warm", COMING),
        ("warmth < hot and not (both > 4)", COMING),
        ("vip", STEADY),
        ("vip and club", STEADY),
        # What goes both ways, or by more than fading scores, goes no one way.
        ("heat >= 3 and wealth < 1", None),
        ("heat >= 0", None),
        ("heat - wealth >= 1", None),
        ("shifted >= 3", None),
        ("heat >= bar", None),
        ("warmth == warm", None),
        ("spread >= wide", None),
        ("in_stage >= 3d", None),
        ("heat >= 3 and in_stage >= 3d", None),
        ("count(buy within 7d) >= 2", None),
        ("feast", None),
        ("date(now) == 2026-12-25", None),
    ],
)
def test_the_course_of_a_condition(condition: str, expected: Course | None) -> None:
    program = lcr.compile(RULES.format(condition=condition)).program
    moving = program.transitions[0].moving
    assert isinstance(moving, WhenTrue)
    assert course(program, moving.condition) is expected
