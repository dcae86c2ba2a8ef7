"""`lcr report`: what decisions say about stages, messages and money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.keeping import kept_in
from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.showing import FORMATS, show
from lifecycle_dsl.cli.terminal import UnusableError, plural, unreadable
from lifecycle_dsl.diagnostics.suggest import closest
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import Batch, Input, InputError
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.stores import StoreError

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.history import History
    from lifecycle_dsl.analysis.periods import Period

_PERIODS = ("day", "week", "month", "quarter")


@click.command(
    short_help="Say what decisions show: funnel, money, messages and more.",
    epilog="""\b
Examples:
  lcr report rules.lcr events.jsonl
  lcr report funnel rules.lcr --decisions decisions.jsonl
  lcr report triggers rules.lcr events.jsonl --goal "purchase worth amount within 14d"
  lcr report funnel velocity rules.lcr events.jsonl --by week --workers 4
  lcr report channels rules.lcr --decisions decisions/ --format json
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
@click.option("--goal", metavar="TEXT", help="What counts as success; needs EVENTS.")
@click.option("--model", metavar="NAME", help="Of `model`: the model to look at.")
@click.option("--card", type=Path, help="Of `model`: what `lcr fit --card FILE.json` wrote of it.")
@click.option("--until", type=Instant(), help="Look at nothing later than this instant.")
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
    "--level",
    type=click.FloatRange(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="The level of intervals.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes to share the customers of EVENTS.",
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text")
@click.option("--out", metavar="FILE", help="Where to write it; standard output if left.")
def command(
    *,
    words: tuple[str, ...],
    log: Path | None,
    store: str | None,
    goal: str | None,
    model: str | None,
    card: Path | None,
    until: int | None,
    by: str,
    source: str | None,
    lost: tuple[str, ...],
    since: str | None,
    level: float,
    workers: int,
    format_: str,
    out: str | None,
) -> int:
    """Say what decisions show: of all SECTIONs, or of those that are named.

    SECTIONs: summary, funnel, velocity, value, retention, engagement, bottlenecks, triggers,
    experiments, channels, attribution, movements.

    RULES are run over EVENTS; or the decisions are read from a log or a store, which is faster.
    The section `model` stands alone: whether a model of `lcr fit` still holds, by its --card.
    """
    from lifecycle_dsl.cli.analysing import analysis  # noqa: PLC0415 — comes with an extra

    if words[0] == "model":
        modelled = import_module("lifecycle_dsl.cli.modelled")
        with analysis():
            found = modelled.report_of_model(
                words[1:], model=model, card=card, goal=goal, until=until, by=by, level=level
            )
        show(found, format_, out)
        return 0
    with analysis():
        from lifecycle_dsl.analysis.history import History  # noqa: PLC0415 — see above
        from lifecycle_dsl.analysis.periods import Period  # noqa: PLC0415 — see above
        from lifecycle_dsl.analysis.reporting import (  # noqa: PLC0415 — see above
            SECTIONS,
            Asked,
            report_of,
        )

        names, rules, events = _sorted(words, list(SECTIONS))
        if sum(each is not None for each in (events, log, store)) != 1:
            raise click.UsageError("give EVENTS to run, or --decisions, or --store: one of them")
        ruleset = load(rules)
        with History(ruleset) as history:
            given = _Given(ruleset, events, log, store, goal, until, source, workers)
            given.fill(history, Period(by))
            report = report_of(history, names, Asked(level, Period(by), lost, since))
    show(report, format_, out)
    return 0


def _sorted(words: tuple[str, ...], known: list[str]) -> tuple[list[str], str, str | None]:
    """The sections, the rules and the events."""
    rest = list(words)
    names = []
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
            similar = closest(rest[0], known)
            hint = f"did you mean `{similar}`?" if similar else f"there are: {', '.join(known)}"
            raise click.UsageError(f"`{rest[0]}` is no section; {hint}")


@frozen
class _Given:
    """Where decisions come from, and what counts as success."""

    ruleset: RuleSet
    events: str | None
    log: Path | None
    store: str | None
    goal: str | None
    until: int | None
    source: str | None
    workers: int

    def fill(self, history: History, by: Period) -> None:
        """Read them, or make them; customers are looked at wherever a period ends."""
        if self.source is not None and self.events is None:
            raise click.UsageError("--source needs EVENTS; decisions do not say it")
        if self.goal is not None and self.events is None:
            raise click.UsageError(
                "--goal needs EVENTS; in decisions the goals are the attributions of the rules"
            )
        try:
            if self.log is not None:
                history.read_log(self.log, self.until)
            elif self.store is not None:
                with kept_in(self.store) as opened:
                    history.read_store(opened, self.until)
            elif self.events is not None:
                self._run(history, self.events, by)
        except (StoreError, InputError) as error:
            raise UnusableError(str(error)) from error
        except OSError as error:
            raise unreadable(str(error.filename or self.events), error) from error
        if history.is_empty:
            raise UnusableError(self._nothing(history))
        if history.rejected:
            click.echo(f"lcr: {self.events}: {_rejected(history.rejected)}", err=True)

    def _run(self, history: History, events: str, by: Period) -> None:
        goals = import_module("lifecycle_dsl.analysis.goals")
        goal = None if self.goal is None else goals.goal_of(self.goal, self.ruleset)
        if self.workers == 1 or events == "-":
            history.run(events, self.until, goal, by=by, source=self.source, shown=_shown)
            return
        crew = import_module("lifecycle_dsl.analysis.crew")
        task = crew.Task(events, self.until, goal, by, self.source, _shown)
        crew.run_together(history, task, self.workers)

    def _nothing(self, history: History) -> str:
        """Why there is nothing to report."""
        if history.rejected:
            return f"{self.events} holds no event of these rules: {_rejected(history.rejected)}"
        what = "event" if self.events is not None else "decision"
        until = "" if self.until is None else f" up to {format_instant(self.until)}"
        return f"{self.log or self.store or self.events} holds no {what}{until}: nothing to report"


def _shown(source: Input) -> Iterable[Batch | DeadLetter]:
    return watched(source, source, apart=True)


def _rejected(reasons: Counter[str]) -> str:
    """`2 records were rejected (unknown-type 2)`."""
    were = "was" if reasons.total() == 1 else "were"
    listed = ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()))
    return f"{plural(reasons.total(), 'record')} {were} rejected ({listed})"
