"""A name that a diagnostic suggests can be written by its fix, and then the problem is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.diagnostics import Diagnostic, Safety
from lifecycle_dsl.source import Source

SOUND = """lifecycle shop
timezone "Europe/Amsterdam"
event visit
event purchase { amount: money, plan: one of (free, paid) }
trait bought: bool = false
action crm.notify { reason: text }
param bar = 5 tune 3 to 8 step 1
score warmth { half-life 14d  on visit: 1 }
let heat = warmth * 2
level mood = heat { hot >= 5  cold }
segment liked
season feast = 2026-12-24
channel email { quiet during feast }
topic tips
route best { otherwise: email }
start { -> lead }
stage lead { -> customer at bar points { on visit: 1 } }
stage customer
trigger greet "Greet" {
  on mood rises to hot
  in customer
  topic tips
  do {
    split halves { 50%: { wait 3d as pause } 50%: { exit } }
    send email "hi" { heat: heat }
    join liked
    set bought = true
    call crm.notify { reason: "x" }
  }
}
trigger each { on purchase for each plan  do { send best "ho" } }
retired older.step -> greet.pause
test "all" {
  given arm halves 1
  given bought true
  on purchase { amount: 5, plan: paid }
  expect held quiet
  expect fired greet
}
"""
SLIPS = (
    ("on visit: 1 }\nlet", "on vist: 1 }\nlet"),
    ("Europe/Amsterdam", "Europe/Amsterdm"),
    ("amount: money", "amount: mony"),
    ("at bar points", "at barr points"),
    ("mood rises", "mod rises"),
    ("rises to hot", "rises to hott"),
    ("in customer", "in custmer"),
    ("topic tips\n  do", "topic tps\n  do"),
    ("send email", "send emal"),
    ("send best", "send bst"),
    ("join liked", "join likd"),
    ("set bought", "set bougt"),
    ("call crm.notify", "call crm.notfy"),
    ('reason: "x"', 'reson: "x"'),
    ("for each plan", "for each pan"),
    ("during feast", "during fest"),
    ("greet.pause", "greet.pase"),
    ("arm halves", "arm halvs"),
    ("given bought", "given bougt"),
    ("{ amount: 5", "{ amout: 5"),
    ("held quiet", "held quit"),
    ("fired greet", "fired gret"),
    ("warmth * 2", "warmt * 2"),
    ("otherwise: email", "otherwise: emal"),
)


def suggesting(text: str) -> Iterator[Diagnostic]:
    found = check(Source("shop.lcr", text)).diagnostics
    return (each for each in found if re.match("a similar .* exists", each.help or ""))


def test_the_rules_are_sound() -> None:
    assert check(Source("shop.lcr", SOUND)).diagnostics == ()


@pytest.mark.parametrize(("right", "wrong"), SLIPS)
def test_what_is_suggested_can_be_written(right: str, wrong: str) -> None:
    assert SOUND.count(right) == 1, right
    text = SOUND.replace(right, wrong)
    (found, *_) = suggesting(text)
    (fix,) = found.fixes
    assert fix.safety is Safety.UNSAFE
    (edit,) = fix.edits
    assert text[: edit.span.start] + edit.replacement + text[edit.span.end :] == SOUND
