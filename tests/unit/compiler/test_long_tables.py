"""Tables too long to be asked row by row decide what the plain interpreter decides."""

from __future__ import annotations

import json

import pytest

import lifecycle_dsl as lcr
from tests.reference import Reference

AT = 1_767_571_200_000_000
ROWS = 60


def rules(mode: str) -> str:
    """A table of more rows than are asked one after the other."""
    rows = []
    for n in range(ROWS):
        number = "-" if n == 28 else f"[{n}..{n + 5})"
        key = f'"k{n % 5}"' if n % 2 == 0 else "-"
        worth = n if n % 4 else "-"
        rows.append(f'  row {number}, {"pro" if n % 3 else "not free"}, {key} => "r{n}", {worth}')
    return f"""
lifecycle long
event ask {{ n: number, plan: one of (free, pro), key: text }}
trait n: number = 0 {{ on ask: event.n }}
trait plan: one of (free, pro) = free {{ on ask: event.plan }}
trait key: text = "" {{ on ask: event.key }}
table found (n, plan, key) -> name: text, worth: number = 0 {{
  {mode}
{chr(10).join(rows)}
  otherwise => "none", -1
}}
action tell {{ name: text, worth: number }}
start {{ -> here }}
stage here
trigger t {{ on ask  do {{ call tell {{ name: found.name, worth: found.worth }} }} }}
"""


@pytest.mark.parametrize("mode", ["first", "layers"])
def test_each_row_is_found(mode: str) -> None:
    ruleset = lcr.compile(rules(mode))
    engine, reference = lcr.Engine(ruleset), Reference(ruleset.program)
    names = set()
    for number in range(4 * ROWS):
        record = {
            "type": "ask",
            "customer": "u",
            "at": AT + number,
            "n": number / 3 - 2,
            "plan": "free" if number % 5 == 0 else "pro",
            "key": f"k{number % 7}",
        }
        decided = [json.loads(lcr.encode_decision(each)) for each in engine.process(record)]
        assert decided == reference.process(record), record
        names |= {each["data"]["name"] for each in decided if each["kind"] == "called"}
    assert len(names) > 10
