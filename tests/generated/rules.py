"""Made rule sets, as text: most are valid, and most do something."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.generated.conditions import (
    at_records,
    bars,
    changes,
    events,
    linear_values,
    memory_numbers,
    numbers,
    watchable,
    wheres,
)
from tests.generated.vocabulary import (
    FACTS,
    HALF_LIVES,
    STAGES,
    ZONES,
    Names,
    durations,
    one_of,
)


@st.composite
def rule_sets(draw: DrawFn) -> str:
    """The text of a whole rule set."""
    zone_trait = draw(st.booleans())
    parts = [draw(headers()), FACTS, draw(traits(zone_trait=zone_trait))]
    season = draw(st.booleans())
    if season:
        parts.append("season holidays = 2026-03-28 to 2026-03-29, 2026-12-31")
    stages = STAGES[: draw(st.integers(2, 5))]
    scores = draw(st.lists(score_settings(), min_size=1, max_size=3))
    named = tuple((f"s{n}", half_life) for n, (half_life, _) in enumerate(scores, 1))
    names = Names(stages, named, (), (), (), ("crowd",), ("bar0",), zone_trait, season)
    parts += [draw(score(f"s{n}", settings)) for n, (_, settings) in enumerate(scores, 1)]
    parts.append("segment crowd")
    parts.append("param bar0 = 2 tune 1 to 5 step 1")
    names = draw(measures(names, parts))
    parts.append(draw(start(names)))
    parts += draw(st.lists(from_rules(names), max_size=2))
    parts += [draw(stage_text(names, stage)) for stage in stages]
    parts.append("channel email, sms\ntopic tips\ntopic bills { transactional }")
    parts.append("action crm.notify { reason: text, n: number? }")
    count = draw(st.integers(2, 5))
    parts += [draw(trigger(names, f"t{n}")) for n in range(1, count + 1)]
    return "\n".join(parts) + "\n"


@st.composite
def headers(draw: DrawFn) -> str:
    """The name, the zone, and perhaps `dedupe`."""
    dedupe = draw(st.sampled_from(["", f"dedupe {draw(durations)}\n"]))
    return f'lifecycle made\ntimezone "{draw(st.sampled_from(ZONES))}"\n{dedupe}'


@st.composite
def traits(draw: DrawFn, *, zone_trait: bool) -> str:
    """Traits of all types, some with folds."""
    zone = f'trait zone: text = "{draw(st.sampled_from(ZONES))}"\n' if zone_trait else ""
    vip = draw(one_of("", "{ on buy where plan == pro: true }", "{ on rate: event.good }"))
    credit = draw(
        one_of(
            "",
            "{ on buy: clamp(credit + 1, 0, 9) }",
            "{ on rate where stars > 1: clamp(stars, -5, 5)  on ping: 0 }",
        )
    )
    nick = draw(one_of("", '{ on rate where note is present: event.note else "?" }'))
    tariff = draw(one_of("", "{ on buy where event.plan is present: event.plan else free }"))
    ends = draw(one_of("", "{ on visit: date(now) + 2d }", "{ on ping: date(now) }"))
    due = draw(one_of("", "{ on visit: now + 1d }", "{ on buy: now }"))
    return (
        f"{zone}trait vip: bool = false {vip}\n"
        f"trait credit: number = 0 {credit}\n"
        f"trait nick: text? {nick}\n"
        f"trait tariff: one of (free, pro) = free {tariff}\n"
        f"trait ends: date? {ends}\n"
        f"trait due_at: time? {due}\n"
    )


@st.composite
def score_settings(draw: DrawFn) -> tuple[str | None, str]:
    """A half-life (or none) and the lines that say so."""
    kind = draw(one_of("half-life", "half-life", "half-life", "none", "fade"))
    clamps = draw(one_of("", "at least 0", "at least 0  at most 5", "at most 4", "at least -2"))
    if kind == "none":
        return None, clamps
    if kind == "fade":
        return None, f"fade {draw(one_of('0.5', '0.95 ^ days(in_stage)', '0'))}  {clamps}"
    half_life = draw(st.sampled_from(sorted(HALF_LIVES)))
    return half_life, f"half-life {half_life}  {clamps}"


@st.composite
def score(draw: DrawFn, name: str, settings: str) -> str:
    """A score and what adds to it."""
    lines = draw(
        st.lists(
            st.one_of(
                st.tuples(events, one_of("1", "2", "value", "-1", "0.5 * value", "1.1")),
                one_of(
                    ("buy where amount > 10", "number(amount) / 10"),
                    ("buy", "if vip then 2 else 1"),
                    ("rate", "stars"),
                    ("rate where good", "stars * 0.5"),
                    ("visit where vip", "2"),
                    ("visit", "count(visit within 1d)"),
                ),
            ),
            min_size=1,
            max_size=3,
        )
    )
    text = "  ".join(f"on {event}: {amount}" for event, amount in lines)
    return f"score {name} {{ {settings}  {text} }}"


@st.composite
def let_value(draw: DrawFn, names: Names) -> str:
    """What a let stands for."""
    one, two = draw(watchable(names)), draw(watchable(names))
    points = f"points {{ when {one}: 2  when {two}: 1.5 }}"
    return draw(st.one_of(linear_values(names), memory_numbers(), st.just(points)))


@st.composite
def measures(draw: DrawFn, names: Names, parts: list[str]) -> Names:
    """Lets, levels and segments, each reading those before."""
    lets: list[str] = []
    for n in range(draw(st.integers(0, 2))):
        parts.append(f"let l{n} = {draw(let_value(names))}")
        lets.append(f"l{n}")
    levels: list[tuple[str, tuple[str, ...]]] = []
    for n in range(draw(st.integers(0, 2))):
        known_lets = st.sampled_from(lets or ["s1"])
        value = draw(st.one_of(linear_values(names), memory_numbers(), known_lets))
        three = draw(st.booleans())
        bands = f"high{n} >= 3  mid{n} >= 1  low{n}" if three else f"high{n} >= bar0  low{n}"
        parts.append(f"level v{n} = {value} {{ {bands} }}")
        middle = (f"mid{n}",) if three else ()
        levels.append((f"v{n}", (f"low{n}", *middle, f"high{n}")))
    known = Names(
        names.stages,
        names.scores,
        tuple(lets),
        tuple(levels),
        (),
        names.joined,
        names.params,
        names.zone_trait,
        names.season,
    )
    computed: list[str] = []
    for n in range(draw(st.integers(0, 2))):
        parts.append(f"segment g{n} = {draw(watchable(known))}")
        computed.append(f"g{n}")
    parts.append(f"param bar1 = 1 {{ crowd: 2  {'  '.join(f'{each}: 3' for each in computed)} }}")
    return Names(
        names.stages,
        names.scores,
        tuple(lets),
        tuple(levels),
        tuple(computed),
        names.joined,
        (*names.params, "bar1"),
        names.zone_trait,
        names.season,
    )


@st.composite
def start(draw: DrawFn, names: Names) -> str:
    """Where customers begin."""
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from(names.stages),
                one_of("vip", "credit > 1", "tariff == pro", "nick is present"),
            ),
            max_size=2,
        )
    )
    conditional = "  ".join(f"-> {stage} when {condition}" for stage, condition in lines)
    return f"start {{ {conditional}  -> {names.stages[0]} }}"


@st.composite
def heard_events(draw: DrawFn) -> str:
    """Events, sometimes with a `where`."""
    if draw(st.integers(0, 2)):
        return draw(events)
    event, where = draw(wheres)
    return f"{event} where {where}"


@st.composite
def heard(draw: DrawFn, names: Names) -> str:
    """Events or changes."""
    kind = draw(one_of("events", "events", "changes", "changes", "both", "profile"))
    match kind:
        case "events":
            return draw(heard_events())
        case "changes":
            return draw(changes(names))
        case "both":
            where = draw(one_of("", " where vip", " where credit > 1"))
            return f"{draw(events)}, {draw(changes(names))}, {draw(changes(names))}{where}"
        case _:
            return draw(one_of("profile", "profile, ping", "profile where vip"))


@st.composite
def moving(draw: DrawFn, names: Names) -> str:
    """A way of moving."""
    guard = f" when {draw(at_records(names))}" if draw(st.integers(0, 3)) == 0 else ""
    match draw(one_of("on", "on", "when", "when", "points", "after", "without", "dates")):
        case "on":
            return f"on {draw(heard_events())}{guard}"
        case "when":
            return f"when {draw(watchable(names))}"
        case "points":
            lines = draw(st.lists(point_line(names), min_size=1, max_size=3))
            bar = draw(st.one_of(bars, st.sampled_from(names.params)))
            return f"at {bar} points {{ {'  '.join(lines)} }}"
        case "after":
            return f"after {draw(durations)}{guard}"
        case "without":
            return f"after {draw(durations)} without {draw(heard(names))}{guard}"
        case _:
            shifted = ("1d before ends", "1d after ends", "2d, 1d before ends", "6h after due_at")
            return f"on {draw(one_of(*shifted, 'ends yearly'))}{guard}"


@st.composite
def point_line(draw: DrawFn, names: Names) -> str:
    """A line of `at N points`."""
    if draw(st.booleans()):
        return f"on {draw(heard_events())}: {draw(bars)}"
    return f"when {draw(at_records(names))}: {draw(bars)}"


@st.composite
def stages_of(draw: DrawFn, names: Names) -> str:
    """Some stages, as `in` and `from` name them."""
    stage = draw(st.sampled_from(names.stages))
    other = draw(st.sampled_from(names.stages))
    pair = f"{stage}, {other}" if other != stage else stage
    return draw(st.sampled_from([stage, pair, "any", f"any except {stage}", "early"]))


@st.composite
def from_rules(draw: DrawFn, names: Names) -> str:
    """A way out of several stages."""
    sources = draw(stages_of(names))
    excepted = sources.removeprefix("any except ")
    elsewhere = [stage for stage in names.stages if sources != stage]
    if sources == "early" and len(names.stages) > 2:
        elsewhere = list(names.stages[1:])
    if sources != excepted and len(names.stages) == 2:
        elsewhere = [excepted]
    target = draw(st.sampled_from(elsewhere))
    return f"from {sources} -> {target} {draw(moving(names))}"


@st.composite
def stage_text(draw: DrawFn, names: Names, stage: str) -> str:
    """A stage and its ways out."""
    others = [other for other in names.stages if other != stage]
    ways = draw(st.lists(st.tuples(st.sampled_from(others), moving(names)), min_size=1, max_size=3))
    lines = "  ".join(f"-> {target} {way}" for target, way in ways)
    return f"stage {stage} {{ {lines} }}"


own_fields = one_of(
    ("buy where amount > 10", "amount"),
    ("buy where event.plan is present", "event.plan else free"),
    ("rate where stars >= credit", 'event.note else "-"'),
    ("rate where event.good or vip", "stars * 0.1"),
    ("note where took > 1h", "took"),
    ("note where event.until is present", "event.on_day else date(now)"),
    ("note", "event.until else now"),
    ("buy, rate where value > 0", "value"),
)
"""Events and a value that read fields."""


@st.composite
def trigger(draw: DrawFn, names: Names, name: str) -> str:
    """A trigger with its guards and steps."""
    steps = draw(st.lists(step(names, 2), min_size=1, max_size=3))
    kind = draw(st.integers(0, 4))
    if kind == 4:
        event, value = draw(own_fields)
        occurrence = f"on {event}"
        steps.append(f'send email "own" {{ own: {value}, at: at }}')
    elif kind:
        occurrence = f"on {draw(heard(names))}"
    else:
        occurrence = f"after {draw(durations)} without {draw(heard(names))}"
    guards = []
    if draw(st.integers(0, 2)) == 0:
        guards.append(f"in {draw(stages_of(names))}")
    if draw(st.integers(0, 2)) == 0:
        guards.append(f"when {draw(at_records(names))}")
    if draw(st.integers(0, 5)) == 0:
        guards.append(draw(one_of("between 09:00 and 17:00", "between 22:00 and 06:00")))
    guards += draw(frequencies())
    if draw(st.integers(0, 2)) == 0:
        guards.append(f"topic {draw(one_of('tips', 'bills'))}")
    if draw(st.integers(0, 2)) == 0:
        guards.append(f"priority {draw(st.integers(1, 9))}")
    if draw(st.integers(0, 9)) == 0:
        guards.append("draft")
    return (
        f"trigger {name} {{\n  {occurrence}\n  {'  '.join(guards)}\n"
        f"  do {{ {'  '.join(steps)} }}\n}}"
    )


@st.composite
def frequencies(draw: DrawFn) -> list[str]:
    """How often at most."""
    if draw(st.integers(0, 2)):
        return []
    at_most = f"at most {draw(st.integers(1, 3))}"
    per = draw(st.one_of(one_of("day", "week", "month", "year", "stay"), durations))
    return [
        draw(st.sampled_from(["once", at_most, f"{at_most} per {per}", f"{at_most} per {per}"]))
    ]


@st.composite
def step(draw: DrawFn, names: Names, depth: int) -> str:
    """A step; `if` holds further ones."""
    kinds = ["send", "send", "set", "set", "join", "quit", "call"]
    match draw(st.sampled_from([*kinds, "if", "exit"] if depth else kinds)):
        case "send":
            channel = draw(one_of("email", "sms"))
            return f"send {channel} {draw(template(names))} {{ {draw(data(names))} }}"
        case "set":
            change: str = draw(
                one_of(
                    "vip = not vip",
                    "vip = true",
                    "credit = clamp(credit + 1, 0, 5)",
                    'nick = "x-ray"',
                    "tariff = pro",
                    "ends = date(now) + 1d",
                    "due_at = now",
                    *(('zone = "Asia/Tokyo"', 'zone = "Nowhere"') if names.zone_trait else ()),
                )
            )
            return f"set {change}"
        case "join":
            return "join crowd"
        case "quit":
            return "quit crowd"
        case "call":
            return f'call crm.notify {{ reason: "r", n: {draw(numbers(names))} }}'
        case "if":
            inner = draw(step(names, depth - 1))
            otherwise = f" else {{ {draw(step(names, depth - 1))} }}" if draw(st.booleans()) else ""
            return f"if {draw(at_records(names))} {{ {inner} }}{otherwise}"
        case _:
            return "exit"


@st.composite
def template(draw: DrawFn, names: Names) -> str:
    """A template's name, with values in it."""
    holes = ["{stage}", "{credit}", "{vip}", "{tariff}", "{in_stage}", "{s1}", "{now}", ""]
    holes += ["{" + level + "}" for level, _ in names.levels]
    return f'"m_{draw(st.sampled_from(holes))}"'


@st.composite
def data(draw: DrawFn, names: Names) -> str:
    """What goes with a message."""
    fixed = one_of(
        "stage", "previous_stage", "vip", "tariff", "date(now)", "now", "age", "idle",
        'nick else "nobody"', "ends else date(now)", "s1", 'most(plan of buy) else "none"',
        "sum(amount of buy within 2d)", "sum(took of note within 7d)",
        "last(until of note) else now",
        "largest(on_day of note) else date(now)", "largest(took of note within 3d) else 0s",
        "most(value of any event within 2d) else 0", "credit * 0.1", "s1 / 3", "credit - 7",
    )  # fmt: skip
    levels = [st.sampled_from([level for level, _ in names.levels])] if names.levels else []
    values = draw(st.lists(st.one_of(fixed, numbers(names), *levels), max_size=2))
    return ", ".join(f"d{n}: {value}" for n, value in enumerate(values))
