"""A file that is being edited: the server has the same text as the screen, and lets go of it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.source import Source
from tests.unit.lsp.client import Editor, applied, at, difference, position

RULES = """lifecycle shop
event visit
start { -> lead }
stage lead { -> customer on visit }
stage customer
segment odd = "😀é😀" contains "x" and nothing
"""
ALPHABET = "ab\n\r😀é\u2028\x0b"


def test_a_piece_after_signs_of_two_units_is_put_in_its_place(editor: Editor) -> None:
    editor.open("wide.lcr", RULES)
    after = RULES.replace("😀é😀", "😀é🦉😀").replace("and nothing", "and noth")
    (found,) = editor.edit("wide.lcr", after)
    assert found["range"] == {"start": at(after, "and |noth"), "end": at(after, "and noth|")}
    editor.close("wide.lcr")


def test_changes_of_one_message_follow_each_other(editor: Editor) -> None:
    editor.open("many.lcr", RULES)
    nowhere = {"line": 99, "character": 99}
    version = editor.change(
        "many.lcr",
        [
            {"range": {"start": nowhere, "end": nowhere}, "text": "event a😀"},
            {
                "range": {"start": {"line": 6, "character": 7}, "end": {"line": 6, "character": 9}},
                "text": "",
            },
            {"range": {"start": at(RULES, " and |nothing"), "end": nowhere}, "text": "seen(visit)"},
        ],
    )
    assert editor.found("many.lcr", version) == []
    version = editor.change("many.lcr", [{"text": "event"}])
    assert len(editor.found("many.lcr", version)) == 1
    editor.close("many.lcr")


def test_random_pieces_make_the_text_of_the_screen() -> None:
    random_, places = random.Random(7), Places()
    for _ in range(2_000):
        before = "".join(random_.choices(ALPHABET, k=random_.randrange(30)))
        ends = sorted(random_.choices(range(len(before) + 1), k=2))
        after = before[: ends[0]] + random_.choice(ALPHABET) + before[ends[1] :]
        start, end, piece = difference(before, after)
        source = Source("x", before)
        place = {"start": position(before, start), "end": position(before, end)}
        assert places.edited(source, _range(place), piece) == after


def _range(place: dict[str, dict[str, int]]) -> Any:
    from lsprotocol import types

    return types.Range(types.Position(**place["start"]), types.Position(**place["end"]))


def test_a_name_changes_on_the_screen_in_the_file_on_the_disk_and_after_saving(
    editor: Editor,
) -> None:
    facts = "# Of the till 😀.\nevent purchase, visit\n"
    main = 'lifecycle shop\nuse "facts.lcr"\nstart { -> lead }\nstage lead { -> done on visit }\n'
    main += "stage done { -> lead on purchase }\n"
    (editor.folder / "facts.lcr").write_text(facts, encoding="utf-8")
    assert editor.open("main.lcr", main) == []
    changes = editor.ask("rename", "main.lcr", position=at(main, "on vi|sit"), newName="page_view")[
        "changes"
    ]
    facts = applied(facts, changes[editor.uri("facts.lcr")])
    assert facts == "# Of the till 😀.\nevent purchase, page_view\n"
    editor.open("facts.lcr", facts)
    editor.edit("main.lcr", applied(main, changes[editor.uri("main.lcr")]))
    editor.until("main.lcr", lambda found: not found)
    editor.save("facts.lcr")
    editor.save("main.lcr")
    editor.close("facts.lcr")
    assert editor.edit("main.lcr", editor.texts["main.lcr"] + "\n") == []
    (editor.folder / "facts.lcr").write_text("event purchase\n", encoding="utf-8")
    changed = {"changes": [{"uri": editor.uri("facts.lcr"), "type": 2}]}
    editor.notify("workspace/didChangeWatchedFiles", changed)
    (found,) = editor.until("main.lcr", bool)
    assert found["code"] == "unknown-event"
    editor.close("main.lcr")


def test_a_file_of_rows_that_changes_is_read_again(editor: Editor) -> None:
    rules = """lifecycle shop
