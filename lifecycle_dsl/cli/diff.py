"""`lcr diff`: the same history under two rule sets, and whose life would have been different."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.analysing import analysis
from lifecycle_dsl.cli.opening import created
from lifecycle_dsl.cli.reading import Events, reads_events
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.showing import show
from lifecycle_dsl.cli.terminal import UnusableError
from lifecycle_dsl.diagnostics.suggest import hint

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.diffing.sharing import Found

DIFFERENT = 1


@frozen
class Limit:
    """How many customers may differ: so many, or so many of a hundred."""

    number: float
    is_share: bool

    def is_passed(self, differing: int, customers: int) -> bool:
        """Whether more than that differ."""
        return differing > (self.number * customers / 100 if self.is_share else self.number)


class LimitType(click.ParamType[Limit]):
    """An option such as `100` or `2.5%`."""

    name = "limit"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Limit:
        """The limit of a text."""
        text = str(value)
        is_share = text.endswith("%")
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            number = -1
        if not 0 <= number <= (100 if is_share else 1e15):
            self.fail(
                f"`{text}` is neither a number of customers nor a share such as 2.5%", param, ctx
            )
        return Limit(number, is_share)


@click.command(
    short_help="Say whose life a change of rules would have made different.",
    epilog="""\b
Examples:
  lcr diff old.lcr new.lcr events.jsonl
  lcr diff old.lcr new.lcr events.msgpack.zst --until 2026-07-01T00:00:00Z
  lcr diff old.lcr new.lcr --sql "FROM 'events.parquet'"
  lcr diff old.lcr new.lcr events.jsonl --customer u1
  lcr diff old.lcr new.lcr events.jsonl --format html --out diff.html
  lcr diff old.lcr new.lcr events.jsonl --customers differing.jsonl --fail-over 2%
""",
)
@click.argument("old")
@click.argument("new")
@reads_events
@click.option("--customer", metavar="C", help="Compare one customer alone, and tell all of it.")
@click.option(
    "--examples",
    type=click.IntRange(0, 100),
    default=3,
    show_default=True,
    help="Customers to tell of, under both side by side.",
)
@click.option(
    "--customers",
    "lives",
    type=Path,
    metavar="FILE",
    help="Write everybody who differs, with what differs, one JSON object a line.",
)
@click.option(
    "--fail-over",
    type=LimitType(),
    metavar="N|P%",
    help="Exit with 1 when more customers differ.",
)
@options.workers
@options.format_()
@options.out
def command(
    *,
    old: str,
    new: str,
    events: Events,
    customer: str | None,
    examples: int,
    lives: Path | None,
    fail_over: Limit | None,
    workers: int | None,
    format_: str,
    out: str | None,
) -> int:
    """Run OLD and NEW over the same EVENTS and say what would have been different.

    Who is in which stage, who gained or lost which message, what was held and why, firings, calls,
    cost and reach, and customers with both stories side by side. What the rules themselves say
    otherwise is told in words. What has another name by `was` is the same.

    A customer differs when what is decided about them is not the same under both: the same things
    at the same instants, saying the same, in whatever order at one instant. Everybody begins anew
    under both at their first record; what a change does to people in flight says `lcr plan`.

    EVENTS is a file as `lcr run` takes it, or - for JSON Lines from standard input, which like the
    rows of --sql stand in a temporary file meanwhile.
    """
    before, after = load(old), load(new)
    if before.lifecycle != after.lifecycle:
        raise UnusableError(
            f"{old} is of the lifecycle `{before.lifecycle}`, {new} of `{after.lifecycle}`"
        )
    with analysis(), ExitStack() as stack:
        from lifecycle_dsl.analysis.diffing import running, stories  # noqa: PLC0415 — an extra
        from lifecycle_dsl.analysis.diffing.chapters import Compared, report_of  # noqa: PLC0415

        with events.feed(after, before) as feed:
            found = running.run(
                before,
                after,
                feed,
                workers=1 if customer else workers or running.workers_for(feed),
                only=customer,
                lives=None if lives is None else stack.enter_context(created(lives)),
            )
            if customer is None and found.end is None and not any(found.rejected.reasons):
                then = " up to --until" if found.later else ""
                raise UnusableError(f"{feed.name} holds no event{then}: nothing to compare")
            if customer is not None and not found.customers:
                raise click.UsageError(_nobody(customer, feed.name, found))
            chosen = (
                [stories.Example(customer, "")] if customer else stories.choose(found, examples)
            )
            told = []
            if chosen:
                told = stories.stories(chosen, (before, after), feed, found.end)
        show(report_of(Compared(before, after, found, told)), format_, out)
    if fail_over is not None and fail_over.is_passed(found.differing, found.customers):
        return DIFFERENT
    return 0


def _nobody(customer: str, events: str, found: Found) -> str:
    return f"no customer of {events} is called `{customer}`{hint(customer, found.others)}"
