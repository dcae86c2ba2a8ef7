"""Diagnostics as somebody types, formatting, outline, folding."""

from __future__ import annotations

import pytest

from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.source import Source
from tests.unit.lsp.client import Editor, applied, at

RULES = """lifecycle shop
event purchase { amount: money }, visit
event visit
# warm or not
score warmth {
  half-life 14d
  on purchase: 5
}
level mood = warmth { hot >= 5  cold }
start { -> lead }
stage lead {
  -> customer on purchase
}
stage customer
test "buying" { given stage lead  on purchase { amount: 5 }  expect stage customer }
""".replace(" }, visit\n", " }\n")


def test_what_is_wrong_is_told_and_goes_when_it_is_mended(editor: Editor) -> None:
    assert editor.open("typing.lcr", RULES) == []
    wrong = RULES.replace("-> customer on purchase", "-> customer on purchse")
    (found,) = editor.edit("typing.lcr", wrong)
    assert found["code"] == "unknown-event"
    assert found["severity"] == 1
    assert found["source"] == "lcr"
    assert "purchase" in found["message"]
    assert found["range"] == {
        "start": at(wrong, "on |purchse"),
        "end": at(wrong, "on purchse|"),
    }
    assert editor.edit("typing.lcr", RULES) == []
    editor.close("typing.lcr")


def test_columns_count_in_utf16(editor: Editor) -> None:
    text = RULES + 'segment wide = "😀ä" contains nothing\n'
    (found,) = editor.open("wide.lcr", text)
    assert found["range"]["start"] == at(text, "contains |nothing")
    editor.close("wide.lcr")


def test_a_fix_is_an_action(editor: Editor) -> None:
    sound = RULES + "segment warm = warmth > 1\n"
    text = sound.replace("= warmth > 1", "= wamth > 1")
    (found,) = editor.open("fix.lcr", text)
    place = found["range"]
    (action,) = editor.ask("codeAction", "fix.lcr", range=place, context={"diagnostics": [found]})
    assert action["kind"] == "quickfix"
    assert action["title"] == "write `warmth` (may change the meaning)"
    assert not action["isPreferred"]
    assert applied(text, action["edit"]["changes"][editor.uri("fix.lcr")]) == sound
    elsewhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
    assert editor.ask("codeAction", "fix.lcr", range=elsewhere, context={"diagnostics": []}) == []
    editor.close("fix.lcr")


def test_formatting_is_the_one_layout(editor: Editor) -> None:
    messy = RULES.replace("half-life 14d\n", "half-life     14d")
    editor.open("messy.lcr", messy)
    edits = editor.ask("formatting", "messy.lcr", options={"tabSize": 2, "insertSpaces": True})
    expected = format_source(Source("messy.lcr", messy)).text
    assert applied(messy, edits) == expected
    assert expected is not None
    editor.edit("messy.lcr", expected)
    options = {"tabSize": 2, "insertSpaces": True}
    assert editor.ask("formatting", "messy.lcr", options=options) == []
    editor.edit("messy.lcr", "event { {")
    assert editor.ask("formatting", "messy.lcr", options=options) is None
    editor.close("messy.lcr")


def test_the_outline_has_the_declarations(editor: Editor) -> None:
    editor.open("outline.lcr", RULES)
    symbols = editor.ask("documentSymbol", "outline.lcr")
    assert [each["name"] for each in symbols] == [
        "shop", "purchase", "visit", "warmth", "mood", "start", "lead", "customer", "buying",
    ]  # fmt: skip
    mood = next(each for each in symbols if each["name"] == "mood")
    assert [each["name"] for each in mood["children"]] == ["hot", "cold"]
    for each in symbols:
        assert each["range"]["start"]["line"] <= each["selectionRange"]["start"]["line"]
    editor.close("outline.lcr")


def test_blocks_and_comments_fold(editor: Editor) -> None:
    text = "# one\n# two\n" + RULES
    editor.open("folds.lcr", text)
    lines = text.split("\n")
    found = [
        (lines[each["startLine"]], lines[each["endLine"]], each.get("kind"))
        for each in editor.ask("foldingRange", "folds.lcr")
    ]
    assert found == [
        ("# one", "# two", "comment"),
        ("score warmth {", "  on purchase: 5", None),
        ("stage lead {", "  -> customer on purchase", None),
    ]
    editor.close("folds.lcr")


def test_a_used_file_is_checked_with_the_file_that_uses_it(editor: Editor) -> None:
    facts = "event purchase, visit\n"
    main = """lifecycle shop
use "facts.lcr"
start { -> lead }
stage lead { -> customer on visit }
stage customer
"""
    (editor.folder / "facts.lcr").write_text(facts)
    assert editor.open("main.lcr", main) == []
    assert editor.open("facts.lcr", facts) == []
    (found,) = editor.edit("facts.lcr", "event purchase, visit\nscore s { on oops: 1 }\n")
    assert found["code"] == "unknown-event"
    editor.edit("facts.lcr", "event purchase\n")
    (found,) = editor.until("main.lcr", bool)
    assert found["range"]["start"] == at(main, "on |visit")
    editor.edit("facts.lcr", facts)
    editor.until("main.lcr", lambda found: not found)
    editor.close("facts.lcr")
    editor.close("main.lcr")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "\ufeff",
        "event",
        "event {",
        "}" * 50,
        "((((" * 3000,
        '"',
        "\r\r\n\u2028",
        "if " * 500,
    ],
)
def test_whatever_stands_there_is_answered(editor: Editor, text: str) -> None:
    editor.open("odd.lcr", text)
    options = {"tabSize": 2, "insertSpaces": True}
    editor.ask("formatting", "odd.lcr", options=options)
    editor.ask("documentSymbol", "odd.lcr")
    editor.ask("foldingRange", "odd.lcr")
    editor.close("odd.lcr")
