"""What a lint finds is told behind the errors, by the settings, and can be mended or allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.lsp import linting
from lifecycle_dsl.lsp.analysis import Analysis
from lifecycle_dsl.lsp.texts import Texts
from lifecycle_dsl.source import Source
from tests.unit.lsp.client import Editor, applied, at

RULES = """lifecycle shop
event purchase, visit
trait happy: bool = true
start { -> lead }
stage lead { -> customer on purchase }
stage customer { -> lead after 90d without visit }
let spare = count(visit)
channel email { consent happy  cap 1 per 7d }
trigger greet {
  on enter customer
  once
  at most 1 per 7d
  do { send email "hi" }
}
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor that wants lints, as it does unless it says otherwise."""
    editor = Editor(tmp_path_factory.mktemp("workspace"), {"other": 3})
    yield editor
    assert (editor.end(), editor.log) == (0, "")


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in found]


def linted(editor: Editor, name: str) -> list[dict[str, Any]]:
    """The diagnostics, when the lint has spoken."""
    return editor.until(name, lambda found: bool(set(names(found)) & {"unused-declaration"}))


def actions(editor: Editor, name: str, found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The actions for a diagnostic, by title."""
    context = {"diagnostics": [found], **more}
    asked = editor.ask("codeAction", name, range=found["range"], context=context)
    return {each["title"]: each for each in asked}


def test_findings_follow_the_errors(editor: Editor) -> None:
    assert editor.open("found.lcr", RULES) == []
    found = linted(editor, "found.lcr")
    unused = next(each for each in found if each["code"] == "unused-declaration")
    assert unused["range"]["start"] == at(RULES, "let |spare")
    assert unused["severity"] == 2
    assert unused["tags"] == [1]
    page = Path(urlsplit(unused["codeDescription"]["href"]).path)
    assert page.read_text(encoding="utf-8").startswith("# unused-declaration\n")
    editor.close("found.lcr")


def test_while_somebody_types_findings_stay_where_they_are_about(editor: Editor) -> None:
    editor.open("stay.lcr", RULES)
    linted(editor, "stay.lcr")
    wrong = RULES.replace("event purchase, visit\n", "event purchase, visit\n\nevnt\n")
    found = editor.edit("stay.lcr", wrong)
    assert found[0]["severity"] == 1
    unused = next(each for each in found if each["code"] == "unused-declaration")
    assert unused["range"]["start"] == at(wrong, "let |spare")
    gone = editor.edit("stay.lcr", wrong.replace("spare", "spar"))
    assert "unused-declaration" not in names(gone)
    editor.close("stay.lcr")


def test_fixes_are_made_one_by_one_or_all_safe_ones_at_once(editor: Editor) -> None:
    editor.open("fixes.lcr", RULES)
    found = linted(editor, "fixes.lcr")
    assert {"unused-declaration", "at-most-beside-once"} <= set(names(found))
    unused = next(each for each in found if each["code"] == "unused-declaration")
    offered = actions(editor, "fixes.lcr", unused)
    fix = offered["take `spare` out"]
    assert fix["isPreferred"]
    uri = editor.uri("fixes.lcr")
    one = applied(RULES, fix["edit"]["changes"][uri])
    assert one == RULES.replace("let spare = count(visit)\n", "")
    both = offered["make all fixes that keep the meaning"]
    assert both["kind"] == "source.fixAll.lcr"
    text = applied(RULES, both["edit"]["changes"][uri])
    assert text == one.replace("  at most 1 per 7d\n", "")
    only = actions(editor, "fixes.lcr", unused, only=["source.fixAll"])
    assert list(only) == ["make all fixes that keep the meaning"]
    assert "take `spare` out" in actions(editor, "fixes.lcr", unused, only=["quickfix"])
    assert actions(editor, "fixes.lcr", unused, only=["refactor"]) == {}
    editor.edit("fixes.lcr", text)
    editor.until("fixes.lcr", lambda found: "unused-declaration" not in names(found))
    editor.close("fixes.lcr")


