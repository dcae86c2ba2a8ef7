"""`lcr bench`: how fast rules run, what a customer takes, and which rules cost most."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.percentages import Percent
from lifecycle_dsl.cli.rulefiles import FINDINGS
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import UnusableError, palette, plural, unreadable
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs import InputError, open_input
from lifecycle_dsl.testing.speed.baseline import (
    Baseline,
    BaselineError,
    baseline,
    read_baseline,
    write_baseline,
)
from lifecycle_dsl.testing.speed.figures import latency, resident_bytes, throughput
from lifecycle_dsl.testing.speed.hottest import hottest
from lifecycle_dsl.testing.speed.report import Found, as_json, lines
from lifecycle_dsl.testing.speed.streams import Stream, made


@click.command(
    short_help="Measure how fast rules run, and which of them cost most.",
    epilog="""\b
Examples:
  lcr bench rules.lcr
  lcr bench rules.lcr events.jsonl --top 20
  lcr bench rules.lcr events.jsonl --baseline bench.json --fail-over 10%
  lcr bench rules.lcr --records 200000 --seed 7 --format json

\b
A baseline that is not there yet is written; one that is there is compared with.
""",
)
@click.argument("rules")
@click.argument("events", required=False)
@click.option(
    "--records",
    type=click.IntRange(1, 10_000_000),
    default=20_000,
    show_default=True,
    help="How many records to make, where no EVENTS are given.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What they are made from.")
@click.option(
    "--rounds",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="How often to run them; the best round counts.",
)
@click.option(
    "--top",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="How many of the hottest rules to show.",
)
@click.option("--baseline", "kept", type=Path, metavar="FILE", help="Compare with this run.")
@click.option("--renew", is_flag=True, help="Write the baseline anew.")
@click.option(
    "--fail-over",
    type=Percent(),
    default="10%",
    show_default=True,
    metavar="PERCENT",
    help="Exit code 1 if it is slower than the baseline by more.",
)
@options.format_("pretty", "json")
def command(
    *,
    rules: str,
    events: str | None,
    records: int,
    seed: int,
    rounds: int,
    top: int,
    kept: Path | None,
    renew: bool,
    fail_over: float,
    format_: str,
) -> int:
    """Run RULES over EVENTS, or over records made from what they declare, and measure it.

    Throughput is processor time, from bytes to decisions, the best of several rounds. The hottest
    rules come from a run of their own, with a clock in the compiled rules.
    """
    if renew and kept is None:
        raise click.UsageError("--renew needs --baseline")
    ruleset = load(rules)
    then = None if kept is None or renew or not kept.exists() else _read(kept)
    with _told() as tell:
        tell("reading" if events else "making records")
        stream = _stream(events) if events else made(ruleset.program, records, seed)
        tell("running")
        measured = throughput(ruleset, stream, rounds)
        if not measured.records:
            raise UnusableError(f"{events or rules}: there are no records")
        tell("timing each record")
        alone = latency(ruleset, stream)
        tell("weighing customers")
        resident = resident_bytes(ruleset, stream)
        tell("timing rules")
        costs = hottest(ruleset, stream) if top else []
    now = baseline(ruleset, stream, measured)
    found = Found(rules, stream, measured, alone, resident, tuple(costs), now, then)
    if format_ == "json":
        click.echo(as_json(found, top), nl=False)
    else:
        for line in lines(found, top, palette(sys.stdout)):
            click.echo(line, color=True)
    if kept is not None and then is None:
        _write(kept, now)
    if then is not None and then.change(now) < -fail_over / 100:
        click.echo(f"lcr: slower than {kept} by more than {fail_over:g} %", err=True)
        return FINDINGS
    return 0


def _stream(events: str) -> Stream:
    """The records of a file; what is no record is left out and told of."""
    batches, framed, refused = [], False, 0
    try:
        with open_input(events) as source:
            for piece in source:
                if isinstance(piece, DeadLetter):
                    refused += 1
                else:
                    batches.append(piece.data)
                    framed = piece.framed
    except InputError as error:
        raise UnusableError(f"{events}: {error}") from error
    except OSError as error:
        raise unreadable(events, error) from error
    if refused:
        click.echo(f"lcr: {plural(refused, 'piece')} of {events} left out: not readable", err=True)
    return Stream(tuple(batches), framed, f"of {events}")


def _read(path: Path) -> Baseline:
    try:
        return read_baseline(path)
    except BaselineError as error:
        raise UnusableError(f"{path}: {error}") from error
    except OSError as error:
        raise unreadable(str(path), error) from error


def _write(path: Path, kept: Baseline) -> None:
    try:
        write_baseline(path, kept)
    except OSError as error:
        raise unreadable(str(path), error) from error
    click.echo(f"lcr: kept in {path}", err=True)


@contextmanager
def _told() -> Iterator[Callable[[str], None]]:
    """A way to say what goes on; only a terminal is told, and nothing moves while it is timed."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    clear = "\r\x1b[2K"
    try:
        yield lambda what: click.echo(f"{clear}{what} …", nl=False, err=True, color=True)
    finally:
        click.echo(clear, nl=False, err=True, color=True)
