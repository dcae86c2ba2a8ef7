"""Rule files from the disk, for every command that takes one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from lifecycle_dsl import loading
from lifecycle_dsl.checker import Checked, check
from lifecycle_dsl.cli.terminal import show, tally, unreadable
from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import decode

FINDINGS = 1


def load(path: str) -> RuleSet:
    """A rule set ready to run; one with errors shows them and ends the command."""
    try:
        return loading.load(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except loading.CompileError as error:
        refuse(path, error.diagnostics)
        raise click.exceptions.Exit(FINDINGS) from error


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
    checked = check(source, loading.read_beside(beside))
    return checked, checked.diagnostics
