"""What the compiler makes: the same text at every run, code that knows its place, fingerprints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.compiler.steps import Entry
from lifecycle_dsl.engine.machine import Machine

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "rules").glob("*.lcr"))
PRINT_ALL = """
import sys, lifecycle_dsl as lcr
for path in sys.argv[1:]:
    rules = lcr.load(path)
    for stage in rules.program.stages:
        for event in (*rules.program.events, "profile"):
            print(stage, event)
            print(rules.compiled.python(stage, event))
    print(rules.fingerprint, [slot[:2] for slot in rules.compiled.layout.slots])
"""
HEAD = """lifecycle shop
event visit
event order { amount: money = 0, plan: text? }
channel email
trait tier: number = 0
"""
RULES = (
    HEAD
    + """score heat { half-life 7d  on visit: 2 }
segment big = heat > 5
stage lead { -> customer on order where amount > 5
             -> lost after 3d when tier > 1 }
stage customer, lost
start { -> lead }
attribution sales {
  touch visit as email by id
  conversion order worth amount
  within 30d
  model position 40/20/40
}
trigger hello {
  on order
  when heat >= 1
  do {
    set tier = tier + 1 else 0
    send email "hello_{stage}"
  }
}
"""
).replace("tier + 1 else 0", "clamp(tier + 1, 0, 9)")


def test_the_same_python_for_every_hash_seed() -> None:
    paths = [str(path) for path in SHIPPED]
    found = {
        subprocess.run(
            [sys.executable, "-c", PRINT_ALL, *paths],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(found) == 1
    assert found.pop().count(b"def ") > 100


def test_code_is_located_in_the_rule_file() -> None:
    ruleset = lcr.compile(RULES, "shop.lcr")
    machine = Machine(ruleset.compiled)
    handler = ruleset.compiled.handler("lead", "order", machine.links, first=False)
    steps = ruleset.compiled.steps(ruleset.program.triggers[0], Entry(), machine.links)
    for function, piece in ((handler, "on order where"), (steps, "send email")):
        code = function.__code__
        assert code.co_filename == "shop.lcr"
        lines = {line for _, _, line in code.co_lines() if line}
        expected = 1 + next(n for n, text in enumerate(RULES.splitlines()) if piece in text)
        assert expected in lines
        assert max(lines) <= len(RULES.splitlines())


def test_a_traceback_points_into_the_rule_file() -> None:
    ruleset = lcr.compile(RULES, "shop.lcr")
    machine = Machine(ruleset.compiled)
    steps = ruleset.compiled.steps(ruleset.program.triggers[0], Entry(), machine.links)
    with pytest.raises(AttributeError) as raised:
        steps(None, None, 0, [], "order", None, None)
    last = raised.traceback[-1]
    assert str(last.path) == "shop.lcr"
    assert RULES.splitlines()[last.lineno].strip().startswith("set tier")


def test_code_of_a_used_file_is_located_there(tmp_path: Path) -> None:
    facts, stages = RULES.split("stage lead", 1)
    (tmp_path / "facts.lcr").write_text(facts.replace("lifecycle shop", ""), encoding="utf-8")
    main = tmp_path / "main.lcr"
    main.write_text(f'lifecycle shop\nuse "facts.lcr"\nstage lead{stages}', encoding="utf-8")
    (tmp_path / "steps.lcr").write_text("trigger hi {\non visit\ndo { exit } }", encoding="utf-8")
    main.write_text(main.read_text(encoding="utf-8") + 'use "steps.lcr"\n', encoding="utf-8")
    ruleset = lcr.load(main)
    machine = Machine(ruleset.compiled)
    files = {
        trigger.name: ruleset.compiled.steps(trigger, Entry(), machine.links).__code__.co_filename
        for trigger in ruleset.program.triggers
    }
    assert {name: Path(file).name for name, file in files.items()} == {
        "hello": "main.lcr",
        "hi": "steps.lcr",
    }


def test_linked_functions_see_no_builtins() -> None:
    ruleset = lcr.compile(RULES)
    machine = Machine(ruleset.compiled)
    handler = ruleset.compiled.handler("lead", "order", machine.links, first=False)
    assert handler.__globals__["__builtins__"] == {}


@pytest.mark.parametrize(
    "same",
    [
        RULES + "\n# a comment\n",
        "# before\n" + RULES.replace("\n", "\n\n"),
        re.sub(r"\s+", " ", RULES),
        RULES.replace("2 }", "2.0 }").replace("7d", "1w"),
        RULES + 'test "t" { on visit  expect stage lead }\nalways "a" { not sent email }\n',
    ],
)
def test_what_means_the_same_has_the_same_fingerprint(same: str) -> None:
    assert lcr.compile(same).fingerprint == lcr.compile(RULES).fingerprint


CHANGES = {
    "a number": ("heat >= 1", "heat >= 2"),
    "a duration": ("after 3d", "after 4d"),
    "a half-life": ("half-life 7d", "half-life 8d"),
    "an amount": ("on visit: 2", "on visit: 3"),
    "a default": ("tier: number = 0", "tier: number = 1"),
    "a field": ("plan: text?", "plan: text"),
    "a filter": ("amount > 5", "amount >= 5"),
    "an operator": ("heat > 5", "heat < 5"),
    "a guard": ("when tier > 1", ""),
    "a target": ("-> customer on order", "-> lost on order"),
    "a text": ("hello_{stage}", "hallo_{stage}"),
    "a name": ("trigger hello", "trigger hallo"),
    "the lifecycle": ("lifecycle shop", "lifecycle other"),
    "a setting": ("channel email", 'channel email\ntimezone "Europe/Berlin"'),
    "a dedupe": ("channel email", "channel email\ndedupe 1h"),
    "a priority": ("on order\n", "on order\n  priority 6\n"),
    "a frequency": ("on order\n", "on order\n  once\n"),
    "a draft": ("on order\n", "on order\n  draft\n"),
    "an event": ("event visit", "event visit, login"),
    "a stage": ("customer, lost", "customer, lost, found"),
    "the order of moves": (
        "-> customer on order where amount > 5\n             -> lost after 3d when tier > 1",
        "-> lost after 3d when tier > 1\n -> customer on order where amount > 5",
    ),
    "a step": ('send email "hello_{stage}"', ""),
    "a touch": ("touch visit as email", "touch visit"),
    "a campaign": ("email by id", "email"),
    "a conversion": ("conversion order worth", "conversion order where amount > 1 worth"),
    "a worth": ("worth amount", "worth amount * 2"),
    "how young touches are": ("within 30d", "within 31d"),
    "who gets the credit": ("40/20/40", "30/40/30"),
    "a touch by sending": ("touch visit", "touch sends  touch visit"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_a_rule_changes_the_fingerprint(change: str) -> None:
    old, new = CHANGES[change]
    assert old in RULES
    assert lcr.compile(RULES.replace(old, new)).fingerprint != lcr.compile(RULES).fingerprint


def test_a_rule_set_shows_itself() -> None:
    ruleset = lcr.compile(RULES)
    assert repr(ruleset) == f"<RuleSet shop {ruleset.fingerprint[:8]}>"
    assert ruleset.lifecycle == "shop"
    assert re.fullmatch("[0-9a-f]{32}", ruleset.fingerprint)
