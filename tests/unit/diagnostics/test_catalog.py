"""Every diagnostic has a page, every page has a diagnostic, and every page proves itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lifecycle_dsl
from lifecycle_dsl.checker import check
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics import Diagnostic, Severity, catalog
from lifecycle_dsl.lint import Choice, lint
from lifecycle_dsl.lint.checks import CHECKS
from lifecycle_dsl.source import Source
from tests.caseformat.expectations import room_function
from tests.caseformat.markdown import Fence, Section, sections_in, sources_of

PACKAGE = Path(lifecycle_dsl.__file__).parent
SPEAKERS = sorted(
    [
        *PACKAGE.rglob("problems.py"),
        *PACKAGE.rglob("problems/*.py"),
        *PACKAGE.glob("lint/checks/*.py"),
    ]
)
"""The modules that may make diagnostics."""
CONSTRUCTORS = {"error", "warning", "advice", "Diagnostic"}
SECTIONS = ["Avoid", "Prefer", "Why", "Fix"]
PAGES = list(catalog.pages().values())
TEMPLATES = frozenset({"hello"})
"""The templates that are there, as the page of `missing-template` says."""


def names_in(module: Path) -> Iterator[str]:
    """The first arguments of all constructors of diagnostics in a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called not in CONSTRUCTORS:
            continue
        name = node.args[0] if node.args else None
        assert isinstance(name, ast.Constant), f"{module}:{node.lineno}: write the name out"
        assert isinstance(name.value, str), f"{module}:{node.lineno}: write the name out"
        yield name.value


def test_every_diagnostic_has_a_page_and_every_page_a_diagnostic() -> None:
    made = {name for module in SPEAKERS for name in names_in(module)}
    assert sorted(made) == sorted(catalog.pages())


def test_no_page_has_a_name_that_is_none() -> None:
    known = {f"{name}.md" for name in catalog.pages()} | {"README.md"}
    assert {path.name for path in (PACKAGE / "diagnostics" / "explain").iterdir()} == known


def test_an_unknown_name_has_no_page() -> None:
    assert catalog.page("no-such-diagnostic") is None


def test_the_summary_is_the_line_below_the_title() -> None:
    assert catalog.Page("odd", "# odd\n\nWhat is odd.\n\n## Avoid\n").summary == "What is odd."
    assert catalog.Page("odd", "# odd\n").summary == ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_its_sections(page: catalog.Page) -> None:
    title, *sections = sections_in(page.text)
    assert (title.level, title.title) == (1, page.name)
    assert page.summary
    assert [section.title for section in sections if section.level == 2] == SECTIONS
    assert catalog.page(page.name) is page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_proves_itself(page: catalog.Page) -> None:
    sections = {section.title: section for section in sections_in(page.text)}
    avoid, prefer = sections["Avoid"], sections["Prefer"]
    assert page.name in {each.name for each in found_in(avoid)}
    # What is right may still not be a whole that the engine executes.
    left = [each for each in found_in(prefer) if each.name != "no-stages"]
    assert [each for each in left if each.severity is Severity.ERROR] == []
    assert page.name not in {each.name for each in found_in(prefer)}


@pytest.mark.parametrize("name", CHECKS)
def test_what_a_page_of_a_check_prefers_has_no_finding_that_people_would_argue_about(
    name: str,
) -> None:
    page = catalog.page(name)
    assert page is not None
    prefer = next(each for each in sections_in(page.text) if each.title == "Prefer")
    assert [each.name for each in found_in(prefer) if each.name != "missing-template"] == []


def test_a_check_is_a_module_of_its_name() -> None:
    for name, module in CHECKS.items():
        assert getattr(module, "__name__", "").endswith(f".{name.replace('-', '_')}")


def found_in(section: Section) -> tuple[Diagnostic, ...]:
    """What the passes find in the fences of a section."""
    for fence in section.fences:
        if fence.kind == "hex":
            return undecoded(fence)
    sources = sources_of(section.fences)
    assert sources, f"`{section.title}` has no `lcr` fence"

    def read(name: str) -> Source | None:
        return next((source for source in sources if source.name == name), None)

    checked = check(sources[0], read)
    found = checked.diagnostics
    if checked.program is not None:
        found += unsupported(checked.program)
    found += lint(sources[0], read, Choice(templates=TEMPLATES)).diagnostics
    return found


def undecoded(fence: Fence) -> tuple[Diagnostic, ...]:
    """What is wrong with bytes that are no text."""
    decode = room_function("lifecycle_dsl.syntax", "decode")
    assert decode is not None, "`hex` fences are read by `lifecycle_dsl.syntax.decode`"
    result = decode("main.lcr", bytes.fromhex(fence.text))
    return (result,) if isinstance(result, Diagnostic) else ()
