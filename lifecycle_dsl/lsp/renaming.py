"""A new name for what is declared: all its mentions at once, or a reason why not.

A rename is tried before it is given: the texts with the new name must have no errors that the old
ones did not have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from lifecycle_dsl.checker import check
from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.files import Read
from lifecycle_dsl.checker.reserved import reserved_as
from lifecycle_dsl.diagnostics import Diagnostic, Severity
from lifecycle_dsl.lsp.mentions import Index, Mention, Space, Symbol
from lifecycle_dsl.source import Source

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_PATH = re.compile(rf"{_NAME.pattern}(?:\.{_NAME.pattern})*", re.ASCII)


def kept(symbol: Symbol, index: Index) -> str | None:
    """Why a name stays as it is; None if it may change."""
    match symbol.space:
        case Space.DECLARED:
            declared = symbol.name in index.known.entries
            return None if declared else f"`{symbol.name}` is not declared in a rule file"
        case Space.LABEL:
            entry = index.known.entries.get(symbol.owner)
            if entry is not None and entry.what is What.LEVEL:
                return None
            return f"`{symbol.name}` is a value of the records that come in"
        case Space.FIELD:
            return f"`{symbol.name}` is a field of the records that come in or go out"
        case Space.SPLIT:
            return None
        case Space.BLOCK:
            declared = any(each.declares for each in index.of(symbol))
            return None if declared else f"`{symbol.name}` is a word of the language"


def refused(symbol: Symbol, new: str, index: Index) -> str | None:
    """Why something cannot be called so; None if nothing speaks against it yet."""
    if (reason := kept(symbol, index)) is not None:
        return reason
    known = index.known
    entry = known.entries.get(symbol.name) if symbol.space is Space.DECLARED else None
    is_action = entry is not None and entry.what is What.ACTION
    if not (_PATH if is_action else _NAME).fullmatch(new):
        return f"`{new[:70]}` is not a name: letters, digits and `_`, a letter first, at most 64"
    what = entry.what.value if entry is not None else "a label"
    if (why := reserved_as(new, what)) is not None:
        return f"`{new}` is {why}"
    if symbol.space is Space.DECLARED and new in known.entries:
        return f"`{new}` is {known.entries[new].what.value} already"
    if symbol.space is Space.LABEL and new in known.labels.get(symbol.owner, ()):
        return f"`{new}` is a label of `{symbol.owner}` already"
    if symbol.space in (Space.SPLIT, Space.BLOCK) and index.of(Symbol(symbol.space, new)):
        return f"`{new}` is taken already"
    return None


def renamed(mentions: Iterable[Mention], new: str) -> dict[Source, str]:
    """The texts with the new name."""
    by_source: dict[Source, list[Mention]] = {}
    for each in mentions:
        by_source.setdefault(each.span.source, []).append(each)
    texts: dict[Source, str] = {}
    for source, found in by_source.items():
        pieces, at = [], 0
        for each in sorted(found, key=lambda mention: mention.span.start):
            pieces += [source.text[at : each.span.start], new]
            at = each.span.end
        texts[source] = "".join((*pieces, source.text[at:]))
    return texts


def broken_by(
    root: Source, before: Iterable[Diagnostic], texts: Mapping[Source, str], read: Read
) -> str | None:
    """The first error that a rule set would have with other texts and does not have now."""
    changed = {source.name: Source(source.name, text) for source, text in texts.items()}
    main = changed.get(root.name, root)
    after = check(main, lambda name: changed.get(name) or read(name)).diagnostics
    left = Counter(each.name for each in before if each.severity is Severity.ERROR)
    for each in after:
        if each.severity is Severity.ERROR:
            left[each.name] -= 1
            if left[each.name] < 0:
                return each.headline
    return None
