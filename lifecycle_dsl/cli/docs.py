"""`lcr docs`: a rule set as a page for people who do not read code."""

from __future__ import annotations

import click

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.rulefiles import checked_rules
from lifecycle_dsl.cli.terminal import UnusableError
from lifecycle_dsl.cli.writing import write
from lifecycle_dsl.telling import contents


@click.command(
    short_help="Tell what the rules do, for people who do not read code.",
    epilog="""\b
Examples:
  lcr docs rules.lcr --out rules.html
""",
)
@click.argument("rules", metavar="RULES")
@options.out
def command(*, rules: str, out: str | None) -> int:
    """Tell what RULES do in plain English, as one HTML file; - is standard input.

    Stages, scores, triggers, guards and tables, with the stage graph; comments right above a
    declaration are its introduction. The file needs no script, no network and no other file.
    """
    try:
        from lifecycle_dsl.telling.page import page  # noqa: PLC0415 — comes with an extra
    except ModuleNotFoundError as error:
        if error.name not in {"jinja2", "markupsafe"}:
            raise
        raise UnusableError(
            f"this needs {error.name}: pip install 'lifecycle-dsl[docs]'"
        ) from error
    checked, program = checked_rules(rules)
    write(page(contents(checked, program)), out)
    return 0
