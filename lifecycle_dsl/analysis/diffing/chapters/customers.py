"""What differs between the rules, and how many customers differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from lifecycle_dsl.analysis.diffing.chapters.compared import COUNT, Compared
from lifecycle_dsl.analysis.diffing.deeds import Kind
from lifecycle_dsl.analysis.findings import Row, Section, Table, columns, count_of
from lifecycle_dsl.changing import Difference, How, compare
from lifecycle_dsl.localtime import format_instant

DIFFERS: Final = (
    "A customer differs when what is decided about them is not the same under both: the same "
    "things at the same instants, saying the same, in the words of NEW (`was` is followed), in "
    "whatever order at one instant. Which line of the file moved them, the key of a message and "
    "the step it is held at do not count."
)
_READ: Final = (
    "Below, Old and New count how often something was decided. Gained, Lost and Other count "
    "customers: to whom it happens more often under NEW, less often, or as often but at "
    "another time or saying something else."
)


def rules(it: Compared) -> Section:
    """The differences of the rules in words."""
    found = compare(it.old.program, it.new.program)
    rows = tuple(_rows(found))
    return Section(
        "rules",
        "The rules",
        "Read off the checked rules: layout and comments do not count.",
        "",
        "",
        _headline(found),
        (Table(columns("What", "In words"), rows),) if rows else (),
    )


def _headline(found: Sequence[Difference]) -> str:
    match found:
        case []:
            return "The rules are the same."
        case [Difference(words=(clause,)) as only]:
            named = clause if only.what == "transition" else f"{only.what} {only.name} {clause}"
            return f"{named[:1].upper()}{named[1:]}."
        case _:
            return f"{count_of(len(found), 'difference')}."


def _rows(found: Iterable[Difference]) -> Iterator[Row]:
    for each in found:
        lines = each.words or (
            *(f"- {line}" for line in each.before),
            *(f"+ {line}" for line in each.after),
        )
        name = f"{each.what} {each.name}".rstrip()
        told = each.how.value if each.how is not How.CHANGED else ""
        note = f"{told}: {each.note}" if told and each.note else told or each.note
        for line in (*([note] if note else []), *lines) or ("",):
            yield name, line
            name = ""


def customers(it: Compared) -> Section:
    """How many differ, and in what."""
    found = it.found
    rows = [(f"decisions: {kind}", found.kinds[kind]) for kind in Kind if found.kinds[kind]]
    if found.elsewhere:
        rows.insert(0, ("the stage they end in", found.elsewhere))
    headline = f"Nobody of {it.sample} differs."
    if found.differing:
        share = found.differing / found.customers
        verb = "differs" if found.differing == 1 else "differ"
        headline = f"{found.differing:,} of {it.sample} {verb} ({100 * share:.1f} %)."
    notes = [_READ] if found.differing else []
    if found.later:
        notes.append(f"{count_of(found.later, 'record')} later than the end were left out.")
    end = "" if found.end is None else f" on to {format_instant(found.end)}"
    return it.section(
        "customers",
        "Who differs",
        DIFFERS,
        [Table(columns("Differ in", ("Customers", COUNT)), tuple(rows))] if rows else [],
        headline=headline,
        notes=notes,
        censored=f"Time goes{end} under both; what would have followed after that is not known.",
    )
