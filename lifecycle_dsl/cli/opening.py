"""Opening what a run reads and writes, with what cannot be opened said for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, overload

import click
from attrs import frozen

from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs import (
    Batch,
    Input,
    InputError,
    Source,
    is_stream,
    open_input,
    open_source,
)
from lifecycle_dsl.outputs import OutputError, Sink, open_output
from lifecycle_dsl.outputs.lines import open_lines

if TYPE_CHECKING:
    from lifecycle_dsl.inputs.sql import Query


@overload
def opened(name: str) -> Input: ...
@overload
def opened(name: str, *, growing: Literal[True]) -> Source: ...
def opened(name: str, *, growing: bool = False) -> Input | Source:
    """A file of events, or standard input; one that is read on later may be a stream, too."""
    if is_stream(name) and not growing:
        raise UnusableError(
            "a stream on a server is read by `lcr run --store`, which keeps the place"
        )
    if growing and Path(name).is_dir():
        raise UnusableError(f"{name} is a folder, which is read with --follow")
    try:
        return open_source(name) if growing else open_input(name)
    except InputError as error:
        raise UnusableError(str(error)) from error
    except OSError as error:
        raise unreadable(name, error) from error


def followed(name: str) -> Source:
    """A file, a folder or a stream of events that still grows."""
    try:
        found = open_source(name, follows=True)
    except InputError as error:
        raise UnusableError(str(error)) from error
    if not is_stream(name) and not Path(name).exists():
        click.echo(f"lcr: {name} is not there yet; waiting for it", err=True)
    return found


def readable(name: str, pieces: Iterable[Batch | DeadLetter]) -> Iterator[Batch | DeadLetter]:
    """The pieces of a file."""
    try:
        yield from pieces
    except InputError as error:
        raise UnusableError(f"{name}: {error}") from error


def created(path: Path) -> BinaryIO:
    """A new file of lines, packed as its name says, in place of one that is there."""
    try:
        return open_lines(path)
    except OSError as error:
        raise unreadable(str(path), error) from error


@contextmanager
def written(name: str) -> Iterator[Sink]:
    """A new log: lines, plain or packed, or Parquet; whole at the end."""
    with ExitStack() as stack:
        with _told(name):
            sink: Sink = stack.enter_context(open_output(name))
        yield sink
        with _told(name):
            stack.close()


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What keeps an output from being written, said for people."""
    try:
        yield
    except OutputError as error:
        raise UnusableError(f"--out: {error}") from error
    except OSError as error:
        raise unreadable(str(error.filename or name), error) from error


@frozen
class Given:
    """What a command reads: events by their name, or the rows of a query."""

    events: str | None
    sql: str | None
    database: str | None
    """What answers the query, if not DuckDB."""
    key: str | None = None
    """The field that names the customer."""

    def __attrs_post_init__(self) -> None:
        if (self.events is None) == (self.sql is None):
            raise click.UsageError("give either EVENTS or --sql")
        if self.sql is not None and self.key is not None:
            raise click.UsageError(
                "--key is for files; in a query name the column with AS customer"
            )
        if self.sql is None and self.database is not None:
            raise click.UsageError("--from says what answers a query; give it as --sql")

    @property
    def name(self) -> str:
        """What an error names."""
        return self.events or "--sql"

    def once(self, ruleset: RuleSet, *, undeclared: bool) -> Input | Query:
        """To be read from its beginning to its end."""
        if self.events is not None:
            return opened(self.events)
        return fitting(self.query(ruleset, undeclared=undeclared), ruleset)

    def again(self, ruleset: RuleSet, *, follows: bool, undeclared: bool) -> Source:
        """To be read on from where a store says."""
        if self.events is not None:
            return followed(self.events) if follows else opened(self.events, growing=True)
        if follows:
            raise click.UsageError("a query ends; --follow waits for files and streams")
        return fitting(self.query(ruleset, undeclared=undeclared), ruleset)

    def query(self, ruleset: RuleSet, *, undeclared: bool = False) -> Query:
        """The query, whether or not its rows can be records."""
        if self.sql is None:
            raise click.UsageError("--peek looks at a query; give it as --sql")
        try:
            room = import_module("lifecycle_dsl.inputs.sql")
        except ImportError as error:
            raise UnusableError(
                f"--sql needs {error.name}: pip install 'lifecycle-dsl[sql]'"
            ) from error
        try:
            found: Query = room.open_query(self.sql, ruleset, self.database, undeclared=undeclared)
        except InputError as error:
            raise UnusableError(f"--sql: {error}") from error
        return found


def fitting(query: Query, ruleset: RuleSet) -> Query:
    """A query, if its rows can be records."""
    try:
        misfits = list(query.misfits(ruleset.program.timezone))
    except InputError as error:
        query.close()
        raise UnusableError(f"--sql: {error}") from error
    if misfits:
        query.close()
        listed = "".join(f"\n  {each}" for each in misfits)
        raise UnusableError(f"--sql gives no events, `lcr run --peek` shows why:{listed}")
    return query
