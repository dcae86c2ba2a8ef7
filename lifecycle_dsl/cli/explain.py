"""`lcr explain`: why a customer is where they are, what fired and who got credit; diagnostics."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

import click
import msgspec

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.lives import NobodyError, kept, replayed
from lifecycle_dsl.cli.opening import Given
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import console, has_colours
from lifecycle_dsl.diagnostics.catalog import page, pages
from lifecycle_dsl.diagnostics.suggest import closest
from lifecycle_dsl.explaining import Told, UnknownNameError
from lifecycle_dsl.explaining.told import WIDTH, wrapped
from lifecycle_dsl.explaining.words import Tone

STYLES: Final = {
    Tone.HEAD: "bold",
    Tone.PLAIN: "",
    Tone.YES: "green",
    Tone.NO: "red",
    Tone.NEED: "cyan",
    Tone.FAINT: "bright_black",
}


@click.command(
    short_help="Say why: of a customer, or of a diagnostic.",
    epilog="""\b
Examples:
  lcr explain rules.lcr events.jsonl --customer u1
  lcr explain rules.lcr events.jsonl --customer u1 welcome
  lcr explain rules.lcr events.jsonl --customer u1 welcome --at 2026-01-05T12:00:00Z
  lcr explain rules.lcr events.jsonl --customer u1 revenue
  lcr explain rules.lcr events.jsonl.gz --customer u1 loyal --format json
  lcr explain rules.lcr --sql "FROM 'events.parquet'" --customer u1 welcome
  lcr explain --store sqlite:///lifecycle.db --customer u1 welcome
  lcr explain unknown-event
  lcr explain --list
""",
)
@click.argument("what", nargs=-1, metavar="NAME | RULES EVENTS [STAGE|TRIGGER|ATTRIBUTION]")
@click.option("--customer", metavar="C", help="Whose past to replay, or state to read.")
@click.option("--at", type=Instant(), help="The instant to explain; the end of the input if left.")
@click.option("--store", metavar="URL", help="Explain a customer of a store as they stand.")
@options.sql
@options.database
@options.key
@options.format_("text", "json")
@click.option("--list", "list_", is_flag=True, help="List all diagnostics.")
def command(
    *,
    what: Sequence[str],
    customer: str | None,
    at: int | None,
    store: str | None,
    sql: str | None,
    database: str | None,
    key: str | None,
    format_: str,
    list_: bool,
) -> int:
    """Say why.

    With RULES and EVENTS: replay one customer's events and tell why they are in their stage and
    what leads out of it; why they are not in the STAGE that is named; why a TRIGGER fired, did not,
    or sent nothing; or which touches an ATTRIBUTION credited, and which fell out and why. Every
    condition with its value, and the least that would have been needed. EVENTS is a file as `lcr
    run` takes it; with --sql the rows of a query are the events.

    With --store no RULES and EVENTS: the customer as the store keeps them, by the rules that it was
    last run by. What led there is not known then.

    With a NAME alone: the page of that diagnostic, what it means and what to do.
    """
    if list_:
        _list()
        return 0
    if customer is None and sql is None and store is None and len(what) < 2:
        _page(*what)
        return 0
    if customer is None:
        raise click.UsageError("say whose past to replay: --customer C")
    try:
        if store is not None:
            told = _kept(store, customer, what, at, (sql, database, key))
        else:
            told = _replayed(what, customer, at, (sql, database, key))
    except (UnknownNameError, NobodyError) as error:
        raise click.UsageError(str(error)) from error
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(told.data)))
    else:
        _tell(told)
    return 0


_Reading = tuple[str | None, str | None, str | None]
"""The query, what answers it, and the field that names the customer."""


def _replayed(what: Sequence[str], customer: str, at: int | None, reading: _Reading) -> Told:
    rules, *named = what or ("",)
    events = named.pop(0) if named and reading[0] is None else None
    if not rules or len(named) > 1 or (events is None and reading[0] is None):
        raise click.UsageError(
            "give RULES and EVENTS, and at most one stage, trigger or attribution"
        )
    given = Given(events, *reading)
    return replayed(load(rules), given, customer, next(iter(named), None), at=at)


def _kept(
    store: str, customer: str, what: Sequence[str], at: int | None, reading: _Reading
) -> Told:
    if len(what) > 1 or any(reading):
        raise click.UsageError(
            "--store has its own rules and reads no events: give at most one stage, trigger or"
            " attribution of them"
        )
    return kept(store, customer, next(iter(what), None), at=at)


def _tell(told: Told) -> None:
    if not has_colours(sys.stdout):
        click.echo(str(told))
        return
    from rich.text import Text  # noqa: PLC0415 — only for a terminal

    screen = console()
    width = min(screen.width, WIDTH)
    for line in told.lines:
        screen.print(Text(wrapped(line, width), STYLES[line.tone]), soft_wrap=True)


def _list() -> None:
    width = max((len(each) for each in pages()), default=0)
    for each in pages().values():
        click.echo(f"{each.name:<{width}}  {each.summary}")


def _page(name: str | None = None) -> None:
    """The page of a diagnostic."""
    if name is None:
        raise click.UsageError(
            "name a diagnostic, such as `unknown-event`, or give RULES, EVENTS and --customer"
        )
    found = page(name.strip("[]"))
    if found is None:
        similar = closest(name, pages())
        hint = f"; did you mean `{similar}`?" if similar else "; --list shows them all"
        raise click.UsageError(f"no diagnostic is called `{name}`{hint}")
    if not has_colours(sys.stdout):
        click.echo(found.text.rstrip())
        return
    from rich.markdown import Markdown  # noqa: PLC0415 — only for a terminal

    console().print(Markdown(found.text), width=min(console().width, WIDTH))
