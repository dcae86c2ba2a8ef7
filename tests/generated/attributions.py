"""Made attributions: few spans and half-lives, so that touches leave just when others come."""

from __future__ import annotations

from tests.generated.choices import Draw, composed, either, just, lists, one_in, one_of
from tests.generated.conditions import numbers
from tests.generated.hearing import heard, heard_events
from tests.generated.vocabulary import CHANNELS, Names, durations

CAMPAIGNS = {
    "visit": ("ref", "value"),
    "buy": ("plan", "ref", "amount"),
    "rate": ("note", "good", "stars"),
    "note": ("on_day", "until", "took", "id"),
    "ping": ("id", "customer"),
}
"""Fields that a touch can be called by; some are missing at times."""

MODELS = (
    "first", "last", "linear", "position 40/20/40", "position 100/0/0", "position 0/100/0",
    "position 33.33/33.34/33.33", "time_decay half-life 6h", "time_decay half-life 1min",
    "custom 1 / position over position, touches, before",
    "custom touches - position over position, touches",
    "custom 1 - before / 1d over before",
    "custom if before < 6h then 1 else 0 over before",
    "custom -1 over position",
)  # fmt: skip


@composed
def attribution(draw: Draw, names: Names, name: str) -> str:
    """An attribution."""
    touches = draw(lists(touch(), 0, 3))
    if not touches or draw(one_in(2)):
        touches.append("touch sends")
    lines = [*touches, *draw(lists(conversion(names), 1, 3))]
    lines += [f"within {draw(durations)}", f"model {draw(one_of(*MODELS))}"]
    return f"attribution {name} {{ {'  '.join(lines)} }}"


@composed
def touch(draw: Draw) -> str:
    """Records that are touches."""
    found = draw(heard_events())
    channel = draw(one_of("", *(f" as {each}" for each in CHANNELS)))
    fields = CAMPAIGNS[found.events[0]] if len(found.events) == 1 else ("id", "value")
    campaign = draw(one_of("", *(f" by {each}" for each in fields)))
    return f"touch {found.text}{channel}{campaign}"


@composed
def conversion(draw: Draw, names: Names) -> str:
    """What is credited, and what it is worth."""
    found = draw(either(heard_events(), heard_events(), heard(names)))
    own = ["amount"] if found.events == ("buy",) else []
    own += ["stars * 0.1"] if found.events == ("rate",) else []
    fixed = one_of("1", "0", "-2.5", "1 / 3", "credit", "s1 / 3", "sum(amount of buy within 2d)")
    worth = draw(either(fixed, numbers(names), *(just(each) for each in own)))
    return f"conversion {found.text} worth {worth}"
