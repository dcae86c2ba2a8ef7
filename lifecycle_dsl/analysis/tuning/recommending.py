"""What is asked of params, or of a split, as a report, and the texts of the rules it recommends."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import Report, Section
from lifecycle_dsl.analysis.tuning import dealing, tuning
from lifecycle_dsl.analysis.tuning.candidates import tuned_params
from lifecycle_dsl.analysis.tuning.deciding import UndecidedError
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.rewriting import with_arms, with_param


@frozen
class Recommended:
    """What was found, and what follows for the files."""

    report: Report
    sources: dict[str, str]
    """The texts of the rules, as they should be."""


def of_params(
    ruleset: RuleSet, feed: Feed, params: Sequence[str], asked: tuning.Asked
) -> Recommended:
    """Tune some params; where none is named, all that say where to search.

    Raises:
        AnalysisError: where there is none, or one that is named cannot be tuned.
        InputError, OSError: where the events cannot be read.
    """
    names = params or tuple(tuned_params(ruleset.program))
    if not names:
        raise AnalysisError(
            "no param of these rules says where to search: "
            "write `param NAME = VALUE tune LOW to HIGH step S`"
        )
    sources, found, left_out = dict(ruleset.sources), [], []
    for name in names:
        try:
            one = tuning.tune(ruleset, feed, name, asked)
        except UndecidedError as error:
            if params:
                raise
            left_out.append(str(error))
            continue
        found.append(one)
        value = one.outcome.value(ruleset.program.params[name])
        if value is not None:
            sources = with_param(sources, name, value)
    if not found:
        raise AnalysisError("; ".join(left_out))
    first, *others = (each.section for each in found)
    notes = (*first.notes, *(f"Left out: {each}." for each in left_out))
    begin, end = min(each.begin for each in found), max(each.end for each in found)
    report = _report(ruleset, asked.level, (begin, end), (evolve(first, notes=notes), *others))
    return Recommended(report, sources)


def of_split(ruleset: RuleSet, feed: Feed, split: str, asked: dealing.Asked) -> Recommended:
    """Deal the arms of a split anew.

    Raises:
        AnalysisError: where there is no such split, or it cannot be dealt so.
        InputError, OSError: where the events cannot be read.
    """
    found = dealing.deal(ruleset, feed, split, asked)
    report = _report(ruleset, asked.level, (found.begin, found.end), (found.section,))
    sources = dict(ruleset.sources)
    if found.percents is not None:
        sources = with_arms(sources, split, found.percents)
    return Recommended(report, sources)


def _report(
    ruleset: RuleSet, level: float, span: tuple[int, int], sections: tuple[Section, ...]
) -> Report:
    begin, end = map(format_instant, span)
    return Report(
        title=f"{ruleset.lifecycle.replace('_', ' ').capitalize()}: tuning",
        lifecycle=ruleset.lifecycle,
        fingerprint=ruleset.fingerprint,
        begin=begin,
        end=end,
        level=level,
        sections=sections,
    )
