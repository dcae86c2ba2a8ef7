"""`lcr report summary`: who is where at the end, and what must be known of the log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.reporting import Asked, section_of
from tests.unit.analysis.sections.test_triggers import by_name, lived, table
from tests.unit.analysis.written import history, log, rules


def test_customers_are_counted_in_the_stage_last_entered(tmp_path: Path) -> None:
    decisions = lived(0)
    with history(tmp_path, decisions) as told:
        section = section_of(told, "summary", Asked())
    last = {each["customer"]: each["to"] for each in decisions if each["kind"] == "transition"}
    rows = by_name(table(section, "Who is where"))
    assert {name: row[0] for (name,), row in rows.items()} == dict(Counter(last.values()))
    moves = [each for each in decisions if each["kind"] == "transition" and each["from"]]
    months = table(section, "What happened").rows
    assert sum(int(str(row[1])) for row in months) == len(last)
    assert sum(int(str(row[2])) for row in months) == len(moves)


def test_a_log_of_other_rules_is_said_to_be_one(tmp_path: Path) -> None:
    older = rules()
    path = log(tmp_path, lived(0, 5), older)
    with History(rules("# changed\n" + SHOPPED)) as told:
        told.read_log(path)
        section = section_of(told, "summary", Asked())
    assert any(older.fingerprint in note for note in section.notes)


SHOPPED = """
lifecycle shop
event purchase
start { -> lead }
stage lead { -> customer on purchase }
stage customer
"""


def test_an_empty_history_says_so(tmp_path: Path) -> None:
    with history(tmp_path, []) as told:
        section = section_of(told, "summary", Asked())
    assert section.headline == "Nobody was placed in a stage."
    assert section.tables == ()
