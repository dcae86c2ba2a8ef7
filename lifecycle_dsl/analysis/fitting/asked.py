"""A rule set with something added to it: what is to be read, or a model to be tried."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.program.expressions import Expression, LetRead
from lifecycle_dsl.program.rules import OccursOn
from lifecycle_dsl.source import Span

_VALUE = "lcr_fit_"
_WHO = "lcr_fit_who"


@attrs.frozen
class Asked:
    """Rules with lets for what is asked, in the order in which it was."""

    ruleset: RuleSet
    reads: tuple[Expression, ...]

    def value(self, place: int) -> Expression:
        """What one of them is, as it was checked."""
        return self.ruleset.program.lets[f"{_VALUE}{place}"].value


def asking(ruleset: RuleSet, texts: Sequence[str]) -> Asked:
    """The rules with expressions of the language that are to be read.

    Raises:
        AnalysisError: where one of them is none of this rule set.
    """
    head = _main(ruleset)
    added = "\n"
    starts = []
    for place, text in enumerate(texts):
        added += f"let {_VALUE}{place} = "
        starts.append(len(head) + len(added))
        added += f"{text}\n"
    try:
        found = with_text(ruleset, added)
    except CompileError as error:
        raise AnalysisError(_said(error.diagnostics[0], texts, starts)) from error
    reads = []
    for place in range(len(texts)):
        value = found.program.lets[f"{_VALUE}{place}"].value
        reads.append(
            LetRead(
                span=value.span,
                type=value.type,
                may_miss=value.may_miss,
                bounds=value.bounds,
                let=f"{_VALUE}{place}",
            )
        )
    return Asked(found, tuple(reads))


def stages_of(ruleset: RuleSet, text: str) -> tuple[str, ...]:
    """The stages that a guard `in …` names.

    Raises:
        AnalysisError: where it names none of this rule set.
    """
    trigger = f"trigger {_WHO} {{ on any event in {text} do {{ exit }} }}"
    try:
        found = with_text(ruleset, f"\n{trigger}\n").program
    except CompileError as error:
        said = error.diagnostics[0]
        hint = f"; {said.help}" if said.help else ""
        raise AnalysisError(f"--in {text}: {said.headline}{hint}") from error
    asked = next(each for each in found.triggers if each.name == _WHO)
    assert isinstance(asked.occurrence, OccursOn)  # noqa: S101 — it was written so above
    return tuple(found.stages) if asked.stages is None else tuple(asked.stages)


def with_text(ruleset: RuleSet, added: str) -> RuleSet:
    """The rules with a text behind their own.

    Raises:
        CompileError: where they have errors then.
    """
    return with_sources(ruleset, {next(iter(ruleset.sources)): _main(ruleset) + added})


def with_sources(ruleset: RuleSet, changed: dict[str, str]) -> RuleSet:
    """The rules with other texts for some of their files.

    Raises:
        CompileError: where they have errors then.
    """
    return compile_sources({**ruleset.sources, **changed})


def _main(ruleset: RuleSet) -> str:
    return next(iter(ruleset.sources.values()))


def _said(diagnostic: Diagnostic, texts: Sequence[str], starts: Sequence[int]) -> str:
    """A diagnostic in one clause, with the expression that it is about."""
    hints = [diagnostic.help] if diagnostic.help else []
    hints += [label.text for label in diagnostic.labels if label.text]
    clause = "; ".join([diagnostic.headline, *hints[:1]])
    place = _place(diagnostic.span, starts)
    return clause if place is None else f"the feature `{texts[place]}`: {clause}"


def _place(span: Span | None, starts: Sequence[int]) -> int | None:
    if span is None:
        return None
    before = [place for place, start in enumerate(starts) if start <= span.start]
    return before[-1] if before else None
