"""The events that a command of analysis reads: a file, standard input, or the rows of a query.

They are read more than once, or by several processes at once, so what is no file is put into one
first, which is removed at the end, whatever that is.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import copy
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve, frozen

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.opening import Given, opened, readable
from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import Batch, InputError

if TYPE_CHECKING:
    from lifecycle_dsl.analysis.feed import Feed


@frozen
class Events:
    """What a command reads, and how."""

    given: Given
    until: int | None
    quiet: bool

    @contextmanager
    def feed(
        self, ruleset: RuleSet, beside: RuleSet | None = None, *, once: bool = False
    ) -> Iterator[Feed]:
        """The events as a file that stays for as long as this does.

        The columns of a query are read as fields of the rules, and of those `beside` them. What is
        read but `once` may come from standard input or another pipe as it is.

        Raises:
            UnusableError: where they cannot be read, now or while this stands.
        """
        from lifecycle_dsl.analysis.feed import Feed  # noqa: PLC0415 — others start without it

        taken = partial(
            Feed,
            until=self.until,
            key=self.given.key,
            watched=partial(watched, quiet=self.quiet, apart=True),
        )
        name = self.given.events
        try:
            if name is not None and name != "-" and not _is_pipe(Path(name)):
                opened(name).close()
                yield taken(name)
                return
            if name is not None and once:
                yield taken(name)
                return
            with tempfile.TemporaryDirectory(prefix="lcr-") as folder:
                if name is None:
                    path, rows = self._answered(Path(folder), _of_both(ruleset, beside))
                    yield taken(path, called=self.given.name, rows=rows)
                else:
                    yield taken(_copied(name, Path(folder)), called=name)
        except InputError as error:
            raise UnusableError(str(error)) from error
        except BrokenPipeError:  # of an output
            raise
        except OSError as error:
            raise unreadable(str(error.filename or self.given.name), error) from error

    def _answered(self, folder: Path, ruleset: RuleSet) -> tuple[str, str]:
        """A file with the rows of the query, in order of time, and one with their numbers."""
        path, rows = folder / "events.jsonl", folder / "rows"
        with (
            closing(self.given.once(ruleset, undeclared=False)) as source,
            path.open("wb") as lines,
            rows.open("wb") as numbers,
        ):
            pieces = watched(readable(self.given.name, source), source, quiet=self.quiet)
            for piece in pieces:
                if isinstance(piece, Batch):
                    lines.write(piece.data)
                    array("q", piece.rows or ()).tofile(numbers)
        return str(path), str(rows)


def reads_events(command: Callable[..., int]) -> Callable[..., int]:
    """EVENTS and what says how they are read, handed to a command as its `events`."""

    @wraps(command)
    def gathered(
        *,
        events: str | None,
        sql: str | None,
        database: str | None,
        key: str | None,
        until: int | None,
        quiet: bool,
        **others: object,
    ) -> int:
        return command(events=Events(Given(events, sql, database, key), until, quiet), **others)

    found: Callable[..., int] = gathered
    for each in (options.quiet, options.key, options.until, options.database, options.sql):
        found = each(found)
    return click.argument("events", required=False)(found)


def _is_pipe(path: Path) -> bool:
    """Whether it can be read but once."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _copied(name: str, folder: Path) -> str:
    """What can be read but once, as a file."""
    path = folder / ("events.jsonl" if name == "-" else Path(name).name)
    with path.open("wb") as file:
        if name == "-":
            shutil.copyfileobj(sys.stdin.buffer, file)
        else:
            with Path(name).open("rb") as pipe:
                shutil.copyfileobj(pipe, file)
    return str(path)


def _of_both(ruleset: RuleSet, beside: RuleSet | None) -> RuleSet:
    """Rules with the events and fields of both; where those differ, with the first's."""
    if beside is None:
        return ruleset
    shapes = dict(beside.records.shapes)
    for name, shape in ruleset.records.shapes.items():
        own = {each.name for each in shape.fields}
        theirs = shapes[name].fields if name in shapes else ()
        more = (each for each in theirs if each.name not in own)
        shapes[name] = evolve(shape, fields=(*shape.fields, *more))
    both = copy(ruleset)
    both.records = copy(ruleset.records)
    both.records.shapes = shapes
    return both
