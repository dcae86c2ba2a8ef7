"""`lcr plan`: what a change of rules will do to the customers of a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import click
import msgspec

from lifecycle_dsl.changing import Difference, How, compare
from lifecycle_dsl.changing.forecast import Forecast
from lifecycle_dsl.cli.instants import Instant
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.sidebyside import beside
from lifecycle_dsl.cli.terminal import UnusableError, plural
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.localtime import DAY, format_instant
from lifecycle_dsl.stores import StoreError, open_store
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
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(
    *, rules: tuple[str, ...], url: str | None, at: int | None, days: int, format_: str
) -> int:
    """Say what changes when NEW takes over from OLD, and what it does to people in flight.

    OLD may be left out with --store, which knows the rules that it was last run by. Nothing is
    changed. With --store every customer is carried over on the side, and time goes on for a day
    under both rules, with no record coming.
    """
    if len(rules) > 2 or (len(rules) == 1 and url is None):
        raise click.UsageError("give OLD and NEW, or NEW and a --store")
    new = load(rules[-1])
    old = load(rules[0]) if len(rules) == 2 else None
    forecast = None
    if url is not None:
        try:
            forecast = _looked(url, old, new, at, days)
        except StoreError as error:
            raise UnusableError(str(error)) from error
        old = forecast.old
    assert old is not None  # noqa: S101 — one of the two is given
    differences = compare(old.program, new.program)
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(_data(differences, forecast))))
    else:
        _tell(differences, forecast)
    return STRANDED if forecast is not None and forecast.stranded else 0


def _looked(url: str, old: RuleSet | None, new: RuleSet, at: int | None, days: int) -> Forecast:
    store = open_store(url)
    try:
        kept = store.rules()
        if kept is None:
            raise UnusableError(f"{url} is empty: there is nobody in flight")
        if old is None:
            old = _kept(url, kept.sources)
        elif old.fingerprint != kept.fingerprint:
            raise UnusableError(f"{url} was last run by other rules than OLD; leave OLD out")
        now = at if at is not None else (store.clock() or 0)
        forecast = Forecast(old, new, now, now + days * DAY)
        forecast.look(Passage(store, kept).all_brought(everyone(store)))
        return forecast
    finally:
        store.close()


def _kept(url: str, sources: Any) -> RuleSet:  # noqa: ANN401
    try:
        return compile_sources(sources)
    except CompileError as error:
        raise UnusableError(
            f"{url}: the rules it was last run by cannot be read by this version:{error}"
        ) from error


def _tell(differences: Iterable[Difference], forecast: Forecast | None) -> None:
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
    click.echo(f"{plural(forecast.customers, 'customer')} in flight")
    for (was, now), count in sorted(forecast.stages.items()):
        click.echo(f"{count:>12,}  {was}" + ("" if was == now else f" -> {now}"))
    if forecast.runs:
        click.echo(f"{plural(sum(forecast.runs.values()), 'run')} waiting")
        for (was, now), count in sorted(forecast.runs.items()):
            goes = "" if was == now else f" -> {now}" if now else ": they end (retired)"
            click.echo(f"{count:>12,}  {was}{goes}")
    _list("Nowhere to go: NEW will be refused", forecast.stranded)
    _list("Not carried over", forecast.lost)
    if forecast.sooner:
        click.echo(f"Something happens sooner than under the old rules to {forecast.sooner:,}")
    now, until = format_instant(forecast.now), format_instant(forecast.until)
    beside(f"At once, at {now}", forecast.before.at_once, forecast.after.at_once)
    beside(f"Then, up to {until}", forecast.before.later, forecast.after.later)


def _list(title: str, counted: Counter[str]) -> None:
    if counted:
        click.echo(title)
        for text, count in counted.most_common():
            click.echo(f"{count:>12,}  {text}")


def _data(differences: Iterable[Difference], forecast: Forecast | None) -> dict[str, Any]:
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
        told["customers"] = forecast.customers
        told["now"] = format_instant(forecast.now)
        told["until"] = format_instant(forecast.until)
        told["stages"] = [
            {"from": was, "to": now, "count": n}
            for (was, now), n in sorted(forecast.stages.items())
        ]
        told["runs"] = [
            {"from": was, "to": now or None, "count": n}
            for (was, now), n in sorted(forecast.runs.items())
        ]
        told["stranded"] = dict(forecast.stranded)
        told["lost"] = dict(forecast.lost)
        told["sooner"] = forecast.sooner
        for name, counted in (("old", forecast.before), ("new", forecast.after)):
            told[name] = {"at_once": dict(counted.at_once), "later": dict(counted.later)}
    return told
