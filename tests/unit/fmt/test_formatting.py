"""However a file was laid out, its nodes, comments and their order stay, and it settles at once."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.fmt.proof import same_comments, same_nodes
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import parse
from tests.generated.effort import effort
from tests.generated.made import seeds, text_and_stream
from tests.unit.fmt.relayout import relayout
from tests.unit.hostile.mutation import mutated, tokens
from tests.unit.hostile.test_rule_files import FILES
from tests.unit.transcripts import fences

ROOT = Path(__file__).parents[3]
LANGUAGE = sorted((ROOT / "tests" / "unit" / "syntax" / "language").glob("*.lcr"))
SHIPPED = sorted((ROOT / "rules").glob("*.lcr"))
PIECES = {path.stem: tokens(path.read_text()) for path in LANGUAGE}
WIDTHS = st.sampled_from((40, 60, 100, 200))
LONG = 100
HOSTILE = [name for name, data in FILES.items() if isinstance(data, str) and len(data) < 20_000]

DEEP = {
    "brackets": "let a = " + "(" * 62 + "1" + ")" * 62,
    "calls": "let a = " + "f(" * 62 + "1" + ")" * 62,
    "nots": "let a = " + "not " * 150 + "true",
    "ifs": "let a = " + "if b then 1 else " * 150 + "1",
    "thens": "let a = " + "if b then " * 75 + "1" + " else 2" * 75,
    "powers": "let a = " + "2 ^ " * 150 + "2",
    "sums": "let a = " + " + ".join("1" * 150),
    "steps": "trigger a { on b do {" + "if c {" * 60 + "exit" + "}" * 62,
    "else ifs": "trigger a { on b do { if c {}" + " else if c {}" * 150 + "}}",
    "items": "score a {" + " ".join(f"on b{each}: {each}" for each in range(2_000)) + "}",
    "names": "group a = " + ", ".join(f"b{each}" for each in range(2_000)),
    "rows": "table a (b) -> c: text {" + " ".join(f"row {each} => 1" for each in range(999)) + "}",
}


def agrees(text: str, width: int = 100) -> str:
    """The text formatted, after asking for what the formatter has proved already."""
    before = parse(Source("before.lcr", text))
    assert before.diagnostics == ()
    formatted = format_source(Source("before.lcr", text), width).text
    assert formatted is not None
    after = parse(Source("after.lcr", formatted))
    assert after.diagnostics == ()
    assert same_nodes(before.file.declarations, after.file.declarations)
    assert same_comments(before.file, after.file)
    assert format_source(Source("after.lcr", formatted), width).text == formatted
    assert not re.search(r"[ \t]$|\n\n\n|\A\n|\n\n\Z|\t", formatted, re.MULTILINE)
    return formatted


@pytest.mark.parametrize("path", LANGUAGE, ids=lambda path: path.stem)
@pytest.mark.parametrize("comments", [0, 0.05, 1])
@given(seed=seeds, width=WIDTHS)
@effort(4)
def test_the_language_by_example_in_any_layout(
    path: Path, comments: float, seed: int, width: int
) -> None:
    agrees(relayout(path.read_text(), Random(seed), comments=comments), width)


@given(seed=seeds, width=WIDTHS, comments=st.sampled_from((0, 0.05, 1)))
@effort(25)
def test_made_rule_sets_in_any_layout(seed: int, width: int, comments: float) -> None:
    text, _ = text_and_stream(seed)
    agrees(text, width)
    agrees(relayout(text, Random(seed), comments=comments), width)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("comments", [0, 0.05, 1])
def test_what_ships_in_any_layout(path: Path, comments: float) -> None:
    random = Random(path.stem)
    agrees(relayout(path.read_text(), random, comments=comments), random.choice((40, 100)))


@given(seed=seeds, width=WIDTHS, times=st.integers(1, 3))
@effort(60)
def test_whatever_can_be_read_keeps_its_nodes(seed: int, width: int, times: int) -> None:
    """Rule files that somebody broke; most are right by chance only as far as the parser knows."""
    random = Random(seed)
    broken = mutated(PIECES[random.choice(sorted(PIECES))], random, times)
    source = Source("broken.lcr", broken)
    if parse(source).diagnostics:
        assert format_source(source, width).text is None
    else:
        agrees(broken, width)


def test_some_broken_files_can_be_read() -> None:
    pieces = PIECES["stages"]
    texts = [mutated(pieces, Random(seed), 1) for seed in range(40)]
    readable = [text for text in texts if not parse(Source("a.lcr", text)).diagnostics]
    assert 5 <= len(readable) < 40


@pytest.mark.parametrize("path", LANGUAGE, ids=lambda path: path.stem)
def test_the_end_of_the_file_is_no_matter(path: Path) -> None:
    text = path.read_text().rstrip()
    formatted = agrees(text)
    for end in ("\n", "\n\n\n", "\r\n", " \t", "\n  "):
        assert agrees(text + end) == formatted
    last = agrees(f"{text}  # the last word")
    assert last.endswith("# the last word\n")


def test_nothing_but_comments_and_blanks() -> None:
    assert agrees("") == agrees(" \t\n\n") == ""
    assert agrees("\n\n # one\n\n\n\t# two") == "# one\n\n# two\n"


@pytest.mark.parametrize("path", LANGUAGE, ids=lambda path: path.stem)
def test_lines_are_as_long_as_they_may_be(path: Path) -> None:
    """But for comments, and titles and texts, in which no line can end."""
    for line in agrees(path.read_text()).splitlines():
        code = re.sub(r" *#[^\"]*$", "", line)
        assert len(code) <= LONG


@pytest.mark.parametrize("path", LANGUAGE, ids=lambda path: path.stem)
def test_without_comments_the_layout_of_blanks_is_no_matter(path: Path) -> None:
    """Only where blocks are opened and blank lines stand is the author's."""
    text = " ".join(re.sub(r"#[^\"\n]*$", "", path.read_text(), flags=re.MULTILINE).split())
    assert agrees(text) == agrees(text.replace("} ", "}   ").replace(", ", " ,"))


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_deep_or_long(text: str) -> None:
    agrees(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_brings_it_down(name: str) -> None:
    source = Source("a.lcr", str(FILES[name]))
    readable = parse(source).diagnostics == ()
    assert (format_source(source).text is not None) == readable


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_end_as_they_did(end: str) -> None:
    text = f"stage a {{{end}-> b on c }} # d{end}{end}{end}stage b"
    expected = f"stage a {{{end}  -> b on c{end}}}  # d{end}{end}stage b{end}"
    assert format_source(Source("a.lcr", text)).text == expected


def test_what_can_t_be_read_has_its_diagnostics() -> None:
    formatted = format_source(Source("a.lcr", "stage a {\r\n-> \r\n}"))
    assert formatted.text is None
    assert [each.name for each in formatted.diagnostics] == ["syntax-error"]
    assert formatted.diagnostics[0].span is not None
    assert formatted.diagnostics[0].span.source.text.endswith("\r\n}")


def test_what_ships_is_laid_out() -> None:
    folders = ("rules", "examples", "benchmarks", "lifecycle_dsl/cli/starter")
    paths = [path for folder in folders for path in ROOT.glob(f"{folder}/**/*.lcr")]
    assert len(paths) > 8
    for path in paths:
        text = path.read_text().replace("@NAME@", "shop")
        assert format_source(Source(str(path), text)).text == text, f"lcr fmt {path}"


def test_the_rule_files_of_the_readme_are_laid_out() -> None:
    texts = [fence.text for fence in fences(ROOT / "README.md") if fence.kind == "lcr"]
    assert texts
    assert [format_source(Source("README.md", text)).text for text in texts] == texts
