"""A rule set around one expression."""

from __future__ import annotations

from typing import Any

from lifecycle_dsl.checker import check
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Source

RULES = """
lifecycle shop
event purchase { amount: money, pieces: number?, plan: one of (free, premium)?, tag: text? }
event visit { page: text? }
trait a, b, c: number = 0
trait m, k: money = 0
trait d, f: duration = 1d
trait born: date = 2000-02-29
trait met: time = 2026-01-05T12:00Z
trait city: text = "Utrecht"
trait loyal: bool = false
trait tier: one of (basic, gold) = basic
trait tags: list of text = []
trait maybe: number?
trait renews: date?
score mail { half-life 14d  at least 0  on visit: 1 }
score web { half-life 14d  at least 0  on visit: 1 }
score slow { half-life 90d  at least 0  on visit: 1 }
score moody { half-life 14d  on visit: 1 }
score sour { half-life 90d  on visit: 1 }
score total { at least 0  at most 100  on visit: 1 }
let health = mail + web
let ratio = a / b
let opens = count(visit within 7d)
level warmth = health { hot >= 15  warm >= 5  cold }
segment member
segment keen = health >= 3
season spring = 2026-03-01 to 2026-05-31
param bar = 5
table strategy (stage) -> tone: text, bonus: number { otherwise => "calm", 1 }
channel email
start { -> new }
stage new
stage regular
"""


def checked(text: str, more: str = "") -> tuple[Expression | None, list[str]]:
    """The value of `let x = TEXT` and the names of what is wrong with it."""
    result = checked_rules(f"{RULES}{more}\nlet x = {text}\n")
    found = [each.name for each in result.diagnostics if each.severity.value == "error"]
    program: Program | None = result.program
    return None if program is None or found else program.lets["x"].value, found


def value_of(text: str, more: str = "") -> Expression:
    """The value of an expression that must be right."""
    value, found = checked(text, more)
    assert found == []
    assert value is not None
    return value


def checked_rules(text: str) -> Any:
    """What the checker makes of a file."""
    return check(Source("main.lcr", text), lambda _name: None)
