"""`lcr outbox`: messages on their way out of a store."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click
import msgspec

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.keeping import kept_in
from lifecycle_dsl.cli.terminal import plural
from lifecycle_dsl.localtime.durations import format_duration, parse_duration
from lifecycle_dsl.localtime.instants import format_instant
from lifecycle_dsl.stores import Delivery, Message, Store

FINE, FINDINGS = 0, 1
_PAGE = 1_000
_HEADER: tuple[str, ...] = (
    "number",
    "destination",
    "customer",
    "status",
    "attempts",
    "next",
    "reason",
)


class Duration(click.ParamType[int]):
    """A duration as in rules, in microseconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The microseconds of `5min`."""
        if isinstance(value, int):
            return value
        found = parse_duration(str(value))
        if not found:
            self.fail(f"{value!r} is no duration, such as 30s or 5min", param, ctx)
        return found


_destination_option = click.option(
    "--destination", metavar="NAME", help="Only messages for this channel or action."
)


@click.group(
    short_help="Deliver messages; list, retry, drop or prune them.",
    epilog="""\b
Examples:
  lcr outbox deliver --store sqlite:///shop.db
  lcr outbox list --store sqlite:///shop.db --status dead
  lcr outbox retry --store sqlite:///shop.db --all
  lcr outbox prune --store sqlite:///shop.db --older 30d
\b
What is set under [outbox] is the default of the options of all of them.
""",
)
def command() -> None:
    """Messages on their way out of a store: what the rules sent and called."""


@command.command(
    "deliver",
    epilog="""\b
Examples:
  lcr outbox deliver --store sqlite:///shop.db
  lcr outbox deliver --store sqlite:///shop.db --drain
  lcr outbox deliver --store postgresql://db/shop --config delivery.toml
\b
Destinations stand in lcr.toml, or under tool.lcr in pyproject.toml:
  [deliver.email]
  to = "smtp"
  host = "mail.example.org"
  from = "Shop <hello@shop.example>"
  templates = "letters"
  recipient = "trait.email"
  user = "shop"
  password_env = "MAIL_PASSWORD"
\b
  [deliver.crm.notify]
  to = "webhook"
  url = "https://crm.example.org/hooks"
  secret_env = "CRM_SECRET"
\b
  [deliver.phone]
  to = "file"
  path = "calls.jsonl"
""",
)
@options.store
@click.option("--once", is_flag=True, help="Try what is due now one time, and end.")
@click.option("--drain", is_flag=True, help="End when nothing waits any more.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The settings, in place of the nearest lcr.toml or pyproject.toml.",
)
@click.option(
    "--lease",
    type=Duration(),
    default="5min",
    show_default=True,
    help="How long a message in hand is kept from others; if this process dies, it waits so long.",
)
@click.option("--quiet", is_flag=True, help="Log errors only, and no summary.")
@click.option("--verbose", is_flag=True, help="Log every message that was delivered, too.")
def deliver(
    *,
    store: str,
    once: bool,
    drain: bool,
    config: Path | None,
    lease: int,
    quiet: bool,
    verbose: bool,
) -> int:
    """Bring messages to their destinations, until told to stop.

    Every message arrives at least once; one that arrives twice has the same key. Failed messages
    are tried again, later and later; what a destination will never take is dead, with the reason.
    With --once and --drain the exit code is 1 where messages are dead or nobody takes them.
    """
    from lifecycle_dsl.cli import delivering  # noqa: PLC0415 — an event loop and its libraries

    if once and drain:
        raise click.UsageError("--once and --drain exclude each other")
    until = delivering.Until.TRIED if once else delivering.Until.DRAINED
    if not once and not drain:
        until = delivering.Until.STOPPED
    to = delivering.destinations(config)
    with kept_in(store) as opened:
        told = delivering.Telling(quiet=quiet, verbose=verbose)
        return delivering.deliver(opened, to, until, lease, told)


@command.command(
    "list",
    epilog="""\b
Examples:
  lcr outbox list --store sqlite:///shop.db
  lcr outbox list --store sqlite:///shop.db --status dead --destination email
  lcr outbox list --store sqlite:///shop.db --format json | jq .reason
""",
)
@options.store
@click.option(
    "--status",
    type=click.Choice([each.value for each in Delivery]),
    help="Only these; all that are not delivered unless given.",
)
@_destination_option
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--limit", type=click.IntRange(1), help="At most so many; 50 in a table.")
def list_(
    *, store: str, status: str | None, destination: str | None, format_: str, limit: int | None
) -> int:
    """List messages, oldest first, as a table or as JSON Lines.

    Above the table stands how many there are in all, by destination.
    """
    with kept_in(store) as opened:
        found = _messages(opened, status, destination)
        if format_ == "json":
            for message in islice(found, limit):
                sys.stdout.buffer.write(_as_json(message) + b"\n")
            sys.stdout.buffer.flush()
            return FINE
        _totals(opened, destination)
        _table(found, limit or 50)
    return FINE


@command.command(
    "retry",
    epilog="""\b
Examples:
  lcr outbox retry --store sqlite:///shop.db 17 18
  lcr outbox retry --store sqlite:///shop.db --all --destination email
