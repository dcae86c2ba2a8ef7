"""`lcr explain`: the page of a diagnostic."""

from __future__ import annotations

import sys

import click

from lifecycle_dsl.cli.terminal import console, has_colours
from lifecycle_dsl.diagnostics.catalog import page, pages
from lifecycle_dsl.diagnostics.suggest import closest


@click.command(
    short_help="Show the page of a diagnostic.",
    epilog="""\b
Examples:
  lcr explain unknown-event
  lcr explain --list
""",
)
@click.argument("name", required=False)
@click.option("--list", "list_", is_flag=True, help="List all diagnostics.")
def command(*, name: str | None, list_: bool) -> int:
    """Show the page of the diagnostic NAME: what it means and what to do."""
    if list_:
        width = max((len(each) for each in pages()), default=0)
        for each in pages().values():
            click.echo(f"{each.name:<{width}}  {each.summary}")
        return 0
    if name is None:
        raise click.UsageError("name a diagnostic, such as `unknown-event`, or pass --list")
    found = page(name.strip("[]"))
    if found is None:
        similar = closest(name, pages())
        hint = f"; did you mean `{similar}`?" if similar else "; --list shows them all"
        raise click.UsageError(f"no diagnostic is called `{name}`{hint}")
    if not has_colours(sys.stdout):
        click.echo(found.text.rstrip())
        return 0
    from rich.markdown import Markdown  # noqa: PLC0415 — only for a terminal

    console().print(Markdown(found.text), width=min(console().width, 100))
    return 0
