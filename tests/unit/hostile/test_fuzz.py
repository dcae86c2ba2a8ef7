"""Broken rule files and any records: findings or decisions, never an exception."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle_dsl.checker import check
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics import Severity
from lifecycle_dsl.engine.decisions import encode_lines
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source
from tests.unit.hostile.mutation import mutated, stream, tokens

FOLDER = Path(__file__).parents[3] / "rules"
RULES = sorted(FOLDER.glob("*.lcr"))
MUTATED = FOLDER / "mutated.lcr"
"""A name only: what the rules use is beside it."""
FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def outlive(text: str, random: Random) -> bool:
    """Whether a rule file can run; it is checked, and if so it runs."""
    checked = check(Source(str(MUTATED), text), read_beside(MUTATED))
    wrong = any(each.severity is Severity.ERROR for each in checked.diagnostics)
    assert wrong or checked.program is not None
    if wrong or checked.program is None or unsupported(checked.program):
        return False
    engine = Engine(RuleSet(checked.program))
    records = stream(checked.program, random, 20)
    decisions = engine.process_batch(b"".join(json.dumps(r).encode() + b"\n" for r in records))
    assert engine.take_dead_letters() == []
    decisions += engine.advance(max(r["at"] for r in records) + 400 * 86_400_000_000)
    assert encode_lines(decisions)
    assert len(list(engine.states(engine.clock))) == len({r["customer"] for r in records})
    return True


@pytest.mark.parametrize("path", RULES, ids=[path.stem for path in RULES])
def test_shipped_rules_outlive_any_records(path: Path) -> None:
    assert outlive(path.read_text(encoding="utf-8"), Random(1))


@pytest.mark.parametrize("path", RULES, ids=[path.stem for path in RULES])
@FEW
@given(seed=st.integers(0, 2**32), times=st.integers(1, 4))
def test_mutated_rules_are_refused_or_run(path: Path, seed: int, times: int) -> None:
    random = Random(seed)
    outlive(mutated(tokens(path.read_text(encoding="utf-8")), random, times), random)


def test_mutations_leave_some_rules_that_run() -> None:
    random = Random(7)
    text = (FOLDER / "retail.lcr").read_text(encoding="utf-8")
    pieces = tokens(text)
    assert "".join(pieces) == text
    ran = [outlive(mutated(pieces, random, 1), random) for _ in range(30)]
    assert 3 <= sum(ran) < 30
