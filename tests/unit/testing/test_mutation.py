"""Mutants of rules, and which of them tests notice."""

from __future__ import annotations

from pathlib import Path

from lifecycle_dsl.checker import check
from lifecycle_dsl.source import Source
from lifecycle_dsl.testing.mutation.mutants import Mutant, mutants
from lifecycle_dsl.testing.mutation.trials import Fate, Trial, trials

RULES = """\
lifecycle shop
event visit { amount: number = 5 }
trait ok: bool = true
score warmth { half-life 7d  at least 0  on visit where amount > 2: 1.5 }
start { -> a }
stage a { -> b on visit when warmth >= 3 and ok }
stage b { -> a after 30d }
"""
TESTS = """
test "moves" { on visit  expect stage a  on visit  expect stage b }
test "moves back" { given stage b  wait 30d  expect stage a }
"""


def of(text: str) -> list[Mutant]:
    source = Source("shop.lcr", text)
    program = check(source).program
    assert program is not None
    return mutants(source, program)


def test_one_thing_at_a_time_is_changed() -> None:
    assert [(each.line, each.what) for each in of(RULES + TESTS)] == [
        (4, "7d became 8d"),
        (4, "0 became 1"),
        (4, "`>` became `>=`"),
        (4, "2 became 3"),
        (4, "1.5 became 1.6"),
        (6, "dropped `warmth >= 3`"),
        (6, "dropped `warmth >= 3 and ok`"),
        (6, "`>=` became `>`"),
        (6, "3 became 4"),
        (6, "dropped `ok`"),
        (7, "30d became 31d"),
    ]


def test_the_change_is_shown_as_it_would_be_written() -> None:
    flipped = next(each for each in of(RULES) if each.what == "`>=` became `>`")
    assert flipped.before == "stage a { -> b on visit when warmth >= 3 and ok }"
    assert flipped.after == "stage a { -> b on visit when warmth > 3 and ok }"


def tried(folder: Path, text: str, workers: int = 1) -> list[Trial]:
    path = folder / "shop.lcr"
    path.write_text(text)
    count, found = trials(str(path), workers)
    done = list(found)
    assert len(done) == count
    return done


def test_what_tests_notice_and_what_not(tmp_path: Path) -> None:
    fates = {each.what: (each.fate, each.killer) for each in tried(tmp_path, RULES + TESTS)}
    assert fates["30d became 31d"] == (Fate.KILLED, "moves back")
    assert fates["`>=` became `>`"] == (Fate.KILLED, "moves")
    assert fates["3 became 4"] == (Fate.KILLED, "moves")
    assert fates["dropped `ok`"] == (Fate.SURVIVED, "")
    assert fates["7d became 8d"] == (Fate.SURVIVED, "")
    assert fates["2 became 3"] == (Fate.SURVIVED, "")
    # Clamps need `at least` at 0 or below beside a half-life: the checker refuses this one.
    assert fates["0 became 1"] == (Fate.SENSELESS, "")


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    alone.mkdir()
    together.mkdir()

    def told(found: list[Trial]) -> list[tuple[int, str, Fate]]:
        return [(each.line, each.what, each.fate) for each in found]

    assert told(tried(together, RULES + TESTS, 2)) == told(tried(alone, RULES + TESTS))
