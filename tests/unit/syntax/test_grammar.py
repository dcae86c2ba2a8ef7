"""The grammar is free of conflicts, its tables are fresh, and every line of it can be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from lark.exceptions import GrammarError

from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import parse, tables
from lifecycle_dsl.syntax.actions import ACTIONS, LENIENT
from lifecycle_dsl.syntax.tables.generation import tables_of
from tests.caseformat.nodes import _tree

LANGUAGE = Path(__file__).parent / "language"
SAMPLES = {
    "<NAME>": "thing",
    "<NUMBER>": "1",
    "<DURATION>": "1d",
    "<TIME>": "07:00",
    "<DATE>": "2026-01-01",
    "<INSTANT>": "2026-01-01T00:00Z",
    "<TEXT>": '"text"',
    "<MEMORY_OF>": "count",
    "<MEMORY_FIELD>": "sum",
}


def test_lark_finds_no_conflict_in_the_grammar() -> None:
    assert tables.make().starts.keys() == {"file", "expression", "cell"}


def test_an_ambiguous_grammar_is_refused() -> None:
    with pytest.raises(GrammarError, match="conflict"):
        tables_of('file: x\nexpression: x\ncell: x\nx: "a" | x "+" x\n')


def test_the_shipped_tables_are_fresh() -> None:
    written = tables.FILE.read_bytes()
    assert written == tables.encoded(tables.make()), "run python -m lifecycle_dsl.syntax.tables"
    assert tables.shipped() is not None


def test_tables_of_another_grammar_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "grammar_text", lambda: "file: expression\nexpression: NAME\n")
    assert tables.shipped() is None


def test_tables_of_another_lark_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "lark_version", lambda: "0.0.0")
    assert tables.shipped() is None


def test_lost_tables_are_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tables, "FILE", tmp_path / "none.json")
    assert tables.shipped() is None
    assert tables.load.__wrapped__().moves == tables.make().moves


def test_every_rule_has_an_action_and_every_action_a_rule() -> None:
    named = {
        rule.name for rule in tables.load().rules if not rule.is_list and rule.origin[0] != "$"
    }
    unwrapped = {rule.name for rule in tables.load().rules if rule.unwraps and len(rule.take) == 1}
    assert ACTIONS.keys() <= named
    assert named - unwrapped <= ACTIONS.keys()
    assert named >= LENIENT


RULES = [rule for rule in tables.load().rules if not rule.origin.startswith("$")]


def spelt(symbols: tuple[str, ...], inside: dict[str, list[str]]) -> list[str] | None:
    """Words for symbols; None as long as one of them can't be spelt."""
    words: list[str] = []
    for symbol in symbols:
        if tables.is_terminal(symbol):
            words.append(SAMPLES.get(symbol, symbol))
        elif symbol in inside:
            words += inside[symbol]
        else:
            return None
    return words


def shortest_insides() -> dict[str, list[str]]:
    """What each symbol of the grammar may consist of, as short as can be."""
    inside: dict[str, list[str]] = {}
    changed = True
    while changed:
        changed = False
        for rule in RULES:
            words, origin = spelt(rule.symbols, inside), f"<{rule.origin}>"
            if words is not None and (origin not in inside or len(words) < len(inside[origin])):
                inside[origin] = words
                changed = True
    return inside


def surroundings(inside: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """What may stand before and behind each symbol of the grammar in a file."""
    around: dict[str, tuple[list[str], list[str]]] = {"<file>": ([], [])}
    waiting = ["<file>"]
    for origin in waiting:
        before, after = around[origin]
        for rule in (rule for rule in RULES if f"<{rule.origin}>" == origin):
            for at, symbol in enumerate(rule.symbols):
                if tables.is_terminal(symbol) or symbol in around:
                    continue
                left = spelt(rule.symbols[:at], inside) or []
                right = spelt(rule.symbols[at + 1 :], inside) or []
                around[symbol] = before + left, right + after
                waiting.append(symbol)
    return around


def shortest_sentences() -> list[tuple[str, str]]:
    """For each line of the grammar a file, as short as can be, that uses it."""
    inside = shortest_insides()
    around = surroundings(inside)
    sentences = []
    for rule in RULES:
        before, after = around[f"<{rule.origin}>"]
        words = [*before, *(spelt(rule.symbols, inside) or []), *after]
        sentences.append((f"{rule.name}: {' '.join(rule.symbols)}", " ".join(words)))
    return sentences


def test_every_expansion_of_the_grammar_can_be_written() -> None:
    wrong = []
    for rule, text in shortest_sentences():
        found = parse(Source("main.lcr", text)).diagnostics
        if found:
            wrong.append(f"{rule}\n  {text}\n  {found[0].headline}")
    assert wrong == []


@pytest.mark.parametrize("path", sorted(LANGUAGE.glob("*.lcr")), ids=lambda path: path.stem)
def test_the_language_by_example_parses(path: Path) -> None:
    found = parse(Source(path.name, path.read_text(encoding="utf-8"))).diagnostics
    assert FORMATS["concise"](found, PLAIN) == ""


def test_the_nodes_of_every_form(update: bool) -> None:  # noqa: FBT001
    text = (LANGUAGE / "rest.lcr").read_text(encoding="utf-8")
    golden = LANGUAGE / "rest.nodes"
    lines = _tree(parse(Source("rest.lcr", text)).file, "")
    found = "".join(f"{line}\n" for line in lines)
    if update:
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
