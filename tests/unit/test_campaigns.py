"""A grocer's campaigns: the journeys end and the cap holds as a plain count of the data says."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import lifecycle_dsl as lcr
from tests.unit.campaigns_by_hand import (
    UNTIL,
    WEEK,
    ZONE,
    Mail,
    Year,
    capped,
    due,
    from_events,
    from_tables,
)
from tests.unit.transcripts import ROOT

FOLDER = ROOT / "examples" / "06-campaigns"
EVENTS = FOLDER / "events.jsonl.gz"
PREPARE = [sys.executable, str(FOLDER / "prepare.py")]
DATA = ROOT.parent / "shared" / "data" / "completejourney"
TRIGGERS = {
    "announcement": "offer",
    "thank_you": "offer",
    "reminder": "offer",
    "last_call": "last_call",
    "we_miss_you": "miss",
}
whole = pytest.mark.skipif(
    not DATA.exists(), reason="the whole data set is not beside the checkout"
)


class Log:
    """The decisions of a run, as they are written."""

    def __init__(self, data: bytes) -> None:
        self.engine = lcr.Engine(lcr.load(FOLDER / "rules.lcr"))
        decisions = self.engine.process_batch(data) + self.engine.advance(UNTIL)
        self.lines: list[dict[str, Any]] = [
            json.loads(lcr.encode_decision(each)) for each in decisions
        ]

    def of(self, kind: str, **keys: object) -> list[dict[str, Any]]:
        """The decisions of a kind that have these values."""
        return [
            line
            for line in self.lines
            if line["kind"] == kind and all(line.get(key) == each for key, each in keys.items())
        ]


def mails_of(log: Log) -> Counter[tuple[str, datetime, str, int]]:
    """The mails that went out, each as household, instant, template and campaign."""
    return Counter(
        (
            line["customer"],
            datetime.fromisoformat(line["at"]),
            next(name for name in TRIGGERS if line["template"].startswith(name)),
            int(line["data"].get("campaign", 0)),
        )
        for line in log.of("sent")
    )


def held_by_the_cap(log: Log) -> Counter[tuple[str, datetime, str, int]]:
    """The mails that the cap stopped, each as household, instant, trigger and campaign."""
    return Counter(
        (
            line["customer"],
            datetime.fromisoformat(line["at"]),
            line["trigger"],
            int(line.get("each", 0)),
        )
        for line in log.of("held", reason="cap")
    )


def most_in_a_week(times: Iterable[datetime]) -> int:
    """The most of these instants in any seven days."""
    found = sorted(times)
    return max(sum(at <= each < at + WEEK for each in found) for at in found)


def agree(log: Log, year: Year) -> None:
    """The engine decided what the plain program says, mail by mail and run by run."""
    assert log.engine.counts["dead"] == 0
    sent, held = capped(due(year))

    def plain(mail: Mail) -> tuple[str, datetime, str, int]:
        return mail.household, mail.at, mail.template, mail.campaign

    assert mails_of(log) == Counter(map(plain, sent))
    stopped = (plain(mail._replace(template=TRIGGERS[mail.template])) for mail in held)
    assert held_by_the_cap(log) == Counter(stopped)

    runs = {(run.household, str(run.campaign)) for run in year.runs}
    for trigger in ("offer", "last_call"):
        fired = log.of("fired", trigger=trigger)
        assert len(fired) == len(runs)
        assert {(line["customer"], line["each"]) for line in fired} == runs
        assert not log.of("held", trigger=trigger, reason="too_many")

    redeemed = {
        (household, str(campaign)): at for (household, campaign), at in year.redeemed.items()
    }
    left = log.of("left", trigger="last_call", reason="exit_on")
    assert {
        (line["customer"], line["each"]): datetime.fromisoformat(line["at"]) for line in left
    } == redeemed
    assert len(left) == len(redeemed)

    closed = {
        (run.household, str(run.campaign)): run.ends for run in year.runs if run.ends <= UNTIL
    }
    assert {
        (line["customer"], line["data"]["campaign"]): datetime.fromisoformat(line["at"])
        for line in log.of("called")
    } == {run: ends for run, ends in closed.items() if run not in redeemed}


def the_cap_holds(log: Log) -> None:
    """Nobody got three mails in seven days, and somebody got two, counted over the log alone."""
    times = defaultdict(list)
    for line in log.of("sent"):
        times[line["customer"]].append(datetime.fromisoformat(line["at"]))
    assert max(map(most_in_a_week, times.values())) == 2
    assert log.of("held", reason="cap")


@pytest.fixture(scope="module")
def extract() -> Log:
    return Log(gzip.decompress(EVENTS.read_bytes()))


def test_the_extract_is_decided_as_by_hand(extract: Log) -> None:
    with gzip.open(EVENTS) as lines:
        agree(extract, from_events(map(json.loads, lines)))


def test_nobody_of_the_extract_gets_a_third_mail(extract: Log) -> None:
    the_cap_holds(extract)


def test_no_mail_goes_out_at_night(extract: Log) -> None:
    hours = {
        datetime.fromisoformat(line["at"]).astimezone(ZONE).hour for line in extract.of("sent")
    }
    assert hours <= set(range(8, 21))
    assert extract.of("held", reason="quiet")


def test_without_a_library_for_parquet_the_script_says_which(tmp_path: Path) -> None:
    code = (
        "import runpy, sys; sys.modules['polars'] = None;"
        " sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    target = tmp_path / "events.jsonl"
    ran = subprocess.run(
        [sys.executable, "-c", code, PREPARE[1], str(tmp_path), str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == "prepare.py reads parquet files with polars: pip install polars\n"
    assert not target.exists()


@whole
def test_the_extract_is_what_the_script_makes(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    made = tmp_path / "events.jsonl"
    subprocess.run([*PREPARE, str(DATA), str(made)], check=True)
    assert made.read_bytes() == gzip.decompress(EVENTS.read_bytes())
    households = Counter(json.loads(line)["customer"] for line in made.read_bytes().splitlines())
    invited = {
        event["customer"]
        for event in map(json.loads, made.read_bytes().splitlines())
        if event["type"] == "invitation"
    }
    assert (len(households), len(invited)) == (80, 72)


@whole
def test_the_whole_year_is_decided_as_by_hand(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    year = from_tables(DATA, polars)
    made = tmp_path / "events.jsonl"
    subprocess.run([*PREPARE, str(DATA), str(made), "--all"], check=True)
    data = made.read_bytes()

    assert len({run.household for run in year.runs}) == 1_559
    assert len({run.campaign for run in year.runs}) == 27
    assert len(year.runs) == 6_589
    assert len(year.baskets) == 2_469
    assert sum(map(len, year.baskets.values())) == 155_848
    redemptions = [e for e in map(json.loads, data.splitlines()) if e["type"] == "redemption"]
    assert len(redemptions) == 2_102
    spans = {(run.household, run.campaign): (run.start, run.ends) for run in year.runs}
    for event in redemptions:
        start, ends = spans[event["customer"], int(event["campaign"])]
        assert start <= datetime.fromisoformat(event["at"]) < ends

    log = Log(data)
    assert log.engine.counts["records"] == 6_589 + 2_102 + 155_848
    agree(log, year)
    the_cap_holds(log)
    assert len(log.of("left", trigger="last_call", reason="exit_on")) == 792
    stages = Counter((line["from"], line["to"]) for line in log.of("transition"))
    assert stages["fresh", "active"] == 2_469

    page = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
    sent, held = len(log.of("sent")), len(log.of("held", reason="cap"))
    assert f"it holds back {held:,} of {sent + held:,} mails" in page
    assert "and 792 of 6,589 invitations end by a redemption" in page


@whole
def test_in_the_zone_of_the_shops_each_redemption_falls_on_a_day_with_a_basket() -> None:
    polars = pytest.importorskip("polars")
    year = from_tables(DATA, polars)
    table = polars.read_parquet(DATA / "coupon_redemptions.parquet")
    redeemed = [(str(household), day.date()) for household, _, _, day in table.rows()]

    def days(*, local: bool) -> set[tuple[str, object]]:
        return {
            (household, (at.astimezone(ZONE) if local else at).date())
            for household, times in year.baskets.items()
            for at in times
        }

    assert sum(each in days for days in [days(local=True)] for each in redeemed) == 2_102
    assert sum(each in days for days in [days(local=False)] for each in redeemed) == 1_869


def test_each_coupon_is_shared_among_the_mails_of_the_month_before_it() -> None:
    data = gzip.decompress(EVENTS.read_bytes())
    redeemed = Counter(
        record["customer"]
        for record in map(json.loads, data.splitlines())
        if record["type"] == "redemption"
    )
    mails: defaultdict[str, list[datetime]] = defaultdict(list)
    credits_: defaultdict[str, list[tuple[datetime, float, list[datetime]]]] = defaultdict(list)
    for line in Log(data).lines:
        at, household = datetime.fromisoformat(line["at"]), line["customer"]
        if line["kind"] == "sent":
            mails[household].append(at)
        elif line["kind"] == "credit":
            credits_[household].append((at, line["share"], list(mails[household])))
    assert redeemed == {
        household: round(sum(share for _, share, _ in found))
        for household, found in credits_.items()
    }
    for found in credits_.values():
        expected: list[float] = []
        while len(expected) < len(found):
            at, _, before = found[len(expected)]
            young = [mail for mail in before if at - mail < timedelta(days=30)]
            weights = [0.5 ** ((young[-1] - mail) / WEEK) for mail in young]
            expected += [weight / sum(weights) for weight in weights] or [1.0]
        assert [share for _, share, _ in found] == pytest.approx(expected, abs=1.1e-9)
