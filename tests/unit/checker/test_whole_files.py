"""Whole rule files: quick, alike in every run, and never an exception whatever stands in them."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.checker.cost import cost
from lifecycle_dsl.program.text import program_text
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source

ROOT = Path(__file__).parents[3]
RULES = sorted((ROOT / "rules").glob("*.lcr"))
HEAD = """lifecycle shop
event visit { size: number = 0 }
start { -> new }
stage new
score love { half-life 14d  on visit: 1 }
"""
SLOWEST = 20.0
"""Seconds: a bound that only a change of order breaks, also on a busy machine."""


def names_of(text: str) -> list[str]:
    return [each.name for each in check(Source("main.lcr", text)).diagnostics]


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_shipped_rules_check(path: Path) -> None:
    checked = check(Source(str(path), path.read_text(encoding="utf-8")), read_beside(path))
    assert checked.diagnostics == ()
    assert checked.program is not None
    assert cost(checked.program).most_operations > 0


def test_a_program_has_one_text_for_every_hash_seed() -> None:
    code = (
        "from pathlib import Path; from lifecycle_dsl.source import Source;"
        "from lifecycle_dsl.checker import check;"
        "from lifecycle_dsl.program.text import program_text;"
        "from lifecycle_dsl.rulefiles import read_beside;"
        f"path = Path({str(RULES[0])!r});"
        "source = Source(str(path), path.read_text());"
        "print(program_text(check(source, read_beside(path)).program))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(texts) == 1


@pytest.mark.parametrize("seed", range(60))
def test_a_slip_of_the_hand_gives_diagnostics_and_no_exception(seed: int) -> None:
    chance = random.Random(seed)
    text = re.sub("#.*", "", chance.choice(RULES).read_text(encoding="utf-8"))
    tokens = re.findall(r'"[^"\n]*"|\w+|[^\s\w]|\s+', text)
    words = [token for token in tokens if token[0].isalpha()]
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(tokens))
        tokens[at] = chance.choice((chance.choice(words), "", "0", "3d", '"x"'))
    checked = check(Source("main.lcr", "".join(tokens)))
    if checked.program is not None:
        program_text(checked.program)
        cost(checked.program)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("".join(f"let a{i} = a{i + 1} + love\n" for i in range(3_000)) + "let a3000 = love\n", []),
        (
            "".join(f"let a{i} = a{i + 1} + 1\n" for i in range(3_000))
            + "let a3000 = count(visit)\n",
            ["definition-too-large"],
        ),
        (
            "".join(f"let a{i} = a{i + 1} + 1\n" for i in range(3_000)) + "let a3000 = a0\n",
            ["circular-definition"],
        ),
        (
            "".join(f"group g{i} = g{i + 1}\n" for i in range(3_000)) + "group g3000 = g0\n",
            ["circular-definition"],
        ),
        ("".join(f"group g{i} = g{i + 1}\n" for i in range(3_000)) + "group g3000 = visit\n", []),
        ("".join(f"score s{i} {{ on any event: {i} }}\n" for i in range(3_000)), []),
    ],
    ids=["linear", "too deep", "circle", "circle of groups", "groups", "scores"],
)
def test_long_chains_are_checked(lines: str, expected: list[str]) -> None:
    started = time.perf_counter()
    assert names_of(HEAD + lines) == expected
    assert time.perf_counter() - started < SLOWEST


def test_values_that_double_are_bounded() -> None:
    lines = "let a0 = count(visit)\n" + "".join(
        f"let a{i} = a{i - 1} + a{i - 1}\n" for i in range(1, 60)
    )
    assert names_of(HEAD + lines) == ["definition-too-large"]
