"""The lint of a rule set: what the checker finds, then every check over what is sound.

    linted = lint(source, read)
    linted.diagnostics

A check is a module of `checks` with one function `check(rules)`; it yields diagnostics of its own
name, and all of them are warnings or advice. Suppressions are taken account of here, once for all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from attrs import evolve, frozen

from lifecycle_dsl.checker import Checked, check
from lifecycle_dsl.checker.files import Read
from lifecycle_dsl.diagnostics import Diagnostic, Severity, sort_and_cap
from lifecycle_dsl.lint.checks import CHECKS, malformed_suppression, unused_suppression
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.suppressions import Suppression, suppressions_in
from lifecycle_dsl.source import Source

EVERYTHING = "all"
"""What `allow` and `deny` may say instead of a name."""


@frozen(kw_only=True)
class Choice:
    """Which checks are wanted, and what they are told."""

    allowed: Collection[str] = ()
    """Not to be told."""
    denied: Collection[str] = ()
    """To be told as errors."""
    templates: frozenset[str] | None = None
    """The names of the templates there are."""
    proves: bool = True
    """Whether the solver is asked, where it is installed."""


@frozen(eq=False)
class Linted:
    """What a lint gave."""

    checked: Checked
    diagnostics: tuple[Diagnostic, ...]


def lint(source: Source, read: Read | None = None, choice: Choice | None = None) -> Linted:
    """All that is found in a rule set; `read` gives the files that it uses."""
    checked = check(source, read)
    return Linted(checked, lint_checked(checked, source, choice or Choice()))


def lint_checked(
    checked: Checked,
    source: Source,
    choice: Choice,
    before_each: Callable[[], None] = lambda: None,
) -> tuple[Diagnostic, ...]:
    """All that is found in a rule set that has been checked.

    `before_each` is called before each check; what it raises ends the lint.
    """
    found = list(checked.diagnostics)
    if checked.program is not None:
        rules = Rules(
            checked.program, checked.declarations, source, choice.templates, choice.proves
        )
        suppressions = [each for file in checked.files for each in suppressions_in(file)]
        found += _silenced(_findings(rules, checked, suppressions, before_each), suppressions)
    return sort_and_cap(_chosen(found, choice))


def _findings(
    rules: Rules,
    checked: Checked,
    suppressions: Iterable[Suppression],
    before_each: Callable[[], None],
) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for module in CHECKS.values():
        before_each()
        found += module.check(rules)
    found += malformed_suppression.check_files(checked.files, CHECKS)
    main = [each for each in suppressions if each.span.source is rules.main]
    unasked = rules.prover.unasked
    found += unused_suppression.check_suppressions(main, found, CHECKS, unasked)
    return found


def _silenced(
    found: Iterable[Diagnostic], suppressions: Iterable[Suppression]
) -> Iterator[Diagnostic]:
    by_name: dict[str, list[Suppression]] = {}
    for each in suppressions:
        by_name.setdefault(each.name, []).append(each)
    for diagnostic in found:
        if not any(each.covers(diagnostic) for each in by_name.get(diagnostic.name, ())):
            yield diagnostic


def _chosen(found: Iterable[Diagnostic], choice: Choice) -> Iterator[Diagnostic]:
    for each in found:
        is_check = each.severity is not Severity.ERROR
        if each.name in choice.denied or (is_check and EVERYTHING in choice.denied):
            yield evolve(each, severity=Severity.ERROR)
        elif not is_check or not (each.name in choice.allowed or EVERYTHING in choice.allowed):
            yield each
