"""`lcr replay`: whether a decision log is what the rules decide over the events, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.analysing import analysis
from lifecycle_dsl.cli.reading import Events, reads_events
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import plural

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.diffing.retelling import Told

DIVERGED = 1


@click.command(
    short_help="Reproduce a decision log, or show where it diverges.",
    epilog="""\b
Examples:
  lcr replay rules.lcr decisions.jsonl events.jsonl
  lcr replay rules.lcr decisions.jsonl.gz events.msgpack --until 2026-07-01T00:00:00Z
  lcr replay new.lcr decisions.jsonl events.jsonl --rules-of old.lcr
  lcr replay rules.lcr decisions.parquet events.jsonl
  lcr replay rules.lcr store.jsonl events.jsonl --no-tick
""",
)
@click.argument("rules")
@click.argument("log", type=Path)
@reads_events
@click.option("--promises", is_flag=True, help="The run looked at promises.")
@click.option(
    "--no-tick", is_flag=True, help="Time did not go on behind the last record (--store)."
)
@click.option("--rules-of", "old", metavar="OLD", help="Rules that may have decided the log.")
@options.format_("text", "json")
def command(
    *,
    rules: str,
    log: Path,
    events: Events,
    promises: bool,
    no_tick: bool,
    old: str | None,
    format_: str,
) -> int:
    """Run RULES over EVENTS and compare every decision with LOG, byte for byte.

    --until, --key and --promises are to be as they were in the run that wrote the log. Where both
    diverge, the first divergence is shown with both decisions, the fields that differ,
    the customer's story up to there and what may be the reason; the exit code is then 1. A run
    with several workers writes its customers in another order, which is no divergence: each
    customer's decisions are compared in their order. LOG is .jsonl, also as .gz or .zst, or
    .parquet, also a folder by day. Of a log that went on under other rules, the part before them is
    replayed.
    """
    ruleset = load(rules)
    former = None if old is None else load(old)
    with analysis(), events.feed(ruleset) as feed:
        from lifecycle_dsl.analysis.diffing import retelling  # noqa: PLC0415 — on use
        from lifecycle_dsl.analysis.diffing.logs import open_log  # noqa: PLC0415
        from lifecycle_dsl.analysis.diffing.replaying import Asked, replay  # noqa: PLC0415

        asked = Asked(feed, promises, not no_tick)
        found = replay(ruleset, open_log(log), asked)
        told = retelling.tell(ruleset, asked, found, former)
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(_data(told))))
    else:
        _show(str(log), told)
    return 0 if told.is_reproduced else DIVERGED


def _show(log: str, told: Told) -> None:
    found = told.found
    if told.is_reproduced:
        order = "" if found.in_order else ", its customers in another order"
        decisions = plural(found.lines, "decision")
        click.echo(
            f"{log} is reproduced: {decisions} of {plural(found.customers, 'customer')}{order}"
        )
    elif told.first is None:
        click.echo(
            f"{log} diverges in its head; all {plural(found.lines, 'decision')} are as in it"
        )
        for name, line in (("log", told.log), ("replay", told.replay)):
            click.echo(f"  {name:<6}  {line}")
    else:
        _show_divergence(log, told)
    if found.other is not None:
        click.echo(
            f"From line {found.other.line.number} on it is of other rules "
            f"({found.other.fingerprint}), with customers carried over: that cannot be replayed"
        )
    if told.reasons:
        click.echo("\nLikely, since")
        for reason in told.reasons:
            click.echo(f"  {reason}")


def _show_divergence(log: str, told: Told) -> None:
    found = told.found
    click.echo(f"{log} diverges at {told.where}{told.what}")
    for name, line in (("log", told.log), ("replay", told.replay)):
        click.echo(f"  {name:<6}  {line or 'nothing more of this customer'}")
    click.echo(f"\n{told.customer} up to there")
    for at, event, text in told.story:
        click.echo(f"  {at:<19}  {event:<{told.widest}}  {text}".rstrip())
    if not told.story:
        click.echo("  nothing was decided yet")
    click.echo(
        f"\n{plural(len(found.divergences), 'customer')} of {found.customers:,} "
        f"{'diverges' if len(found.divergences) == 1 else 'diverge'}; "
        f"{found.same:,} of {plural(found.lines, 'decision')} are as in the log"
    )


def _data(told: Told) -> dict[str, Any]:
    found = told.found
    data: dict[str, Any] = {
        "reproduced": told.is_reproduced,
        "decisions": found.lines,
        "same": found.same,
        "customers": found.customers,
        "in_order": found.in_order,
        "diverging": len(found.divergences),
        "reasons": told.reasons,
    }
    if found.other is not None:
        data["other_rules"] = {
            "line": found.other.line.number,
            "fingerprint": found.other.fingerprint,
        }
    if not told.is_reproduced:
        data["first"] = {
            "line": told.line,
            "customer": told.customer,
            "fields": told.fields,
            "log": told.log,
            "replay": told.replay,
            "story": [{"at": at, "event": event, "what": text} for at, event, text in told.story],
        }
    return data
