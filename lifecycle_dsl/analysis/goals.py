"""Goals: what counts as success, said in the language and found by the engine.

A goal such as `purchase where amount > 20 worth amount within 14d` becomes an `attribution` block
of the same rules; wherever its conversion happens, the engine writes credits that add to one. The
name of an attribution that the rules declare is a goal, too.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import evolve, frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.diagnostics.model import Severity
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.localtime import DAY, format_duration, parse_duration
from lifecycle_dsl.localtime.durations import duration_literal
from lifecycle_dsl.program.attributions import LastTouch
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import parse

NAME: Final = "lcr_goal"
"""The attribution that a goal becomes."""
WITHIN: Final = 30 * DAY
"""The window of a goal that names none, in microseconds."""
_TEXT: Final = re.compile(r'"(?:[^"\\\r\n]|\\.)*"')
_SPELLED: Final = re.compile(r"\bwithin\s+\d[\d.,]*\s+\w+\s*$")
_WITHIN: Final = re.compile(r"^(?P<what>.*\S)\s+within\s+(?P<span>\S+)\s*$", re.DOTALL)


@frozen
class Goal:
    """What counts as success."""

    attribution: str
    """Whose conversions are successes."""
    within: int
    """How long after its cause a success counts, in microseconds."""
    what: str | None = None
    """The conversion as it was written; None where the rules declare the attribution."""

    def __str__(self) -> str:
        what = self.what or f"a conversion of {self.named}"
        return f"{what} within {format_duration(self.within)}"

    @property
    def named(self) -> str:
        """The conversion as it was written, or the attribution in backticks."""
        return self.what or f"`{self.attribution}`"

    @property
    def success(self) -> str:
        """The same in a sentence: what has to come."""
        return f"`{self.what}`" if self.what else f"a conversion of {self.named}"


def goal_of(text: str, ruleset: RuleSet) -> Goal:
    """The goal that a text says: `HAPPENING [where C] [worth E] [within D]`, or an attribution.

    Raises:
        AnalysisError: where it says none of this rule set.
    """
    what, within = text.strip(), WITHIN
    bare = _TEXT.sub(lambda found: "_" * len(found[0]), what)  # what a text says is no word of ours
    match = _WITHIN.match(bare)
    if _SPELLED.search(bare):
        raise AnalysisError(f"the goal `{text}` ends in no duration such as 14d, without a blank")
    if match is not None:
        span = parse_duration(match["span"])
        if span is None or span <= 0:
            raise AnalysisError(f"the goal `{text}` ends in no duration such as 14d")
        what, within = what[: match.end("what")], span
    if not what:
        raise AnalysisError("a goal says what has to happen, such as `purchase within 14d`")
    if what in ruleset.program.attributions:
        own = ruleset.program.attributions[what].within
        return Goal(what, own if match is None else within)
    goal = Goal(NAME, within, what)
    with_goal(ruleset, goal)
    return goal


def with_goal(ruleset: RuleSet, goal: Goal) -> RuleSet:
    """The same rules, which also write credits for a goal's conversions.

    Raises:
        AnalysisError: where it says none of this rule set.
    """
    if goal.what is None:
        return ruleset
    (first, text), *others = ruleset.sources.items()
    as_it_is = _block(goal, "")
    block = as_it_is if _is_well_formed(as_it_is) else _block(goal, "worth 1")
    try:
        return compile_sources({first: f"{text}\n{block}\n", **dict(others)})
    except CompileError as error:
        said = error.diagnostics[0]
        hint = [said.help] if said.help else [label.text for label in said.labels if label.text]
        raise AnalysisError(
            f"the goal `{goal.what}`: {'; '.join([said.headline, *hint[:1]])}"
        ) from error


def without_touches(program: Program, *attributions: str) -> Program:
    """The program for one who only asks when there are conversions of some attributions.

    No touch is kept, and each conversion is one credit, of the channel `direct`.
    """
    kept = {
        name: evolve(each, touches=(), sends=False, model=LastTouch())
        for name, each in program.attributions.items()
        if name in attributions
    }
    return evolve(program, attributions=kept)


def _block(goal: Goal, worth: str) -> str:
    """The attribution of a goal; on lines of their own, should it end in a comment."""
    return (
        f"attribution {NAME} {{\n  touch sends\n  conversion {goal.what}\n  {worth}\n"
        f"  within {duration_literal(goal.within)}\n  model last\n}}"
    )


def _is_well_formed(text: str) -> bool:
    found = parse(Source("--goal", text)).diagnostics
    return all(each.severity is not Severity.ERROR for each in found)