def test_a_finding_is_allowed_by_a_comment_with_a_reason(editor: Editor) -> None:
    editor.open("allow.lcr", RULES)
    found = linted(editor, "allow.lcr")
    beside = next(each for each in found if each["code"] == "at-most-beside-once")
    title = "allow `at-most-beside-once` here, with a comment that says why"
    action = actions(editor, "allow.lcr", beside)[title]
    text = applied(RULES, action["edit"]["changes"][editor.uri("allow.lcr")])
    assert "\n  # lcr: allow at-most-beside-once:\n  " in text
    editor.edit("allow.lcr", text)
    found = editor.until("allow.lcr", lambda found: "malformed-suppression" in names(found))
    asks = next(each for each in found if each["code"] == "malformed-suppression")
    assert "without a reason" in asks["message"]
    assert [each for each in actions(editor, "allow.lcr", asks) if "allow" in each] == []
    said = text.replace("beside-once:", "beside-once: as the lawyers want it")
    editor.edit("allow.lcr", said)
    found = editor.until("allow.lcr", lambda found: "malformed-suppression" not in names(found))
    assert "at-most-beside-once" not in names(found)
    editor.close("allow.lcr")


def test_settings_are_followed_and_read_again_when_they_change(editor: Editor) -> None:
    folder = editor.folder / "set"
    folder.mkdir()
    settings = folder / "lcr.toml"
    settings.write_text('[lint]\nallow = ["at-most-beside-once"]\ndeny = ["unused-declaration"]\n')
    editor.open("set/rules.lcr", RULES)
    found = linted(editor, "set/rules.lcr")
    assert "at-most-beside-once" not in names(found)
    assert [each["severity"] for each in found if each["code"] == "unused-declaration"] == [1]
    settings.write_text('[lint]\nallow = ["unused-declaraton"]\n')
    changed = {"changes": [{"uri": settings.as_uri(), "type": 2}]}
    editor.notify("workspace/didChangeWatchedFiles", changed)
    assert "did you mean `unused-declaration`?" in editor.until_shown("no check is called")
    found = editor.until("set/rules.lcr", lambda found: "at-most-beside-once" in names(found))
    assert [each["severity"] for each in found if each["code"] == "unused-declaration"] == [2]
    editor.close("set/rules.lcr")


def test_a_file_that_is_saved_keeps_its_findings_while_it_has_errors(editor: Editor) -> None:
    editor.open("saved.lcr", RULES)
    linted(editor, "saved.lcr")
    editor.edit("saved.lcr", RULES + "evnt\n")
    editor.save("saved.lcr")
    changed = {"changes": [{"uri": editor.uri("saved.lcr"), "type": 2}]}
    editor.notify("workspace/didChangeWatchedFiles", changed)
    for _ in range(2):
        found = editor.edit("saved.lcr", editor.texts["saved.lcr"] + "\n")
        assert {"syntax-error", "unused-declaration"} <= set(names(found))
    editor.close("saved.lcr")


def test_lints_can_be_switched_off_and_on(editor: Editor) -> None:
    editor.open("switch.lcr", RULES)
    linted(editor, "switch.lcr")
    editor.notify("workspace/didChangeConfiguration", {"settings": {"lcr": {"lint": False}}})
    editor.until("switch.lcr", lambda found: not found)
    editor.notify("workspace/didChangeConfiguration", {"settings": {"lcr": {"lint": True}}})
    linted(editor, "switch.lcr")
    editor.close("switch.lcr")


def test_a_lint_that_is_stopped_ends_before_its_next_check() -> None:
    checked = check(Source("shop.lcr", RULES))
    stop = Event()
    assert linting.linted("untitled:1", checked, stop).diagnostics
    stop.set()
    with pytest.raises(linting.StoppedError):
        linting.linted("untitled:1", checked, stop)


def test_a_lint_begins_after_the_pause_unless_it_was_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linting, "PAUSE", 0.01)
    texts = Texts()
    texts.put("untitled:1", RULES, 1)
    analysis = Analysis(texts)
    analysis.check("untitled:1")

    async def lint(*, ended: bool) -> list[str]:
        done = asyncio.Event()
        troubles: list[str] = []

        def take(trouble: str) -> None:
            troubles.append(trouble)
            done.set()

        lints = linting.Linting(analysis, take)
        lints.soon()
        if ended:
            lints.end()
            await asyncio.sleep(0.1)
        else:
            await asyncio.wait_for(done.wait(), 20)
        return troubles

    assert asyncio.run(lint(ended=True)) == []
    assert len(analysis.to_lint()) == 1
    assert asyncio.run(lint(ended=False)) == [""]
    assert analysis.to_lint() == []
    assert "unused-declaration" in [each.name for each in analysis.diagnostics("untitled:1")]
