"""Made templates, and values that go with messages and calls."""

from __future__ import annotations

from tests.generated.choices import Draw, composed, either, lists, one_of, sampled_from
from tests.generated.conditions import numbers
from tests.generated.hearing import Heard
from tests.generated.vocabulary import Names


@composed
def template(draw: Draw, names: Names) -> str:
    """A template's name, with values in it."""
    holes = [
        "{stage}",
        "{credit}",
        "{vip}",
        "{tariff}",
        "{in_stage}",
        "{s1}",
        "{now}",
        "{offer.goal}",
        "",
    ]
    holes += ["{" + level + "}" for level, _ in names.levels]
    return f'"m_{draw(sampled_from(holes))}"'


@composed
def data(draw: Draw, names: Names, record: Heard) -> str:
    """What goes with a message."""
    fixed = one_of(
        "stage", "previous_stage", "vip", "tariff", "date(now)", "now", "age", "idle",
        'nick else "nobody"', "ends else date(now)", "s1", 'most(plan of buy) else "none"',
        "sum(amount of buy within 2d)", "sum(took of note within 7d)",
        "last(until of note) else now",
        "largest(on_day of note) else date(now)", "largest(took of note within 3d) else 0s",
        "most(value of any event within 2d) else 0", "credit * 0.1", "s1 / 3", "credit - 7",
        '[tariff, nick else "-"]', "offer.goal", "offer.bonus",
    )  # fmt: skip
    levels = [sampled_from([level for level, _ in names.levels])] if names.levels else []
    fields = [sampled_from(record.values())] if record.events else []
    values = draw(lists(either(fixed, numbers(names), *levels, *fields), 0, 2))
    return ", ".join(f"d{n}: {value}" for n, value in enumerate(values))
