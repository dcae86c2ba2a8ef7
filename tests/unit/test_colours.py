"""Colours know the language: the Pygments lexer and the TextMate grammar have all of its words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String

from lifecycle_dsl.pygments_lexer import DECLARATIONS, OPERATORS, WORDS, LcrLexer

ROOT = Path(__file__).parents[2]
SNIPPETS = sorted((ROOT / "tests/unit/syntax/language").glob("*.lcr"))
GRAMMAR = (ROOT / "grammar/lcr.lark").read_text(encoding="utf-8")
TEXTMATE = ROOT / "grammar/vscode/syntaxes/lcr.tmLanguage.json"


def words_of_the_grammar() -> set[str]:
    rules = re.sub(r"//.*", "", GRAMMAR)
    return set(re.findall(r'"([a-z_]+(?:-[a-z]+)?)"', rules))


def test_the_lexer_has_all_words() -> None:
    assert {*DECLARATIONS, *OPERATORS, *WORDS, "true", "false"} == words_of_the_grammar()


def test_the_textmate_grammar_has_all_words() -> None:
    patterns = json.dumps(json.loads(TEXTMATE.read_text(encoding="utf-8"))["repository"])
    known = set(re.findall(r"[a-z_]+(?:-[a-z]+)?", patterns.replace("\\\\b", " ")))
    assert words_of_the_grammar() - known == set()


@pytest.mark.parametrize("path", [*SNIPPETS, *sorted((ROOT / "rules").glob("*.lcr"))], ids=str)
def test_every_piece_is_known(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = list(LcrLexer(stripnl=False, ensurenl=False).get_tokens(text))
    assert "".join(value for _, value in tokens) == text
    assert [value for kind, value in tokens if kind in Error] == []


def test_pieces_have_their_colours() -> None:
    line = 'event buy { amount: money }  let x = sum(amount of buy) > 5 and a # "x {mood}"'
    kinds = {value: kind for kind, value in LcrLexer().get_tokens(line)}
    assert kinds["event"] in Keyword.Declaration
    assert kinds["buy"] in Name
    assert kinds["amount"] in Name
    assert kinds["money"] in Keyword.Type
    assert kinds["sum"] in Name.Function
    assert kinds["5"] in Number
    assert kinds["and"] in Operator.Word
    assert kinds['# "x {mood}"'] in Comment
    text = {value: kind for kind, value in LcrLexer().get_tokens('send a "hi_{mood}"')}
    assert text["hi_"] in String
    assert text["mood"] in Name


def test_pygments_finds_the_lexer() -> None:
    assert isinstance(get_lexer_by_name("lcr"), LcrLexer)
