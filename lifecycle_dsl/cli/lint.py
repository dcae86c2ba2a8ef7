"""`lcr lint`: errors of rule files, and what is well-formed and still not meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from lifecycle_dsl.cli.rulefiles import FINDINGS, named_files, source_of
from lifecycle_dsl.cli.terminal import (
    MACHINE_FORMATS,
    UnusableError,
    plural,
    show,
    tally,
    unreadable,
)
from lifecycle_dsl.diagnostics import Diagnostic, Safety, Severity
from lifecycle_dsl.diagnostics.render import FORMATS
from lifecycle_dsl.lint import Choice, lint
from lifecycle_dsl.lint.choosing import SETTINGS, check_names, templates_in
from lifecycle_dsl.lint.fixing import fixed
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.settings import SettingsError, settings

_LEVELS = {severity.value: severity for severity in Severity}
_ROUNDS = 10
"""A fix may make room for another; after so many rounds it is enough."""
_STDIN = "-"


@click.command(
    short_help="Find what is well-formed and still not meant.",
    epilog="""\b
Examples:
  lcr lint rules.lcr
  lcr lint rules/ --format concise
  lcr lint rules.lcr --allow inescapable-stage --deny unused-declaration
  lcr lint rules.lcr --templates templates/
  lcr lint rules.lcr --fix
  lcr lint rules/*.lcr --format sarif > lint.sarif
  pip install "lifecycle-dsl[prove]"  # then it proves more, with the solver z3

\b
A comment allows one finding in its place, and says why:
  # lcr: allow inescapable-stage: who has died does not come back

\b
Settings stand in lcr.toml, or in pyproject.toml as [tool.lcr.lint]:
  [lint]
  allow = ["unused-field"]
  fail-level = "error"
""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--fix", is_flag=True, help="Make the fixes that keep the meaning.")
@click.option("--unsafe-fixes", is_flag=True, help="Make those that may change it, too.")
@click.option("--allow", multiple=True, metavar="NAME", help="Say nothing of this check; or: all.")
@click.option("--deny", multiple=True, metavar="NAME", help="Make it an error; or: all.")
@click.option(
    "--templates",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the templates, to find those that are missing.",
)
@click.option(
    "--prove/--no-prove",
    default=None,
    help="Ask the solver z3 what intervals cannot tell.  [default: if it is installed]",
)
@click.option("--fail-level", type=click.Choice(list(_LEVELS)), help="[default: warning]")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), help="[default: full]")
def command(
    *,
    files: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    allow: tuple[str, ...],
    deny: tuple[str, ...],
    templates: Path | None,
    prove: bool | None,
    fail_level: str | None,
    format_: str | None,
) -> int:
    """Find what is wrong in each FILE, and what is right and hardly meant; - is standard input.

    Of a folder, all rule sets are looked at, with the files that they use.

    A finding is a proof, or is not made. Exit code 1 if there are any at or over --fail-level.
    `lcr explain NAME` shows the page of a check.
    """
    try:
        found = settings("lint", SETTINGS, Path.cwd())
        given = found.values
        folder = found.folder / given["templates"] if "templates" in given else None
        folder = templates or folder
        choice = Choice(
            denied=check_names(_either(deny, given.get("deny", ()), allow)),
            allowed=check_names(_either(allow, given.get("allow", ()), deny)),
            templates=None if folder is None else templates_in(folder),
            proves=given.get("prove", True) if prove is None else prove,
        )
    except SettingsError as error:
        raise UnusableError(str(error)) from error
    shown = _word(format_, given, "format", "full", FORMATS)
    level = _LEVELS[_word(fail_level, given, "fail-level", "warning", _LEVELS)]
    safeties = {Safety.SAFE} if fix else set()
    if unsafe_fixes:
        safeties = {Safety.SAFE, Safety.UNSAFE}
    names = named_files(files, whole=True)
    outcomes = [_lint(name, choice, safeties) for name in names]
    diagnostics = [each for outcome in outcomes for each in outcome.diagnostics]
    if diagnostics or shown in MACHINE_FORMATS:
        show(diagnostics, shown)
    if shown not in MACHINE_FORMATS:
        _summary(outcomes, diagnostics)
    failing = any(each.severity.rank <= level.rank for each in diagnostics)
    return FINDINGS if failing else 0


@frozen
class _Outcome:
    """What became of a file."""

    diagnostics: tuple[Diagnostic, ...]
    fixes: int = 0


def _lint(name: str, choice: Choice, safeties: Collection[Safety]) -> _Outcome:
    if safeties and name == _STDIN:
        raise UnusableError("standard input cannot be fixed: name a file")
    fixes = 0
    for _ in range(_ROUNDS):
        source = source_of(name)
        if isinstance(source, Diagnostic):
            return _Outcome((source,), fixes)
        read = read_beside(Path("rules.lcr") if name == _STDIN else Path(name))
        linted = lint(source, read, choice)
        made = fixed(linted.diagnostics, {source}, safeties)
        if not made.count:
            break
        _write(name, made.texts[source.name])
        fixes += made.count
    return _Outcome(linted.diagnostics, fixes)


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_bytes(text.encode())
    except OSError as error:
        raise unreadable(name, error) from error


def _summary(outcomes: Sequence[_Outcome], diagnostics: Sequence[Diagnostic]) -> None:
    fixes = sum(outcome.fixes for outcome in outcomes)
    if fixes:
        click.echo(f"{plural(fixes, 'problem')} fixed", err=True)
    files = plural(len(outcomes), "file")
    if not diagnostics:
        click.echo(f"{files}: nothing to say", err=True)
        return
    safe = _fixable(diagnostics, {Safety.SAFE})
    more = f"; {safe} can be fixed with --fix" if safe else ""
    click.echo(f"{files}: {tally(diagnostics)}{more}", err=True)


def _fixable(diagnostics: Iterable[Diagnostic], safeties: Collection[Safety]) -> int:
    return sum(any(fix.safety in safeties for fix in each.fixes) for each in diagnostics)


def _word(
    said: str | None, given: Mapping[str, Any], name: str, default: str, known: Collection[str]
) -> str:
    """What the command line says, else the settings, else the default."""
    chosen = str(said or given.get(name, default))
    if chosen not in known:
        raise UnusableError(f"the setting `{name}` must be one of {', '.join(known)}")
    return chosen


def _either(said: Sequence[str], settled: Sequence[str], others: Sequence[str]) -> list[str]:
    """Names from both places; what the command line says otherwise is left out."""
    return [*said, *(each for each in settled if each not in others)]
