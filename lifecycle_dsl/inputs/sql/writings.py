"""How texts write numbers: 12.50, 12,50, 1.234,50 or 1,234.50; and the SQL that reads them.

Some casts do not check: SQLite makes 12 of the text '12,50', and 0 of 'none'. And the same text can
be two numbers: '1,234' is a thousand and more, or a bit more than 1, which only others beside it
tell. So the texts of a column are looked at before a cast is advised.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import frozen


class Writing(Enum):
    """A way to write a number."""

    WHOLE = "1234"
    POINT = "12.50"
    COMMAS_AND_POINT = "1,234.50"
    COMMA = "12,50"
    DOTS_AND_COMMA = "1.234,50"
    ONE_DOT = "1.234"
    """A thousand and more, or a bit more than 1."""
    ONE_COMMA = "1,234"
    """Likewise."""
    BLANK = ""
    NONE = "none"


_PATTERNS: Final = {  # the first that matches
    Writing.BLANK: "",
    Writing.WHOLE: r"[+-]?\d+",
    Writing.ONE_DOT: r"[+-]?[1-9]\d{0,2}\.\d{3}",
    Writing.ONE_COMMA: r"[+-]?[1-9]\d{0,2},\d{3}",
    Writing.POINT: r"[+-]?(\d+\.\d*|\d*\.\d+|\d+(\.\d*)?[eE][+-]?\d+)",
    Writing.COMMA: r"[+-]?\d*,\d+",
    Writing.DOTS_AND_COMMA: r"[+-]?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})",
    Writing.COMMAS_AND_POINT: r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})",
}


@frozen
class Mark:
    """What separates whole units from the rest, and how texts are read that do it so."""

    tells: tuple[Writing, ...]
    """The writings that can be no other's."""
    groups: tuple[Writing, ...]
    """Those that separate thousands, too."""
    plain: str
    grouped: str

    def read(self, counts: Mapping[Writing, int]) -> str:
        """The SQL that makes of a text one that a cast understands."""
        return self.grouped if any(each in counts for each in self.groups) else self.plain


_POINT: Final = Mark(
    tells=(Writing.POINT, Writing.COMMAS_AND_POINT),
    groups=(Writing.COMMAS_AND_POINT, Writing.ONE_COMMA),
    plain="{0}",
    grouped="replace({0}, ',', '')",
)
_COMMA: Final = Mark(
    tells=(Writing.COMMA, Writing.DOTS_AND_COMMA),
    groups=(Writing.DOTS_AND_COMMA, Writing.ONE_DOT),
    plain="replace({0}, ',', '.')",
    grouped="replace(replace({0}, '.', ''), ',', '.')",
)


@frozen
class Texts:
    """How the texts of a column write numbers."""

    counts: Mapping[Writing, int]
    odd: int
    """The number of the first row whose text is no number; 0 where there is none."""


def writing_of(sql: str) -> str:
    """The SQL, for DuckDB, of how a text writes a number."""
    cases = " ".join(
        f"WHEN regexp_full_match(trim({sql}), '{pattern}') THEN '{each.value}'"
        for each, pattern in _PATTERNS.items()
    )
    return f"CASE {cases} ELSE '{Writing.NONE.value}' END"


def reading(texts: Texts, sql: str, target: str) -> str:
    """What makes numbers of texts, as the end of a sentence; or why nothing does."""
    counts = texts.counts
    written = sum(counts.values()) - counts.get(Writing.BLANK, 0)
    odd = counts.get(Writing.NONE, 0)
    if written and odd == written:
        return "none of its texts is a number"
    if odd:
        are = "is no number" if odd == 1 else "are no numbers"
        return (
            f"{odd:,} of its {written:,} texts {are}, the first in row {texts.odd:,}: "
            "say with CASE what that is, or leave it out with WHERE"
        )
    if Writing.BLANK in counts:
        sql = f"nullif(trim({sql}), '')"

    def cast(read: str) -> str:
        return f"CAST({read.format(sql)} AS {target})"

    told = [mark for mark in (_POINT, _COMMA) if any(each in counts for each in mark.tells)]
    either = [each for each in (Writing.ONE_DOT, Writing.ONE_COMMA) if each in counts]
    ways = [each for each in counts if each not in {Writing.WHOLE, Writing.BLANK}]
    shown = " and ".join(f"'{each.value}'" for each in Writing if each in ways)
    match told, either:
        case ([_, _], _) | ([], [_, _]):
            return (
                f"its numbers are written in different ways, as in {shown}: "
                "tell them apart with CASE"
            )
        case [], [way]:
            group, less = (_COMMA, _POINT) if way is Writing.ONE_DOT else (_POINT, _COMMA)
            return (
                f"its numbers are written as in {shown}: where that is more than a thousand, "
                f"write {cast(group.grouped)}, else {cast(less.plain)}"
            )
        case [mark], _:
            read = mark.read(counts)
            as_in = "" if read == _POINT.plain else f"its numbers are written as in {shown}: "
            return f"{as_in}write {cast(read)}"
        case _:
            return f"write {cast(_POINT.plain)}"
