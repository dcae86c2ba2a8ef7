"""Lists of memory that are full: what is exact all the same, and what is counted."""

from __future__ import annotations

import lifecycle_dsl as lcr

RULES = """
lifecycle shop
event visit
stage a { -> b on visit when %s }
stage b
start { -> a }
"""
START = 1_767_600_000_000_000


def moved_after(condition: str, most: int) -> tuple[int | None, int]:
    """At which visit the customer moved, and how many entries left early."""
    engine = lcr.Engine(lcr.compile(RULES % condition))
    for number in range(1, most + 1):
        visit = {"type": "visit", "customer": "ann", "at": START + number}
        if any(
            isinstance(each, lcr.Transition) and each.to == "b" for each in engine.process(visit)
        ):
            return number, engine.counts["left_early"]
    return None, engine.counts["left_early"]


def test_a_count_that_is_only_compared_is_exact_beyond_a_thousand() -> None:
    assert moved_after("count(visit within 7d) >= 1200", 1_300) == (1_200, 0)


def test_a_count_that_is_computed_with_stops_where_its_list_is_full() -> None:
    assert moved_after("count(visit within 7d) * 1 >= 1200", 1_300) == (None, 300)


def test_keep_makes_room() -> None:
    assert moved_after("count(visit within 7d keep 1500) * 1 >= 1200", 1_300) == (1_200, 0)


def test_sums_and_distinct_values_count_too() -> None:
    _, early = moved_after("sum(value of visit within 7d keep 10) > 100", 25)
    assert early == 15
    _, early = moved_after("distinct(value of visit keep 10) > 100", 25)
    assert early == 15
