"""Rule files from the disk, for every command that takes one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifecycle_dsl.cli.terminal import show, tally

if TYPE_CHECKING:
    from lifecycle_dsl import RuleSet

FINDINGS = 1


def read_text(path: str) -> str:
    """A rule file's text; one that cannot be read is wrong usage."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path} is not UTF-8") from error


def load(path: str) -> RuleSet:
    """A rule set ready to run; one with errors shows them and ends the command."""
    import lifecycle_dsl  # noqa: PLC0415 — compiler and engine, which `check` does without

    read_text(path)
    try:
        return lifecycle_dsl.load(path)
    except lifecycle_dsl.CompileError as error:
        show(error.diagnostics)
        click.echo(f"{path}: {tally(error.diagnostics)}", err=True)
        raise click.exceptions.Exit(FINDINGS) from error
