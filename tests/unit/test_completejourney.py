"""Mailings and coupons: credits are as counted by hand, and the extract is what it says it is."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.transcripts import ROOT

FOLDER = ROOT / "examples" / "11-completejourney"
EXTRACT = FOLDER / "data"
WHOLE = ROOT.parent / "shared" / "data" / "completejourney"
ZONE = ZoneInfo("America/New_York")
WITHIN, FORTNIGHT = timedelta(180), timedelta(14)
whole = pytest.mark.skipif(
    not WHOLE.exists(), reason="the whole data set is not beside the checkout"
)
Credits = dict[tuple[str, str, datetime, str], float]
"""The share of each campaign, by attribution, household and instant."""


def rows(table: str, folder: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as asked:
        return asked.execute(f"FROM '{folder}/{table}.parquet'").fetchall()


def local(day: datetime, at: time) -> datetime:
    return datetime.combine(day.date(), at, ZONE).astimezone(UTC)


def redemptions(folder: Path) -> Iterator[tuple[str, datetime]]:
    """Each coupon with its instant: those of a day from noon on, a second apart."""
    by_day: dict[tuple[int, datetime], Iterator[int]] = defaultdict(lambda: count(1))
    for household, _, _, day in rows("coupon_redemptions", folder):
        second = next(by_day[household, day])
        yield str(household), local(day, time(12)) + timedelta(seconds=second)


def by_hand(folder: Path) -> Credits:
    """The credits of redemptions, by a plain count over the tables."""
    starts = {campaign: start for campaign, _, start, _ in rows("campaign_descriptions", folder)}
    mailed = defaultdict(list)
    for campaign, household in rows("campaigns", folder):
        mailed[str(household)].append((local(starts[campaign], time(8)), str(campaign)))
    hand: Credits = defaultdict(float)
    for household, at in redemptions(folder):
        touches = sorted(each for each in mailed[household] if at - WITHIN < each[0] <= at)
        newest = touches[-1][0]
        fading = [0.5 ** ((newest - instant) / FORTNIGHT) for instant, _ in touches]
        # Of mailings of one instant the order says nothing here: no household has two.
        hand["newest", household, at, touches[-1][1]] += 1
        for (_, campaign), weight in zip(touches, fading, strict=True):
            hand["even", household, at, campaign] += 1 / len(touches)
            hand["fading", household, at, campaign] += weight / sum(fading)
    return hand


def credited(folder: Path, tmp_path: Path) -> Path:
    """The log of a run over the tables of a folder."""
    query = (FOLDER / "query.sql").read_text(encoding="utf-8")
    asked = tmp_path / "query.sql"
    asked.write_text(query.replace("examples/11-completejourney/data", str(folder)))
    out = tmp_path / "decisions.parquet"
    rules = str(FOLDER / "rules.lcr")
    assert run(["run", rules, "--sql", f"@{asked}", "--out", str(out), "--quiet", "--strict"]) == 0
    return out


def agree(folder: Path, tmp_path: Path) -> None:
    """The engine's credits are those counted by hand; those of one conversion add to 1."""
    log = credited(folder, tmp_path)
    with duckdb.connect() as asked:
        found = asked.execute(
            f"SELECT attribution, customer, \"at\", campaign, share FROM '{log}' "
            "WHERE kind = 'credit' AND attribution <> 'takings'"
        ).fetchall()
        ((off,),) = asked.execute(
            f"SELECT count(*) FROM (SELECT sum(share) AS s FROM '{log}' WHERE kind = 'credit' "
            "AND attribution <> 'takings' "
            'GROUP BY attribution, customer, "at") WHERE abs(s - 1) > 1e-9'
        ).fetchall()
    engine: Credits = defaultdict(float)
    for attribution, customer, at, campaign, share in found:
        engine[attribution, customer, at.replace(tzinfo=UTC), campaign] += share
    hand = by_hand(folder)
    assert {key: share for key, share in engine.items() if share} == pytest.approx(hand, abs=2e-9)
    assert off == 0


def test_credits_are_as_counted_by_hand(tmp_path: Path) -> None:
    agree(EXTRACT, tmp_path)


@whole
def test_credits_of_all_households_are_as_counted_by_hand(tmp_path: Path) -> None:
    """2,102 redemptions, as the data set's own page says; shares as the example's page says."""
    assert len(rows("coupon_redemptions", WHOLE)) == 2_102
    agree(WHOLE, tmp_path)
    own = dict.fromkeys(("newest", "fading", "even"), 0.0)
    campaigns = [str(campaign) for _, _, campaign, _ in rows("coupon_redemptions", WHOLE)]
    hand = by_hand(WHOLE)
    for (household, at), campaign in zip(redemptions(WHOLE), campaigns, strict=True):
        for name in own:
            own[name] += hand.get((name, household, at, campaign), 0)
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for share in own.values():
        assert f"{share / 2_102:.1%}".replace("%", " %") in text.replace("\n", " ")


@whole
def test_the_extract_is_made_again_the_same(tmp_path: Path) -> None:
    made = [sys.executable, str(FOLDER / "extract.py"), str(WHOLE), str(tmp_path)]
    subprocess.run(made, check=True)
    for path in EXTRACT.iterdir():
        assert rows(path.stem, tmp_path) == rows(path.stem, EXTRACT)


def test_the_extract_is_small() -> None:
    assert sum(path.stat().st_size for path in EXTRACT.iterdir()) < 500_000
