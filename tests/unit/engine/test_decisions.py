"""Decisions as JSON Lines: the keys, their order, and what is left out."""

from __future__ import annotations

import pytest

from lifecycle_dsl.engine.decisions import (
    Arm,
    Broken,
    Called,
    Changed,
    Credit,
    Decision,
    Fired,
    Held,
    Joined,
    Left,
    Quit,
    Rules,
    Sent,
    Transition,
    encode_decision,
    encode_lines,
)

FIRST = ("u1", "2026-01-05T12:00:00Z", "rule")
HEAD = '"customer":"u1","at":"2026-01-05T12:00:00Z","rule":"rule"'


@pytest.mark.parametrize(
    ("decision", "kind", "rest"),
    [
        (Transition(*FIRST, None, "lead"), "transition", '"from":null,"to":"lead"'),
        (Transition(*FIRST, "lead", "customer"), "transition", '"from":"lead","to":"customer"'),
        (Fired(*FIRST, "hello"), "fired", '"trigger":"hello"'),
        (
            Fired(*FIRST, "hello", "invoice_7", draft=True),
            "fired",
            '"trigger":"hello","each":"invoice_7","draft":true',
        ),
        (
            Sent(*FIRST, "email", None, "hi", {}, False, "k"),
            "sent",
            '"channel":"email","template":"hi","data":{},"transactional":false,"key":"k"',
        ),
        (
            Sent(*FIRST, "email", "tips", "", {"a": 1}, True, "k", "invoice_7"),
            "sent",
            (
                '"channel":"email","topic":"tips","template":"","data":{"a":1},'
                '"transactional":true,"key":"k","each":"invoice_7"'
            ),
        ),
        (Held(*FIRST, "hello", "once"), "held", '"trigger":"hello","reason":"once"'),
        (
            Held(*FIRST, "hello", "quiet", "send1", "email", "2026-01-06T08:00:00Z"),
            "held",
            (
                '"trigger":"hello","reason":"quiet","step":"send1","channel":"email",'
                '"until":"2026-01-06T08:00:00Z"'
            ),
        ),
        (
            Held(*FIRST, "hello", "draft", "send1", "email", each="7", draft=True),
            "held",
            (
                '"trigger":"hello","reason":"draft","step":"send1","channel":"email","each":"7",'
                '"draft":true'
            ),
        ),
        (
            Called(*FIRST, "crm.notify", {}, "k"),
            "called",
            '"action":"crm.notify","data":{},"key":"k"',
        ),
        (
            Called(*FIRST, "crm.notify", {}, "k", "7", draft=True),
            "called",
            '"action":"crm.notify","data":{},"key":"k","each":"7","draft":true',
        ),
        (Joined(*FIRST, "vips"), "joined", '"segment":"vips"'),
        (Quit(*FIRST, "vips"), "quit", '"segment":"vips"'),
        (Quit(*FIRST, "vips", "7"), "quit", '"segment":"vips","each":"7"'),
        (Changed(*FIRST, "plan", None), "changed", '"trait":"plan","value":null'),
        (
            Changed(*FIRST, "plan", 1, "7", draft=True),
            "changed",
            '"trait":"plan","value":1,"each":"7","draft":true',
        ),
        (Arm(*FIRST, "subject", 2), "arm", '"split":"subject","arm":2'),
        (Arm(*FIRST, "subject", 1, "7"), "arm", '"split":"subject","arm":1,"each":"7"'),
        (
            Left(*FIRST, "hello", "wait1", "exit_on"),
            "left",
            '"trigger":"hello","step":"wait1","reason":"exit_on"',
        ),
        (
            Left(*FIRST, "hello", "settle", "stage", "7"),
            "left",
            '"trigger":"hello","step":"settle","reason":"stage","each":"7"',
        ),
        (
            Credit(*FIRST, "last", "email", None, 0.5, 10.0),
            "credit",
            '"attribution":"last","channel":"email","campaign":null,"share":0.5,"worth":10.0',
        ),
        (Broken(*FIRST, "never"), "broken", '"promise":"never"'),
    ],
)
def test_keys_stand_in_the_order_of_the_contract(decision: Decision, kind: str, rest: str) -> None:
    assert encode_decision(decision).decode() == f'{{"kind":"{kind}",{HEAD},{rest}}}'


def test_a_log_is_lines() -> None:
    assert encode_lines([Rules("shop", "ab"), Fired(*FIRST, "hello")]).decode() == (
        '{"kind":"rules","lifecycle":"shop","fingerprint":"ab"}\n'
        f'{{"kind":"fired",{HEAD},"trigger":"hello"}}\n'
    )
    assert encode_lines([]) == b""
