"""`lcr report` with `--source`, `--lost`, `--since`, `--by`: what they change, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.transcripts import ROOT

RULES = str(ROOT / "rules" / "retail.lcr")
EVENTS = str(ROOT / "examples" / "01-cdnow" / "events.jsonl.gz")
Capture = pytest.CaptureFixture[str]


def reported(capsys: Capture, *words: str) -> dict[str, Any]:
    assert run(["report", *words, RULES, EVENTS, "--format", "json"]) == 0
    (section,) = json.loads(capsys.readouterr().out)["sections"]
    return dict(section)


def refused(capsys: Capture, *words: str) -> str:
    assert run(["report", *words]) == 2
    return capsys.readouterr().err


def test_a_lost_stage_is_named(capsys: Capture) -> None:
    found = reported(capsys, "retention", "--lost", "lapsed", "--lost", "lapsing")
    assert "Lost is who is in lapsed, lapsing, as was said." in found["notes"]


def test_retention_counts_from_a_stage(capsys: Capture) -> None:
    found = reported(capsys, "retention", "--since", "loyal", "--by", "quarter")
    assert "first entry into loyal in one quarter" in found["definition"]
    assert found["sample"] == "306 customers"


def test_value_is_told_by_a_field(capsys: Capture) -> None:
    found = reported(
        capsys, "value", "--source", "quantity", "--goal", "purchase worth amount within 30d"
    )
    by_source = next(t for t in found["tables"] if t["title"] == "Observed, by source")
    names = [row[0] for row in by_source["rows"]]
    assert names[0] == "1"
    assert names[-1] == "all customers"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("retention", "--lost", "laps"), "no stage is called `laps`"),
        (("retention", "--since", "nowhere"), "no stage is called `nowhere`"),
        (("value", "--source", "amonut"), "there is `amount`"),
    ],
)
def test_what_the_rules_do_not_know_is_refused(
    capsys: Capture, words: tuple[str, ...], told: str
) -> None:
    section, *rest = words
    assert told in refused(capsys, section, RULES, EVENTS, *rest)


def test_a_log_does_not_say_where_customers_come_from(capsys: Capture, tmp_path: Path) -> None:
    log = str(tmp_path / "log.parquet")
    assert run(["run", RULES, EVENTS, "--out", log, "--quiet"]) == 0
    said = refused(capsys, "value", RULES, "--decisions", log, "--source", "quantity")
    assert "--source needs EVENTS" in said
