"""What a failure and a story say: each decision and each fact in a line of its own."""

from __future__ import annotations

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import Broken
from lifecycle_dsl.localtime import DAY, HOUR, MINUTE, SECOND, Zone, zone
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.testing.facts import Wanted
from lifecycle_dsl.testing.wording import (
    decision_line,
    length,
    local_time,
    phrase,
    shortened,
    times,
)

START = 1_767_603_600_000_000  # Mon 2026-01-05T09:00Z
RULES = """\
lifecycle shop
timezone "UTC"
event order { invoice: text }
event click
trait gift: text = "none"
segment fans
action crm.notify { reason: text, n: number }
channel email { quiet 21:00 to 08:00 }
channel sms { cap 1 per 7d }
start { -> lead }
stage lead { -> customer on click }
stage customer
trigger gifts {
  on order
  for each invoice
  exit on click
  do {
    send sms "thanks"
    set gift = "mug"
    join fans
    quit fans
    call crm.notify { reason: "order", n: 2 }
    split half { 100%: { send email "more" { invoice: invoice } } }
    wait 1d as pause
  }
}
trigger tried { on order  draft  do { send sms "again" } }
"""
LINES = [
    "started in lead",
    "fired gifts (for i1)",
    'sent sms "thanks" by gifts (for i1)',
    'set gift = "mug" by gifts (for i1)',
    "joined fans by gifts (for i1)",
    "quit fans by gifts (for i1)",
    'called crm.notify { reason: "order", n: 2 } by gifts (for i1)',
    "arm 1 of half (for i1)",
    'sent email "more" { invoice: "i1" } by gifts (for i1)',
    "fired tried (draft)",
    "lead -> customer (lead->customer#1)",
    "left gifts at pause: exit_on (for i1)",
]


def utc() -> Zone:
    found = zone("UTC")
    assert found is not None
    return found


def test_each_kind_of_decision_has_its_line() -> None:
    engine = lcr.Engine(lcr.compile(RULES))
    order = {"type": "order", "customer": "u1", "at": START, "invoice": "i1"}
    decisions = [*engine.process(order)]
    decisions += engine.process({"type": "click", "customer": "u1", "at": START + HOUR})
    lines = [decision_line(each, utc()) for each in decisions]
    assert [line for line in lines if line in LINES] == LINES
    assert "held tried sms: draft (draft)" in lines
    broken = Broken(customer="u1", at="2026-01-05T09:00:00Z", rule="p", promise="never")
    assert decision_line(broken, utc()) == 'broke always "never"'


@pytest.mark.parametrize(
    ("fact", "happened", "said"),
    [
        (Wanted(t.SentFact("email", None), "hi"), True, 'email "hi" was sent'),
        (
            Wanted(t.SentFact("email", None), None, (("tone", "warm"),)),
            False,
            'email was not sent with { tone: "warm" }',
        ),
        (Wanted(t.CalledFact("crm.notify")), False, "crm.notify was not called"),
        (Wanted(t.CreditedFact("sales")), False, "sales did not credit a conversion"),
        (
            Wanted(t.CreditedFact("sales"), None, (("channel", "sms"),)),
            True,
            'sales gave a credit with { channel: "sms" }',
        ),
        (Wanted(t.HeldFact(None, "quiet")), True, "something was held: quiet"),
        (Wanted(t.HeldFact(None, "quiet")), False, "nothing was held: quiet"),
        (Wanted(t.HeldFact("tips", "cap")), True, "tips was held: cap"),
        (Wanted(t.FiredFact("tips")), False, "tips did not fire"),
        (Wanted(t.LeftFact("tips")), True, "a run of tips was left"),
        (Wanted(t.LeftFact("tips")), False, "no run of tips was left"),
        (Wanted(t.JoinedFact("fans")), False, "the customer is not in fans"),
        (Wanted(t.EnteredFact("lead")), True, "lead was entered"),
    ],
)
def test_each_kind_of_fact_has_its_phrase(fact: Wanted, happened: bool, said: str) -> None:  # noqa: FBT001 — a column of the table
    assert phrase(fact, happened=happened) == said


def test_instants_and_lengths_are_told_as_finely_as_they_are() -> None:
    assert local_time(utc(), START) == "Mon 2026-01-05 09:00"
    assert local_time(utc(), START + SECOND // 2) == "Mon 2026-01-05 09:00:00.5"
    assert length(2 * DAY + 3 * HOUR + 4 * MINUTE + SECOND * 3 // 2) == "2d 3h 4min 1.5s"
    assert length(0) == "0s"


def test_counts_are_words() -> None:
    assert [times(count) for count in range(4)] == ["not once", "once", "twice", "3 times"]


def test_what_is_too_long_for_a_line_says_that_it_is_cut() -> None:
    assert shortened("a" * 110) == "a" * 110
    assert shortened("a" * 111) == "a" * 109 + "…"
