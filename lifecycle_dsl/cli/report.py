"""`lcr report`: what decisions say about stages, messages and money."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from attrs import frozen

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.analysing import analysis
from lifecycle_dsl.cli.keeping import kept_in
from lifecycle_dsl.cli.modelled import report_of_model
from lifecycle_dsl.cli.opening import Given
from lifecycle_dsl.cli.percentages import Percent
from lifecycle_dsl.cli.reading import Events
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.showing import show
from lifecycle_dsl.cli.terminal import UnusableError, plural
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.stores import StoreError

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.history import History
    from lifecycle_dsl.analysis.periods import Period

_PERIODS = ("day", "week", "month", "quarter")
_MODEL: Final = "model"


@click.command(
    short_help="Say what decisions show: funnel, money, messages and more.",
    epilog="""\b
Examples:
  lcr report rules.lcr events.jsonl
  lcr report funnel rules.lcr --decisions decisions.jsonl
  lcr report triggers rules.lcr events.jsonl --goal "purchase worth amount within 14d"
  lcr report funnel velocity rules.lcr --sql "FROM 'events.parquet'" --by week
  lcr report channels rules.lcr --decisions decisions/ --format json
  lcr report rules.lcr --decisions decisions/ --sample 10%
  lcr report model rules.lcr events.jsonl --card churn_risk.json
  lcr report rules.lcr --store sqlite:///lifecycle.db --format html --out report.html
