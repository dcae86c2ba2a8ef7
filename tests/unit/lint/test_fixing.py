"""Fixes are made for good, safe ones keep what the rules mean, and none breaks a file."""

from __future__ import annotations

from pathlib import Path
from random import Random

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_dsl.checker import check
from lifecycle_dsl.diagnostics import Diagnostic, Safety, Severity, catalog
from lifecycle_dsl.fmt.proof import same_nodes
from lifecycle_dsl.lint import lint
from lifecycle_dsl.lint.fixing import fixed
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes
from tests.caseformat.markdown import cases_in, sections_in, sources_of
from tests.unit.hostile.mutation import mutated, tokens
from tests.unit.hostile.test_fuzz import FEW, MUTATED, RULES

ROOT = Path(__file__).parents[3]
CASES = sorted(ROOT.glob("tests/cases/lint/*.md"))
SAFE = {Safety.SAFE}
ALL = {Safety.SAFE, Safety.UNSAFE}
ROUNDS = 10


def texts_with_fixes() -> dict[str, str]:
    """The cases and pages whose first file has a finding that can be fixed."""
    texts = {
        f"{path.stem}: {case.title}": case.source.text for path in CASES for case in cases_in(path)
    }
    for page in catalog.pages().values():
        avoid = next(each for each in sections_in(page.text) if each.title == "Avoid")
        for source in sources_of(avoid.fences)[:1]:
            texts[f"page {page.name}"] = source.text
    return {name: text for name, text in texts.items() if any(each.fixes for each in found(text))}


def found(text: str) -> tuple[Diagnostic, ...]:
    return lint(Source("main.lcr", text), read_beside(MUTATED)).diagnostics


def once(text: str, allowed: set[Safety]) -> str:
    source = Source("main.lcr", text)
    diagnostics = lint(source, read_beside(MUTATED)).diagnostics
    return fixed(diagnostics, {source}, allowed).texts.get("main.lcr", text)


def at_last(text: str, allowed: set[Safety]) -> str:
    """The text after as many rounds as the command makes."""
    for _ in range(ROUNDS):
        after = once(text, allowed)
        if after == text:
            break
        text = after
    return text


def is_sound(text: str) -> bool:
    return not any(each.severity is Severity.ERROR for each in found(text))


def declarations(text: str) -> tuple[nodes.Node, ...]:
    return tuple(check(Source("main.lcr", text)).declarations)


def without_idle(node: nodes.Node, idle: set[int]) -> nodes.Node:
    """A trigger without the limits that say nothing beside another."""
    if not isinstance(node, nodes.Trigger):
        return node
    guards = tuple(each for each in node.guards if each.span.start not in idle)
    return attrs.evolve(node, guards=guards)


FIXABLE = texts_with_fixes()
SOUND = [name for name, text in FIXABLE.items() if is_sound(text)]


def test_there_are_fixes_of_each_check_that_makes_some() -> None:
    made = {each.name for text in FIXABLE.values() for each in found(text) if each.fixes}
    checks = {
        "at-most-beside-once",
        "at-most-never-binds",
        "duration-in-small-units",
        "unused-declaration",
        "unused-suppression",
    }
    assert checks <= made


@pytest.mark.parametrize("name", FIXABLE)
@pytest.mark.parametrize("allowed", [SAFE, ALL], ids=["safe", "all"])
def test_a_sound_file_stays_sound_and_nothing_is_left_to_fix(
    name: str, allowed: set[Safety]
) -> None:
    text = FIXABLE[name]
    after = at_last(text, allowed)
    assert once(after, allowed) == after
    if is_sound(text):
        assert is_sound(after)
        left = [fix for each in found(after) for fix in each.fixes if fix.safety in allowed]
        assert left == []


@pytest.mark.parametrize("name", SOUND)
def test_safe_fixes_change_nothing_else(name: str) -> None:
    text = FIXABLE[name]
    after = at_last(text, SAFE)
    unused = {
        each.span.text for each in found(text) if each.name == "unused-declaration" and each.span
    }
    idle = {
        each.span.start for each in found(text) if each.name.startswith("at-most-") and each.span
    }
    left = list(declarations(after))
    for before in declarations(text):
        if left and same_nodes(without_idle(before, idle), left[0]):
            left.pop(0)
        else:
            given = getattr(before, "declared", None)
            assert isinstance(given, nodes.Declared), f"changed: {before.span.text}"
            assert given.name.text in unused
    assert left == []


def test_a_fix_waits_for_those_that_say_the_name() -> None:
    text = (
        "lifecycle shop\nevent visit, purchase\nevent dull\nlet many = count(visit)\n"
        "segment keen = many > 3\nstart { -> new }\nstage new { -> old on purchase, visit }\n"
        "stage old { -> new on visit }\nchannel email { consent seen(visit)  cap 3 per 7d }\n"
        'trigger hello { on purchase  once  do { send email "a" } }\n'
        'test "it is there" { on dull  expect stage new }\n'
    )
    assert at_last(text, SAFE) == text
    after = at_last(text, ALL)
    assert "keen" not in after
    assert "many" not in after
    assert "event dull" in after, "a test makes records of it"
    assert is_sound(after)


@pytest.mark.parametrize("path", RULES, ids=[path.stem for path in RULES])
@settings(FEW, max_examples=6)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_mutated_rules_are_fixed_for_good(path: Path, seed: int, times: int) -> None:
    text = mutated(tokens(path.read_text(encoding="utf-8")), Random(seed), times)
    was_sound = is_sound(text)
    for allowed in (SAFE, ALL):
        after = at_last(text, allowed)
        if was_sound:
            assert is_sound(after)
            assert once(after, allowed) == after