""",
)
@options.store
@click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="NUMBER...")
@click.option("--all", "everything", is_flag=True, help="All dead messages.")
@_destination_option
def retry(
    *, store: str, numbers: tuple[int, ...], everything: bool, destination: str | None
) -> int:
    """Let dead messages be tried again from the beginning; `list` shows their numbers."""
    with kept_in(store) as opened:
        chosen = _chosen(opened, numbers, everything=everything, destination=destination)
        done = opened.retry(chosen, _now())
        click.echo(f"{plural(done, 'message')} will be tried again")
        return _left_out(opened, chosen, done)


@command.command(
    "drop",
    epilog="""\b
Examples:
  lcr outbox drop --store sqlite:///shop.db 17
  lcr outbox drop --store sqlite:///shop.db --all --destination sms
""",
)
@options.store
@click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="NUMBER...")
@click.option("--all", "everything", is_flag=True, help="All dead messages.")
@_destination_option
def drop(*, store: str, numbers: tuple[int, ...], everything: bool, destination: str | None) -> int:
    """Remove dead messages for good; `list` shows their numbers."""
    with kept_in(store) as opened:
        chosen = _chosen(opened, numbers, everything=everything, destination=destination)
        done = opened.drop(chosen)
        click.echo(f"{plural(done, 'message')} removed")
        return _left_out(opened, chosen, done)


@command.command(
    "prune",
    epilog="""\b
Examples:
  lcr outbox prune --store sqlite:///shop.db --older 30d
""",
)
@options.store
@click.option(
    "--older",
    type=Duration(),
    required=True,
    metavar="DURATION",
    help="Only messages that arrived so long ago, such as 30d.",
)
def prune(*, store: str, older: int) -> int:
    """Remove messages that have arrived, so that the store does not grow for ever.

    Their keys stay, a few bytes each: a message that comes again is still not sent again. Decisions
    stay, too. A run, a service and deliveries may go on meanwhile.
    """
    done, before = 0, _now() - older
    with kept_in(store) as opened:
        while count := opened.prune(before, _PAGE):
            done += count
    click.echo(f"{plural(done, 'message')} removed")
    return FINE


def _messages(store: Store, status: str | None, destination: str | None) -> Iterator[Message]:
    """Messages in their order, page by page."""
    wanted = None if status is None else Delivery(status)
    after = 0
    while page := store.outbox(wanted, after, _PAGE):
        after = page[-1].number
        for message in page:
            undelivered = wanted is not None or message.status is not Delivery.DELIVERED
            if undelivered and destination in {None, message.destination}:
                yield message


def _chosen(
    store: Store, numbers: tuple[int, ...], *, everything: bool, destination: str | None
) -> list[int] | None:
    """The numbers that are meant; None for all."""
    if everything == bool(numbers):
        raise click.UsageError("say which messages: their numbers, or --all")
    if numbers and destination is not None:
        raise click.UsageError("--destination goes with --all")
    if numbers:
        return sorted(set(numbers))
    if destination is None:
        return None
    return [each.number for each in _messages(store, Delivery.DEAD.value, destination)]


def _left_out(store: Store, chosen: list[int] | None, done: int) -> int:
    """Say which of the numbers that were given are of no dead message."""
    if chosen is None or done == len(chosen):
        return FINE
    click.echo(
        f"{plural(len(chosen) - done, 'number')} left alone: only dead messages can be named, "
        f"see lcr outbox list --store {store.url} --status dead",
        err=True,
    )
    return FINDINGS


# ---- how they look


def _totals(store: Store, destination: str | None) -> None:
    counts = store.outbox_counts()
    for name in sorted({name for name, _ in counts}):
        if destination in {None, name}:
            told = (f"{counts.get((name, each), 0):,} {each.value}" for each in Delivery)
            click.echo(f"{name}: {', '.join(told)}")


def _table(found: Iterator[Message], limit: int) -> None:
    """Columns as wide as they need to be; the reason, which is long, comes last."""
    now = _now()
    rows = [_HEADER]
    for each in islice(found, limit):
        facts = each.number, each.destination, each.customer, each.status.value, each.attempts
        rows.append((*map(str, facts), _next(each, now), each.reason or ""))
    if len(rows) > 1:
        click.echo()
        shown = [[_plain(cell) for cell in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
        for row in shown:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            click.echo("   ".join(cells).rstrip())
    more = sum(1 for _ in found)
    if more:
        click.echo(f"and {plural(more, 'other')}: --limit shows more, --format json all")


def _plain(text: str) -> str:
    """A text as a terminal may have it: what customers and servers say moves no cursor."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _now() -> int:
    """Microseconds of the clock on the wall."""
    return time.time_ns() // 1_000


def _next(message: Message, now: int) -> str:
    if message.status is not Delivery.WAITING:
        return ""
    ahead = message.due - now
    return "now" if ahead <= 0 else f"in {format_duration(ahead)}"


def _as_json(message: Message) -> bytes:
    """A message for programs; instants as in decisions, null where there is none."""
    return msgspec.json.encode(
        {
            "number": message.number,
            "key": message.key,
            "customer": message.customer,
            "kind": message.kind,
            "destination": message.destination,
            "status": message.status.value,
            "attempts": message.attempts,
            "due": format_instant(message.due) if message.due else None,
            "since": None if message.since is None else format_instant(message.since),
            "reason": message.reason,
        }
    )
