"""Who may ask for what: bearer tokens, each with a name and scopes.

A line is `NAME SCOPES TOKEN`, such as `shop write 9f2c…`; scopes are joined by commas, `admin` is
all of them. Only digests are kept in memory, and all are compared whatever the first ones gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from attrs import frozen

SHORTEST: Final = 16
"""Characters of a token; `openssl rand -hex 24` gives 48."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]+")
"""What a bearer token may hold, RFC 6750."""


class TokensError(ValueError):
    """A line that is no token; in one clause for people, without the token."""


class Scope(Enum):
    """What a token is for."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@frozen
class Holder:
    """Somebody who asks."""

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether they may ask for what needs a scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


ANYBODY: Final = Holder("anybody", frozenset(Scope))
"""Where there are no tokens."""


@frozen
class Tokens:
    """The tokens of a service."""

    holders: tuple[tuple[bytes, Holder], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.holders)

    def holder(self, token: str) -> Holder | None:
        """Whose token it is."""
        digest = _digest(token)
        found = None
        for known, holder in self.holders:
            if compare_digest(known, digest):
                found = holder
        return found


def read_tokens(lines: Iterable[str]) -> Tokens:
    """The tokens of lines; blank ones and those that begin with `#` are skipped.

    Raises:
        TokensError: where one is malformed.
    """
    holders: list[tuple[bytes, Holder]] = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            digest, holder = _token(number, line.split())
            if holder.name in {each.name for _, each in holders}:
                raise TokensError(f"line {number}: a second token is called `{holder.name}`")
            holders.append((digest, holder))
    return Tokens(tuple(holders))


def _token(number: int, parts: list[str]) -> tuple[bytes, Holder]:
    if len(parts) != 3:
        raise TokensError(f"line {number} is not NAME SCOPES TOKEN, such as `shop write 9f2c…`")
    name, scopes, token = parts
    if not _NAME.fullmatch(name):
        raise TokensError(f"line {number}: a name has letters, digits, `.`, `_` and `-`, up to 64")
    known = {scope.value: scope for scope in Scope}
    unknown = [each for each in scopes.split(",") if each not in known]
    if unknown:
        raise TokensError(
            f"line {number}: `{unknown[0]}` is no scope; there are {', '.join(known)}"
        )
    if len(token) < SHORTEST or not _TOKEN.fullmatch(token):
        raise TokensError(
            f"line {number}: the token of `{name}` must have {SHORTEST} characters or more, as"
            " `openssl rand -hex 24` gives them"
        )
    return _digest(token), Holder(name, frozenset(known[each] for each in scopes.split(",")))


def _digest(token: str) -> bytes:
    return blake2b(token.encode("utf-8", "surrogateescape"), digest_size=32).digest()
