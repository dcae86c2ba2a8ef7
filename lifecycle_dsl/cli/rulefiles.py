"""Rule files from the disk or standard input, for commands that check them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from lifecycle_dsl.checker import Checked, check
from lifecycle_dsl.cli.terminal import UnusableError, show, tally, unreadable
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


def named_files(paths: Iterable[str], *, whole: bool = False) -> Iterator[str]:
    """The files that are named, `-` too, and those in the folders that are, in order.

    With `whole`, of folders only rule sets, and not the parts that others there use.

    Raises:
        UnusableError: no rule file is in a folder.
    """
    for path in paths:
        if path == "-" or not Path(path).is_dir():
            yield path
            continue
        found = [each for each in sorted(Path(path).rglob("*.lcr")) if not _is_hidden(each, path)]
        if not found:
            raise UnusableError(f"{path}: no .lcr file is in this folder")
        yield from map(str, _rule_sets(found) if whole else found)


def _is_hidden(file: Path, folder: str) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


_LIFECYCLE = re.compile(rb"^\s*lifecycle\b", re.MULTILINE)
_USE = re.compile(rb'^\s*use\s*"([^"\n]+)"', re.MULTILINE)


def _rule_sets(files: Iterable[Path]) -> Iterator[Path]:
    """Those that have a lifecycle of their own, or that no other one uses."""
    texts = {path: _text(path) for path in files}
    used = {
        (path.parent / os.fsdecode(name)).resolve()
        for path, text in texts.items()
        for name in _USE.findall(text)
    }
    for path, text in texts.items():
        if _LIFECYCLE.search(text) or path.resolve() not in used:
            yield path


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # Whoever reads it says what is wrong.


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
