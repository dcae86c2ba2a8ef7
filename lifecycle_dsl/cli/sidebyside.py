"""What two versions of rules decide, side by side: counted, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import click


def beside(
    title: str,
    old: Counter[str],
    new: Counter[str],
    *,
    note: Callable[[str], str] = lambda _: "",
    err: bool = False,
) -> None:
    """A table of what is decided how often; what differs is marked, and `note` says more of it."""
    click.echo(title, err=err)
    if not old and not new:
        click.echo(f"{'':>12}  nothing", err=err)
        return
    click.echo(f"{'old':>12}  {'new':>12}", err=err)
    for text in sorted({*old, *new}):
        mark = " " if old[text] == new[text] else "*"
        click.echo(f"{old[text]:>12,}  {new[text]:>12,} {mark} {text}{note(text)}", err=err)
