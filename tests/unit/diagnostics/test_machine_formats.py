from __future__ import annotations

import json

from lifecycle_dsl.diagnostics import Edit, Fix, Safety, error, warning
from lifecycle_dsl.diagnostics.render import COLOURS, FORMATS, PLAIN
from tests.unit.diagnostics.marked import marked


def test_concise_is_one_line_each() -> None:
    _, [span] = marked("😀 «x»")
    found = [
        error("odd", "odd\nthing", span, help="even"),
        warning("whole", "file", None, file="a.lcr"),
        warning("whole", "run", None),
    ]
    assert FORMATS["concise"](found, PLAIN) == (
        "main.lcr:1:3: error[odd] odd thing (help: even)\n"
        "a.lcr: warning[whole] file\n"
        "warning[whole] run\n"
    )


def test_concise_colours_the_kind() -> None:
    coloured = FORMATS["concise"]([error("odd", "odd", None)], COLOURS)
    assert coloured == "\x1b[1;31merror[odd]\x1b[0m odd\n"


def test_json_holds_all_of_a_diagnostic() -> None:
    _, [span, other] = marked("«😀» «x»")
    fix = Fix("drop it", (Edit(other, ""),), Safety.UNSAFE)
    found = error(
        "odd", "odd", other, "this", help="h", notes=["n"], secondary=[(span, "that")], fixes=[fix]
    )
    first = {
        "file": "main.lcr",
        "start": {"offset": 0, "line": 1, "column": 1, "utf16_column": 1},
        "end": {"offset": 1, "line": 1, "column": 2, "utf16_column": 3},
    }
    second = {
        "file": "main.lcr",
        "start": {"offset": 2, "line": 1, "column": 3, "utf16_column": 4},
        "end": {"offset": 3, "line": 1, "column": 4, "utf16_column": 5},
    }
    assert json.loads(FORMATS["json"]([found], COLOURS)) == [
        {
            "name": "odd",
            "severity": "error",
            "headline": "odd",
            "file": "main.lcr",
            "span": second,
            "labels": [
                {"span": second, "text": "this", "primary": True},
                {"span": first, "text": "that", "primary": False},
            ],
            "notes": ["n"],
            "help": "h",
            "fixes": [
                {
                    "title": "drop it",
                    "safety": "unsafe",
                    "edits": [{"span": second, "replacement": ""}],
                }
            ],
        }
    ]


def test_json_of_nothing_is_an_empty_array() -> None:
    assert json.loads(FORMATS["json"]([], PLAIN)) == []


def test_json_of_a_whole_file_has_no_span() -> None:
    [found] = json.loads(FORMATS["json"]([error("odd", "odd", None, file="a.lcr")], PLAIN))
    assert (found["file"], found["span"], found["labels"]) == ("a.lcr", None, [])
