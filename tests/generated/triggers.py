"""Made triggers: what they are on, and their guards."""

from __future__ import annotations

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
from tests.generated.conditions import at_records
from tests.generated.contents import template
from tests.generated.hearing import NO_RECORD, Heard, heard, heard_events, heard_of_each
from tests.generated.journeys import Place, journey, steps
from tests.generated.stages import dates, stages_of
from tests.generated.vocabulary import CHANNELS, Names, durations, times

FILTERED = (
    ("buy where amount > 10", "amount"),
    ("buy where event.plan is present", "event.plan"),
    ("rate where stars >= credit", 'event.note else "-"'),
    ("rate where event.good or vip", "stars * 0.1"),
    ("note where took > 1h", "took"),
    ("note where event.until is present", "event.until"),
    ("note where event.on_day is present", "event.on_day"),
)
"""Events and a value that the `where` lets them read."""

OCCURRENCES = (
    "on", "on", "on", "on", "own fields", "after", "each", "each", "each", "absence", "sequence",
    "sequence", "every", "dates",
)  # fmt: skip


@composed
def trigger(draw: Draw, names: Names, name: str) -> str:
    """A trigger with its guards and steps."""
    kind = draw(sampled_from(OCCURRENCES))
    own, each = "", list[str]()
    match kind:
        case "own fields":
            event, value = draw(sampled_from(FILTERED))
            occurrence, record = f"on {event}", Heard(event, (event.split()[0],))
            own = f'send email "own" {{ own: {value}, at: at }}'
        case "every":
            occurrence, record = draw(every()), NO_RECORD
        case "dates":
            day = draw(
                either(dates, one_of("ends", "due_at", "1d before ends yearly", "due_at yearly"))
            )
            occurrence, record = f"on {day}", NO_RECORD
        case "each":
            field = draw(one_of("ref", "ref", "ref", "ref", "note", "plan", "id"))
            kind = draw(one_of("on", "on", "on", "absence", "sequence"))
            occurrence, record = draw(occurring(names, kind, heard_of_each(field)))
            up_to = draw(one_of("", " up to 1", " up to 1", " up to 1", " up to 2"))
            each = [f"for each {field}{up_to}"]
        case "absence" | "sequence":
            happens = either(heard_events(), heard_events(), heard(names))
            occurrence, record = draw(occurring(names, kind, happens))
        case _:
            occurrence, record = draw(occurring(names, kind, heard(names)))
    lasting = bool(each) or draw(integers(0, 9)) < 7
    guards = [*draw(guards_of(names, lasting=lasting)), *each]
    if kind in {"every", "dates"} and draw(one_in(2)):
        guards.append(f"at {draw(times)}")
    place = Place(names, name, 2, record)
    done = draw(journey(place) if lasting else steps(place, 1, 3))
    exits = ""
    if lasting:
        if draw(one_in(4)):
            guards.append("restart")
        if draw(one_in(3)):
            exits = f"exit on {draw(either(heard_events(), heard(names))).text}"
    return (
        f"trigger {name} {{\n  {occurrence}\n  {'  '.join(guards)}\n  {exits}\n"
        f"  do {{ {own} {done} }}\n}}"
    )


@composed
def talkative(draw: Draw, names: Names) -> str:
    """A trigger that sends often, so that caps are reached."""
    topic = draw(one_of("", "topic tips", "topic news", "topic bills"))
    target = draw(one_of("best", *CHANNELS))
    told = draw(template(names))
    return (
        f"trigger often {{\n  on {draw(one_of('any event', 'acts, rate'))}\n  {topic}\n"
        f"  do {{ send {target} {told} {{ }} }}\n}}"
    )


@composed
def occurring(draw: Draw, names: Names, kind: str, happens: Choice[Heard]) -> tuple[str, Heard]:
    """What happens, and what the steps read the record of."""
    first = draw(happens)
    match kind:
        case "on":
            return f"on {first.text}", first
        case "after":
            return f"after {draw(durations)} without {first.text}", NO_RECORD
        case "absence":
            without = draw(either(heard_events(), heard(names)))
            return f"on {first.text} without {without.text} for {draw(durations)}", first
        case _:
            then = [first if draw(one_in(4)) else draw(happens)]
            if draw(one_in(3)):
                then.append(draw(happens))
            later = "".join(f" then {each.text}" for each in then)
            return f"on {first.text}{later} within {draw(durations)}", then[-1]


@composed
def every(draw: Draw) -> str:
    """Days of the calendar."""
    return f"every {draw(one_of('day', 'day', 'month', 'sunday', 'saturday, monday', 'friday'))}"


@composed
def guards_of(draw: Draw, names: Names, *, lasting: bool) -> list[str]:
    """Guards that any trigger may have."""
    guards = []
    if draw(one_in(3 if lasting else 5)):
        guards.append(f"in {draw(stages_of(names))}")
    if draw(one_in(4)):
        guards.append(f"when {draw(at_records(names))}")
    if draw(one_in(10)):
        guards.append(draw(one_of("between 09:00 and 17:00", "between 22:00 and 06:00")))
    guards += draw(frequencies())
    if draw(one_in(3)):
        guards.append(f"topic {draw(one_of('tips', 'news', 'bills'))}")
    if draw(one_in(3)):
        guards.append(f"priority {draw(integers(1, 9))}")
    if draw(one_in(16)):
        guards.append("draft")
    return guards


@composed
def frequencies(draw: Draw) -> list[str]:
    """How often at most."""
    if not draw(one_in(3)):
        return []
    at_most = f"at most {draw(integers(1, 3))}"
    per = draw(either(one_of("day", "week", "month", "year", "stay"), durations))
    return [draw(sampled_from(["once", at_most, f"{at_most} per {per}", f"{at_most} per {per}"]))]
