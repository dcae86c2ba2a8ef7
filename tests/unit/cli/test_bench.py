"""`lcr bench`: figures, formats, baselines and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import written

FEW = ("--records", "300", "--rounds", "1")


@pytest.fixture
def shop(tmp_path: Path) -> tuple[str, str]:
    rules, events = written(tmp_path)
    return str(rules), str(events)


def figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["bench", *arguments, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_figures_of_events(shop: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, *shop, "--rounds", "1")
    lines = Path(shop[1]).read_text().splitlines()
    assert found["records"] == len(lines)
    assert found["rejected"] == 0
    assert found["customers"] == 40
    assert found["events_per_second"] > 0
    assert set(found["latency_microseconds"]) == {"p50", "p90", "p99", "p99.9", "longest"}
    assert found["bytes_per_customer"]["stored"] > 0
    hot = {(each["kind"], each["name"]): each for each in found["hottest"]}
    assert hot["trigger", "welcome"]["decisions"]["fired"] > 0
    assert hot["trigger", "welcome"]["line"] == 15


def test_records_can_be_made(shop: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, shop[0], *FEW)
    assert (found["records"], found["rejected"], found["customers"]) == (300, 0, 12)
    again = figures(capsys, shop[0], *FEW)
    assert again["stream"] == found["stream"]
    assert again["decisions"] == found["decisions"]
    assert figures(capsys, shop[0], *FEW, "--seed", "1")["stream"] != found["stream"]


def test_a_person_sees_a_small_table(
    shop: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", shop[0], *FEW, "--top", "3"]) == 0
    shown = capsys.readouterr().out
    assert "300 records of 12 customers, made with seed 0" in shown
    assert "events/s" in shown
    assert "bytes stored" in shown
    table = shown[shown.index("hottest rules") :].splitlines()
    assert len(table) == 1 + 3 + 1
    assert "others" in table[-1]


def test_a_baseline_is_kept_and_compared_with(
    shop: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bench.json"
    asked = ["bench", *shop, "--rounds", "1", "--top", "0", "--baseline", str(path)]
    assert run(asked) == 0
    assert "kept in" in capsys.readouterr().err
    kept = json.loads(path.read_text())
    # A hundred times as fast as it was: no machine is so slow by chance.
    path.write_text(json.dumps(kept | {"events_per_second": kept["events_per_second"] * 100}))
    assert run(asked) == 1
    shown = capsys.readouterr()
    assert "% slower than" in shown.out
    assert "slower than" in shown.err
    assert run([*asked, "--fail-over", "100%"]) == 0
    path.write_text(json.dumps(kept | {"events_per_second": 1.0, "stream": "x", "fingerprint": ""}))
    assert run(asked) == 0
    shown = capsys.readouterr()
    assert "% faster than 1 events/s" in shown.out
    assert "the rules have changed; the records are others" in shown.out
    assert run([*asked, "--renew"]) == 0
    assert json.loads(path.read_text())["stream"] == kept["stream"]


def test_wrong_input_is_told(
    shop: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert run(["bench", shop[0], str(empty)]) == 2
    assert "there are no records" in capsys.readouterr().err
    assert run(["bench", shop[0], str(tmp_path / "none.jsonl")]) == 2
    still = tmp_path / "still.lcr"
    still.write_text("lifecycle x start { -> a } stage a\n")
    capsys.readouterr()
    assert run(["bench", str(still)]) == 2
    assert "there are no records" in capsys.readouterr().err
    assert run(["bench", shop[0], "--baseline", shop[0]]) == 2
    assert "it is no baseline of `lcr bench`" in capsys.readouterr().err
    assert run(["bench", shop[0], "--renew"]) == 2
    assert run(["bench", shop[0], "--fail-over", "much"]) == 2
    assert "'much' is no percentage, such as 10%" in capsys.readouterr().err


def test_records_that_are_rejected_are_counted(
    shop: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = tmp_path / "some.jsonl"
    events.write_text(Path(shop[1]).read_text() + "{}\n")
    assert run(["bench", shop[0], str(events), "--rounds", "1"]) == 0
    assert "1 of them were rejected" in capsys.readouterr().out
