"""`lcr report funnel`, `velocity`, `retention`, `engagement`: counts against naive ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.findings import Estimate, Section, Table
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.periods import Period
from lifecycle_dsl.analysis.reporting import Asked, section_of
from lifecycle_dsl.analysis.ways import looking_lost
from lifecycle_dsl.loading import load
from tests.unit.analysis.written import at, history, rules
from tests.unit.transcripts import ROOT

SECTIONS = ("funnel", "velocity", "retention", "engagement", "value", "bottlenecks")


def moved(customer: str, day: float, source: str | None, target: str) -> dict[str, Any]:
    return {
        "kind": "transition",
        "customer": customer,
        "at": at(day),
        "rule": "start" if source is None else f"{source}->{target}#1",
        "from": source,
        "to": target,
    }


def lives(*paths: tuple[tuple[float, str], ...]) -> list[dict[str, Any]]:
    """Customers who come into stages at days, as a log in order of time."""
    found = []
    for place, path in enumerate(paths):
        before = None
        for day, stage in path:
            found.append((day, place, moved(f"c{place}", day, before, stage)))
            before = stage
    found.sort(key=lambda each: each[:2])
    return [decision for _, _, decision in found]


def table(section: Section, title: str) -> Table:
    (found,) = (each for each in section.tables if each.title.startswith(title))
    return found


def estimate(cell: Any) -> Estimate:
    assert isinstance(cell, Estimate)
    return cell


THOUSAND = lives(((0.0, "lead"), (1.0, "customer")), *[((0.0, "lead"),)] * 999)


def test_one_in_a_thousand_leads_is_not_all_of_them(tmp_path: Path) -> None:
    """The guide's fault: dividing by those who left, 1 of 1,000 leads converting reads 100 %."""
    with history(tmp_path, THOUSAND, until=30) as told:
        section = section_of(told, "funnel", Asked())
    row = table(section, "From each stage").rows[0]
    assert row[:5] == ("lead", "customer", 1_000, 1, 0.001)
    assert estimate(row[6]).value == pytest.approx(0.001)
    assert "999" in section.censored or "1,000 customers had not left" in section.censored


TINY = lives(
    ((0, "lead"), (1, "customer"), (5, "sleeping")),
    ((0, "lead"), (2, "customer")),
    ((0, "lead"), (4, "sleeping")),
    ((6, "lead"),),
    ((7, "lead"), (9, "customer")),
)
"""Known up to day 10: two of five leads are gone by day 2, one more by day 4, one censored at 4."""


def test_a_tiny_world_is_as_by_hand(tmp_path: Path) -> None:
    """Of lead: customer at 1, 2, 2; sleeping at 4; one censored at 4.

    Aalen and Johansen: 1/5 at day 1; 1/5 + 4/5 · 2/4 = 0.6 at day 2; sleeping 0.4 · 1/2 = 0.2.
    """
    with history(tmp_path, TINY, until=10) as told:
        funnel = section_of(told, "funnel", Asked())
        velocity = section_of(told, "velocity", Asked())
    rows = {row[:2]: row for row in table(funnel, "From each stage").rows}
    assert rows["lead", "customer"][2:5] == (5, 3, 0.6)
    within = rows["lead", "customer"][5]
    assert within == 3 * 86_400
    assert estimate(rows["lead", "customer"][6]).value == pytest.approx(0.6)
    assert estimate(rows["lead", "sleeping"][6]).value == 0
    assert estimate(rows["lead", "(anywhere)"][6]).value == pytest.approx(0.6)
    left = {row[0]: row for row in table(velocity, "Until a stage").rows}
    assert left["lead"][1:3] == (5, 4)
    quarter, half, most = (estimate(cell).value for cell in left["lead"][3:])
    assert (quarter, half, most) == (2 * 86_400, 2 * 86_400, 4 * 86_400)


stays = st.lists(
    st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from(["lead", "customer", "sleeping"])),
        min_size=1,
        max_size=4,
        unique_by=lambda each: each[0],
    ).map(sorted),
    min_size=1,
    max_size=25,
)


@settings(max_examples=30)
@given(stays)
def test_cohorts_add_up_to_all(
    tmp_path_factory: pytest.TempPathFactory, paths: list[list[tuple[int, str]]]
) -> None:
    decisions = lives(*(tuple((float(day), stage) for day, stage in path) for path in paths))
    asked = Asked(by=Period.WEEK)
    with history(tmp_path_factory.mktemp("log"), decisions, until=90) as told:
        funnel = section_of(told, "funnel", asked)
        retention = section_of(told, "retention", asked)
        engagement = section_of(told, "engagement", asked)
    entered: Counter[str] = Counter()
    went: Counter[tuple[str, str]] = Counter()
    for path in paths:
        seen = set()
        for (_, stage), following in zip(path, [*path[1:], None], strict=True):
            if stage not in seen:
                seen.add(stage)
                entered[stage] += 1
                if following is not None:
                    went[stage, following[1]] += 1
    rows = [row for row in table(funnel, "From each stage").rows if row[1] != "(anywhere)"]
    assert {row[:2]: row[3] for row in rows} == dict(went)
    assert all(row[2] == entered[str(row[0])] for row in rows)
    by_cohort = [each for each in funnel.tables if each.title.startswith("By cohort")]
    for found in by_cohort:
        for place, column in enumerate(found.columns[1:], 1):
            total = sum(estimate(row[place]).n or 0 for row in found.rows)
            assert total == entered[column.title.split(" to ")[0]]
    assert "in whole UTC days" in retention.definition
    (kept,) = retention.tables
    *cohorts, everybody = kept.rows
    assert sum(int(str(row[1])) for row in cohorts) == everybody[1] == len(paths)
    population = table(engagement, "In each stage").rows[-1]
    assert population[1] == len(paths)
    last = Counter(path[-1][1] for path in paths)
    shares = dict(zip(("lead", "customer", "sleeping"), (0, 0, 0), strict=True))
    for column, cell in zip(
        table(engagement, "In each stage").columns[2:], population[2:], strict=True
    ):
        shares[column.title] = round((estimate(cell).value or 0) * len(paths))
    assert shares == {name: last[name] for name in shares}


