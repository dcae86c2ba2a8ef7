"""`lcr test`: the tests and promises of rule files, run with a virtual clock."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import click

from lifecycle_dsl.cli.reached import report
from lifecycle_dsl.cli.rulefiles import FINDINGS
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import UnusableError, palette, plural
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.testing.finding import files_with_tests
from lifecycle_dsl.testing.reports import MACHINES, pretty
from lifecycle_dsl.testing.results import Result
from lifecycle_dsl.testing.suites import Suite, run_suites, suite


@click.command(
    short_help="Run the tests and promises of rule files.",
    epilog="""\b
Examples:
  lcr test rules.lcr
  lcr test rules/ -k newsletter --fail-fast
  lcr test rules/ --workers 4 --durations 10
  lcr test rules.lcr --coverage --min 90 --html coverage.html
  lcr test rules.lcr --mutate --workers 4
  lcr test rules.lcr --generate 1000 --seed 7
  lcr test rules.lcr --format junit > tests.xml
""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-k", "words", multiple=True, metavar="TEXT", help="Only tests whose title contains this."
)
@click.option("--fail-fast", is_flag=True, help="End at the first test that fails.")
@click.option("--durations", type=click.IntRange(0), default=0, help="Show the N slowest tests.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes to share the tests.",
)
@click.option(
    "--generate",
    type=click.IntRange(1),
    metavar="N",
    help="Try each promise on N made-up series of records; show the shortest that breaks it.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What they are made from.")
@click.option("--coverage", is_flag=True, help="Show what the tests reach, and what they do not.")
@click.option(
    "--min",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit code 1 if less than this is reached; with --mutate, noticed.",
)
@click.option("--lcov", type=Path, metavar="FILE", help="Write the coverage as LCOV.")
@click.option("--html", type=Path, metavar="FILE", help="Write the coverage as a page.")
@click.option(
    "--mutate",
    is_flag=True,
    help="Change the rules a little, one thing at a time; list what no test notices.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["pretty", *MACHINES]),
    default="pretty",
    show_default=True,
    help="How to show the results.",
)
def command(
    *,
    files: tuple[str, ...],
    words: tuple[str, ...],
    fail_fast: bool,
    durations: int,
    workers: int,
    generate: int | None,
    seed: int,
    coverage: bool,
    least: float | None,
    lcov: Path | None,
    html: Path | None,
    mutate: bool,
    format_: str,
) -> int:
    """Run the tests of each FILE, and look at its promises in every step of them.

    Of a folder, all rule files with tests are taken. Exit code 1 if a test fails.
    """
    files = tuple(_files(files))
    measured = coverage or lcov is not None or html is not None
    measured = measured or (least is not None and not mutate)
    suites = [suite(name, rules, words, measured=measured) for name, rules in _loaded(files)]
    told = _tell if format_ == "pretty" else None
    done = run_suites(
        suites,
        told,
        workers=workers,
        fail_fast=fail_fast,
        generated=None if generate is None else (generate, seed),
    )
    results = [result for _, found in done for result in found]
    if generate is not None and not any(one.ruleset.program.promises for one in suites):
        click.echo("lcr: no promises to try on generated series", err=True)
    if format_ != "pretty":
        click.echo(MACHINES[format_]([(one.path, found) for one, found in done]), nl=False)
    elif durations:
        click.echo(f"\nslowest:\n{pretty.durations(results, durations)}", nl=False)
    _summary(results, suites, words)
    aside = format_ != "pretty"
    fine = all(result.passed for result in results)
    if measured:
        meters = [one.meter for one in suites if one.meter is not None]
        enough = report(meters, shown=coverage, aside=aside, least=least, lcov=lcov, html=html)
        fine = enough and fine
    if mutate and all(result.passed for result in results):
        mutated = import_module("lifecycle_dsl.cli.mutated")
        least = None if measured else least
        fine = mutated.mutate(files, workers=workers, least=least, aside=aside) and fine
    elif mutate:
        click.echo("lcr: mutants are tried when all tests pass", err=True)
    return 0 if fine else FINDINGS


def _files(paths: Sequence[str]) -> Iterator[str]:
    """The files that are named, and those with tests in the folders that are."""
    for path in paths:
        if not Path(path).is_dir():
            yield path
            continue
        found = list(map(str, files_with_tests(Path(path))))
        if not found:
            raise UnusableError(f"{path}: no .lcr file with tests is in this folder")
        yield from found


def _loaded(files: Sequence[str]) -> list[tuple[str, RuleSet]]:
    """The rule sets of all files; the errors of all of them are shown before the command ends."""
    rules, refused = [], None
    for name in files:
        try:
            rules.append((name, load(name)))
        except click.exceptions.Exit as error:
            refused = error
    if refused is not None:
        raise refused
    return rules


def _tell(one: Suite, results: Sequence[Result]) -> None:
    """The failures of a file, then its line."""
    colours = palette(sys.stdout)
    for result in results:
        if not result.passed:
            click.echo(pretty.failure(result, colours), color=True)
    click.echo(pretty.file_line(one.path, results, colours), color=True)


def _summary(results: Sequence[Result], suites: Sequence[Suite], words: Sequence[str]) -> None:
    failed = [result for result in results if not result.passed]
    if not results:
        why = f"no test's title contains {' or '.join(map(repr, words))}" if words else "no tests"
        click.echo(f"lcr: {why}", err=True)
    elif len(suites) > 1 or failed:
        passed = plural(len(results) - len(failed), "test")
        rest = f", {len(failed)} failed" if failed else ""
        click.echo(f"{passed} passed{rest}", err=True)
