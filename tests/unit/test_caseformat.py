"""The case runner judges all other tests, so that it is tested itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span
from tests.caseformat import expectations, runner
from tests.caseformat.markdown import Case, MalformedCaseError, cases_in, sections_in, sources_of
from tests.caseformat.runner import Bodies, disagreements, outdated, rewrite

TWO_CASES = """# A topic

## the first

Some prose.

```lcr
bad
```

```diagnostics
main.lcr:1:1: error[odd] `bad` is odd
```

## the second

```lcr
good
```

```diagnostics
something old
```
"""


@pytest.fixture(autouse=True)
def _odd_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(case: Case) -> tuple[Diagnostic, ...]:
        at = case.source.text.find("bad")
        span = Span(case.source, at, at + 3)
        return () if at < 0 else (error("odd", "`bad` is odd", span),)

    monkeypatch.setattr(expectations, "diagnostics_of", find)
    monkeypatch.setattr(runner, "diagnostics_of", find)


@pytest.fixture
def case(tmp_path: Path) -> Callable[[str], Case]:
    def build(fences: str) -> Case:
        path = tmp_path / "topic.md"
        path.write_text(f"## a case\n{fences}", encoding="utf-8")
        return cases_in(path)[0]

    return build


def test_a_case_that_agrees_passes(tmp_path: Path) -> None:
    path = tmp_path / "topic.md"
    path.write_text(TWO_CASES, encoding="utf-8")
    first, second = cases_in(path)
    assert disagreements(first) == []
    assert "-something old\n" in disagreements(second)[0]


def test_updating_rewrites_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "topic.md"
    path.write_text(TWO_CASES, encoding="utf-8")
    bodies: Bodies = {}
    for each in cases_in(path):
        bodies |= outdated(each)
    rewrite(path, bodies)
    assert path.read_text(encoding="utf-8") == TWO_CASES.replace("something old\n", "")
    assert [disagreements(each) for each in cases_in(path)] == [[], []]


def test_a_case_without_expectations_says_nothing(case: Callable[[str], Case]) -> None:
    assert "says nothing" in disagreements(case("```lcr\ngood\n```\n"))[0]


def test_an_unexpected_error_fails_every_case(case: Callable[[str], Case]) -> None:
    fences = "```lcr\nbad\n```\n```nodes\n```\n"
    assert "has errors that it does not expect" in disagreements(case(fences))[0]
    assert disagreements(case(fences), accept=True)


@pytest.mark.parametrize(
    ("fences", "problem"),
    [
        ("```lcr\n```\n```odd\n```\n", "no expectation is called `odd`"),
        ("```lcr\n```\n```nodes\n```\n```nodes\n```\n", "two fences expect the same"),
        ("```nodes\n```\n", "has no `lcr` fence"),
    ],
)
def test_a_case_that_makes_no_sense_fails(
    case: Callable[[str], Case], fences: str, problem: str
) -> None:
    assert disagreements(case(fences)) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```lcr\n```\n", "line 1: a fence above the first heading"),
        ("# t\n```lcr\n", "line 2: the fence is not closed"),
        ("# t\n```lcr odd\n```\n", "line 2: `odd` is not `key=value`"),
        ("# t\n```lcr\n```\n", "line 1: fences belong below a `##` heading"),
        ("## t\n## t\n", "line 2: two cases `t`"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "topic.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MalformedCaseError, match=problem):
        cases_in(path)


def test_further_rule_files_have_names(case: Callable[[str], Case]) -> None:
    found = case("```lcr\na\n```\n```lcr name=b.lcr\nb\n```\n")
    assert [(each.name, each.text) for each in found.sources] == [
        ("main.lcr", "a\n"),
        ("b.lcr", "b\n"),
    ]
    assert found.read("b.lcr") is not None
    assert found.read("c.lcr") is None
    [section] = sections_in("# t\n```lcr\n```\n```lcr\n```\n")
    with pytest.raises(MalformedCaseError, match="needs a `name=`"):
        sources_of(section.fences)


def test_longer_fences_hold_fences(case: Callable[[str], Case]) -> None:
    found = case('````text\n```lcr\n```\n````\n```events x=1\n{"type": "a"}\n```\n')
    assert [fence.kind for fence in found.fences] == ["text", "events"]
    assert found.events == [{"type": "a"}]
    assert found.options("events") == {"x": "1"}
