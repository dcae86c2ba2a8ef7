"""How much was reached, and what was not: a table, and the rule file with what each line lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from lifecycle_dsl.source import Source
from lifecycle_dsl.testing.coverage.items import Item, Key, Kind, Reached
from lifecycle_dsl.testing.coverage.measuring import Meter


@frozen
class Coverage:
    """Items and which of their outcomes were reached."""

    items: tuple[Item, ...]
    reached: Mapping[Item, frozenset[str]]

    @property
    def percent(self) -> float:
        """Of all outcomes of all items, how many were reached."""
        return percent(self.items, self)

    def missing(self, item: Item) -> tuple[str, ...]:
        """The outcomes of an item that were not reached."""
        return tuple(each for each in item.outcomes if each not in self.reached[item])


def coverage(items: Mapping[Key, Item], reached: Reached) -> Coverage:
    """What was reached of some items, by file and place."""
    by_item: dict[Item, set[str]] = {item: set() for item in items.values()}
    for key, outcome in reached:
        by_item[items[key]].add(outcome)
    kinds = list(Kind)
    ordered = sorted(by_item, key=lambda each: (each.key[1], each.key[2], kinds.index(each.kind)))
    return Coverage(tuple(ordered), {item: frozenset(by_item[item]) for item in ordered})


def of_meters(meters: Iterable[Meter]) -> Coverage:
    """What the tests of several rule files reach; a file that several use counts once."""
    items: dict[Key, Item] = {}
    reached: Reached = set()
    for meter in meters:
        items.update(meter.catalogue.items)
        reached |= meter.reached
    return coverage(items, reached)


Packed = list[tuple[str, str, int, int, str, str]]


def packed(reached: Reached) -> Packed:
    """What was reached as texts and numbers, for another process."""
    return sorted(
        (kind.value, file, start, end, name, outcome)
        for (kind, file, start, end, name), outcome in reached
    )


def unpacked(told: Packed) -> Reached:
    """What another process has reached."""
    return {
        ((Kind(kind), file, start, end, name), outcome)
        for kind, file, start, end, name, outcome in told
    }


def percent(items: tuple[Item, ...], found: Coverage) -> float:
    """Of the outcomes of some items, how many were reached; 100 where there are none."""
    whole = sum(len(item.outcomes) for item in items)
    there = whole - sum(len(found.missing(item)) for item in items)
    return 100.0 if not whole else 100 * there / whole


def table(found: Coverage) -> list[tuple[str, int, int, float]]:
    """By kind: its name, outcomes reached, outcomes in all, percent."""
    rows = []
    for kind in Kind:
        items = tuple(item for item in found.items if item.kind is kind)
        whole = sum(len(item.outcomes) for item in items)
        if whole:
            missing = sum(len(found.missing(item)) for item in items)
            rows.append((kind.value, whole - missing, whole, percent(items, found)))
    return rows


def summary(found: Coverage) -> Iterator[str]:
    """The table and the whole, line by line."""
    for kind, reached, whole, share in table(found):
        yield f"{kind:<18}{reached:>6} of {whole:>5}  {share:6.1f} %"
    yield f"{'in all':<18}{'':>15}  {found.percent:6.1f} %"


def sources(found: Coverage) -> list[Source]:
    """The files that have items, in order of their names."""
    by_name = {item.span.source.name: item.span.source for item in found.items}
    return [by_name[name] for name in sorted(by_name)]


def lacking(found: Coverage, source: Source) -> dict[int, list[str]]:
    """By line of a file: what was not reached there."""
    lines: dict[int, list[str]] = {}
    unseen: set[tuple[int, int]] = set()
    """Conditions that were never looked at: that says all of their boundaries, too."""
    here = [item for item in found.items if item.span.source.name == source.name]
    crowded = Counter((item.kind, source.position(item.span.start)[0]) for item in here)
    for item in here:
        missing = found.missing(item)
        if not missing:
            continue
        place = item.span.start, item.span.end
        if item.kind is Kind.CONDITION and missing == item.outcomes:
            unseen.add(place)
        elif item.kind is Kind.BOUNDARY and place in unseen:
            continue
        line, _ = source.position(item.span.start)
        lines.setdefault(line, []).append(_lack(item, missing, named=crowded[item.kind, line] > 1))
    return lines


def _lack(item: Item, missing: tuple[str, ...], *, named: bool) -> str:
    outcomes = " or ".join(missing)
    name = f"`{item.text}` " if named or item.said else ""
    if len(missing) == len(item.outcomes) > 1 and item.kind is not Kind.BOUNDARY:
        return f"`{item.text}` never looked at"
    match item.kind:
        case Kind.TRANSITION | Kind.TRIGGER | Kind.POINTS | Kind.ROW | Kind.ATTRIBUTION:
            return f"{name}never {outcomes}"
        case Kind.BRANCH:
            went = "" if missing == ("taken",) else "went "
            return f"{name}never {went}{outcomes}"
        case Kind.CONDITION:
            return f"`{item.text}` never {outcomes}"
        case Kind.BOUNDARY:
            sides = ", ".join("at it" if each == "at" else f"just {each}" for each in missing)
            return f"`{item.text}`: never {sides}"


def listing(found: Coverage) -> Iterator[str]:
    """Every line that lacks something, with what it lacks under it."""
    for source in sources(found):
        lines = lacking(found, source)
        if not lines:
            continue
        yield source.name
        width = len(str(max(lines)))
        for line in sorted(lines):
            yield f"  {line:>{width}} | {source.line_text(line)}"
            yield from (f"  {'':>{width}} |   ! {each}" for each in lines[line])