def test_who_is_lost_is_counted_at_each_age(tmp_path: Path) -> None:
    """Against a naive look at each customer at each age of 30 days."""
    paths: list[tuple[tuple[float, str], ...]] = [
        ((float(day), "lead"), (day + 3.0, "customer"), (day + 20.0 + day % 50, "sleeping"))
        for day in range(60)
    ]
    paths = [
        (*path, (130.0, "customer")) if place % 3 == 0 else path for place, path in enumerate(paths)
    ]
    with history(tmp_path, lives(*paths), until=200) as told:
        section = section_of(told, "retention", Asked(lost=("sleeping",)))
    (found,) = section.tables
    expected: dict[str, list[int]] = defaultdict(lambda: [0] * 13)
    for path in paths:
        cohort = "2026-01" if path[0][0] < 31 else "2026-02" if path[0][0] < 59 else "2026-03"
        for age in range(13):
            stage = [name for day, name in path if day <= path[0][0] + 30 * age][-1]
            expected[cohort][age] += stage != "sleeping"
    for name, size, *cells in found.rows[:-1]:
        for age, cell in enumerate(cells):
            share = estimate(cell).value
            if share is not None:
                assert round(share * int(str(size))) == expected[str(name)][age]
    known = [estimate(cell).value is not None for cell in found.rows[1][2:]]
    assert known == [age * 30 + 58 <= 200 for age in range(len(known))]


def test_lost_is_what_time_alone_leads_into() -> None:
    assert looking_lost(load(ROOT / "rules" / "retail.lcr").program) == ["lapsed"]
    assert looking_lost(load(ROOT / "rules" / "email_marketing.lcr").program) == ["churned"]
    assert looking_lost(rules().program) == ["sleeping"]


def test_a_stage_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    with (
        history(tmp_path, TINY, until=10) as told,
        pytest.raises(AnalysisError, match="no stage is called `sleepin`; there is `sleeping`"),
    ):
        section_of(told, "retention", Asked(lost=("sleepin",)))


@pytest.mark.parametrize("name", SECTIONS)
def test_an_empty_history_is_told(tmp_path: Path, name: str) -> None:
    with history(tmp_path, []) as told:
        section = section_of(told, name, Asked())
    assert section.headline
    assert section.definition


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize(
    "paths",
    [
        [((0.0, "lead"),)],
        [((0.0, "lead"), (0.0, "customer"))],
        [((0.0, "lead"), (3.0, "evaluation"), (4.0, "customer"))],
    ],
    ids=["one stage", "one instant", "a stage that only old logs know"],
)
def test_tiny_histories_are_told(tmp_path: Path, name: str, paths: list[Any]) -> None:
    with history(tmp_path, lives(*paths)) as told:
        section = section_of(told, name, Asked())
    assert section.headline


def test_stages_that_only_old_logs_know_are_counted(tmp_path: Path) -> None:
    decisions = lives(((0.0, "lead"), (3.0, "it's over")), ((0.0, "it's over"), (2.0, "lead")))
    with history(tmp_path, decisions, until=10) as told:
        rows = table(section_of(told, "funnel", Asked()), "From each stage").rows
    assert {row[:2] for row in rows} >= {("lead", "it's over"), ("it's over", "lead")}


def test_a_folder_of_parquet_says_what_its_lines_say(tmp_path: Path) -> None:
    with history(tmp_path, TINY, until=10) as lines:
        for day in (0, 1):
            folder = tmp_path / "log" / f"day={day}"
            folder.mkdir(parents=True)
            where = "instant < TIMESTAMP '2026-01-03'"
            lines.ask(
                'COPY (SELECT kind, customer, instant AS "at", rule, source AS "from", '
                f'target AS "to" FROM decisions WHERE {"NOT " * day}{where} ORDER BY rowid) '
                f"TO '{folder / 'part.parquet'}'"
            )
        expected = [section_of(lines, name, Asked()) for name in ("funnel", "velocity")]
    with History(rules()) as told:
        told.read_log(tmp_path / "log", lines.end)
        assert [section_of(told, name, Asked()) for name in ("funnel", "velocity")] == expected


def test_what_comes_after_the_end_is_not_seen(tmp_path: Path) -> None:
    with history(tmp_path, TINY, until=3) as told:
        section = section_of(told, "funnel", Asked())
    rows = {row[:2]: row for row in table(section, "From each stage").rows}
    assert rows["lead", "customer"][2:4] == (3, 2)
