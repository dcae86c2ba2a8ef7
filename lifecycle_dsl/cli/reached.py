"""What `lcr test --coverage` shows and writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from lifecycle_dsl.cli.terminal import unreadable
from lifecycle_dsl.testing.coverage.lcov import lcov as as_lcov
from lifecycle_dsl.testing.coverage.measuring import Meter
from lifecycle_dsl.testing.coverage.page import page
from lifecycle_dsl.testing.coverage.report import listing, of_meters, summary


def report(
    meters: Sequence[Meter],
    *,
    shown: bool,
    aside: bool,
    least: float | None,
    lcov: Path | None,
    html: Path | None,
) -> bool:
    """Show and write what was reached; whether it is enough.

    With `aside` it is shown on stderr: standard output has the results in a machine's format.
    """
    found = of_meters(meters)
    if shown:
        for line in (*listing(found), "", *summary(found)):
            click.echo(line, err=aside)
    if lcov is not None:
        _write(lcov, as_lcov(found))
    if html is not None:
        _write(html, page(found, "What the tests reach"))
    enough = least is None or found.percent >= least
    if not enough:
        click.echo(f"lcr: {found.percent:.1f} % is reached, less than {least:g} %", err=True)
    return enough


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unreadable(str(path), error) from error