""",
)
@click.argument("words", nargs=-1, required=True, metavar="[SECTION]... RULES [EVENTS]")
@click.option(
    "--decisions",
    "log",
    type=Path,
    help="Read decisions from a log of `lcr run`, or a folder of Parquet.",
)
@click.option("--store", metavar="URL", help="Read decisions from a store.")
@options.sql
@options.database
@options.until
@options.key
@options.quiet
@options.goal(required=False)
@click.option("--model", metavar="NAME", help="Of `model`: the model to look at.")
@click.option("--card", type=Path, help="Of `model`: what `lcr fit --card FILE.json` wrote of it.")
@click.option(
    "--by",
    type=click.Choice(_PERIODS),
    default="month",
    show_default=True,
    help="What cohorts and trends are put together by.",
)
@click.option(
    "--source",
    metavar="FIELD",
    help="The trait or field that says where customers come from; needs EVENTS.",
)
@click.option(
    "--lost", metavar="STAGE", multiple=True, help="A stage that counts as lost; may be repeated."
)
@click.option("--since", metavar="STAGE", help="Count retention from entering this stage.")
@click.option(
    "--sample",
    type=Percent(),
    default="100%",
    show_default=True,
    metavar="PERCENT",
    help="Look at this part of the customers, drawn by a hash: sooner, with wider intervals.",
)
@options.level
@options.format_()
@options.out
def command(
    *,
    words: tuple[str, ...],
    log: Path | None,
    store: str | None,
    sql: str | None,
    database: str | None,
    until: int | None,
    key: str | None,
    quiet: bool,
    goal: str | None,
    model: str | None,
    card: Path | None,
    by: str,
    source: str | None,
    lost: tuple[str, ...],
    since: str | None,
    sample: float,
    level: float,
    format_: str,
    out: str | None,
) -> int:
    """Say what decisions show: of all SECTIONs, or of those that are named.

    SECTIONs: summary, funnel, velocity, value, retention, engagement, bottlenecks, triggers,
    experiments, channels, attribution, movements.

    RULES are run over EVENTS, or the rows of --sql, which --goal and --source need; or the
    decisions are read from a log or a store, which is faster. EVENTS is a file as `lcr run` takes
    it, or - for JSON Lines from standard input.

    The section `model` stands alone: whether a model of `lcr fit` still holds, by its --card. It
    reads EVENTS more than once: what is no file stands in a temporary one meanwhile.
    """
    with analysis():
        from lifecycle_dsl.analysis.history import History  # noqa: PLC0415 — comes with an extra
        from lifecycle_dsl.analysis.periods import Period  # noqa: PLC0415
        from lifecycle_dsl.analysis.reporting import SECTIONS, Asked, report_of  # noqa: PLC0415
        from lifecycle_dsl.analysis.sampling import sample_of  # noqa: PLC0415

        names, rules, name = _sorted(words, list(SECTIONS))
        events = None
        if (name, sql, database, key) != (None,) * 4:
            events = Events(Given(name, sql, database, key), until, quiet)
        if sum(each is not None for each in (events, log, store)) != 1:
            raise click.UsageError(
                "give EVENTS or --sql to run, --decisions, or --store: one of them"
            )
        if names == [_MODEL]:
            if events is None:
                raise click.UsageError("`lcr report model` runs RULES: give EVENTS or --sql")
            found = report_of_model(
                rules, events, model=model, card=card, goal=goal, by=by, level=level
            )
        else:
            ruleset = load(rules)
            with History(ruleset, sample_of(sample / 100)) as history:
                given = _Read(ruleset, events, log, store, goal, until, source)
                given.fill(history, Period(by))
                found = report_of(history, names, Asked(level, Period(by), lost, since))
    show(found, format_, out)
    return 0


def _sorted(words: tuple[str, ...], known: list[str]) -> tuple[list[str], str, str | None]:
    """The sections, the rules and the events."""
    rest = list(words)
    names = []
    if rest[0] == _MODEL:
        names.append(rest.pop(0))
        known = []
    while rest and rest[0] in known:
        names.append(rest.pop(0))
    match rest:
        case [rules]:
            return names or known, rules, None
        case [rules, events]:
            return names or known, rules, events
        case []:
            raise click.UsageError("which rules? Give a rule file behind the sections")
        case _:
            more = hint(rest[0], known, f"; there are: {', '.join(known)}")
            raise click.UsageError(f"`{rest[0]}` is no section{more}")


@frozen
class _Read:
    """Where decisions come from, and what counts as success."""

    ruleset: RuleSet
    events: Events | None
    log: Path | None
    store: str | None
    goal: str | None
    until: int | None
    source: str | None

    @property
    def name(self) -> str:
        """What a message calls it."""
        return str(self.log or self.store or (self.events and self.events.given.name))

    def fill(self, history: History, by: Period) -> None:
        """Read them, or make them; customers are looked at wherever a period ends."""
        if self.source is not None and self.events is None:
            raise click.UsageError("--source needs EVENTS; decisions do not say it")
        if self.goal is not None and self.events is None:
            raise click.UsageError(
                "--goal needs EVENTS; in decisions the goals are the attributions of the rules"
            )
        if self.log is not None:
            history.read_log(self.log, self.until)
        elif self.store is not None:
            try:
                with kept_in(self.store) as opened:
                    history.read_store(opened, self.until)
            except StoreError as error:
                raise UnusableError(str(error)) from error
        elif self.events is not None:
            self._run(history, self.events, by)
        if history.is_empty:
            raise UnusableError(self._nothing(history))
        if history.rejected:
            click.echo(f"lcr: {self.name}: {_rejected(history.rejected)}", err=True)

    def _run(self, history: History, events: Events, by: Period) -> None:
        from lifecycle_dsl.analysis.goals import goal_of  # noqa: PLC0415 — comes with an extra

        goal = None if self.goal is None else goal_of(self.goal, self.ruleset)
        with events.feed(self.ruleset, once=True) as feed:
            history.run(feed, goal, by=by, source=self.source)

    def _nothing(self, history: History) -> str:
        """Why there is nothing to report."""
        if history.rejected:
            return f"{self.name} holds no event of these rules: {_rejected(history.rejected)}"
        what = "event" if self.events is not None else "decision"
        until = "" if self.until is None else f" up to {format_instant(self.until)}"
        return f"{self.name} holds no {what}{until}: nothing to report"


def _rejected(reasons: Counter[str]) -> str:
    """`2 records were rejected (unknown-type 2)`."""
    were = "was" if reasons.total() == 1 else "were"
    listed = ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()))
    return f"{plural(reasons.total(), 'record')} {were} rejected ({listed})"
