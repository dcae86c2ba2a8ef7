"""Malformed rule files: findings and exit code 1 within seconds, never a traceback."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.cli.main import run

SECONDS = 20
"""Far more than any of these takes: the machine may be busy."""
HEAD = "lifecycle t\nevent visit { page: text? }\nstage a\nstart { -> a }\nchannel email\n"
FRAMED = 'trigger show { on visit  do { send email "show" { x: %s } } }'

FILES: dict[str, bytes | str] = {
    "empty": "",
    "blank": "  \n\t\n",
    "comment": "# nothing",
    "binary": bytes(range(256)) * 40,
    "no UTF-8": b"lifecycle caf\xe9\n",
    "UTF-16": "lifecycle t".encode("utf-16"),
    "a zero byte": HEAD + "\0",
    "a bidirectional override": HEAD + "# \u202e\nlet \u202e = 1",
    "no lifecycle": "stage a\nstart { -> a }",
    "two lifecycles": HEAD + "lifecycle u",
    "unclosed text": HEAD + 'trigger x { on visit do { send email "abc } }',
    "unclosed braces": HEAD + "stage b { -> a on visit",
    "100,000 open brackets": HEAD + "let a1 = " + "(" * 100_000,
    "100,000 nested brackets": HEAD + "let a1 = " + "(" * 100_000 + "1" + ")" * 100_000,
    "100,000 closing braces": HEAD + "}" * 100_000,
    "mixed brackets": HEAD + "([{" * 20_000,
    "65 brackets": HEAD + "let a1 = " + "(" * 65 + "1" + ")" * 65,
    "10,000 minuses": HEAD + "let a1 = " + "-" * 10_000 + "1",
    "10,000 nots": HEAD + "let a1 = " + "not " * 10_000 + "true",
    "10,000 ifs": HEAD + "let a1 = " + "if true then 1 else " * 10_000 + "1",
    "10,000 powers": HEAD + "let a1 = " + "2 ^ " * 10_000 + "2",
    "10,000 nested steps": HEAD + "trigger x { on visit do {" + "if true {" * 10_000,
    "a let of itself": HEAD + "let a1 = a1 + 1",
    "lets in a circle": HEAD + "let a1 = a2\nlet a2 = a3\nlet a3 = a1",
    "a level of itself": HEAD + "level a1 = if a1 >= x then 1 else 0 { x >= 1 y }",
    "doubling lets": HEAD
    + "let a0 = count(visit)\n"
    + "".join(f"let a{n + 1} = a{n} + a{n}\n" for n in range(60)),
    "dunders": HEAD + "let __import__ = 1\nevent __class__ { __dict__: text }",
    "an attribute of a name": HEAD + "let a1 = visit.__class__.__mro__",
    "code in a text": HEAD + FRAMED % '"{__import__(\'os\')}"',
    "braces in a text": HEAD + FRAMED % '"{{{}"',
    "a text in braces": HEAD + FRAMED % '"{"a"}"',
    "a bad escape": HEAD + FRAMED % '"\\x41"',
    "a line end in a text": HEAD + FRAMED % '"a\nb"',
    "an integer of 5,000 digits": HEAD + "let a1 = " + "9" * 5_000,
    "a fraction of 5,000 digits": HEAD + "let a1 = 1." + "9" * 5_000 + "e",
    "a duration of 5,000 digits": HEAD + f"stage b {{ -> a after {'9' * 5_000}d }}",
    "a wait of 101 years": HEAD + "stage b { -> a after 101y }",
    "part of a microsecond": HEAD + "stage b { -> a after 0.0001ms }",
    "a date that is none": HEAD + "season s = 2026-02-30",
    "a year that is none": HEAD + "season s = 9999-12-31",
    "a zone that is none": HEAD + 'timezone "Mars/Olympus"',
    "a zone that is a path": HEAD + 'timezone "../../etc/passwd"',
    "a name of 10,000 letters": HEAD + "let " + "a" * 10_000 + " = 1",
    "a text of 10,000 letters": HEAD + FRAMED % f'"{"a" * 10_000}"',
    "division by zero": HEAD + "segment s = 1 / 0 > 1",
    "root of a negative": HEAD + "let a1 = sqrt(-1)\n" + "segment s = a1 > 0",
    "too large a result": HEAD + "segment s = exp(1000000) > 0",
    "use of itself": HEAD + 'use "rules.lcr"',
    "use of nothing": HEAD + 'use "none.lcr"',
    "use of a folder": HEAD + 'use "."',
    "use from above": HEAD + 'use "../../../../etc/passwd"',
    "use of a device": HEAD + 'use "/dev/zero"',
    "use of a web page": HEAD + 'use "https://example.org/a.lcr"',
    "use of a zero byte": HEAD + 'use "a\0b"',
    "use of a huge name": HEAD + f'use "{"a" * 5_000}.lcr"',
    "a circle of files": HEAD + 'use "one.lcr"',
    "a used file that is binary": HEAD + 'use "binary.lcr"',
    "a sum of 50,000": HEAD + "let a1 = " + "1 + " * 50_000 + "1",
    "2 MB of a word": HEAD + "a" * 2_000_000,
    "2 MB of a text": HEAD + '"' + "a" * 2_000_000,
    "200,000 quotes": HEAD + '"' * 200_000,
    "2 MB of signs": HEAD + "@" * 2_000_000,
    "2 MB of braces in a text": HEAD + 'trigger x { on visit do { send email "' + "{" * 2_000_000,
    "2,000 unknown names": HEAD + "".join(f"let a{n} = b{n}\n" for n in range(2_000)),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.lcr").write_text('use "two.lcr"\n', encoding="utf-8")
    (tmp_path / "two.lcr").write_text('use "one.lcr"\n', encoding="utf-8")
    (tmp_path / "binary.lcr").write_bytes(bytes(range(256)))
    return tmp_path


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_findings_in_seconds(
    folder: Path, content: bytes | str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "rules.lcr"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.perf_counter()
    assert run(["check", str(path), "--format", "concise"]) == 1
    shown = capsys.readouterr().err
    assert time.perf_counter() - began < SECONDS
    assert "error[" in shown
    assert "Traceback" not in shown
    assert "bug of ours" not in shown


@pytest.mark.parametrize("style", ["full", "json"])
@pytest.mark.parametrize(
    "name", ["binary", "100,000 open brackets", "2 MB of a word", "dunders", "a circle of files"]
)
def test_any_format_shows_them(
    folder: Path, name: str, style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = FILES[name]
    path = folder / "rules.lcr"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run(["check", str(path), "--format", style]) == 1
    shown = capsys.readouterr()
    assert len(shown.out + shown.err) < 100_000
    assert "\x1b" not in shown.out + shown.err
    if style == "json":
        json.loads(shown.out)


def test_running_them_refuses_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, events = folder / "rules.lcr", folder / "events.jsonl"
    events.write_text("", encoding="utf-8")
    for name in ("empty", "binary", "use of itself", "a let of itself", "a circle of files"):
        content = FILES[name]
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert run(["run", str(path), str(events)]) == 1
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "error[" in shown.err
        with pytest.raises(lcr.CompileError):
            lcr.load(path)


@pytest.mark.parametrize("name", ["a folder without rules", "nothing"])
def test_what_is_no_file_is_wrong_usage(folder: Path, name: str) -> None:
    path = folder / "none.lcr"
    if name != "nothing":
        path.mkdir()
    assert run(["check", str(path)]) == 2


PYTHON_WORDS = [
    *("None", "True", "False", "class", "def", "lambda", "async", "await", "import", "yield"),
    *("print", "exec", "eval", "open", "object", "getattr", "self", "c", "r", "out", "settle"),
    *("zone", "entry", "_x", "cursor", "move", "react"),
]


@pytest.mark.parametrize("word", PYTHON_WORDS)
def test_words_of_python_are_names_like_any_other(word: str) -> None:
    """They name what is declared, and reach Python as attributes and texts alone."""
    engine = lcr.Engine(
        lcr.compile(
            f"""
            lifecycle {word}
            event {word} {{ {word}: number, {word}_: number }}
            trait {word}_trait: number = 0 {{ on {word}: event.{word} }}
            score {word}_score {{ half-life 7d  on {word} where event.{word} > 0: event.{word}_ }}
            level {word}_level = {word}_score {{ {word} >= 5  x{word} }}
            segment {word}_big = {word}_trait > 2
            segment {word}_in
            action {word}_do {{ {word}: number, lv: text }}
            stage {word}_a {{ -> {word}_b when {word}_big }}
            stage {word}_b
            start {{ -> {word}_a }}
            trigger {word}_on {{
              on {word} where event.{word}_ > 6
              do {{
                call {word}_do {{ {word}: event.{word}, lv: "{{{word}_level}}" }}
                join {word}_in
              }}
            }}
            """
        )
    )
    record = {"type": word, "customer": "u", "at": 1_767_571_200_000_000, word: 3, f"{word}_": 7}
    decisions = [json.loads(lcr.encode_decision(each)) for each in engine.process(record)]
    assert engine.take_dead_letters() == []
    assert [each["kind"] for each in decisions[2:]] == ["fired", "called", "joined"]
    assert decisions[3]["data"] == {word: 3, "lv": word}
    assert engine.customer("u").stage == f"{word}_b"
    assert engine.customer("u").scores == {f"{word}_score": 7}


def test_quotes_and_braces_in_texts_stay_texts() -> None:
    odd = """'''\\"\\"\\" {{x}} \\\\ \\n %s {{0}} ${{a}} \\\\u0041 '); import os #"""
    text = HEAD + FRAMED % f'"{odd}"'
    engine = lcr.Engine(lcr.compile(text))
    (*_, sent) = engine.process({"type": "visit", "customer": "u", "at": 1_767_571_200_000_000})
    written = json.loads(lcr.encode_decision(sent))["data"]["x"]
    assert written == "'''\"\"\" {x} \\ \n %s {0} ${a} \\u0041 '); import os #"
