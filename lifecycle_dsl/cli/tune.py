"""`lcr tune`: which value of a param, or which deal of a split, serves a goal best."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.analysing import analysis
from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.reading import Events, reads_events
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.showing import show
from lifecycle_dsl.cli.terminal import console
from lifecycle_dsl.cli.writing import write
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.source import Source


@click.command(
    short_help="Find the best value of a param, or the best deal of a split.",
    epilog="""\b
Examples:
  lcr tune rules.lcr events.msgpack --goal "purchase within 14d"
  lcr tune rules.lcr events.jsonl --param lead_bar --goal "purchase within 14d" --of "enter lead"
  lcr tune rules.lcr events.jsonl --goal "purchase within 30d" --by big_spender --write
  lcr tune rules.lcr events.jsonl --goal "purchase worth amount within 30d" --objective profit
  lcr tune rules.lcr --sql "FROM 'events.parquet'" --goal "purchase within 14d"
  lcr tune rules.lcr events.jsonl --goal "purchase within 14d" --format html --out tune.html
  lcr tune rules.lcr events.jsonl --split subject --goal "email_click within 3d" --write

\b
The param says where to search: param lead_bar = 5 tune 3 to 8 step 0.5
""",
)
@click.argument("rules")
@reads_events
@options.goal(required=True)
@click.option("--param", "params", multiple=True, help="Only this one; else all that say `tune`.")
@click.option(
    "--of", metavar="HAPPENING", help="Whose success counts; else what the param decides."
)
@click.option("--by", metavar="NAMES", help="Also by segments, or by a level, a trait, or `stage`.")
@click.option(
    "--objective",
    type=click.Choice(["rate", "worth", "profit"]),
    default="rate",
    show_default=True,
    help="What is to be large: how many of the reached come to the goal, what each is worth, or "
    "what messages bring over the held out beyond their `cost`.",
)
@click.option("--split", metavar="NAME", help="Deal the arms of a split by what they brought.")
@click.option(
    "--floor",
    type=click.FloatRange(0, 50),
    default=5.0,
    show_default=True,
    metavar="PERCENT",
    help="With --split: what every arm keeps.",
)
@click.option("--since", type=Instant(), help="With --split: only who came to it from here on.")
@click.option(
    "--least",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Customers that a value or an arm needs, in each period.",
)
@options.level
@options.workers
@click.option("--write", "writes", is_flag=True, help="Write what is recommended into the file.")
@options.format_()
@options.out
def command(
    *,
    rules: str,
    events: Events,
    goal: str,
    params: tuple[str, ...],
    of: str | None,
    by: str | None,
    objective: str,
    split: str | None,
    floor: float,
    since: int | None,
    least: int,
    level: float,
    workers: int | None,
    writes: bool,
    format_: str,
    out: str | None,
) -> int:
    """Replay EVENTS under each value of a param of RULES, and say which serves the goal best.

    A value is chosen on the customers who came earlier, and recommended only if it is better among
    those who came later, too. Where the data do not suffice, that is said, and how many more it
    takes. --objective profit weighs what messages bring, which the `holdout` of the rules shows,
    against the `cost` of their channels. With --split the arms of a split get new percentages, by
    how probable it is that each is the best (Thompson sampling, from counts that any replay gives
    again).

    EVENTS is a file as `lcr run` takes it, or - for JSON Lines from standard input, which like the
    rows of --sql stand in a temporary file meanwhile.
    """
    if split is not None and (params or of or by or objective != "rate"):
        raise click.UsageError(
            "--split stands alone: --param, --of, --by and --objective are of params"
        )
    if split is None and since is not None:
        raise click.UsageError("--since is of --split")
    ruleset = load(rules)
    with analysis(), events.feed(ruleset) as feed, _told(quiet=events.quiet):
        from lifecycle_dsl.analysis.goals import goal_of  # noqa: PLC0415 — comes with an extra
        from lifecycle_dsl.analysis.tuning import dealing, recommending, tuning  # noqa: PLC0415
        from lifecycle_dsl.analysis.tuning.objective import Objective  # noqa: PLC0415

        aim = goal_of(goal, ruleset)
        history = feed.unwatched()  # it is read several times, of which one thing is said
        if split is None:
            wanted = Objective(objective)
            asked = tuning.Asked(aim, of, by, least, level, workers, wanted)
            found = recommending.of_params(ruleset, history, params, asked)
        else:
            dealt = dealing.Asked(aim, floor / 100, least, level, since, workers)
            found = recommending.of_split(ruleset, history, split, dealt)
    show(found.report, format_, out)
    if writes:
        _write(ruleset, found.sources)
    return 0


@contextmanager
def _told(*, quiet: bool) -> Iterator[None]:
    """Say on a terminal that history is being replayed."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    with console(sys.stderr).status("replaying history"):
        yield


def _write(ruleset: RuleSet, sources: Mapping[str, str]) -> None:
    """Files that are to say something else, in their layout."""
    changed = [name for name, text in sources.items() if ruleset.sources[name] != text]
    for name in changed:
        formatted = format_source(Source(name, sources[name]))
        write(sources[name] if formatted.text is None else formatted.text, name)
        click.echo(f"lcr: wrote {name}", err=True)
    if not changed:
        click.echo("lcr: nothing to write: the file stays as it is", err=True)
