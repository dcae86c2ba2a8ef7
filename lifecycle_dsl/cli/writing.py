"""Where commands write a text: to a file, or to standard output."""

from __future__ import annotations

from pathlib import Path

import click

from lifecycle_dsl.cli.terminal import unreadable


def write(text: str, path: str | None) -> None:
    """Write a text to a file in UTF-8; `-` and None are standard output."""
    if path is None or path == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unreadable(path, error) from error
