"""`lcr eval`: one expression, typed like in a rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import written

AT = ["--at", "2026-12-25T12:00:00Z"]


@pytest.mark.parametrize(
    ("expression", "given", "expected"),
    [
        ("1 + 2 * 3", [], 7),
        ("0.1 + 0.2", [], 0.1 + 0.2),
        ("amount > 5", ["amount=9.5"], True),
        ("a / b else 0", ["a=3", "b=0"], 0),
        ("weekday(now)", [], "friday"),
        ("now - since_then >= 1d", ['since_then="2026-12-20T00:00:00Z"'], True),
        ("days(wait_time)", ['wait_time="72h"'], 3),
        ("date(now) - day", ['day="2026-12-24"'], 86_400_000_000),
        ("lower(name)", ['name="ADA"'], "ada"),
        ("tags contains name", ['tags=["a", "b"]', 'name="b"'], True),
        ("not flag", ["flag=true"], False),
    ],
)
def test_a_value_is_printed_as_json(
    expression: str, given: list[str], expected: object, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [part for each in given for part in ("--with", each)]
    assert run(["eval", expression, *AT, *options]) == 0
    assert json.loads(capsys.readouterr().out) == expected


def test_names_of_rules_may_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules, _ = written(tmp_path)
    given = ["--rules", str(rules), "--with", "vip=true", "--with", "x=2", *AT]
    assert run(["eval", "if vip and stage == visitor then x + interest else 0", *given]) == 0
    assert json.loads(capsys.readouterr().out) == 2


@pytest.mark.parametrize("expression", ["1 +", "1 + nobody", "1 } } event x {", '"a" + 1', ""])
def test_a_rejected_expression_is_pointed_at(
    expression: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", expression, *AT]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "--> expression:1:" in shown.err


@pytest.mark.parametrize("given", ["amount", "amount=", "amount=abc", "amount={}", "A=1", "x=1e20"])
def test_a_wrong_value_is_wrong_usage(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "1", "--with", given, *AT]) == 2
    assert capsys.readouterr().err.startswith(("Usage", "Error"))
