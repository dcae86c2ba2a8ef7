"""`lcr fit` and `lcr report model` as people run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.analysis.fitting.worlds import world, written

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]
GOAL = ["--goal", "purchase worth 1 within 14d"]


@pytest.fixture(scope="module")
def strong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules and events in which two traits tell who buys."""
    folder = tmp_path_factory.mktemp("strong")
    written(folder, world(7, 300, intercept=-1.2, size=1.0, vip=1.0))
    return folder


def paths(folder: Path) -> list[str]:
    return [str(folder / "rules.lcr"), str(folder / "events.jsonl")]


def fit(folder: Path, *more: str, name: str = "buys") -> int:
    return run(["fit", *paths(folder), "--name", name, *GOAL, "--quiet", *more])


def test_it_shows_what_it_found_and_the_model(
    strong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(strong, "--features", "size, vip") == 0
    out = capsys.readouterr().out
    assert "On later rows the AUC is 0." in out
    assert "base rate" in out
    assert "calibration slope" in out
    assert "  model buys = logistic {\n    intercept -" in out
    assert "  if vip then 1 else 0: " in out


def test_it_writes_the_model_into_the_rules_and_they_still_stand(
    tmp_path: Path, strong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path, [])
    Path(events).write_bytes((strong / "events.jsonl").read_bytes())
    assert fit(tmp_path, "--features", "size, vip", "--write") == 0
    assert f"the model `buys` was added to {rules}" in capsys.readouterr().err
    assert run(["check", rules]) == 0
    first = Path(rules).read_text()
    assert fit(tmp_path, "--features", "size", "--write") == 0
    assert f"the model `buys` was replaced in {rules}" in capsys.readouterr().err
    assert Path(rules).read_text().count("model buys") == 1
    assert Path(rules).read_text() != first
    assert run(["check", rules]) == 0


def test_it_writes_into_the_file_where_the_model_stands(strong: Path, tmp_path: Path) -> None:
    rules, events = written(tmp_path, [])
    Path(events).write_bytes((strong / "events.jsonl").read_bytes())
    used = tmp_path / "models" / "buys.lcr"
    used.parent.mkdir()
    used.write_bytes(b"model buys = logistic { intercept -1 }\r\n# the end\r\n")
    whole = f'{Path(rules).read_text()}\nuse "models/buys.lcr"\n'
    Path(rules).write_text(whole)
    assert fit(tmp_path, "--features", "size", "--write") == 0
    assert Path(rules).read_text() == whole
    assert used.read_text().startswith("# Fitted: purchase")
    assert used.read_bytes().endswith(b"}\r\n# the end\r\n")
    assert used.read_bytes().count(b"\n") == used.read_bytes().count(b"\r\n")
    assert run(["check", rules]) == 0


def test_cards_are_written_in_three_ways(strong: Path, tmp_path: Path) -> None:
    cards = [tmp_path / f"buys.{kind}" for kind in ("json", "md", "html")]
    options = [word for card in cards for word in ("--card", str(card))]
    assert fit(strong, "--features", "size, vip", *options) == 0
    known = json.loads(cards[0].read_text())
    assert known["model"] == "buys"
    assert known["goal"] == "purchase worth 1 within 14d"
    assert known["train"]["rows"] > known["test"]["rows"] > 0
    assert sum(known["bands"]["counts"]) == known["train"]["rows"]
    assert all(sum(f["spread"]["counts"]) == known["train"]["rows"] for f in known["features"])
    text = cards[1].read_text()
    assert text.startswith("# buys: purchase worth 1 within 14d\n")
    assert "| `size` | " in text
    assert "```lcr\n# Fitted: " in text
    page = cards[2].read_text()
    assert "<svg" in page
    assert "Whether likelihoods are what they say" in page


def test_the_model_goes_into_a_file_of_its_own(strong: Path, tmp_path: Path) -> None:
    out = tmp_path / "buys.lcr"
    assert fit(strong, "--features", "size", "--into", str(out)) == 0
    assert "model buys = logistic {" in out.read_text()


def test_without_signal_it_writes_nothing_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, world(3, 200))
    before = (tmp_path / "rules.lcr").read_text()
    assert fit(tmp_path, "--write", "--into", str(tmp_path / "m.lcr")) == 1
    out = capsys.readouterr().out
    assert "no signal" in out
    assert "model buys" not in out
    assert (tmp_path / "rules.lcr").read_text() == before
    assert not (tmp_path / "m.lcr").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--features", "lve"], "the feature `lve`: nothing with a value is called `lve`"),
        (["--in", "nowhere"], "--in nowhere: no stage is called `nowhere`"),
        (["--card", "card.txt"], "--card card.txt: a card ends in .json, .md, .html"),
        (["--goal", "buy within 14d"], "the goal `buy`: no event is called `buy`"),
        (["--in", "gone"], "the data do not suffice"),
        (["--name", "love"], "the model `love`: `love` is declared twice"),
        (["--name", "Buys!"], "a model cannot be called `Buys!`"),
    ],
)
def test_what_cannot_be_is_said(
    strong: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert fit(strong, *more) == 2
    assert said in capsys.readouterr().err


def test_standard_input_and_a_query_give_what_a_file_gives(
    strong: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    rules, events = paths(strong)
    options = ["--name", "buys", *GOAL, "--features", "size, vip", "--format", "json"]
    asked = f"SELECT * FROM '{events}' ORDER BY \"at\" DESC"
    outs = [
        subprocess.run(
            [*LCR, "fit", rules, *source, *options],
            input=Path(events).read_bytes() if source == ["-"] else b"",
            capture_output=True,
            check=True,
        ).stdout
        for source in ([events], ["-"], ["--sql", asked])
    ]
    assert outs[0] == outs[1] == outs[2]
    assert list(tmp_path.iterdir()) == []


def test_the_customer_may_be_named_by_another_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = world(7, 300, intercept=-1.2, size=1.0)
    written(tmp_path, records)
    assert fit(tmp_path, "--features", "size", "--format", "json") == 0
    plain = capsys.readouterr().out
    renamed = [{**each, "who": each["customer"], "customer": "same"} for each in records]
    written(tmp_path, renamed)
    assert fit(tmp_path, "--features", "size", "--format", "json", "--key", "who") == 0
    assert capsys.readouterr().out == plain


def test_the_card_is_the_same_for_every_hash_seed(strong: Path) -> None:
    command = [*LCR, "fit", *paths(strong), "--name", "buys", *GOAL, "--format", "json"]
    outs = []
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, env=environment, check=True)
        outs.append(done.stdout)
    assert outs[0] == outs[1]


# ---- watching


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory, strong: Path) -> Path:
    """Rules with a model, its card, and what came in until it was fitted."""
    folder = tmp_path_factory.mktemp("used")
    written(folder, world(7, 300, intercept=-1.2, size=1.0, vip=1.0))
    card = str(folder / "buys.json")
    assert fit(folder, "--features", "size, vip", "--write", "--card", card) == 0
    del strong
    return folder


