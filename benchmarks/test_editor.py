"""What somebody waits for who types in a file of 2,000 lines: a real client over standard input.

The seconds are those of the clock, from the keystroke that is sent to the answer that is read;
`cpu_milliseconds` is what the server's process took for each on average.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import made_rules
from benchmarks.timing import repeat
from lifecycle_dsl.checker import check
from lifecycle_dsl.lint import Choice, lint_checked
from lifecycle_dsl.source import Source
from tests.unit.lsp.client import Editor, position

ROUNDS = 40
NAME = "shops.lcr"
TEXT = made_rules.two_shops()
PLACE = re.search(r"\n  do \{", TEXT[len(TEXT) // 2 :])


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    """An editor with the file open; lints wait for a pause, and there is none."""
    editor = Editor(tmp_path, {"lint": True})
    assert editor.open(NAME, TEXT) == []
    yield editor
    editor.end()


def typed() -> Iterator[str]:
    """The file after each keystroke: a number grows, a word is begun, and so on."""
    assert PLACE is not None
    at = len(TEXT) // 2 + PLACE.start()
    for number in itertools.count(1):
        yield TEXT.replace("within 30d", f"within {30 + number % 9}d", 1)
        yield f"{TEXT[:at]}\n  w{TEXT[at:]}"


def timed(
    benchmark: Any,  # noqa: ANN401 (pytest-benchmark has no types)
    editor: Editor,
    call: Callable[..., Any],
    setup: Callable[[], Any] | None = None,
) -> None:
    """Times a call, and notes what it cost the server."""
    before = _cpu(editor.process_id)
    benchmark.pedantic(call, setup=setup, rounds=ROUNDS)
    spent = _cpu(editor.process_id) - before
    benchmark.extra_info["cpu_milliseconds"] = round(spent / ROUNDS * 1e3, 1)


def _cpu(process: int) -> float:
    """Seconds of the processor that a process has had; 0 where nobody tells."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.benchmark(group="editor: from a keystroke to its diagnostics")
def test_a_keystroke(benchmark: BenchmarkFixture, editor: Editor) -> None:
    texts = typed()
    timed(benchmark, editor, lambda text: editor.edit(NAME, text), lambda: ((next(texts),), {}))


@pytest.mark.benchmark(group="editor: an answer, once the file is checked")
@pytest.mark.parametrize(
    "method",
    [
        "completion", "hover", "references", "inlayHint", "codeAction", "codeLens",
        "documentSymbol", "foldingRange", "formatting", "semanticTokens/full",
    ],
)  # fmt: skip
def test_an_answer(benchmark: BenchmarkFixture, editor: Editor, method: str) -> None:
    place = position(TEXT, TEXT.index("when ", len(TEXT) // 2) + 6)
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9_999, "character": 0}}
    more: dict[str, dict[str, Any]] = {
        "completion": {"position": place},
        "hover": {"position": place},
        "references": {"position": place, "context": {"includeDeclaration": True}},
        "inlayHint": {"range": whole},
        "codeAction": {"range": whole, "context": {"diagnostics": []}},
        "formatting": {"options": {"tabSize": 2, "insertSpaces": True}},
    }
    timed(benchmark, editor, lambda: editor.ask(method, NAME, **more.get(method, {})))


@pytest.mark.benchmark(group="editor: the lint behind the check, in its thread")
def test_a_lint(benchmark: BenchmarkFixture) -> None:
    source = Source(NAME, TEXT)
    checked = check(source)
    repeat(benchmark, lambda: lint_checked(checked, source, Choice()))
