"""`lcr run --sql … --peek`: what a query gives, which events that fills, and what does not fit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import click
import msgspec
from attrs import define, field

from lifecycle_dsl.cli.progress import watched
from lifecycle_dsl.cli.terminal import UnusableError, plural
from lifecycle_dsl.diagnostics import closest
from lifecycle_dsl.engine.deadletters import NO_TIME, DeadLetter, unit_of
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining.masking import MASK
from lifecycle_dsl.inputs import Batch, InputError
from lifecycle_dsl.inputs.selection import Selected
from lifecycle_dsl.inputs.sql import NEEDED, WHOLE, Column, Filled, Query
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.program.declarations import Trait
from lifecycle_dsl.program.types import TIME, Field

FINDINGS: Final = 1
_SHOWN: Final = 5
"""Records that are shown, and fields that a column fills."""
_REASONS: Final = 20


def peek_at(query: Query, ruleset: RuleSet) -> int:
    """Say what a query gives; 1 if something does not fit."""
    try:
        return _peeked(query, ruleset)
    except InputError as error:
        raise UnusableError(f"--sql: {error}") from error


def _peeked(query: Query, ruleset: RuleSet) -> int:
    _table("column", "type", "fills", rows=(_column(query, each) for each in query.columns))
    misfits = list(query.misfits(ruleset.program.timezone))
    if misfits:
        _section("does not fit", misfits)
    names = [each.name for each in query.columns]
    if any(names.count(name) != 1 for name in NEEDED) or len(set(names)) < len(names):
        return FINDINGS
    filled = query.filled()
    looked = _Looked(ruleset)
    for batch in watched(query, query):
        looked.take(batch)
    click.echo()
    if filled:
        _table("event", "rows", "", rows=(_event(each, ruleset) for each in filled))
    else:
        click.echo("the query gives no rows")
    looked.tell()
    for unit in looked.units:
        click.echo(f"help: {query.of_epoch(unit)}")
    if f"`at` {NO_TIME}" in looked.reasons and (hint := query.of_text()):
        click.echo(f"help: {hint}")
    return FINDINGS if misfits or looked.reasons else 0


def _column(query: Query, column: Column) -> tuple[str, str, str]:
    wanted = query.wanted(column.name)
    fits = [filled for type_, filled in wanted if column.fills(type_)]
    if not wanted:
        known = {each.name for shape in query.shapes.values() for each in shape.fields}
        similar = closest(column.name, known)
        hint = "" if similar is None else f"; a similar field exists: `{similar}`"
        return column.name, column.shown, f"nothing{hint}"
    if not fits:
        return column.name, column.shown, "nothing: it does not fit"
    more = f" and {len(fits) - _SHOWN} more" if len(fits) > _SHOWN else ""
    note = ", as UTC: it has no zone" if column.is_zoneless else ""
    if column.kind in WHOLE and any(type_ == TIME for type_, _ in wanted) and column.name != "at":
        unit = unit_of(query.largest(column))
        note = "" if unit is None else f", as microseconds: it looks like {unit}"
    return column.name, column.shown, f"{', '.join(fits[:_SHOWN])}{more}{note}"


def _event(filled: Filled, ruleset: RuleSet) -> tuple[str, str, str]:
    """A row about the rows of one type."""
    rows = f"{filled.rows:,}"
    if filled.event is None:
        return "(none)", rows, "`type` is missing"
    shape = ruleset.records.shapes.get(filled.event)
    if shape is None:
        similar = closest(filled.event, ruleset.records.shapes)
        hint = "" if similar is None else f"; a similar one exists: `{similar}`"
        return filled.event, rows, f"no event is called so{hint}"
    return (
        filled.event,
        rows,
        "; ".join(_gaps(filled, shape.fields, is_profile=filled.event == "profile")),
    )


def _gaps(filled: Filled, fields: Iterable[Field], *, is_profile: bool) -> Iterator[str]:
    """The fields of an event that its rows do not all have."""
    for each in fields:
        missing = filled.rows - filled.values.get(each.name, 0)
        if not missing:
            continue
        needed = not (is_profile or each.optional or each.default is not None)
        if missing < filled.rows:
            if needed:
                yield f"`{each.name}` is missing in {missing:,}"
        else:
            yield f"no `{each.name}`, which it needs" if needed else f"no `{each.name}`"


@define
class _Looked:
    """What the rows are as records, without handling them."""

    ruleset: RuleSet
    first: list[dict[str, Any]] = field(factory=list)
    reasons: Counter[str] = field(factory=Counter)
    rows: dict[str, int] = field(factory=dict)
    """The number of the first row for each reason."""
    units: dict[str, None] = field(factory=dict)
    """In what `at` was given, if not in microseconds."""
    accepted: int = 0
    span: tuple[int, int] | None = None

    def take(self, batch: Batch | DeadLetter) -> None:
        """Look at some rows."""
        if isinstance(batch, DeadLetter):
            return
        decoded = self.ruleset.records.decode_lines(batch.data)
        for letter in Selected(batch.data, batch.first, batch.rows).placed(decoded.dead_letters):
            self.reasons[letter.reason] += 1
            unit = unit_of(json.loads(letter.record).get("at"))  # it reads NaN, too
            if unit is not None:
                self.units[unit] = None
            self.rows[letter.reason] = min(letter.line, self.rows.get(letter.reason, letter.line))
        wrong = {letter.line for letter in decoded.dead_letters}
        self.accepted += len(decoded.records)
        if decoded.records:
            begin, end = decoded.records[0].at, decoded.records[-1].at
            self.span = (begin if self.span is None else self.span[0]), end
        for number, line in enumerate(batch.data.split(b"\n"), 1):
            if len(self.first) == _SHOWN:
                break
            if line and number not in wrong:
                self.first.append(msgspec.json.decode(line))

    def tell(self) -> None:
        """Say it."""
        if self.span is not None:
            begin, end = map(format_instant, self.span)
            said = f"{plural(self.accepted, 'record')}, {begin} to {end}; the first:"
            _section(said, map(self._shown, self.first))
        if self.reasons:
            total = sum(self.reasons.values())
            click.echo(f"\nrejected: {plural(total, 'row')}")
            found = self.reasons.most_common(_REASONS)
            _table(
                "rows",
                "first",
                "reason",
                rows=((f"{n:,}", f"{self.rows[r]:,}", r) for r, n in found),
            )
            if len(self.reasons) > len(found):
                click.echo(f"and {plural(len(self.reasons) - len(found), 'other reason')}")

    def _shown(self, record: Mapping[str, Any]) -> str:
        """A record as JSON, its instants for people, without what is private."""
        program = self.ruleset.program
        times, private = {"at"}, set()
        if record["type"] == "profile":
            declared: Iterable[Field | Trait] = program.traits.values()
        else:
            event = program.events.get(record["type"])
            declared = () if event is None else event.fields
        for each in declared:
            if each.type == TIME:
                times.add(each.name)
            if each.private:
                private.add(each.name)
        shown: dict[str, Any] = {
            key: MASK if key in private else value for key, value in record.items()
        }
        for name in times & shown.keys():
            if isinstance(shown[name], int):
                shown[name] = format_instant(shown[name])
        return msgspec.json.encode(shown).decode()


def _section(title: str, lines: Iterable[str]) -> None:
    click.echo(f"\n{title}")
    for line in lines:
        click.echo(f"  {line}")


def _table(*head: str, rows: Iterable[Sequence[str]]) -> None:
    table = [head, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(head) - 1)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True))
        click.echo("   ".join(cells).rstrip())
