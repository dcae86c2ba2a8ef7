"""Made conditions and values: watchable ones, and those that only a record can look at."""

from __future__ import annotations

from tests.generated.choices import (
    Choice,
    Draw,
    composed,
    either,
    just,
    lists,
    one_in,
    one_of,
    pairs,
    sampled_from,
)
from tests.generated.vocabulary import FIELDS_OF_MOST, NUMBER_FIELDS, Names, durations

events = one_of("visit", "ping", "buy", "rate", "note", "acts", "visit, rate", "any event")
orders = one_of(">=", ">", "<", "<=")
bars = one_of("0.5", "1", "2", "3", "4.5")
spans = either(
    durations.map(lambda d: f" within {d}"),
    one_of(" this day", " this week", " this month", " this year"),
    just(""),
)
wheres = one_of(
    ("buy", "amount > 10"),
    ("buy", "plan == pro"),
    ("rate", "stars >= 3 and good"),
    ("rate", 'note contains "x"'),
    ("visit", "value > 1"),
    ("note", "took >= 1h"),
    ("buy", "plan == pro or amount > 10"),
    ("rate", 'not (note contains "x") and stars < 5'),
    ("visit", '(if event.ref == "a" then value >= 1 else value < 1)'),
)


of_changes = one_of(
    "enter fresh", "leave fresh", "enter warm", "enter early", "leave early", "enter warm, visit",
    "sent email", "sent tips", 'sent email "m_"',
)  # fmt: skip
"""Changes that every made rule set knows."""


@composed
def memory_numbers(draw: Draw) -> str:
    """A memory term that is a number and never missing."""
    span = draw(spans)
    kinds = ("count", "where", "sum", "distinct", "by_day", "streak", "keep", "keep", "changes")
    match draw(sampled_from(kinds)):
        case "changes":
            return f"count({draw(of_changes)}{span})"
        case "where":
            event, where = draw(wheres)
            return f"count({event} where {where}{span})"
        case "sum":
            event = draw(sampled_from(sorted(NUMBER_FIELDS)))
            return f"sum(value of {event}{span})"
        case "distinct":
            event = draw(sampled_from(sorted(FIELDS_OF_MOST)))
            return f"distinct({FIELDS_OF_MOST[event]} of {event}{span})"
        case "by_day":
            return f"distinct(day of {draw(events)}{span})"
        case "streak":
            return f"streak({draw(events)})"
        case "keep":
            # No `count`: where only `count >= k` is asked it is exact whatever `keep` says.
            kept = draw(one_of("sum(value", "sum(value", "distinct(value"))
            span = f" within {draw(durations)}" if kept.startswith("sum") else draw(spans)
            return f"{kept} of {draw(events)}{span} keep {draw(one_of(1, 2, 3))})"
        case _:
            return f"count({draw(events)}{span})"


@composed
def missing_numbers(draw: Draw) -> str:
    """A number with a fallback where it is missing."""
    event = draw(sampled_from(sorted(NUMBER_FIELDS)))
    field = "value" if event == "buy" else NUMBER_FIELDS[event]
    function = draw(one_of("largest", "smallest", "most", "last"))
    span = "" if function == "last" else draw(spans)
    keeps_entries = function == "most" or span.startswith(" within")
    keep = " keep 2" if keeps_entries and draw(one_in(2)) else ""
    return f"({function}({field} of {event}{span}{keep}) else 0)"


@composed
def changes(draw: Draw, names: Names) -> str:
    """Something of the customer that changes."""
    options = [
        f"{verb} {stage}" for stage in (*names.stages, "early") for verb in ("enter", "leave")
    ]
    options += [f"{verb} {segment}" for segment in names.computed for verb in ("enter", "leave")]
    for level, labels in names.levels:
        options += [f"{level} rises", f"{level} falls"]
        options += [f"{level} rises to {label}" for label in labels[1:]]
        options += [f"{level} falls to {label}" for label in labels[:-1]]
    return draw(sampled_from(options))


@composed
def linear_values(draw: Draw, names: Names) -> str:
    """A linear form over scores of one half-life."""
    scores = draw(sampled_from(names.linear_scores()))
    first = draw(sampled_from(scores))
    if draw(one_in(8)):
        return f"(if vip then {first} else 2)"
    if not names.decays(first):
        return first
    second = draw(sampled_from(scores))
    return draw(
        one_of(first, first, f"{first} + {second}", f"{first} * 2 - {second}", f"{first} * 0.5 + 1")
    )


