"""`lcr plan`: what a change of rules will do to the customers of a store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
import msgspec

from lifecycle_dsl.changing import Difference, How, compare
from lifecycle_dsl.changing.forecast import Forecast
from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.foretelling import forecast_data, tell_forecast
from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.keeping import kept_in
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.sampling import Sample
from lifecycle_dsl.cli.terminal import UnusableError
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.localtime import DAY
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import everyone

STRANDED = 1
_SIGNS = {How.ADDED: "+", How.GONE: "-", How.RENAMED: "=", How.CHANGED: "~"}


@click.command(
    short_help="Say what a change of rules will do to people in flight.",
    epilog="""\b
Examples:
  lcr plan old.lcr new.lcr
  lcr plan new.lcr --store sqlite:///lifecycle.db
  lcr plan old.lcr new.lcr --store sqlite:///lifecycle.db --days 7
  lcr plan new.lcr --store sqlite:///lifecycle.db --sample 10000
""",
)
@click.argument("rules", nargs=-1, required=True, metavar="[OLD] NEW")
@click.option("--store", "url", metavar="URL", help="Look at the customers of this store.")
@click.option("--at", type=Instant(), help="The present; the store's clock unless given.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=1,
    show_default=True,
    help="How far ahead to look.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="Look at about N customers, the same each time, and scale what is counted.",
)
@options.format_("text", "json")
def command(
    *,
    rules: tuple[str, ...],
    url: str | None,
    at: int | None,
    days: int,
    sample: int | None,
    format_: str,
) -> int:
    """Say what changes when NEW takes over from OLD, and what it does to people in flight.

    OLD may be left out with --store, which knows the rules that it was last run by. Nothing is
    changed. With --store every customer is carried over on the side, and time goes on for a day
    under both rules, with no record coming. With --sample only some are, and each count comes with
    what it lies between for all of them, at 95 %.
    """
    if len(rules) > 2 or (len(rules) == 1 and url is None):
        raise click.UsageError("give OLD and NEW, or NEW and a --store")
    if sample is not None and url is None:
        raise click.UsageError("--sample is of the customers of a --store")
    new = load(rules[-1])
    old = load(rules[0]) if len(rules) == 2 else None
    forecast, taken = None, Sample(None, 0)
    if url is not None:
        forecast, taken = _looked(url, old, new, (at, days), sample)
        old = forecast.old
    assert old is not None  # noqa: S101 — one of the two is given
    differences = compare(old.program, new.program)
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(_data(differences, forecast, taken))))
    else:
        _tell(differences, forecast, taken)
    return STRANDED if forecast is not None and forecast.stranded else 0


def _looked(
    url: str, old: RuleSet | None, new: RuleSet, when: tuple[int | None, int], wanted: int | None
) -> tuple[Forecast, Sample]:
    """What becomes of a store's customers, from an instant on for so many days."""
    with kept_in(url) as store:
        kept = store.rules()
        if kept is None:
            raise UnusableError(f"{url} is empty: there is nobody in flight")
        if old is None:
            old = _kept(url, kept.sources)
        elif old.fingerprint != kept.fingerprint:
            raise UnusableError(f"{url} was last run by other rules than OLD; leave OLD out")
        at, days = when
        now = at if at is not None else (store.clock() or 0)
        sample = Sample(wanted, sum(store.population().values()))
        forecast = Forecast(old, new, now, now + days * DAY)
        forecast.look(Passage(store, kept).all_brought(sample.picked(everyone(store))))
        return forecast, sample


def _kept(url: str, sources: Any) -> RuleSet:  # noqa: ANN401
    try:
        return compile_sources(sources)
    except CompileError as error:
        raise UnusableError(
            f"{url}: the rules it was last run by cannot be read by this version:{error}"
        ) from error


def _tell(differences: Iterable[Difference], forecast: Forecast | None, sample: Sample) -> None:
    differences = list(differences)
    if not differences:
        click.echo("The rules are the same.")
    for each in differences:
        note = f"  ({each.note})" if each.note else ""
        click.echo(f"{_SIGNS[each.how]} {each.what} {each.name}".rstrip() + note)
        for clause in each.words:
            click.echo(f"    {clause}")
        if each.words:
            continue
        for line in each.before:
            click.echo(f"    - {line}")
        for line in each.after:
            click.echo(f"    + {line}")
    if forecast is None:
        return
    click.echo()
    tell_forecast(forecast, sample)


def _data(
    differences: Iterable[Difference], forecast: Forecast | None, sample: Sample
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "differences": [
            {
                "how": each.how.value,
                "what": each.what,
                "name": each.name,
                "note": each.note,
                "before": each.before,
                "after": each.after,
                "words": each.words,
            }
            for each in differences
        ]
    }
    if forecast is not None:
        told |= forecast_data(forecast, sample)
    return told
