"""Names that are taken for each other."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.naming import Naming, declared
from lifecycle_dsl.lint.rules import Rules

SHORTEST = 5
"""Shorter names are only compared without `_` and capitals."""


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Pairs of one kind that differ by a plural, by `_` or capitals, or by two letters swapped."""
    seen: dict[tuple[str, str], Naming] = {}
    for naming in declared(rules.declarations):
        for key in _spellings(naming.name):
            other = seen.setdefault((naming.what, key), naming)
            if other.name != naming.name:
                yield warning(
                    "names-too-alike",
                    f"`{naming.name}` and `{other.name}` are easily taken for each other",
                    naming.span,
                    f"two {naming.what}s",
                    secondary=[(other.span, "the other")],
                    help="are they one? If not, name one by what tells them apart",
                )
                break


def _spellings(name: str) -> Iterator[str]:
    """Keys that names too alike have in common."""
    plain = name.replace("_", "").casefold()
    yield plain
    if len(plain) >= SHORTEST:
        yield plain.removesuffix("s")
        yield "sorted " + plain[0] + "".join(sorted(plain[1:-1])) + plain[-1]
