"""The experiment's example, and the e-mail test that was published, where it lies beside."""

from __future__ import annotations

import csv
import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.experiments import Experiment, experiments
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.verdicts import verdicts
from tests.unit.transcripts import ROOT

EXAMPLE = ROOT / "examples" / "14-an-experiment"
PUBLISHED = ROOT.parent / "shared" / "data" / "hillstrom" / "hillstrom_data.csv"
ARMS = ("No E-Mail", "Mens E-Mail", "Womens E-Mail")
_ROW = re.compile(r"\| (?P<arm>\d), .* \| (?P<visits>\S+) % \|.*\| (?P<buys>\S+) % \|")


def prepared(out: Path, *arguments: str) -> Path:
    script = [sys.executable, str(EXAMPLE / "prepare.py"), str(out), *arguments]
    subprocess.run(script, check=True)
    return out


def found(events: Path, goal: str) -> Experiment:
    ruleset = lcr.load(EXAMPLE / "rules.lcr")
    said = goal_of(goal, ruleset)
    with History(ruleset) as history:
        history.run(Feed(str(events)))
        (experiment,) = experiments(history, said)
        return experiment


def test_the_made_up_events_are_what_the_script_makes(tmp_path: Path) -> None:
    made = prepared(tmp_path / "events.jsonl.gz")
    shipped = EXAMPLE / "events.jsonl.gz"
    assert gzip.decompress(made.read_bytes()) == gzip.decompress(shipped.read_bytes())


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published test is not beside the checkout")
def test_the_published_rates_and_lifts_come_out(tmp_path: Path) -> None:
    """MineThatData E-Mail Analytics Challenge (2008); the rates by hand from its file.

    Radcliffe, N. J. (2008), Hillstrom's MineThatData Email Analytics Challenge: an approach using
    uplift modelling, gives visit rates of 10.6 %, 18.3 % and 15.1 %, conversions of 0.57 %, 1.25 %
    and 0.88 %, and a spend of 0.65, 1.42 and 1.08 a head.
    """
    events = prepared(tmp_path / "hillstrom.jsonl.gz", "--from", str(PUBLISHED))
    counts = {arm: [0, 0, 0, 0.0] for arm in ARMS}
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mine = counts[row["segment"]]
            mine[0] += 1
            mine[1] += int(row["visit"])
            mine[2] += int(row["conversion"])
            mine[3] += float(row["spend"])
    visits, sales = found(events, "visits"), found(events, "sales")
    for place, name in enumerate(ARMS):
        n, visited, bought, spent = counts[name]
        assert (visits.arms[place].assigned, visits.arms[place].sample.n) == (n, n)
        assert visits.arms[place].hits == visited
        assert sales.arms[place].hits == bought
        worth = sales.arms[place].worth
        assert worth is not None
        assert worth.mean == pytest.approx(spent / n)
    rates = [arm.hits / arm.sample.n for arm in visits.arms]
    assert rates == pytest.approx([0.106, 0.183, 0.151], abs=5e-4)
    rates = [arm.hits / arm.sample.n for arm in sales.arms]
    assert rates == pytest.approx([0.0057, 0.0125, 0.0088], abs=5e-5)
    assert not visits.ratio.mismatched
    lifts = [each.lift.value for each in verdicts(visits, 0.95)]
    assert lifts == pytest.approx([0.0766, 0.0452], abs=5e-5)
    assert all(each.is_told for each in (*verdicts(visits, 0.95), *verdicts(sales, 0.95)))


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published test is not beside the checkout")
def test_the_page_has_the_published_rates() -> None:
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    rows = {int(row["arm"]): (row["visits"], row["buys"]) for row in _ROW.finditer(text)}
    assert rows == {1: ("10.6", "0.57"), 2: ("18.3", "1.25"), 3: ("15.1", "0.88")}
