"""From the text of a query, and perhaps another database, to a source."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs.packing import InputError
from lifecycle_dsl.inputs.sql.asking import Asking, digest_of, without_end
from lifecycle_dsl.inputs.sql.elsewhere import from_postgres, from_sqlite, is_sqlite
from lifecycle_dsl.inputs.sql.query import Query
from lifecycle_dsl.inputs.sql.sources import Asked, Dialect

SQLITE: Final = "sqlite:///"
DUCKDB: Final = "duckdb:///"
POSTGRES: Final = ("postgresql://", "postgres://")


def open_query(
    given: str, ruleset: RuleSet, database: str | None = None, *, undeclared: bool = False
) -> Query:
    """A query whose rows are records of a rule set.

    `given` is SQL, or the name of its file behind an `@`. Another `database` than DuckDB answers it
    itself, in its own SQL. Columns that no event declares are left out, unless they are asked for.

    Raises:
        InputError: where it is refused, in clauses for people.
    """
    text = text_of(given)
    with ExitStack() as stack:
        asking = Asking()
        stack.callback(asking.close)
        asked = _asked(asking, text, database)
        where = "" if database is None else f" of {_shown(database)}"
        name = f"query {digest_of(text)}{where}"
        source = Query(asking, asked, name, ruleset.records.shapes, undeclared=undeclared)
        stack.pop_all()
    return source


def _asked(asking: Asking, text: str, database: str | None) -> Asked:
    """What a database gives."""
    query = without_end(text)
    if database is None:
        return _prepared(asking, text)
    if database.startswith(POSTGRES):
        return Asked(query, Dialect.POSTGRES, from_postgres(asking, database, query))
    name = database.removeprefix(SQLITE).removeprefix(DUCKDB)
    if "://" in name:
        raise InputError(
            f"nothing answers a query at {_shown(database)}: "
            "--from takes a file of SQLite or DuckDB, or postgresql://…"
        )
    path = Path(name)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    if database.startswith(SQLITE) or is_sqlite(path):
        return Asked(query, Dialect.SQLITE, from_sqlite(asking, path, query))
    asking.attach(path)
    return _prepared(asking, text)


def _prepared(asking: Asking, text: str) -> Asked:
    query = asking.prepared(text)
    return Asked(query, Dialect.DUCKDB, query)


def text_of(given: str) -> str:
    """The text of a query, or with `@` that of a file.

    Raises:
        InputError: where the file cannot be read.
    """
    if not given.startswith("@"):
        return given
    path = Path(given[1:])
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8") from error


def _shown(database: str) -> str:
    """A database without what it takes to log in."""
    scheme, _, rest = database.rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if scheme else database
