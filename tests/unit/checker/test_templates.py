"""The templates of a rule set, worked out beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.checker.templates import templates
from lifecycle_dsl.rulefiles import read_beside, read_file
from lifecycle_dsl.source import Source

RULES = """
lifecycle shop
event visit { plan: one of (free, paid) = free, note: text = "" }
trait vip: bool = false
trait nick: text = "-"
trait size: number = 1
score love { on visit: 1 }
level heat = love { hot >= 3  warm >= 1  cold }
let short = if vip then "v" else "n"
let call = "dear {nick}"
let name = nick
let chosen = if size > 1 then "x" else nick
param greeting = 5
group known = customer, regular
table offer (stage, vip) -> name: text, tone: text = "plain", rest: text {
  layers
  row lead, -      => "try", -, "{nick}!"
  row not lead, -  => "buy_{heat}", -, -
  row -, true      => -, "royal", -
  otherwise        => "any", -, "rest"
}
table first_offer (stage) -> name: text { row known => "known"  row - => "all"  otherwise => "no" }
channel email
route best { otherwise: email }
start { -> lead }
stage lead
stage customer
stage regular
"""
STEP = "trigger t {{ on visit{guard}  do {{ {steps} }} }}"


def names_of(steps: str, guard: str = "") -> list[str]:
    """The names of the templates that some steps send."""
    text = RULES + STEP.format(guard=guard, steps=steps)
    checked = check(Source("main.lcr", text))
    assert checked.program is not None, checked.diagnostics
    return [each.name for each in templates(checked.program)]


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ('"hello"', ["hello"]),
        ('"a_{heat}"', ["a_cold", "a_hot", "a_warm"]),
        ('"a_{stage}"', ["a_customer", "a_lead", "a_regular"]),
        ('"a_{previous_stage}"', ["a_customer", "a_lead", "a_none", "a_regular"]),
        ('"{vip}_{event.plan}"', ["false_free", "false_paid", "true_free", "true_paid"]),
        ('"a_{short}"', ["a_n", "a_v"]),
        ('"a_{greeting}"', ["a_5"]),
        ('"a_{chosen}"', ["a_x", "a_{nick}"]),
        ('"{nick}_{size + 1}_{event.note}"', ["{nick}_{size + 1}_{event.note}"]),
        ('"a_{call}"', ["a_dear {nick}"]),
        ('"a_{name}"', ["a_{name}"]),
        ("offer.name", ["any", "buy_cold", "buy_hot", "buy_warm", "try"]),
        ("offer.tone", ["plain", "royal"]),
        ("offer.rest", ["rest", "{nick}!"]),
        ('"a_{first_offer.name}"', ["a_all", "a_known"]),
    ],
)
def test_names_are_written_out_as_far_as_they_can_be(template: str, names: list[str]) -> None:
    assert names_of(f"send email {template}") == names


@pytest.mark.parametrize(
    ("guard", "template", "names"),
    [
        ("  in lead", '"a_{stage}"', ["a_lead"]),
        ("  in known", '"a_{stage}"', ["a_customer", "a_regular"]),
        ("  in lead", "offer.name", ["any", "try"]),
        ("  in customer", "offer.rest", ["rest"]),
        ("  in any except lead", "offer.name", ["any", "buy_cold", "buy_hot", "buy_warm"]),
        ("  in lead", "first_offer.name", ["all"]),
    ],
)
def test_the_stages_of_a_trigger_bound_the_names(
    guard: str, template: str, names: list[str]
) -> None:
    assert names_of(f"send email {template}", guard) == names


def test_all_steps_are_told_with_their_channel_or_route() -> None:
    steps = """
      if vip { send email "b" } else { send best "a" }
      await within 1d {
        on visit { send email "b" }
        else { split s { 50%: { send email "c" } 50%: { exit } } }
      }
    """
    checked = check(Source("main.lcr", RULES + STEP.format(guard="  draft", steps=steps)))
    assert checked.program is not None, checked.diagnostics
    found = [(each.name, each.step, each.target) for each in templates(checked.program)]
    assert found == [
        ("a", "send2", "best"),
        ("b", "send1", "email"),
        ("b", "send3", "email"),
        ("c", "send4", "email"),
    ]
    assert all(each.is_draft for each in templates(checked.program))


def test_many_names_become_a_pattern() -> None:
    text = "_".join(["{heat}"] * 7)
    (*found,) = names_of(f'send email "{text}"')
    assert len(found) <= 1000
    assert found[0].count("{heat}") == 1


@pytest.mark.parametrize("path", sorted(Path("rules").glob("*.lcr")), ids=lambda path: path.stem)
def test_the_shipped_rule_sets_have_templates_that_can_be_told(path: Path) -> None:
    source = read_file(str(path), path)
    assert isinstance(source, Source)
    checked = check(source, read_beside(path))
    assert checked.program is not None
    sends = {f"{each.trigger}.{each.step}" for each in templates(checked.program)}
    assert sends or not checked.program.triggers
