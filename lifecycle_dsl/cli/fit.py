"""`lcr fit`: a likelihood model from history, as a `model` of the rules, with its card."""

from __future__ import annotations

from codecs import BOM_UTF8
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.modelled import pieces_of
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import console, unreadable
from lifecycle_dsl.cli.writing import write

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.fitting.card import Card
    from lifecycle_dsl.analysis.fitting.fitting import Fitted

_NO_SIGNAL: Final = 1


@click.command(
    short_help="Fit a likelihood model to history and write it as rules.",
    epilog="""\b
Examples:
  lcr fit rules.lcr events.jsonl --name churn_risk --goal "enter churned within 30d"
  lcr fit rules.lcr events.jsonl --name buys_again --goal "purchase within 90d" --write
  lcr fit rules.lcr events.jsonl --name activates --goal "login within 14d" --in trial --once
  lcr fit rules.lcr events.jsonl --name buys --goal "purchase within 30d" \\
      --features "idle, count(visit within 30d), tier" --out buys.lcr --card buys.json
""",
)
@click.argument("rules")
@click.argument("events")
@click.option("--name", required=True, metavar="NAME", help="What the model is called.")
@click.option(
    "--goal", required=True, metavar="TEXT", help="What it foretells: HAPPENING [where C] within D."
)
@click.option(
    "--in", "stages", metavar="STAGES", help="Who is at risk, as the guard `in`; everybody if left."
)
@click.option("--once", is_flag=True, help="Who has reached the goal is no longer at risk.")
@click.option(
    "--features",
    metavar="LIST",
    help="Expressions with commas between; chosen from all that the rules say if left.",
)
@click.option(
    "--most",
    type=click.IntRange(1, 50),
    default=8,
    show_default=True,
    help="Features at most, where they are chosen.",
)
@click.option(
    "--each",
    type=click.IntRange(1, 100),
    default=4,
    show_default=True,
    help="Instants of a customer's life to look at.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Draws other instants.")
@click.option(
    "--test",
    "test_share",
    type=click.FloatRange(0.05, 0.8),
    default=0.3,
    show_default=True,
    help="The share of rows, the latest, to test with.",
)
@click.option("--until", type=Instant(), help="Look at nothing later than this instant.")
@click.option("--key", metavar="FIELD", help="The field that names the customer.")
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="The level of intervals.",
)
@click.option("--write", "writes", is_flag=True, help="Put the model into the rules.")
@click.option("--out", type=Path, help="Write the model into a file of its own.")
@click.option(
    "--card",
    "cards",
    multiple=True,
    type=Path,
    help="Write the card: .json (which `lcr report model` reads), .md or .html; may be repeated.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Of what is shown: for people, or the card.",
)
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    *,
    rules: str,
    events: str,
    name: str,
    goal: str,
    stages: str | None,
    once: bool,
    features: str | None,
    most: int,
    each: int,
    seed: int,
    test_share: float,
    until: int | None,
    key: str | None,
    level: float,
    writes: bool,
    out: Path | None,
    cards: tuple[Path, ...],
    format_: str,
    quiet: bool,
) -> int:
    """Fit a logistic model to what customers did, and write it as a `model` of the rules.

    EVENTS are replayed; every customer is looked at at random instants of their life, as the rules
    saw them then, and what came within the goal's span afterwards is what the model learns. It is
    fitted to earlier instants and tested with later ones. Exit code 1 where there is no signal.
    """
    if events == "-":
        raise click.UsageError("the events are read more than once: give a file, not -")
    for path in cards:
        if path.suffix not in _CARDS:
            raise click.UsageError(f"--card {path}: a card ends in {', '.join(_CARDS)}")
    ruleset = load(rules)
    from lifecycle_dsl.cli.analysing import analysis  # noqa: PLC0415 — comes with an extra

    with analysis():
        feed = import_module("lifecycle_dsl.analysis.fitting.feed")
        fitting = import_module("lifecycle_dsl.analysis.fitting.fitting")
        sample = import_module("lifecycle_dsl.analysis.fitting.sample")
        goals = import_module("lifecycle_dsl.analysis.goals")
        found_goal = goals.goal_of(goal, ruleset)
        fitted: Fitted = fitting.fit(
            ruleset,
            fitting.Wish(
                name=name,
                goal=found_goal,
                population=sample.Population(
                    stages=sample.at_risk(ruleset, found_goal, stages),
                    within=found_goal.within,
                    once=once,
                    each=each,
                    seed=seed,
                ),
                features=features,
                most=most,
                test_share=test_share,
                level=level,
            ),
            feed.Feed(lambda: pieces_of(events, quiet=quiet), until, key),
        )
        _show(fitted.card, format_)
        for path in cards:
            write(_CARDS[path.suffix](fitted.card), str(path))
    if fitted.placed is None:
        return _NO_SIGNAL
    if out is not None:
        write(fitted.card.text, str(out))
    if writes:
        _put(rules, fitted)
    return 0


def _show(card: Card, format_: str) -> None:
    if format_ == "json":
        write(_json(card), None)
        return
    telling = import_module("lifecycle_dsl.analysis.fitting.telling")
    screen = import_module("lifecycle_dsl.analysis.rendering.screen")
    screen.show(telling.report(card), console())
    if card.text:
        click.echo(f"\n{card.text}", nl=False)


def _json(card: Card) -> str:
    text: str = import_module("lifecycle_dsl.analysis.fitting.card").written(card)
    return text


def _markdown(card: Card) -> str:
    text: str = import_module("lifecycle_dsl.analysis.fitting.telling").markdown(card)
    return text


def _html(card: Card) -> str:
    report = import_module("lifecycle_dsl.analysis.fitting.telling").report(card)
    text: str = import_module("lifecycle_dsl.analysis.rendering.page").page(report)
    return text


_CARDS: Final = {".json": _json, ".md": _markdown, ".html": _html}


def _put(rules: str, fitted: Fitted) -> None:
    """Write the file of the rules that now holds the model; its line ends stay as they are."""
    placed = fitted.placed
    assert placed is not None  # noqa: S101 — asked before
    path = Path(placed.file)
    text = placed.text
    try:
        mark = BOM_UTF8 if path.read_bytes().startswith(BOM_UTF8) else b""
        path.write_bytes(mark + text.encode())
    except OSError as error:
        raise unreadable(rules, error) from error
    done = "replaced in" if placed.replaced else "added to"
    click.echo(f"lcr: the model `{fitted.card.model}` was {done} {path}", err=True)
