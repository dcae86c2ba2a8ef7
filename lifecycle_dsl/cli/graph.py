"""`lcr graph`: the stages of a rule set and the ways between them, as a picture."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.analysing import analysis
from lifecycle_dsl.cli.rulefiles import checked_rules
from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.cli.writing import write
from lifecycle_dsl.drawing import (
    Graph,
    Movements,
    UnfitLogError,
    count_movements,
    dot_text,
    groups_of,
    mermaid_text,
    stage_graph,
    svg_text,
)
from lifecycle_dsl.program.program import Program

FORMATS: Final[Mapping[str, Callable[[Graph, Movements | None], str]]] = {
    "svg": svg_text,
    "mermaid": mermaid_text,
    "dot": dot_text,
}
_BY_SUFFIX: Final = {".svg": "svg", ".mmd": "mermaid", ".dot": "dot", ".gv": "dot"}


@click.command(
    short_help="Draw the stages and the ways between them.",
    epilog="""\b
Examples:
  lcr graph rules.lcr --out stages.svg
  lcr graph rules.lcr --format mermaid
How many went where? Widths and counts from the decisions of a run:
  lcr run rules.lcr events.jsonl --out decisions.jsonl
  lcr graph rules.lcr --decisions decisions.jsonl --out movements.svg
""",
)
@click.argument("rules", metavar="RULES")
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    help="What to draw with; else by the name of --out, else svg.",
)
@click.option("--decisions", metavar="LOG", help="The decisions of a run, - for standard input.")
@options.out
def command(*, rules: str, format_: str | None, decisions: str | None, out: str | None) -> int:
    """Draw the stages of RULES and the ways between them; - is standard input.

    With the decisions of a run, a way is as wide as it was often taken, and every stage has the
    number of customers who are in it at the end. LOG is what `lcr run --out` writes: .jsonl, also
    as .gz or .zst; .parquet; a folder by day.
    """
    if rules == "-" and decisions == "-":
        raise click.UsageError("the rules and the decisions cannot both be standard input")
    checked, program = checked_rules(rules)
    run = None if decisions is None else _movements(decisions, program)
    graph = stage_graph(program, groups_of(checked.declarations))
    named = None if out is None else _BY_SUFFIX.get(Path(out).suffix.lower())
    write(FORMATS[format_ or named or "svg"](graph, run), out)
    return 0


def _movements(path: str, program: Program) -> Movements:
    try:
        if path == "-":
            return count_movements(sys.stdin.buffer, program)
        with analysis():
            return count_movements(_lines(Path(path)), program)
    except OSError as error:
        raise unreadable(path, error) from error
    except UnfitLogError as error:
        raise UnusableError(f"{path}: {error}") from error


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a log of any kind."""
    from lifecycle_dsl.analysis.diffing.logs import Head, open_log  # noqa: PLC0415 — on use

    for each in open_log(path):
        yield each.line.text if isinstance(each, Head) else each.text
