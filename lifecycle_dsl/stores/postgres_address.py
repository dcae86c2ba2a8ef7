"""The URL of a PostgreSQL store, taken apart.

Beside what PostgreSQL itself takes it may say the `schema` that the store is kept in, into how
many `shards` customers are spread when it is made, and for how many seconds a worker's `lease`
lasts: `postgresql://user@host/database?schema=shop&shards=16&lease=30`.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from attrs import frozen

from lifecycle_dsl.stores.errors import StoreError

SHARDS: Final = 64
LEASE: Final = 15.0
_MOST_SHARDS: Final = 4_096
_PASSWORD: Final = re.compile(r"(?<=://)([^/?#@:]*):[^@/?#]*@")
_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@frozen
class Address:
    """Where a store is kept."""

    shown: str
    """The URL without the password."""
    server: str
    """What PostgreSQL takes of it."""
    schema: str
    shards: int | None
    """Into how many a new store is spread; None where the URL does not say."""
    lease: float
    """Seconds."""


def address_of(url: str) -> Address:
    """Take a URL apart.

    Raises:
        StoreError: where an option cannot be meant.
    """
    shown = _shown(url)
    front, _, query = url.partition("?")
    options = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    schema = options.pop("schema", "lifecycle")
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_"):
        raise StoreError(
            f"{shown}: the name of a schema is of small letters, digits and _, not `{schema}`"
        )
    shards = options.pop("shards", None)
    if shards is not None and not (shards.isdecimal() and 1 <= int(shards) <= _MOST_SHARDS):
        raise StoreError(f"{shown}: shards are a number from 1 to {_MOST_SHARDS:,}, not `{shards}`")
    lease = options.pop("lease", str(LEASE))
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", lease) or float(lease) < 1:
        raise StoreError(f"{shown}: a lease is of 1 to 9999 seconds, not `{lease}`")
    rest = "?" + urlencode(options, safe="/", quote_via=quote) if options else ""
    number = None if shards is None else int(shards)
    return Address(shown, front + rest, schema, number, float(lease))


def _shown(url: str) -> str:
    """The URL as it may stand in messages."""
    front, mark, query = _PASSWORD.sub(r"\1:***@", url).partition("?")
    return front + mark + re.sub(r"(?<![^&])((?:ssl)?password=)[^&]*", r"\1***", query)
