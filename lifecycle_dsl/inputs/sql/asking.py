"""A connection to DuckDB that answers a query, and its errors for people.

A text may hold several statements: those before the last prepare (ATTACH, SET, LOAD, views), the
last gives the rows. Zones of the machine, variables of Python and extensions from the network have
no say: what the network is asked for stands in the query.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import duckdb

from lifecycle_dsl.inputs.packing import InputError

MEMORY: Final = "1GB"
"""What DuckDB may take before it uses the disk, unless the text says otherwise."""
_COMMENT: Final = "comment"
_HINTS: Final = (
    (
        re.compile(r"(sqlite|postgres)_scanner"),
        "let that database answer the query: --from sqlite:///FILE or --from postgresql://…",
    ),
    (re.compile("Install it first"), "with a network, INSTALL and LOAD before the query bring it"),
)
_AT: Final = re.compile(r"(\bas\s+)?(?<![\w\".])at\b(?!\s+time\s+zone)", re.IGNORECASE)
_NO_CODE: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)


class Asking:
    """A connection with room on the disk; close it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lcr-")
        self.folder = Path(self._folder.name)
        self.connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": self._folder.name,
                "autoinstall_known_extensions": False,
                "python_enable_replacements": False,
            },
        )
        self.connection.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        """Remove what lies on the disk."""
        self.connection.close()
        self._folder.cleanup()

    def attach(self, path: Path) -> None:
        """Let queries read the tables of a DuckDB file.

        Raises:
            InputError: where it is none.
        """
        with told(""):
            self.connection.execute(
                f"ATTACH {literal(str(path))} AS lcr_from (TYPE duckdb, READ_ONLY)"
            )
            self.connection.execute("USE lcr_from")

    def prepared(self, text: str) -> str:
        """The statement that gives the rows, after those before it have been carried out.

        Raises:
            InputError: where one of them is refused.
        """
        with told(text):
            found = self.connection.extract_statements(text)
        if not found:
            raise InputError("the query is empty")
        *before, last = found
        if last.type.name != "SELECT":
            raise InputError("the last statement gives no rows: let it be a SELECT")
        for each in before:
            with told(each.query):
                self.connection.execute(each)
        return without_end(last.query)

    def described(self, query: str) -> list[tuple[str, Any]]:
        """The names and types of the columns of a query.

        Raises:
            InputError: where it is refused.
        """
        with told(query):
            relation = self.connection.sql(query)
            return list(zip(relation.columns, relation.types, strict=True))


@contextmanager
def told(query: str) -> Iterator[None]:
    """What DuckDB refuses, said for people.

    Raises:
        InputError: with its words, its place, and what would help.
    """
    try:
        yield
    except duckdb.Error as error:
        said = str(error).strip()
        hints = [hint for pattern, hint in _HINTS if pattern.search(said)]
        if isinstance(error, duckdb.ParserException) and "" in _AT.findall(code_of(query)):
            hints.append('`at` is a word of SQL: write it as "at", though behind AS as it is')
        raise InputError("\n".join([said, *(f"help: {hint}" for hint in hints)])) from error


def without_end(statement: str) -> str:
    """A statement without the semicolon and the comments behind it."""
    words = list(_words(statement))
    if not words:
        return ""
    start, last = words[-1]
    return statement.encode()[: start if last == ";" else None].decode().strip()


def digest_of(text: str) -> str:
    """The same for texts that differ in space and comments alone."""
    words = "\0".join(word for _, word in _words(without_end(text)))
    return blake2b(words.encode(), digest_size=12).hexdigest()


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def code_of(query: str) -> str:
    """A query without texts and comments."""
    return _NO_CODE.sub(" ", query)


def _words(statement: str) -> Iterator[tuple[int, str]]:
    """The words of a statement, each with its place in bytes; comments are none."""
    tokens = duckdb.tokenize(statement)
    data = statement.encode()
    ends = [place for place, _ in (*tokens[1:], (len(data), None))][: len(tokens)]
    for (place, kind), end in zip(tokens, ends, strict=True):
        if kind.name != _COMMENT:
            yield place, data[place:end].decode().strip()
