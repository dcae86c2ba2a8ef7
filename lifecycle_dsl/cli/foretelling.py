"""A forecast of what a change of rules will do, for people and for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from lifecycle_dsl.changing.forecast import Forecast
from lifecycle_dsl.cli.sampling import Sample
from lifecycle_dsl.cli.sidebyside import beside
from lifecycle_dsl.cli.terminal import plural
from lifecycle_dsl.localtime import format_instant


def tell_forecast(forecast: Forecast, sample: Sample) -> None:
    """Say who is where and what happens to them."""
    click.echo(f"{plural(sample.of, 'customer')} in flight")
    if sample.is_part:
        _, most = sample.interval(0, 0)
        click.echo(
            f"{forecast.customers:,} of them were looked at, chosen by a hash of their names."
            " Counts are scaled to all;\n"
            "in brackets what they lie between, at 95 %. What is not listed may still concern up to"
            f" {most:,}."
        )
    for (was, now), count in sorted(forecast.stages.items()):
        goes = "" if was == now else f" -> {now}"
        click.echo(f"{sample.scaled(count):>12,}  {was}{goes}{_between(sample, count, count)}")
    if forecast.runs:
        click.echo(f"{plural(sample.scaled(sum(forecast.runs.values())), 'run')} waiting")
        for (was, now), count in sorted(forecast.runs.items()):
            goes = "" if was == now else f" -> {now}" if now else ": they end (retired)"
            click.echo(f"{sample.scaled(count):>12,}  {was}{goes}")
    _list("Nowhere to go: NEW will be refused", forecast.stranded, sample)
    _list("Not carried over", forecast.lost, sample)
    if forecast.sooner:
        between = _between(sample, forecast.sooner, forecast.sooner)
        sooner = f"{sample.scaled(forecast.sooner):,}{between}"
        click.echo(f"Something happens sooner than under the old rules to {sooner}")
    _decided(f"At once, at {format_instant(forecast.now)}", forecast, sample, at_once=True)
    _decided(f"Then, up to {format_instant(forecast.until)}", forecast, sample, at_once=False)


def _decided(title: str, forecast: Forecast, sample: Sample, *, at_once: bool) -> None:
    sides = forecast.before, forecast.after
    old, new = (each.at_once if at_once else each.later for each in sides)

    def note(text: str) -> str:
        return _between(sample, new[text], forecast.after.squares[at_once, text])

    beside(title, _scaled(sample, old), _scaled(sample, new), note=note)


def _scaled(sample: Sample, counted: Counter[str]) -> Counter[str]:
    return Counter({text: sample.scaled(count) for text, count in counted.items()})


def _between(sample: Sample, count: int, squares: int) -> str:
    """What a count of a sample lies between for all; nothing where all were counted."""
    if not sample.is_part:
        return ""
    low, high = sample.interval(count, squares)
    return f"  ({low:,} to {high:,})"


def _list(title: str, counted: Counter[str], sample: Sample) -> None:
    if counted:
        click.echo(title)
        for text, count in counted.most_common():
            click.echo(f"{sample.scaled(count):>12,}  {text}")


def forecast_data(forecast: Forecast, sample: Sample) -> dict[str, Any]:
    """As data; counts are those of the customers who were looked at."""
    told: dict[str, Any] = {}
    told["customers"] = sample.of
    told["sampled"] = forecast.customers
    told["now"] = format_instant(forecast.now)
    told["until"] = format_instant(forecast.until)
    told["stages"] = [
        {"from": was, "to": now, "count": n} for (was, now), n in sorted(forecast.stages.items())
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
    if sample.is_part:
        told["new"]["between"] = {
            "at_once" if at_once else "later": {
                text: sample.interval(count, forecast.after.squares[at_once, text])
                for text, count in counted.items()
            }
            for at_once, counted in (
                (True, forecast.after.at_once),
                (False, forecast.after.later),
            )
        }
    return told
