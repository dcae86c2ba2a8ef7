"""Rule files from the disk or standard input, for commands that check them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from lifecycle_dsl.checker import Checked, check
from lifecycle_dsl.cli.terminal import show, tally, unreadable
from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import decode

FINDINGS = 1


def refuse(path: str, diagnostics: Iterable[Diagnostic]) -> None:
    """Shows what is wrong with a file."""
    found = list(diagnostics)
    show(found)
    click.echo(f"{path}: {tally(found)}", err=True)


def source_of(path: str) -> Source | Diagnostic:
    """The text of a rule file, `-` being standard input, or why it is none."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return decode("<stdin>" if path == "-" else path, data)


def checked_file(path: str) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """A file checked, with the files it uses beside it; None for what is no text."""
    source = source_of(path)
    if isinstance(source, Diagnostic):
        return None, (source,)
    beside = Path("rules.lcr") if path == "-" else Path(path)
    checked = check(source, read_beside(beside))
    return checked, checked.diagnostics


def checked_rules(path: str) -> tuple[Checked, Program]:
    """A file without errors, and its program; one with errors shows them and ends the command."""
    checked, diagnostics = checked_file(path)
    if checked is None or checked.program is None:
        refuse(path, diagnostics)
        raise click.exceptions.Exit(FINDINGS)
    return checked, checked.program
