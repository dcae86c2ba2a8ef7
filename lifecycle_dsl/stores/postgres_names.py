"""Names of customers, sources and requests as PostgreSQL can keep and index them.

A name of any length and with any character is allowed; PostgreSQL's texts have no NUL, and what is
indexed may not be long. A name that does not fit is kept under a digest.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

import msgspec

_MARK: Final = "\x1a"
"""What a digest begins with: the control character SUBSTITUTE."""
_LONGEST: Final = 256
"""Characters of a name that is kept as it is."""


def kept_as(name: str) -> str:
    """What a name is kept under."""
    if len(name) <= _LONGEST and "\0" not in name and not name.startswith(_MARK):
        return name
    return _MARK + blake2b(name.encode(), digest_size=16).hexdigest()


def all_kept_as(names: Iterable[str]) -> list[str]:
    """What names are kept under."""
    return [kept_as(name) for name in names]


def name_in_state(kept: str, state: bytes) -> str:
    """The customer's name, of what it is kept under and the state."""
    return _IN_STATE.decode(state).customer if kept.startswith(_MARK) else kept


def name_in_line(kept: str, line: bytes) -> str:
    """The customer's name, of what it is kept under and a decision."""
    return _IN_LINE.decode(line).customer if kept.startswith(_MARK) else kept


class _Named(msgspec.Struct):
    """As much of a state or a decision as says whose it is."""

    customer: str


_IN_STATE: Final = msgspec.msgpack.Decoder(_Named)
_IN_LINE: Final = msgspec.json.Decoder(_Named)
