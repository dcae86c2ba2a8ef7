"""`lcr fit`: a likelihood model from history, as a `model` of the rules, with its card."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.analysing import analysis
from lifecycle_dsl.cli.reading import Events, reads_events
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.showing import show
from lifecycle_dsl.cli.terminal import unreadable
from lifecycle_dsl.cli.writing import write

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.fitting.card import Card
    from lifecycle_dsl.analysis.fitting.fitting import Fitted

_NO_SIGNAL: Final = 1
_CARDS: Final = (".json", ".md", ".html")


@click.command(
    short_help="Fit a likelihood model to history and write it as rules.",
    epilog="""\b
Examples:
  lcr fit rules.lcr events.jsonl --name churn_risk --goal "enter churned within 30d"
  lcr fit rules.lcr events.jsonl --name buys_again --goal "purchase within 90d" --write
  lcr fit rules.lcr events.jsonl --name activates --goal "login within 14d" --in trial --once
  lcr fit rules.lcr events.jsonl --name buys --goal "purchase within 30d" \\
      --features "idle, count(visit within 30d), tier" --into buys.lcr --card buys.json
  lcr fit rules.lcr --sql @events.sql --from shop.db --name buys --goal "purchase within 30d"
""",
)
@click.argument("rules")
@reads_events
@click.option("--name", required=True, metavar="NAME", help="What the model is called.")
@options.goal(required=True)
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
@options.level
@click.option("--write", "writes", is_flag=True, help="Put the model into the rules.")
@click.option("--into", type=Path, metavar="FILE", help="Write the model into a file of its own.")
@click.option(
    "--card",
    "cards",
    multiple=True,
    type=Path,
    metavar="FILE",
    help="Write the card: .json (which `lcr report model` reads), .md or .html; may be repeated.",
)
@options.format_()
@options.out
def command(
    *,
    rules: str,
    events: Events,
    name: str,
    goal: str,
    stages: str | None,
    once: bool,
    features: str | None,
    most: int,
    each: int,
    seed: int,
    test_share: float,
    level: float,
    writes: bool,
    into: Path | None,
    cards: tuple[Path, ...],
    format_: str,
    out: str | None,
) -> int:
    """Fit a logistic model to what customers did, and write it as a `model` of the rules.

    EVENTS are replayed; every customer is looked at at random instants of their life, as the rules
    saw them then, and what came within the goal's span afterwards is what the model learns. It is
    fitted to earlier instants and tested with later ones. Exit code 1 where there is no signal.

    EVENTS is a file as `lcr run` takes it, or - for JSON Lines from standard input, which like the
    rows of --sql stand in a temporary file meanwhile. As JSON the card is shown, whole.
    """
    for path in cards:
        if path.suffix not in _CARDS:
            raise click.UsageError(f"--card {path}: a card ends in {', '.join(_CARDS)}")
    ruleset = load(rules)
    with analysis():
        from lifecycle_dsl.analysis.fitting import fitting, sample, telling  # noqa: PLC0415 — extra
        from lifecycle_dsl.analysis.fitting.card import written  # noqa: PLC0415
        from lifecycle_dsl.analysis.goals import goal_of  # noqa: PLC0415

        aim = goal_of(goal, ruleset)
        population = sample.Population(
            stages=sample.at_risk(ruleset, aim, stages),
            within=aim.within,
            once=once,
            each=each,
            seed=seed,
        )
        wish = fitting.Wish(name, aim, population, features, most, test_share, level)
        with events.feed(ruleset) as feed:
            fitted = fitting.fit(ruleset, wish, feed)
        card = fitted.card
        if format_ == "json":
            write(written(card), out)
        else:
            show(telling.report(card), format_, out)
        for path in cards:
            write(_text_of(card, path.suffix), str(path))
    if fitted.placed is None:
        return _NO_SIGNAL
    if into is not None:
        write(card.text, str(into))
    if writes:
        _put(rules, fitted)
    return 0


def _text_of(card: Card, suffix: str) -> str:
    """A card in the format of a file."""
    from lifecycle_dsl.analysis.fitting.card import written  # noqa: PLC0415 — with the command
    from lifecycle_dsl.analysis.fitting.telling import markdown, report  # noqa: PLC0415
    from lifecycle_dsl.analysis.rendering.page import page  # noqa: PLC0415

    match suffix:
        case ".json":
            return written(card)
        case ".md":
            return markdown(card)
        case _:
            return page(report(card))


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