event visit
table looks (stage) -> tone: text from "looks.csv"
start { -> lead }
stage lead
"""
    rows = editor.folder / "looks.csv"
    rows.write_text("stage,tone\nlead,warm\notherwise,cool\n", encoding="utf-8")
    before = editor.open("rows.lcr", rules)
    rows.write_text("stage,tone\nlaed,warm\notherwise,cool\n", encoding="utf-8")
    changed = {"changes": [{"uri": rows.as_uri(), "type": 2}]}
    editor.notify("workspace/didChangeWatchedFiles", changed)
    found = editor.until("looks.csv", bool)
    assert before == []
    assert "laed" in found[0]["message"]
    editor.close("rows.lcr")
    editor.until("looks.csv", lambda found: not found)


def test_what_is_closed_has_no_diagnostics(editor: Editor) -> None:
    assert len(editor.open("closed.lcr", RULES)) == 1
    editor.close("closed.lcr")
    editor.until("closed.lcr", lambda found: not found)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("prodbght", ["product_bought"]),
        ("PRODUCT", ["product_bought", "product_seen"]),
        ("zz", []),
    ],
)
def test_names_are_found_in_the_whole_workspace(
    editor: Editor, query: str, names: list[str]
) -> None:
    (editor.folder / "deep" / "er").mkdir(parents=True, exist_ok=True)
    (editor.folder / "deep" / "er" / "there.lcr").write_text("event product_bought\n")
    hidden = editor.folder / "node_modules"
    hidden.mkdir(exist_ok=True)
    (hidden / "not.lcr").write_text("event product_hidden\n")
    editor.open("here.lcr", "event visit\nevent product_seen\n")
    found = editor.request("workspace/symbol", {"query": query})
    assert sorted(each["name"] for each in found) == names
    for each in found:
        assert each["location"]["range"]["start"]["character"] == len("event ")
    editor.close("here.lcr")


TESTED = """lifecycle shop
event visit
start { -> lead }
stage lead { -> customer on visit }
stage customer
test "one comes" { on visit  expect stage customer }
test "one" { expect stage customer }
"""


def test_the_lens_of_a_test_runs_what_is_on_the_screen(editor: Editor) -> None:
    editor.open("tested.lcr", TESTED)
    first, second = (each["command"] for each in editor.ask("codeLens", "tested.lcr"))
    assert first["command"] in editor.capabilities["executeCommandProvider"]["commands"]

    def run(command: dict[str, Any]) -> str:
        wanted = {"command": command["command"], "arguments": command["arguments"]}
        answer: str = editor.request("workspace/executeCommand", wanted)
        return answer

    assert run(first) == "passed: one comes"
    assert "FAILED one\n" in run(second)
    assert editor.until_shown("failed: one").endswith("(line 7)")
    editor.edit("tested.lcr", TESTED.replace('"one" { ', '"one" { on visit '))
    assert run(second) == "passed: one"
    editor.edit("tested.lcr", TESTED.replace("on visit }\n", "on visi }\n"))
    assert "mend them first" in run(second)
    editor.edit("tested.lcr", "lifecycle shop\n")
    assert "no stages" in run(second)
    editor.edit("tested.lcr", TESTED.replace('"one"', '"two"'))
    assert run(second) == "there is no test of the title `one`"
    nonsense = {"command": first["command"], "arguments": [3]}
    assert editor.request("workspace/executeCommand", nonsense) is None
    editor.close("tested.lcr")


def test_the_lens_of_a_used_file_runs_the_rule_set(editor: Editor) -> None:
    used = 'test "used" { on visit  expect stage customer }\n'
    (editor.folder / "used.lcr").write_text(used)
    whole = TESTED.partition("test")[0] + 'use "used.lcr"\n'
    (editor.folder / "whole.lcr").write_text(whole)
    editor.open("used.lcr", used)
    (lens,) = editor.ask("codeLens", "used.lcr")
    assert lens["command"]["arguments"] == [editor.uri("whole.lcr"), "used"]
    ran = editor.request("workspace/executeCommand", lens["command"])
    assert ran == "passed: used"
    editor.close("used.lcr")
