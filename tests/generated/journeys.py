"""Made steps: what they do, where runs wait, and where they branch.

Some `call`s only say in the log where a run came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.generated.choices import (
    Choice,
    Draw,
    composed,
    either,
    integers,
    one_in,
    one_of,
    sampled_from,
)
from tests.generated.conditions import at_records, numbers
from tests.generated.contents import data, template
from tests.generated.hearing import EVENTS_OF, Heard, heard, heard_events
from tests.generated.vocabulary import CHANNELS, SWITCHES, Names, durations, times

ACTS = ("send", "send", "send", "send", "set", "set", "join", "quit", "call")
FURTHER = ("if", "split", "exit", "wait", "wait until", "await", "arms")
WAITS = ("wait", "wait", "wait until", "await", "await", "arms", "arms")


@dataclass(frozen=True)
class Place:
    """Where a step stands."""

    names: Names
    path: str
    """The trigger, and the numbers of the steps on the way: for names that stand once."""
    depth: int
    """How many further levels of steps there may be inside."""
    record: Heard
    """What the trigger, or the arm of an `await`, reads the record of."""

    def inside(self, part: object) -> Place:
        """A place in a part of a step."""
        return replace(self, path=f"{self.path}_{part}", depth=self.depth - 1)


@composed
def journey(draw: Draw, place: Place) -> str:
    """Steps that wait soon."""
    before = draw(steps(replace(place, path=f"{place.path}_a", depth=0), 0, 1))
    waiting = draw(step_of(place, draw(sampled_from(WAITS))))
    after = draw(steps(replace(place, path=f"{place.path}_z"), 1, 3))
    return f"{before}  {waiting}  {after}"


@composed
def steps(draw: Draw, place: Place, least: int, most: int) -> str:
    """Some steps."""
    count = draw(integers(least, most))
    made = [
        draw(step(replace(place, path=f"{place.path}_{number}"))) for number in range(1, count + 1)
    ]
    return "  ".join(made)


@composed
def step(draw: Draw, place: Place) -> str:
    """A step; only where there is depth left it holds others or waits."""
    kinds: tuple[str, ...] = ACTS
    if place.depth:
        kinds += FURTHER
    return draw(step_of(place, draw(sampled_from(kinds))))


@composed
def step_of(draw: Draw, place: Place, kind: str) -> str:
    """A step of a kind."""
    match kind:
        case "send":
            target = draw(sampled_from([*CHANNELS, "best", "best"]))
            content = draw(data(place.names, place.record))
            return f"send {target} {draw(template(place.names))} {{ {content} }}"
        case "set":
            return f"set {draw(setting(place))}"
        case "call":
            if draw(one_in(4)):
                return f"call crm.offer {{ items: {draw(offers)} }}"
            value = draw(numbers(place.names))
            return f'call crm.notify {{ reason: "r", n: {value} }}'
        case "if":
            return draw(if_chain(place))
        case "split":
            return draw(split(place))
        case "wait":
            came = draw(mark("came behind a wait"))
            return f"wait {draw(how_long(place))}{draw(label(place))}{came}"
        case "wait until":
            came = draw(mark("came behind a wait"))
            return f"wait until {draw(until(place))}{draw(label(place))}{came}"
        case "await":
            return draw(await_one(place))
        case "arms":
            return draw(await_arms(place))
        case "exit":
            return "exit"
        case _:
            return f"{kind} crowd"


offers = one_of("[]", '[{ name: "a" }]', '[{ name: "a", due: 2026-03-29, n: 0.5 }, { name: "b" }]')
"""Lists of records written out."""


@composed
def setting(draw: Draw, place: Place) -> str:
    """A trait and the value that it gets."""
    switch = draw(sampled_from(SWITCHES))
    zones = ('zone = "Asia/Tokyo"', 'zone = "Nowhere"') if place.names.zone_trait else ()
    chosen: str = draw(
        one_of(
            "vip = not vip",
            "vip = true",
            "credit = clamp(credit + 1, 0, 5)",
            'nick = "x-ray"',
            "tariff = pro",
            "ends = date(now) + 1d",
            "due_at = now",
            "due_at = now + 6h",
            f"{switch} = not {switch}",
            *zones,
        )
    )
    return chosen


@composed
def label(draw: Draw, place: Place) -> str:
    """Sometimes a name for a place at which a run waits."""
    return draw(one_of("", "", f" as {place.path}"))


@composed
def mark(draw: Draw, reason: str) -> str:
    """Sometimes a call that says that a run came here."""
    return draw(one_of("", f'  call crm.notify {{ reason: "{reason}" }}'))


@composed
def how_long(draw: Draw, place: Place) -> str:
    """A duration: a constant, or computed when the step runs."""
    computed = [
        "0s", "if vip then 1h else 2d", "(last(took of note) else 90min)", "in_stage", "age * 2",
        "(due_at else now) - now", "1h * credit",
    ]  # fmt: skip
    if place.record.events == ("note",):
        computed += ["took", "took * 2"]
    return draw(either(durations, durations, sampled_from(computed)))


@composed
def until(draw: Draw, place: Place) -> str:
    """A time of day, or an instant."""
    instants = [
        "(due_at else now)", "(due_at else (now + 1d))", "(now + 6h)", "(now - 1h)",
        "(last(until of note) else now)", "(midnight(ends else date(now)) + 9h)",
    ]  # fmt: skip
    if place.record.events == ("note",):
        instants.append("(event.until else (now + 1h))")
    if place.record.events:
        instants.append("(at + 1d)")
    return draw(either(times, times, sampled_from(instants)))


@composed
def if_chain(draw: Draw, place: Place) -> str:
    """`if`, perhaps `else if`, perhaps `else`."""
    conditions = at_records(place.names)
    if place.record.events:
        conditions = either(conditions, sampled_from(place.record.conditions()))
    count = draw(one_of(1, 1, 2))
    links = [
        f"if {draw(conditions)} {{ {draw(steps(place.inside(f'i{number}'), 1, 2))} }}"
        for number in range(count)
    ]
    if draw(one_in(2)):
        links.append(f"{{ {draw(steps(place.inside('e'), 1, 2))} }}")
    return " else ".join(links)


@composed
def split(draw: Draw, place: Place) -> str:
    """Shares that are 100 % together."""
    percents = draw(one_of(("50", "50"), ("33.3", "33.4", "33.3"), ("10", "90"), ("100",)))
    shares = "  ".join(
        f"{percent}%: {{ {draw(steps(place.inside(f's{number}'), 0, 2))} }}"
        for number, percent in enumerate(percents)
    )
    return f"split split_{place.path} {{ {shares} }}"


@composed
def await_one(draw: Draw, place: Place) -> str:
    """`await` of one list of happenings."""
    awaited = draw(awaits(place.names))
    within, otherwise = draw(ending(place))
    named = draw(label(place))
    head = f"await {awaited.text}{within}{named}"
    if otherwise and draw(one_in(4)):
        return f"{head}{otherwise}"
    return f"{head} {draw(arm_steps(place, awaited, 0))}{otherwise}"


@composed
def await_arms(draw: Draw, place: Place) -> str:
    """`await` with arms."""
    within, otherwise = draw(ending(place))
    named = draw(label(place))
    arms = []
    for number in range(draw(integers(1, 3))):
        awaited = draw(awaits(place.names))
        arms.append(f"on {awaited.text} {draw(arm_steps(place, awaited, number))}")
    return f"await{within}{named} {{ {' '.join(arms)}{otherwise} }}"


def awaits(names: Names) -> Choice[Heard]:
    """What an `await` waits for: mostly events."""
    several = one_of("acts", "visit, rate", "any event", "any event where value > 0")
    wide = several.map(lambda text: Heard(text, EVENTS_OF[text.split(" where")[0]]))
    return either(wide, heard_events(), heard_events(), heard(names))


@composed
def arm_steps(draw: Draw, place: Place, awaited: Heard, number: int) -> str:
    """The steps of an arm, which read its own record."""
    inner = replace(place.inside(f"m{number}"), record=awaited)
    marked = draw(mark("came to an arm"))
    return f"{{{marked} {draw(steps(inner, 0, 2))} }}"


@composed
def ending(draw: Draw, place: Place) -> tuple[str, str]:
    """`within` or `until`, and what else comes then; without an end there is no `else`."""
    kind = draw(one_of("none", "within", "else", "else", "else"))
    if kind == "none":
        return "", ""
    within = f" until {draw(until(place))}" if draw(one_in(3)) else f" within {draw(durations)}"
    if kind == "within":
        return within, ""
    marked = draw(mark("came to else"))
    return within, f" else {{{marked} {draw(steps(place.inside('o'), 0, 2))} }}"
