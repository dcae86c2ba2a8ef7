"""`lcr check`: all errors of rule files, and what the passes make of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from lifecycle_dsl.checker import Checked
from lifecycle_dsl.cli.cost import cost_text
from lifecycle_dsl.cli.rulefiles import FINDINGS, checked_file, named_files
from lifecycle_dsl.cli.templates import templates_text
from lifecycle_dsl.cli.terminal import MACHINE_FORMATS, plural, show, tally
from lifecycle_dsl.cli.tree import tree
from lifecycle_dsl.diagnostics.model import Severity
from lifecycle_dsl.diagnostics.render import FORMATS
from lifecycle_dsl.program.program import Program

_LEVELS = {severity.value: severity for severity in Severity}


@click.command(
    short_help="Find all errors of rule files.",
    epilog="""\b
Examples:
  lcr check rules.lcr
  lcr check rules/*.lcr --format concise
  lcr check rules.lcr --cost
  lcr check rules.lcr --emit python --stage lead --event purchase
  lcr check rules.lcr --emit templates
""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    default="full",
    show_default=True,
    help="How to show what is found; what is for machines goes to standard output.",
)
@click.option(
    "--fail-level",
    type=click.Choice(list(_LEVELS)),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1.",
)
@click.option(
    "--emit",
    type=click.Choice(["nodes", "program", "plan", "python", "templates"]),
    help="Print what a pass makes of the file.",
)
@click.option("--stage", help="With --emit plan or python: of this stage only.")
@click.option("--event", help="With --emit plan or python: of this event only.")
@click.option("--cost", is_flag=True, help="Print what a customer and a record cost at most.")
def command(
    *,
    files: tuple[str, ...],
    format_: str,
    fail_level: str,
    emit: str | None,
    stage: str | None,
    event: str | None,
    cost: bool,
) -> int:
    """Find all errors of each FILE, or of all rule sets of a folder; - is standard input.

    Exit code 1 if there are any.
    """
    names = named_files(files, whole=True)
    checked = {name: checked_file(name) for name in names}
    diagnostics = [each for _, found in checked.values() for each in found]
    if diagnostics or format_ in MACHINE_FORMATS:
        show(diagnostics, format_)
    for name, (one, _) in checked.items():
        if one is not None:
            _print(name, one, emit, stage, event, cost=cost)
    if diagnostics and format_ not in MACHINE_FORMATS:
        click.echo(f"{plural(len(checked), 'file')}: {tally(diagnostics)}", err=True)
    elif format_ not in MACHINE_FORMATS:
        _praise({name: one.program for name, (one, _) in checked.items() if one is not None})
    bar = _LEVELS[fail_level].rank
    return FINDINGS if any(each.severity.rank <= bar for each in diagnostics) else 0


def _print(
    name: str,
    checked: Checked,
    emit: str | None,
    stage: str | None,
    event: str | None,
    *,
    cost: bool,
) -> None:
    program = checked.program
    if emit == "nodes":
        click.echo(tree(checked.file))
    if program is None:
        return
    if cost:
        click.echo(cost_text(program), nl=False)
    if emit == "program":
        click.echo(tree(program))
    elif emit == "templates":
        click.echo(templates_text(program), nl=False)
    elif emit is not None and emit != "nodes":
        # Only this needs the compiler: what checks in CI starts without it.
        emitting = import_module("lifecycle_dsl.cli.emitting")
        click.echo(emitting.emitted(name, program, emit, stage, event))


def _praise(programs: Mapping[str, Program | None]) -> None:
    for name, program in programs.items():
        if program is not None:
            click.echo(f"{name} is fine: {_contents(program)}", err=True)


def _contents(program: Program) -> str:
    counted = (
        (len(program.events), "event"),
        (len(program.stages), "stage"),
        (len(program.transitions), "transition"),
        (len(program.triggers), "trigger"),
        (len(program.attributions), "attribution"),
        (len(program.tests), "test"),
    )
    return ", ".join(plural(count, noun) for count, noun in counted if count)
