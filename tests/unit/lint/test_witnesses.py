"""A witness is a test that can be pasted: its records have all the fields they need."""

from __future__ import annotations

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.lint.witnesses import record, witness, zone_of

RULES = """\
lifecycle shop
timezone "Europe/Amsterdam"
event bare
event eased {{ page: text?, amount: money = 0 }}
event full {{
  number: number, money: money, wait: duration, at_: time, day: date, words: text, yes: bool
  kind: one of (small, large), tags: list of text up to 3
}}
event parts {{ lines: list of {{ sku: text }} up to 3 }}
trait zone: text = "{zone}"
start {{ -> lead }}
stage lead
{more}
"""


def rules(more: str = "", zone: str = "Asia/Tokyo") -> lcr.RuleSet:
    text = RULES.format(more=more, zone=zone).replace("yes: bool\n", "yes: bool,\n")
    return lcr.compile(text)


@pytest.mark.parametrize(
    ("event", "written"),
    [
        ("bare", "on bare"),
        ("eased", "on eased"),
        ("parts", None),
        ("unknown", None),
    ],
)
def test_a_record_has_the_fields_that_it_needs(event: str, written: str | None) -> None:
    assert record(rules().program, event) == written


def test_a_record_with_fields_of_all_types_can_be_pasted() -> None:
    step = record(rules().program, "full")
    assert step is not None
    assert "kind: small" in step
    pasted = rules(f'test "pasted" {{ {step}  expect stage lead }}')
    assert [test.title for test in pasted.program.tests] == ["pasted"]


def test_there_is_no_witness_with_a_step_that_cannot_be_written() -> None:
    assert witness("x", ["given stage lead", None]) == ()
    (note,) = witness("x", ["given stage lead", "", "expect stage lead"])
    assert note == 'to see it: test "x" { given stage lead  expect stage lead }'


def test_a_witness_lives_in_the_zone_of_a_new_customer() -> None:
    assert zone_of(rules().program).key == "Asia/Tokyo"
    assert zone_of(rules(zone="nowhere").program).key == "Europe/Amsterdam"
