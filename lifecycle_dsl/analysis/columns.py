"""The columns of decisions: their keys in a log, their names and types in tables.

A name differs from its key where SQL reserves the key.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen
class Column:
    """One column of the table of decisions."""

    key: str
    """As in a line of a log, and in a Parquet file."""
    type: str
    """Of DuckDB; instants are UTC without a zone, JSON is kept as text."""
    name: str
    """In the table that analysis asks."""
    asked: bool = True
    """Whether analysis reads it at all; the others are for those who read the file."""


def _column(key: str, type_: str, name: str | None = None, *, asked: bool = True) -> Column:
    return Column(key, type_, key if name is None else name, asked)


COLUMNS: Final = (
    _column("kind", "VARCHAR"),
    _column("customer", "VARCHAR"),
    _column("at", "TIMESTAMP", "instant"),
    _column("rule", "VARCHAR"),
    _column("from", "VARCHAR", "source"),
    _column("to", "VARCHAR", "target"),
    _column("trigger", "VARCHAR"),
    _column("channel", "VARCHAR"),
    _column("topic", "VARCHAR"),
    _column("template", "VARCHAR"),
    _column("data", "VARCHAR", asked=False),
    _column("transactional", "BOOLEAN"),
    _column("reason", "VARCHAR"),
    _column("until", "TIMESTAMP", "waits_until"),
    _column("step", "VARCHAR"),
    _column("action", "VARCHAR"),
    _column("segment", "VARCHAR"),
    _column("trait", "VARCHAR"),
    _column("value", "VARCHAR", asked=False),
    _column("split", "VARCHAR"),
    _column("arm", "INTEGER"),
    _column("attribution", "VARCHAR"),
    _column("campaign", "VARCHAR"),
    _column("share", "DOUBLE"),
    _column("worth", "DOUBLE"),
    _column("promise", "VARCHAR"),
    _column("key", "VARCHAR", asked=False),
    _column("each", "VARCHAR"),
    _column("draft", "BOOLEAN"),
)
"""In the order of their keys in a line; what a kind does not have is NULL."""

HEAD: Final = (_column("lifecycle", "VARCHAR"), _column("fingerprint", "VARCHAR"))
"""What the head of a log says; `kind` is `rules` there."""
