"""What is shown between the words: points that can come together, types of lets, bytes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lsp.client import Editor, at

RULES = """lifecycle shop
event visit, form, demo
event purchase { amount: money, item: text }
score warmth { half-life 14d  on visit: 1 }
let heat = warmth * 2
let spent = sum(amount of purchase within 30d)
let best = most(item of purchase within 30d) else "none"
start { -> lead }
stage lead {
  -> customer at 5 points {
    on form, demo:    3
    on purchase:      5
    when warmth >= 3: 1.5
    when in_stage >= 3d: 1
  }
}
stage customer, regular {
  -> lead at 2
    points { on visit: 2 }
}
channel email
trigger greet {
  on purchase
  for each item up to 50
  do { wait 3d  send email "hi_{item}" }
}
"""
WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}}


def shown(editor: Editor, name: str, within: Any = WHOLE) -> dict[str, dict[str, int]]:
    """The hints and where they stand."""
    asked = editor.ask("inlayHint", name, range=within)
    return {each["label"]: each["position"] for each in asked}


def test_hints_stand_where_they_are_about(editor: Editor) -> None:
    assert editor.open("hints.lcr", RULES) == []
    assert shown(editor, "hints.lcr") == {
        "≤ 4.3 MB a customer": at(RULES, "lifecycle shop|"),
        ": number": at(RULES, "let heat|"),
        ": money": at(RULES, "let spent|"),
        "≤ 16 KB": at(RULES, "purchase within 30d)|\nlet best"),
        ": text": at(RULES, "let best|"),
        "≤ 4.1 MB": at(RULES, 'else "none"|'),
        "at most 7.5": at(RULES, "at 5 points|"),
        "at most 2": at(RULES, "    points|"),
        "≤ 208 KB": at(RULES, "trigger greet|"),
    }
    line = {"start": at(RULES, "|let heat"), "end": at(RULES, "|let spent")}
    assert list(shown(editor, "hints.lcr", line)) == [": number"]
    editor.close("hints.lcr")


def test_a_hint_says_more_to_those_who_point_at_it(editor: Editor) -> None:
    editor.open("more.lcr", RULES)
    asked = editor.ask("inlayHint", "more.lcr", range=WHOLE)
    told = {each["label"]: each.get("tooltip", {}).get("value", "") for each in asked}
    assert "0 to 7.5 points of the 5 that are needed" in told["at most 7.5"]
    assert "- `on purchase: 5`, enough alone" in told["at most 7.5"]
    assert "- `on form, demo: 3`\n" in told["at most 7.5"]
    assert "most(item of purchase within 30d)" in told["≤ 4.3 MB a customer"]
    editor.close("more.lcr")


def test_while_there_are_errors_the_hints_of_before_stay(editor: Editor) -> None:
    editor.open("stay.lcr", RULES)
    before = shown(editor, "stay.lcr")
    wrong = RULES.replace("stage lead {", "\n\nstage lead {\n  ->", 1)
    assert editor.edit("stay.lcr", wrong) != []
    found = shown(editor, "stay.lcr")
    assert found.keys() == before.keys()
    assert found["at most 7.5"] == at(wrong, "at 5 points|")
    editor.close("stay.lcr")


def test_small_files_have_few_hints(editor: Editor) -> None:
    text = "lifecycle shop\nevent visit\nstart { -> lead }\nstage lead\n"
    editor.open("small.lcr", text)
    (hint,) = shown(editor, "small.lcr")
    assert hint.endswith(" B a customer")
    editor.close("small.lcr")


@pytest.mark.parametrize(
    ("switch", "gone"),
    [
        ("points", {"at most 7.5", "at most 2"}),
        ("types", {": number", ": money", ": text"}),
        ("cost", {"≤ 4.3 MB a customer", "≤ 16 KB", "≤ 4.1 MB", "≤ 208 KB"}),
    ],
)
def test_each_kind_can_be_switched_off(editor: Editor, switch: str, gone: set[str]) -> None:
    editor.open("off.lcr", RULES)
    every = set(shown(editor, "off.lcr"))

    def wish(*, on: bool) -> None:
        settings = {"lcr": {"inlayHints": {switch: on}}}
        editor.notify("workspace/didChangeConfiguration", {"settings": settings})

    wish(on=False)
    assert every - set(shown(editor, "off.lcr")) == gone
    wish(on=True)
    assert set(shown(editor, "off.lcr")) == every
    editor.close("off.lcr")
