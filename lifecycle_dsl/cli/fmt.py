"""`lcr fmt`: the one layout of rule files, written in place, shown, or only checked."""

from __future__ import annotations

import difflib
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from attrs import frozen

from lifecycle_dsl.cli.rulefiles import FINDINGS, named_files
from lifecycle_dsl.cli.terminal import has_colours, plural, show, tally, unreadable
from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.fmt import WIDTH, format_source
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import decode

_BOM = b"\xef\xbb\xbf"
_STDIN = "-"
_NARROWEST, _WIDEST = 40, 400


@frozen
class _File:
    """A rule file: as it is, and in its layout, None where it can't be read."""

    path: str
    name: str
    before: bytes
    after: bytes | None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the layout differs from what is there."""
        return self.after is not None and self.after != self.before


@click.command(
    short_help="Lay out rule files in the one style.",
    epilog="""\b
Examples:
  lcr fmt rules.lcr
  lcr fmt rules/ examples/
  lcr fmt --check .
  lcr fmt --diff rules.lcr
  lcr fmt - < rules.lcr > pretty.lcr
""",
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--check", is_flag=True, help="Change nothing; list the files that would change.")
@click.option("--diff", is_flag=True, help="Change nothing; show what would change.")
@click.option(
    "--width",
    type=click.IntRange(_NARROWEST, _WIDEST),
    default=WIDTH,
    show_default=True,
    help="Characters of a line at most, as far as that can be.",
)
def command(*, paths: tuple[str, ...], check: bool, diff: bool, width: int) -> int:
    """Lay out each FILE in place, all .lcr files of a folder, or standard input (-) to output.

    With --check or --diff, exit code 1 if a file would change. A file with syntax errors is left as
    it is, exit code 1. Line ends stay as they are.
    """
    data = {path: _read(path) for path in named_files(paths)}
    files: list[_File] = []
    for path, before in data.items():
        file = _formatted(path, before, width)
        files.append(file)
        if diff:
            _show_difference(file)
        if check:
            if file.changes:
                click.echo(file.name)
        elif not diff:
            _write(file)
    errors = [each for file in files for each in file.diagnostics]
    if errors:
        show(errors)
    _sum_up(files, errors, changed="would change" if check or diff else "changed")
    changes = any(file.changes for file in files)
    return FINDINGS if errors or (changes and (check or diff)) else 0


def _read(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == _STDIN else Path(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def _formatted(path: str, before: bytes, width: int) -> _File:
    name = "<stdin>" if path == _STDIN else path
    source = decode(name, before)
    if not isinstance(source, Source):
        return _File(path, name, before, None, (source,))
    with _uncollected():
        formatted = format_source(source, width)
    if formatted.text is None:
        return _File(path, name, before, None, formatted.diagnostics)
    mark = _BOM if before.startswith(_BOM) else b""
    return _File(path, name, before, mark + formatted.text.encode())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: while one file is laid out there is next to none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write(file: _File) -> None:
    if file.path == _STDIN:
        sys.stdout.buffer.write(file.after or b"")
        sys.stdout.buffer.flush()
    elif file.changes:
        try:
            _replace(Path(file.path).resolve(), file.after or b"")
        except OSError as error:
            raise unreadable(file.path, error) from error
        click.echo(f"formatted {file.name}", err=True)


def _replace(path: Path, data: bytes) -> None:
    """Put a whole new file in the place of the old one, with its permissions."""
    mode = path.stat().st_mode
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _show_difference(file: _File) -> None:
    if not file.changes:
        return
    before, after = _lines(file.before), _lines(file.after or b"")
    coloured = has_colours(sys.stdout)
    for line in difflib.unified_diff(before, after, file.name, file.name):
        text = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        click.echo(_coloured(text) if coloured else text, nl=False, color=coloured)


def _lines(data: bytes) -> list[str]:
    *lines, last = data.decode().split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _coloured(line: str) -> str:
    if line.startswith(("---", "+++")):
        return click.style(line, bold=True)
    colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[0])
    return click.style(line, fg=colour) if colour else line


def _sum_up(files: list[_File], errors: list[Diagnostic], changed: str) -> None:
    if errors:
        click.echo(f"{plural(len(files), 'file')}: {tally(errors)}", err=True)
    elif any(file.path != _STDIN for file in files):
        count = sum(file.changes for file in files)
        kept = len(files) - count
        parts = [f"{plural(count, 'file')} {changed}"] if count else []
        parts += [f"{plural(kept, 'file')} in order"] if kept else []
        click.echo(", ".join(parts), err=True)
