"""Options that several commands have: one help, one meaning, and here alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.showing import FORMATS

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

MOST_WORKERS: Final = 256

sql: Decorator = click.option(
    "--sql",
    metavar="QUERY",
    help="Read the rows of a query, in place of EVENTS; @FILE is a query in a file.",
)
database: Decorator = click.option(
    "--from",
    "database",
    metavar="URL",
    help="What answers --sql: sqlite:///FILE, postgresql://…, or a DuckDB file.",
)
key: Decorator = click.option("--key", metavar="FIELD", help="The field that names the customer.")
until: Decorator = click.option(
    "--until", type=Instant(), help="End at this instant; what comes later is left out."
)
quiet: Decorator = click.option("--quiet", is_flag=True, help="No progress.")
level: Decorator = click.option(
    "--level",
    type=click.FloatRange(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="The level of intervals.",
)
workers: Decorator = click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    help="Processes to share the customers; as many as help, if left.",
)
store: Decorator = click.option(
    "--store", metavar="URL", required=True, help="The store: sqlite:///FILE, or postgresql://…"
)
out: Decorator = click.option(
    "--out", metavar="FILE", help="Where to write it; standard output if left."
)


def goal(*, required: bool) -> Decorator:
    """What counts as success."""
    return click.option(
        "--goal",
        required=required,
        metavar="TEXT",
        help="What counts as success: HAPPENING [where C] [worth E] [within D], or an attribution.",
    )


def format_(*formats: str) -> Decorator:
    """In which of some formats it is shown, the first unless said; by default those of reports."""
    known = formats or FORMATS
    return click.option(
        "--format",
        "format_",
        type=click.Choice(known),
        default=known[0],
        show_default=True,
        help="How to show it.",
    )
