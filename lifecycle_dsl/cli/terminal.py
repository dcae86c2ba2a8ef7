"""What commands share about terminals: colours, diagnostics, and messages for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any, Final

import click

from lifecycle_dsl.diagnostics.model import Diagnostic, Severity
from lifecycle_dsl.diagnostics.render import COLOURS, FORMATS, PLAIN, Palette
from lifecycle_dsl.diagnostics.words import counted

if TYPE_CHECKING:
    from rich.console import Console

MACHINE_FORMATS = frozenset({"json", "sarif", "github", "junit"})
"""Formats that are the output of a command; the others are for people, on stderr."""


plural: Final = counted
"""`1 record`, `2,000 records`."""


class UnusableError(click.ClickException):
    """Wrong usage that no option is to blame for."""

    exit_code = 2


def unreadable(path: str, error: OSError) -> UnusableError:
    """What to say of a file that cannot be read or written."""
    return UnusableError(f"{path}: {error.strerror}")


def has_colours(stream: IO[Any]) -> bool:
    """Whether to send colours: to a terminal that has them, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def palette(stream: IO[Any]) -> Palette:
    """The colours of diagnostics for a stream."""
    return COLOURS if has_colours(stream) else PLAIN


def console(stream: IO[str] | None = None) -> Console:
    """A rich console on a stream, standard output unless another is given."""
    from rich.console import Console  # noqa: PLC0415 — takes longer than checking a file

    return Console(file=stream or sys.stdout, highlight=False, soft_wrap=False)


def show(diagnostics: Iterable[Diagnostic], format_: str = "full") -> None:
    """Diagnostics on stderr, in a machine's format on stdout."""
    machine = format_ in MACHINE_FORMATS
    stream = sys.stdout if machine else sys.stderr
    text = FORMATS[format_](diagnostics, palette(stream))
    click.echo(text, nl=False, err=not machine, color=True)


def tally(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    found = list(diagnostics)
    counts = [(each, sum(1 for d in found if d.severity is each)) for each in Severity]
    return ", ".join(_counted(count, each) for each, count in counts if count)


def _counted(count: int, severity: Severity) -> str:
    if severity is Severity.ADVICE:
        return plural(count, "hint")
    return plural(count, severity.value)
