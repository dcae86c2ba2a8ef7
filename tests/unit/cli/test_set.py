"""`lcr run --set`: rules with another value of a param."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.analysis.tuning.shop import RULES, events, planted, written


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("value", ["6", "6 { rich: 3 }"])
def test_a_run_decides_as_if_the_file_said_so(tmp_path: Path, workers: str, value: str) -> None:
    rules, log = written(tmp_path, events(60, 1, planted, rich=0.5))
    other = tmp_path / "other.lcr"
    other.write_text(
        RULES.replace("= 4 tune 3 to 8 step 1", f"= {value.replace('6', '6 tune 3 to 8 step 1')}")
    )
    outs = [tmp_path / name for name in ("set.jsonl", "file.jsonl", "plain.jsonl")]
    more = ["--quiet", "--workers", workers]
    assert (
        run(
            [
                "run",
                str(rules),
                str(log),
                "--set",
                f"lead_bar={value}",
                "--out",
                str(outs[0]),
                *more,
            ]
        )
        == 0
    )
    assert run(["run", str(other), str(log), "--out", str(outs[1]), *more]) == 0
    assert run(["run", str(rules), str(log), "--out", str(outs[2]), *more]) == 0
    found = [out.read_bytes() for out in outs]
    assert found[0] == found[1]
    assert found[0] != found[2]
    assert rules.read_text() == RULES


@pytest.mark.parametrize(
    ("value", "said", "code"),
    [
        ("led_bar=4", "did you mean `lead_bar`?", 2),
        ("lead_bar=four", "must be a fixed value", 1),
        ("lead_bar=4 5", "is no value of a param", 2),
        ("lead_bar", "is nothing such as lead_bar=4", 2),
        ("lead_bar=40", "the param's own value is not in this range", 1),
        ("lead_bar=2d", "error", 1),
    ],
)
def test_a_value_that_does_not_fit_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: str, said: str, code: int
) -> None:
    rules, log = written(tmp_path, [])
    assert run(["run", str(rules), str(log), "--set", value]) == code
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_store_takes_its_rules_from_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, log = written(tmp_path, [])
    store = f"sqlite:///{tmp_path / 'l.db'}"
    assert run(["run", str(rules), str(log), "--set", "lead_bar=5", "--store", store]) == 2
    assert "--set is not for a --store" in " ".join(capsys.readouterr().err.split())
