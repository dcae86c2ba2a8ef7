"""What is read of a customer at an instant is what was known then, and nothing later."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.fitting.asked import Asked, asking, stages_of
from lifecycle_dsl.analysis.fitting.instants import Drawn, drawn, fold_of, lives_in
from lifecycle_dsl.analysis.fitting.reading import Row, replayed
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.loading import compile
from tests.unit.analysis.fitting.worlds import DAY, RULES, START, feed, world

RULESET = compile(RULES)
TEXTS = ["love", "visits", "if vip then 1 else 0", "idle / 1d", "in_stage / 1d", "age / 1d"]
END = START + 120 * DAY


def looked_at(records: list[dict[str, Any]], each: int = 3) -> Drawn:
    lives = lives_in(feed(records), RULESET.records)
    return drawn(lives, within=14 * DAY, each=each, seed=1)


def rows(
    records: list[dict[str, Any]], instants: dict[str, list[int]], *, size: int = 1000
) -> list[Row]:
    asked = asking(RULESET, TEXTS)
    found = replayed(
        asked.ruleset, feed(records, size=size), instants=instants, reads=asked.reads, end=END
    )
    return found.rows


def as_known(asked: Asked, records: list[dict[str, Any]], name: str, at: int) -> tuple[Any, ...]:
    """The values by a run that ends at the instant: no later record is there to be known."""
    engine = Engine(asked.ruleset)
    for record in records:
        if record["at"] <= at:
            engine.process(record)
    engine.advance(at)
    view = engine.customer(name, at)
    return (view.stage, *view._values("known", list(asked.reads)))


def test_rows_are_those_of_a_run_that_ends_at_the_instant() -> None:
    records = world(1, 25, size=1, vip=1)
    asked = asking(RULESET, TEXTS)
    found = rows(records, {name: list(at) for name, at in looked_at(records).instants.items()})
    assert len(found) == 75
    for row in found:
        assert (row.stage, *row.values) == as_known(asked, records, row.customer, row.at)


def test_what_comes_right_after_the_instant_changes_nothing() -> None:
    records = world(2, 20, size=1)
    instants = {name: list(at) for name, at in looked_at(records, each=1).instants.items()}
    before = rows(records, instants)
    planted: list[dict[str, Any]] = [
        {"type": kind, "customer": name, "at": at + 1}
        for name, (at,) in instants.items()
        for kind in ("visit", "purchase", "mail")
    ]
    planted += [
        {"type": "profile", "customer": name, "at": at + 1, "size": 99.0, "vip": True}
        for name, (at,) in instants.items()
    ]
    assert rows(sorted([*records, *planted], key=lambda each: each["at"]), instants) == before


def test_what_comes_at_the_instant_is_known() -> None:
    records = world(2, 20, size=1)
    instants = {name: list(at) for name, at in looked_at(records, each=1).instants.items()}
    planted = [{"type": "visit", "customer": name, "at": at} for name, (at,) in instants.items()]
    after = rows(sorted([*records, *planted], key=lambda each: each["at"]), instants)
    for plain, more in zip(rows(records, instants), after, strict=True):
        assert more.values[1] == plain.values[1] + 1


def test_what_arrives_late_was_not_known() -> None:
    """A record of before the instant that arrives behind a record of after it."""
    day = DAY
    records = [
        {"type": "visit", "customer": "a", "at": START},
        {"type": "visit", "customer": "a", "at": START + 10 * day},
        {"type": "visit", "customer": "a", "at": START + 2 * day},
    ]
    (row,) = rows(records, {"a": [START + 5 * day]})
    assert row.values[1] == 1


def test_ticks_do_not_carry_the_future_into_a_row() -> None:
    """A tick far ahead runs timers of everybody: who is looked at before is read before it."""
    records = [
        {"type": "purchase", "customer": "a", "at": START},
        {"type": "purchase", "customer": "a", "at": START + DAY},
        {"type": "tick", "at": START + 90 * DAY},
    ]
    first, second = rows(records, {"a": [START + 60 * DAY, START + 61 * DAY]})
    assert first.stage == "regular"
    assert second.stage == "gone"


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_batches_do_not_matter(size: int) -> None:
    records = world(3, 30)
    instants = {name: list(at) for name, at in looked_at(records).instants.items()}
    assert rows(records, instants, size=size) == rows(records, instants)


def test_instants_lie_in_parts_of_the_life_that_can_be_judged() -> None:
    records = world(4, 40)
    found = looked_at(records, each=4)
    lives = lives_in(feed(records), RULESET.records)
    assert set(found.instants) == set(lives.firsts)
    for name, instants in found.instants.items():
        first, last = lives.firsts[name], lives.end - 14 * DAY
        for place, at in enumerate(instants):
            low = first + (last - first) * place // 4
            assert low <= at <= first + 1 + (last - first) * (place + 1) // 4
            assert first < at < last


def test_instants_do_not_depend_on_the_order_of_customers() -> None:
    records = world(5, 20)
    mixed = records.copy()
    Random(1).shuffle(mixed)
    by_customer = sorted(records, key=lambda each: (each["customer"], each["at"]))
    assert looked_at(by_customer) == looked_at(records)


def test_who_came_too_late_is_counted() -> None:
    records = [
        {"type": "visit", "customer": "early", "at": START},
        {"type": "visit", "customer": "late", "at": START + 30 * DAY},
        {"type": "visit", "customer": "early", "at": START + 40 * DAY},
    ]
    found = looked_at(records)
    assert list(found.instants) == ["early"]
    assert found.too_short == 1


def test_folds_are_of_about_the_same_size() -> None:
    counts = [0] * 5
    for number in range(5000):
        counts[fold_of(f"customer {number}", 1, 5)] += 1
    assert min(counts) > 900


def test_stages_are_named_as_the_guard_names_them() -> None:
    assert stages_of(RULESET, "any except gone") == ("fresh", "regular")
    assert stages_of(RULESET, "gone, fresh") == ("fresh", "gone")
    with pytest.raises(AnalysisError, match="--in gon: no stage is called `gon`"):
        stages_of(RULESET, "gon")