of_dates = one_of(
    "(ends else 2026-03-29) <= date(now)",
    "ends is present",
    "weekday(now) == sunday",
    "(due_at else 2026-03-29T01:00Z) <= now",
    "now >= midnight(ends else 2026-03-29) + 2h",
    "midnight(date(now)) == midnight(ends else 2026-03-29)",
    "(last(on_day of note) else 2026-03-29) == date(now)",
)
of_traits = one_of(
    "vip",
    "credit >= 2",
    "tariff == pro",
    "nick is present",
    '(nick else "") starts with "x"',
    "(last(good of rate) else false)",
)
of_tables = one_of("offer.bonus >= 2", "offer.bonus < 1", 'offer.goal == "b"')


@composed
def watchable_atoms(draw: Draw, names: Names) -> str:
    """A comparison that time alone may turn, at an instant known beforehand."""
    kind = draw(
        one_of(
            "score", "score", "memory", "memory", "let", "since", "clock", "trait", "level",
            "segment", "stage", "missing", "date", "date", "table",
        )
    )  # fmt: skip
    match kind:
        case "score":
            bar = sampled_from(names.params) if names.params else bars
            return f"{draw(linear_values(names))} {draw(orders)} {draw(either(bars, bar))}"
        case "memory":
            symbol = draw(one_of(">=", ">", "<", "==", "!="))
            return f"{draw(memory_numbers())} {symbol} {draw(one_of('0', '1', '2', '3'))}"
        case "let" if names.lets:
            return f"{draw(sampled_from(names.lets))} {draw(orders)} {draw(bars)}"
        case "missing":
            return f"{draw(missing_numbers())} {draw(orders)} {draw(bars)}"
        case "since":
            happened = draw(either(events, of_changes))
            return f"(since({happened}) else 0s) {draw(orders)} {draw(durations)}"
        case "clock":
            return f"{draw(one_of('in_stage', 'age'))} {draw(orders)} {draw(durations)}"
        case "level" if names.levels:
            level, labels = draw(sampled_from(names.levels))
            return f"{level} {draw(orders)} {draw(sampled_from(labels))}"
        case "segment" if names.computed or names.joined:
            return draw(sampled_from(names.computed + names.joined))
        case "stage":
            reads = draw(one_of("stage", "previous_stage"))
            return f"{reads} {draw(one_of('==', '!='))} {draw(sampled_from(names.stages))}"
        case "date":
            season = ("holidays",) if names.season else ()
            calendar: Choice[str] = one_of("streak(visit) >= 2", "seen(buy)", *season)
            return draw(either(of_dates, calendar))
        case "table" if names.tables:
            return draw(of_tables)
        case _:
            return draw(of_traits)


@composed
def atoms_at_records(draw: Draw, names: Names) -> str:
    """A comparison that nothing watches."""
    if not draw(one_in(3)):
        return draw(watchable_atoms(names))
    return draw(
        one_of(
            "idle >= 1d",
            "idle < 6h",
            "hour(now) < 12",
            "weekday(now) is one of (saturday, sunday)",
            "month(now) == march",
            "days(age) >= 2",
            "round(credit / 2) == 1",
            "abs(credit) <= 1",
            "mod(credit, 2) == 0",
            "sum(amount of buy within 2d) > 20",
            "chance >= 0.4",
            "round(chance, 2) < 0.7",
            "sum(took of note this week) >= 2h",
            "(last(until of note) else now) > now",
            f"min({draw(memory_numbers())}, 2) + s1 > 2",
            " + ".join(name for name, _ in names.scores) + " >= 2",
            f"s1 {draw(one_of('==', '!='))} {draw(one_of('bar0', '1', '2'))}",
        )
    )


def combined(atoms: Choice[str]) -> Choice[str]:
    """Atoms under and, or, not and if."""
    two = pairs(atoms, atoms)
    three = lists(atoms, 3, 3)
    return either(
        atoms,
        atoms,
        two.map(lambda pair: f"{pair[0]} and {pair[1]}"),
        two.map(lambda pair: f"{pair[0]} or {pair[1]}"),
        two.map(lambda pair: f"{pair[0]} and not ({pair[1]})"),
        three.map(lambda each: f"(if {each[0]} then {each[1]} else {each[2]})"),
    )


def watchable(names: Names) -> Choice[str]:
    """A condition of `when C` and of computed segments."""
    return combined(watchable_atoms(names))


def at_records(names: Names) -> Choice[str]:
    """A condition of a guard."""
    return combined(atoms_at_records(names))


@composed
def numbers(draw: Draw, names: Names) -> str:
    """A number of any kind."""
    found: str = draw(
        either(
            linear_values(names),
            memory_numbers(),
            missing_numbers(),
            one_of("credit", "days(in_stage)", "hours(age)", 'length(nick else "")', "2", "-1.5"),
            *([sampled_from(names.lets)] if names.lets else []),
        )
    )
    return found
