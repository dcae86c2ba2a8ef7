"""`lcr tune` as people run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lifecycle_dsl.analysis import feed
from lifecycle_dsl.cli.main import run
from lifecycle_dsl.localtime import parse_instant
from tests.unit.analysis.tuning.shop import (
    RULES,
    events,
    for_the_rich,
    planted,
    without_effect,
    written,
)

GOAL = ["--goal", "purchase within 14d"]


def shop(
    folder: Path, chance: Callable[[int, bool], float], customers: int = 5_000, rich: float = 0.0
) -> list[str]:
    rules, log = written(folder, events(customers, 3, chance, rich))
    return [str(rules), str(log)]


def test_it_finds_the_planted_bar_and_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = shop(tmp_path, planted)
    assert run(["tune", *paths, *GOAL, "--write"]) == 0
    out, err = capsys.readouterr()
    assert "Take 6 in place of 4" in out
    assert "Off-policy" in out
    assert "Without messages: the holdout" in out
    assert "\n\n  param lead_bar = 6 tune 3 to 8 step 1\n\n" in out
    assert f"wrote {paths[0]}" in err
    text = (tmp_path / "shop.lcr").read_text()
    assert "param lead_bar = 6 tune 3 to 8 step 1\n" in text
    assert run(["fmt", "--check", paths[0]]) == 0
    capsys.readouterr()
    assert run(["tune", *paths, *GOAL, "--write"]) == 0
    out, err = capsys.readouterr()
    assert "Keep 6" in out or "do not suffice" in out
    assert "nothing to write" in err


def test_it_says_plainly_that_data_do_not_suffice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tune", *shop(tmp_path, without_effect, 2_000), *GOAL]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "The data do not suffice." in out or "no other value did better" in out
    assert "--write" not in out
    assert run(["tune", *shop(tmp_path, planted, 100), *GOAL]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "too few were reached" in out
    assert "more." in out


def test_a_segment_gets_its_own_value_where_the_data_suffice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = shop(tmp_path, for_the_rich, 8_000, rich=0.5)
    assert run(["tune", *paths, *GOAL, "--by", "rich", "--write"]) == 0
    out = capsys.readouterr().out
    assert "  param lead_bar = 4 tune 3 to 8 step 1 { rich: 6 }\n" in out
    assert "tune 3 to 8 step 1 { rich: 6 }" in (tmp_path / "shop.lcr").read_text()
    assert run(["check", paths[0]]) == 0


def test_a_level_or_trait_is_compared_and_how_to_write_it_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = shop(tmp_path, for_the_rich, 4_000, rich=0.5)
    assert run(["tune", *paths, *GOAL, "--by", "kind", "--format", "json"]) == 0
    (section,) = json.loads(capsys.readouterr().out)["sections"]
    by_kind = section["tables"][-1]
    assert [row[0] for row in by_kind["rows"]] == ["plain", "rich"]
    assert by_kind["rows"][1][1] == "6"
    assert any('segment kind_rich = kind == "rich"' in note for note in section["notes"])


def test_the_report_is_the_same_whatever_the_workers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "SHARED", 0)
    paths = shop(tmp_path, planted, 1_000)
    found = []
    for workers in ("1", "2"):
        assert run(["tune", *paths, *GOAL, "--format", "json", "--workers", workers]) == 0
        found.append(capsys.readouterr().out)
    assert found[0] == found[1]


def test_a_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "tune.html"
    paths = shop(tmp_path, planted, 1_000)
    assert run(["tune", *paths, *GOAL, "--format", "html", "--out", str(page)]) == 0
    assert "<svg" in page.read_text()
    assert run(["tune", *paths, *GOAL, "--out", str(tmp_path / "tune.txt")]) == 0
    assert "lead_bar" in (tmp_path / "tune.txt").read_text()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--goal", "buy within 14d"], "no event is called `buy`"),
        (["--goal", "purchase within soon"], "soon"),
        ([*GOAL, "--param", "led_bar"], "did you mean `lead_bar`?"),
        ([*GOAL, "--of", "enter led"], "no stage is called `led`"),
        ([*GOAL, "--of", "fired helo"], "did you mean `hello`?"),
        ([*GOAL, "--by", "ritch"], "did you mean `rich`?"),
        ([*GOAL, "--split", "subject"], "no split is called `subject`"),
        ([*GOAL, "--split", "subject", "--by", "rich"], "--split stands alone"),
        ([*GOAL, "--split", "subject", "--objective", "worth"], "--split stands alone"),
        ([*GOAL, "--objective", "profit"], "the goal `purchase` says no worth; --objective profit"),
        ([*GOAL, "--since", "2026-01-01T00:00Z"], "--since is of --split"),
        ([], "Missing option '--goal'"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    paths = shop(tmp_path, planted, 20)
    assert run(["tune", *paths, *arguments]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_the_profit_takes_a_holdout_and_says_what_it_is_made_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = shop(tmp_path, planted, 400)
    goal = ["--goal", "purchase worth amount within 14d", "--objective", "profit"]
    assert run(["tune", *paths, *goal, "--least", "5", "--format", "json"]) == 0
    (section,) = json.loads(capsys.readouterr().out)["sections"]
    assert [each["title"] for each in section["tables"]] == ["All", "What the profit is made of"]
    profit, parts = ({row[0]: row for row in table["rows"]} for table in section["tables"])
    for name, (_, worth, without, cost) in parts.items():
        made = worth["value"] - without["value"] - cost["value"]
        assert profit[name][4]["value"] == pytest.approx(made, abs=1e-9)
        assert cost["value"] <= 0.01
    assert "hardly whom to add" in " ".join(section["notes"])
    rules = tmp_path / "shop.lcr"
    rules.write_text(RULES.replace("holdout 10%", ""))
    assert run(["tune", *paths, *goal]) == 2
    assert "takes a `holdout`" in " ".join(capsys.readouterr().err.split())


def test_files_that_are_not_there_and_rules_without_a_tune_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, _ = shop(tmp_path, planted, 20)
    assert run(["tune", rules, str(tmp_path / "none.jsonl"), *GOAL]) == 2
    assert "none.jsonl: No such file" in capsys.readouterr().err
    assert run(["tune", rules, *GOAL]) == 2
    assert "give either EVENTS or --sql" in capsys.readouterr().err
    assert run(["tune", rules, "--sql", "SELECT 1 AS type", *GOAL]) == 2
    assert "`lcr run --peek` shows why" in capsys.readouterr().err
    plain, log = written(tmp_path, [], RULES.replace(" tune 3 to 8 step 1", ""))
    assert run(["tune", str(plain), str(log), *GOAL]) == 2
    assert "no param of these rules says where to search" in capsys.readouterr().err


def test_a_history_without_events_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, log = written(tmp_path, [])
    assert run(["tune", str(rules), str(log), *GOAL]) == 2
    assert f"{log} holds no event that these rules can read" in capsys.readouterr().err
    rules, log = written(tmp_path, events(20, 3, planted))
    early = ["--until", "2025-01-01T00:00Z"]
    assert run(["tune", str(rules), str(log), *GOAL, *early]) == 2
    assert "holds no event up to --until" in capsys.readouterr().err


def test_the_report_begins_where_the_history_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, log = written(tmp_path, events(20, 3, planted))
    first, last = (json.loads(log.read_text().splitlines()[place])["at"] for place in (0, -1))
    assert run(["tune", str(rules), str(log), *GOAL, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (parse_instant(found["begin"]), parse_instant(found["end"])) == (first, last)


def test_a_param_that_decides_nothing_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = RULES.replace("channel email", "param spare = 2 tune 1 to 3 step 1\nchannel email")
    rules, log = written(tmp_path, events(200, 3, planted), text)
    assert run(["tune", str(rules), str(log), *GOAL, "--format", "json"]) == 0
    (section,) = json.loads(capsys.readouterr().out)["sections"]
    assert section["name"] == "tune lead_bar"
    assert section["notes"][-1].startswith("Left out: `spare` stands in no move")
    assert run(["tune", str(rules), str(log), *GOAL, "--param", "spare"]) == 2
    assert "`spare` stands in no move" in capsys.readouterr().err
    rules, log = written(tmp_path, [], text.replace("4 tune 3 to 8 step 1", "4"))
    assert run(["tune", str(rules), str(log), *GOAL]) == 2
    assert "`spare` stands in no move" in " ".join(capsys.readouterr().err.split())
