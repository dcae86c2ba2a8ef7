"""The parser's tables: made from the grammar by Lark, shipped as JSON, read without Lark.

`python -m lifecycle_dsl.syntax.tables` writes `tables.json`. The file says of which grammar text
and of which version of Lark it was made; where either differs, the tables are made anew in memory.
They are numbers and names only: nothing in them is run.

States and rules are numbered in the order in which a walk from the start meets them, so that the
same grammar always gives the same file.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from lifecycle_dsl.resources import resource

GRAMMAR = "grammar/lcr.lark"
FILE = Path(__file__).with_name("tables.json")
OMITTED = -1
"""In `Rule.take`: a part that the grammar makes optional and the text left out."""

_VERSION = re.compile(r'^__version__[^"\n]*"([^"]+)"', re.MULTILINE)


class Rule(msgspec.Struct, array_like=True, frozen=True):
    """One expansion of a rule of the grammar.

    `take` says what becomes of the parts: `2 * i` is part i, `2 * i + 1` is what the list in part
    i holds, `OMITTED` is None. `unwraps`: a single part stands for itself.
    """

    name: str
    origin: str
    symbols: tuple[str, ...]
    take: tuple[int, ...]
    unwraps: bool

    @property
    def is_list(self) -> bool:
        """Whether it collects the repetitions of `*` or `+`."""
        return self.origin.startswith("_")


class Tables(msgspec.Struct, frozen=True):
    """The automaton.

    A word or a sign is a symbol by its text; all other symbols have angle brackets. A row maps
    symbols to actions: s >= 0 goes to state s, r < 0 reduces by rule ~r. A kernel is the list of
    (rule, parts read so far) that a state stands for.
    """

    grammar: str
    lark: str
    starts: dict[str, int]
    ends: dict[str, int]
    symbols: tuple[str, ...]
    rules: tuple[Rule, ...]
    kernels: tuple[tuple[tuple[int, int], ...], ...]
    moves: tuple[tuple[int, ...], ...]
    """By state: symbol and next state, in turn."""
    reductions: tuple[tuple[tuple[int, ...], ...], ...]
    """By state: a rule, then the symbols before which it is reduced."""

    def row(self, state: int) -> dict[str, int]:
        """The actions of a state by symbol."""
        names, moves = self.symbols, self.moves[state]
        row = {names[moves[at]]: moves[at + 1] for at in range(0, len(moves), 2)}
        for rule, *symbols in self.reductions[state]:
            for symbol in symbols:
                row[names[symbol]] = ~rule
        return row


def is_terminal(symbol: str) -> bool:
    """Whether a symbol is a kind of token, not a rule of the grammar."""
    return len(symbol) < 3 or symbol[0] != "<" or symbol[1].isupper()


def grammar_text() -> str:
    """The grammar as it ships."""
    return resource(GRAMMAR).read_text(encoding="utf-8")


def fingerprint(grammar: str) -> str:
    """What tells one grammar text from another."""
    return hashlib.blake2b(grammar.encode(), digest_size=16).hexdigest()


def lark_version() -> str:
    """The version of Lark at hand; empty if there is none.

    It is read off Lark's text: to import Lark, or to ask for its metadata, takes longer than all
    that is done with the answer.
    """
    spec = find_spec("lark")
    if spec is None or spec.origin is None:
        return ""
    found = _VERSION.search(Path(spec.origin).read_text(encoding="utf-8"))
    return found[1] if found else ""


def shipped() -> Tables | None:
    """The tables that came with the package; None if they were made of something else."""
    try:
        tables = msgspec.json.decode(FILE.read_bytes(), type=Tables)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    current = (fingerprint(grammar_text()), lark_version())
    return tables if (tables.grammar, tables.lark) == current else None


@cache
def load() -> Tables:
    """The tables of the grammar at hand."""
    return shipped() or make()


def make() -> Tables:
    """The tables, made anew; takes a second."""
    from lifecycle_dsl.syntax.tables.generation import tables_of  # noqa: PLC0415 - imports Lark

    return tables_of(grammar_text())


def encoded(tables: Tables) -> bytes:
    """The tables as they ship: JSON, one line for each state and rule."""
    lines = msgspec.json.encode(tables).replace(b"]],[[", b"]],\n[[").replace(b"],[", b"],\n[")
    return lines + b"\n"
