"""Whatever is done to a file, every request gets a result, and the server lives on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.unit.lsp.client import Editor

RULES = Path(__file__).parents[3] / "rules"
PLACED = ("hover", "definition", "references", "documentHighlight", "prepareRename", "completion")
WHOLE = ("documentSymbol", "foldingRange", "formatting", "codeLens", "semanticTokens/full")
PIECES = (
    "{",
    "}",
    '"',
    "(",
    "-> ",
    "on ",
    "🦉",
    "\ud83e",
    "\r\n",
    "\u2028",
    "\0",
    "\r",
    "1e999",
    "else ",
    "use ",
    "__",
    "é",
    "]",
)


def edited(text: str, random_: random.Random) -> str:
    """A text after a slip of the keyboard: something left out, doubled, moved or put in."""
    start = random_.randrange(len(text) + 1)
    end = min(len(text), start + random_.choice((1, 3, 20, 200)))
    piece = text[start:end]
    match random_.randrange(4):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:end] + piece + text[end:]
        case 2:
            return piece + text[:start] + text[end:]
        case _:
            return text[:start] + random_.choice(PIECES) + text[start:]


@pytest.mark.parametrize("name", ["retail.lcr", "email_marketing_parity.lcr"])
def test_random_edits_are_answered(editor: Editor, name: str) -> None:
    random_ = random.Random(name)
    text = (RULES / name).read_text(encoding="utf-8")
    assert editor.open("hostile.lcr", text) == []
    for step in range(12):
        text = edited(text, random_)
        editor.edit("hostile.lcr", text, wait=step % 6 == 0)
        lines = text.count("\n")
        place = {"line": random_.randrange(lines + 3), "character": random_.randrange(120)}
        for method in random_.sample(PLACED, 2):
            more = {"context": {"includeDeclaration": True}} if method == "references" else {}
            editor.ask(method, "hostile.lcr", position=place, **more)
        options = {"options": {"tabSize": 2, "insertSpaces": True}}
        method = random_.choice(WHOLE)
        editor.ask(method, "hostile.lcr", **(options if method == "formatting" else {}))
        editor.ask(
            "codeAction",
            "hostile.lcr",
            range={"start": place, "end": {"line": lines + 9, "character": 0}},
            context={"diagnostics": []},
        )
    original = (RULES / name).read_text(encoding="utf-8")
    assert editor.edit("hostile.lcr", original) == []
    editor.close("hostile.lcr")


def test_what_is_not_open_or_no_file_is_answered(editor: Editor) -> None:
    for uri in ("untitled:Untitled-1", "file:///nowhere/at/all.lcr", "file:///a%00b.lcr", "::", ""):
        document = {"textDocument": {"uri": uri}}
        position = {"line": 3, "character": 3}
        for method in WHOLE[:2]:
            assert editor.request(f"textDocument/{method}", document) is None
        hover = editor.request("textDocument/hover", {**document, "position": position})
        assert hover is None
    version = 1000
    text = "event a\nscore s { on b: 1 }\n"
    opened = {"uri": "untitled:Untitled-1", "languageId": "lcr", "version": version, "text": text}
    editor.notify("textDocument/didOpen", {"textDocument": opened})
    symbols = editor.request(
        "textDocument/documentSymbol", {"textDocument": {"uri": "untitled:Untitled-1"}}
    )
    assert [each["name"] for each in symbols] == ["a", "s"]
    editor.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:Untitled-1"}})
