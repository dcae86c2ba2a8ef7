"""What the lint proves about made rule sets is so: nothing that happens in them contradicts it.

Witnesses are run, too: each comes out as it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import lifecycle_dsl as lcr
from lifecycle_dsl.diagnostics import Diagnostic, Safety
from lifecycle_dsl.diagnostics.render import FORMATS, PLAIN
from lifecycle_dsl.lint import lint
from lifecycle_dsl.lint.fixing import fixed
from lifecycle_dsl.source import Source
from lifecycle_dsl.testing.suites import suite
from tests.generated.choices import Choice
from tests.generated.made import Decisions, Made, decisions_of, tried
from tests.unit.hostile.mutation import mutated, tokens

_NAMED = re.compile("`([^`]*)`")


def named(found: Iterable[Diagnostic], name: str) -> list[str]:
    """The first name in the headlines of the findings of a check."""
    headlines = [each.headline for each in found if each.name == name]
    return [match[1] for headline in headlines if (match := _NAMED.search(headline))]


def contradictions(one: Made, found: tuple[Diagnostic, ...], decisions: Decisions) -> list[str]:
    """What happened and had been said never to happen."""
    moves = [each for each in decisions if each["kind"] == "transition"]
    fired = {each["trigger"] for each in decisions if each["kind"] == "fired"}
    problems = []
    unreachable = set(named(found, "unreachable-stage"))
    problems += [f"came to {each['to']}" for each in moves if each["to"] in unreachable]
    final = set(named(found, "inescapable-stage"))
    problems += [f"left {each['from']}" for each in moves if each["from"] in final]
    never = [
        each
        for each in found
        if each.name in ("masked-transition", "bar-never-reached") and each.span
    ]
    for each in never:
        rules = {
            transition.rule
            for transition in one.ruleset.program.transitions
            if each.span is not None and transition.span.start == each.span.start
        }
        problems += [f"moved by {move['rule']}" for move in moves if move["rule"] in rules]
    late = [each for each in found if each.name == "guard-on-left-stage"]
    silent = [each for each in late if "can never fire" in each.headline]
    names = set(named(silent, "guard-on-left-stage"))
    names |= set(named(found, "trigger-never-fires"))
    problems += [f"{name} fired" for name in names & fired]
    return problems


def witnesses(found: Iterable[Diagnostic]) -> list[str]:
    """The tests that findings bring along."""
    notes = [note for each in found for note in each.notes]
    return [note.removeprefix("to see it: ") for note in notes if note.startswith("to see it: ")]


def failing(text: str, tests: Iterable[str]) -> list[str]:
    """What is wrong with witnesses of a rule set; the tests that it has itself are left aside."""
    problems = []
    for number, test in enumerate(dict.fromkeys(tests)):
        title = f"witness {number}"
        renamed = re.sub('^test "[^"]*"', f'test "{title}"', test)
        results = suite("made.lcr", lcr.compile(f"{text}\n{renamed}\n"), [title]).run()
        problems += [f"{test}\n{result.trouble}" for result in results if not result.passed]
    return problems


@tried(60)
def test_what_it_says_never_happens_never_does(one: Made) -> None:
    found = lint(Source("made.lcr", one.text)).diagnostics
    decisions = decisions_of(one.engine(), one.stream)
    assert contradictions(one, found, decisions) == []


@tried(25)
def test_witnesses_come_out_as_they_say(one: Made) -> None:
    found = lint(Source("made.lcr", one.text)).diagnostics
    assert failing(one.text, witnesses(found)) == []


@tried(60)
def test_safe_fixes_keep_what_is_decided(one: Made) -> None:
    # What nobody reads is added, so that there is something to take out.
    text = f"{one.text}\nlet never_said = 90000s\nparam also_never = 5\n"
    source = Source("made.lcr", text)
    after = fixed(lint(source).diagnostics, {source}, {Safety.SAFE}).texts["made.lcr"]
    assert "never" not in after
    changed = Made(after, one.stream)
    assert decisions_of(changed.engine(), one.stream) == decisions_of(one.engine(), one.stream)


@tried(60)
def test_broken_made_rules_are_linted(one: Made) -> None:
    times = one.choose(Choice(lambda random: random.randint(1, 4)))
    text = one.choose(Choice(lambda random: mutated(tokens(one.text), random, times)))
    source = Source("made.lcr", text)
    found = lint(source).diagnostics
    for renderer in FORMATS.values():
        renderer(found, PLAIN)
    for allowed in ({Safety.SAFE}, {Safety.SAFE, Safety.UNSAFE}):
        fixed(found, {source}, allowed)