def report(folder: Path, events: str, *more: str) -> int:
    words = ["report", "model", str(folder / "rules.lcr"), events, "--card"]
    return run([*words, str(folder / "buys.json"), *more])


def later(folder: Path, capsys: pytest.CaptureFixture[str], **worlds: Any) -> str:
    """What the report says of another world, which goes on after the first."""
    records = world(21, 400, days=240, **worlds)
    (folder / "later.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    capsys.readouterr()
    assert report(folder, str(folder / "later.jsonl")) == 0
    return capsys.readouterr().out


def flat(text: str) -> str:
    return " ".join(text.split())


def test_where_nothing_changes_the_model_holds(
    used: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = flat(later(used, capsys, intercept=-1.2, size=1.0, vip=1.0))
    assert "It still holds: there is no reason to fit it anew." in out
    assert "new to the model" in out


def test_where_people_buy_more_it_is_to_be_fitted_anew(
    used: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = flat(later(used, capsys, intercept=-0.2, size=1.0, vip=1.0))
    assert "Fit it anew: it happens more often than the likelihoods say." in out


def test_where_what_mattered_matters_no_longer_it_is_to_be_fitted_anew(
    used: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = flat(later(used, capsys, intercept=-0.7, size=0.0, vip=0.0))
    assert "it tells customers apart less well than when it was tested" in out


def test_where_other_people_come_the_drift_is_seen(
    used: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [
        {**each, "size": each["size"] + 1.0} if each["type"] == "profile" else each
        for each in world(22, 300, days=240, intercept=-2.2, size=1.0, vip=1.0)
    ]
    events = used / "others.jsonl"
    events.write_text("".join(json.dumps(each) + "\n" for each in records))
    capsys.readouterr()
    assert report(used, str(events), "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    rows = {row[0]: row[-1] for row in found["sections"][1]["tables"][0]["rows"]}
    assert rows["size"] == "another"
    assert rows["if vip then 1 else 0"] == "as it was"


def test_of_the_time_of_the_fit_it_says_that_nothing_is_new(
    used: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert report(used, str(used / "events.jsonl"), "--until", "2024-02-20T00:00:00Z") == 0
    assert "nothing new has come" in flat(capsys.readouterr().out)


def test_a_model_that_was_changed_by_hand_is_noticed(
    used: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (used / "rules.lcr").read_text().replace("intercept -1", "intercept -2")
    (tmp_path / "rules.lcr").write_text(text)
    (tmp_path / "buys.json").write_bytes((used / "buys.json").read_bytes())
    capsys.readouterr()
    assert report(tmp_path, str(used / "events.jsonl")) == 0
    assert "The model of the rules is not the card's" in flat(capsys.readouterr().out)


def test_a_report_without_card_or_model_is_refused(
    used: Path, strong: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = str(used / "events.jsonl")
    assert run(["report", "model", str(used / "rules.lcr"), events]) == 2
    assert "--card names what" in capsys.readouterr().err
    assert report(used, events, "--model", "churns") == 2
    assert "is of the model `buys`, not of `churns`" in capsys.readouterr().err
    (tmp_path / "buys.json").write_bytes((used / "buys.json").read_bytes())
    (tmp_path / "rules.lcr").write_bytes((strong / "rules.lcr").read_bytes())
    assert report(tmp_path, events) == 2
    assert "the rules have no model called `buys`" in capsys.readouterr().err
    (tmp_path / "buys.json").write_text("{}")
    assert report(tmp_path, events) == 2
    assert "is no card such as `lcr fit --card` writes" in capsys.readouterr().err
