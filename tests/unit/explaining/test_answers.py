"""Explanations with numbers worked out by hand: a test for each kind of condition and guard."""

from __future__ import annotations

from typing import Any

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.explaining import Told, UnknownNameError, explain
from lifecycle_dsl.localtime import DAY, HOUR

START = 1_767_603_600_000_000  # Mon 2026-01-05T09:00Z
HEAD = """\
lifecycle shop
timezone "UTC"
event visit, order, click { amount: money = 0, page: text? }
event gone
trait vip, opt_in: bool = false { on click: true }
trait secret: number private = 41
trait born: date?
score heat { half-life 1d  at least 0  on visit: 1  on click: 2 }
score stars { on visit: 1  on order: 3 * value }
level warmth = heat { hot >= 10  warm >= 3  cold }
channel email
start { -> lead }
"""


def told(rules: str, *records: Any, about: str | None = None, at: int | None = None) -> Told:
    """An answer about `u1`; a record is an event and the hours after the start."""
    ruleset = lcr.compile(HEAD + rules)
    made = [
        {"type": event, "customer": "u1", "at": START + round(hours * HOUR), **more}
        for event, hours, more in ((*record, {})[:3] for record in records)
    ]
    return explain(ruleset, made, about, None if at is None else START + at)


def words(rules: str, *records: Any, about: str | None = None, at: int | None = None) -> str:
    return " ".join(str(told(rules, *records, about=about, at=at)).split())


def when(condition: str) -> str:
    """A trigger whose condition is asked about."""
    return f"stage lead\ntrigger t {{ on gone when {condition} do {{ exit }} }}\n"


def needs(condition: str, *records: Any, at: int | None = None) -> Any:
    """What a condition would need, as data."""
    (guard,) = told(when(condition), *records, about="t", at=at).data["trigger"]["guards"]
    assert guard["passed"] is False
    return guard["needs"]


# ---- conditions


def test_a_score_is_short_by_so_many_points() -> None:
    found = needs("stars >= 6", ("visit", 0), ("order", 1))
    assert found["kind"] == "amount"
    assert (found["of"], found["amount"]) == ("stars", 2.0)
    assert found["by"] == [
        {"events": ["order"], "gives": 3.0, "times": 1},
        {"events": ["visit"], "gives": 1.0, "times": 2},
    ]
    assert "2.0 more points of stars (1 order, or 2 visit)" in words(
        when("stars >= 6"), ("visit", 0), ("order", 1), about="t"
    )


def test_more_than_is_one_more_where_it_is_just_reached() -> None:
    found = needs("stars > 4", ("visit", 0), ("order", 1))
    assert (found["amount"], found["more_than"]) == (0.0, True)
    assert [giver["times"] for giver in found["by"]] == [1, 1]


def test_a_fading_score_falls_below_in_time() -> None:
    # 2 clicks are 4; a half-life of a day later 2: below 3 after log2(4/3) days, in 4,096 steps.
    found = needs("warmth <= cold", ("click", 0), ("click", 0))
    ways = {each["kind"]: each for each in found["needs"]}
    step = DAY / 4096
    exact = DAY * 0.41503749927884376
    assert exact <= ways["time"]["in"] + START % step <= exact + 2 * step
    assert (ways["amount"]["direction"], ways["amount"]["amount"]) == ("down", 1.0)


def test_one_entry_must_be_large_or_small_enough() -> None:
    orders = [("order", hour, {"amount": 9.5}) for hour in range(3)]
    found = needs("(largest(amount of order within 7d) else 0) > 20", *orders)
    assert (found["kind"], found["comparison"], found["bar"]) == ("entry", ">", 20.0)
    assert "order with amount > 20 within 7d" in words(
        when("(largest(amount of order within 7d) else 0) > 20"), *orders, about="t"
    )
    assert needs("(smallest(amount of order) else 9) <= 2", *orders)["comparison"] == "<="


def test_a_level_needs_what_its_bar_needs() -> None:
    found = needs("warmth >= hot", ("click", 0), ("click", 0))
    assert (found["of"], found["amount"]) == ("heat", 6.0)


def test_a_count_needs_more_records_or_time() -> None:
    found = needs("count(visit within 7d) >= 3", ("visit", 0), ("visit", 1))
    assert (found["kind"], found["count"]) == ("records", 1)
    few = needs("count(visit within 7d) < 1", ("visit", 0), ("visit", 24))
    assert (few["kind"], few["in"]) == ("time", 7 * DAY)
    assert needs("count(visit) < 1", ("visit", 0)) == {"kind": "never", "why": "past"}


def test_clocks_need_time_to_the_microsecond() -> None:
    assert needs("in_stage >= 3d", ("visit", 0), ("visit", 20))["in"] == 3 * DAY - 20 * HOUR
    assert needs("age > 2d", ("visit", 0))["in"] == 2 * DAY + 1
    late = needs("(since(visit) else 0d) >= 5h", ("visit", 0), ("click", 2))
    assert late["in"] == 3 * HOUR
    told_so = words(when("in_stage >= 3d"), ("visit", 0), ("visit", 20), about="t")
    assert "in 2d 4h if nothing happens (Thu 2026-01-08 09:00)" in told_so


def test_a_trait_needs_a_value_and_says_who_sets_it() -> None:
    found = needs("vip", ("visit", 0))
    assert found == {"kind": "trait", "trait": "vip", "is": [True], "set_by": ["click"]}
    assert needs("born is present", ("visit", 0))["not"] == [None]


def test_and_needs_all_that_fails_or_the_least() -> None:
    both = needs("vip and stars >= 3 and seen(visit)", ("visit", 0))
    assert [each["kind"] for each in both["needs"]] == ["trait", "amount"]
    least = needs("count(visit) >= 9 or stars >= 3 or age >= 1d", ("visit", 0))
    assert [each["kind"] for each in least["needs"]] == ["time", "amount", "records"]


def test_what_time_takes_away_meanwhile_is_needed_too() -> None:
    # 4 points of heat fade to 0.5 until the third day, so 2.5 more are needed then.
    both = needs("age >= 3d and heat >= 3", ("click", 0), ("click", 0))
    time, amount = both["needs"]
    assert (time["kind"], time["in"]) == ("time", 3 * DAY)
    assert (amount["of"], amount["amount"]) == ("heat", pytest.approx(2.5, abs=0.001))
    assert needs("age >= 3d and heat >= 0.4", ("click", 0), ("click", 0))["kind"] == "time"


def test_instants_are_told_by_the_customers_clock() -> None:
    rules = 'trait zone: text = "Asia/Tokyo"\n' + when("now > 2026-02-01T00:00Z")
    assert "now is Mon 2026-01-05 18:00" in words(rules, ("visit", 0), about="t")


NAMED = "let keen = stars >= 3\nlet weight = 2 * heat + stars\nsegment close = keen and vip\n"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("keen", "2.0 more points of stars (1 order, or 2 visit)"),
        ("close", "2.0 more points of stars (1 order, or 2 visit)"),
        ("stars == 3", "2.0 more points of stars (1 order, or 2 visit)"),
        ("stars == 0", "1.0 fewer points of stars"),
        ("stars != 1", "a little more points of stars (1 order, or 1 visit)"),
        ("3 <= stars", "2.0 more points of stars (1 order, or 2 visit)"),
        ("vip == true", "vip true (click sets it)"),
        ("vip != opt_in", "vip other than false (click sets it)"),
        ("warmth == hot", "9.0 more points of heat (5 click, or 9 visit)"),
        ("warmth is one of (hot)", "9.0 more points of heat (5 click, or 9 visit)"),
        ("warmth > cold", "2.0 more points of heat (1 click, or 2 visit)"),
        ("warmth != cold", "2.0 more points of heat (1 click, or 2 visit)"),
        ("(if vip then opt_in else keen)", "2.0 more points of stars"),
        ("(last(amount of order) else 0) > 4", "1 more order"),
        ("last(page of visit) is present", "1 more visit"),
        ("weight >= 9", "6.0 more of `2 * heat + stars`"),
        ("stage == lost", "being in lost"),
        ("previous_stage == lost", "`previous_stage == lost` to hold"),
        ("count(visit this week) < 1", "6d 15h in which nothing happens"),
        ("count(visit) == 0", "nothing would help: what has happened stays"),
    ],
)
def test_each_kind_of_condition_has_its_need(condition: str, said: str) -> None:
    rules = NAMED + when(condition).replace(
        "stage lead", "stage lead { -> lost on order }\nstage lost"
    )
    assert said in words(rules, ("visit", 0), about="t")


def test_not_needs_the_opposite() -> None:
    assert needs("not opt_in", ("click", 0))["is"] == [False]
    assert needs("not (stage == lead or vip)", ("visit", 0))["kind"] == "stage"


def test_what_is_private_is_masked() -> None:
    found = told(when("secret >= 50"), ("visit", 0), about="t")
    assert "41" not in str(found) + repr(found.data)
    assert "(private)" in str(found)
    assert "amount" not in found.data["trigger"]["guards"][0]["needs"]


PRIVATE = """\
trait pin: text private = "pin77"
trait code: text = "abc"
trait due: date private = 2026-09-09
trait end: time private = 2026-09-09T10:00Z
let both = stars + secret
let letters = length(pin)
level rank = secret { high >= 90  low }
"""


@pytest.mark.parametrize(
    ("condition", "need"),
    [
        ("stars >= secret", "amount"),
        ("secret >= 90", "amount"),
        ("both >= 90", "amount"),
        ("rank >= high", "amount"),
        ("letters >= 9", "amount"),
        ("count(visit) >= secret", "private"),
        ("code is one of (pin)", "private"),
        ("date(now) >= due", "private"),
        ("in_stage >= end - 2026-01-01T00:00Z", "private"),
        ('pin == "x"', "trait"),
        ("code == pin and age > 30d", "all"),
    ],
)
def test_no_need_tells_what_is_private(condition: str, need: str) -> None:
    found = told(PRIVATE + when(condition), ("visit", 0), ("visit", 1), about="t")
    everything = str(found) + repr(found.data)
    for word in ("41", "39", "49", "47", "pin77", "09-09", "2026-09"):
        assert word not in everything.replace("2026-01", ""), word
    assert found.data["trigger"]["guards"][0]["needs"]["kind"] == need


def test_no_time_tells_a_private_date() -> None:
    rules = PRIVATE + (
        "stage lead { -> lost on 7d before due }\nstage lost\n"
        "trigger t { on due at 09:00 do { exit } }\n"
        "trigger u { on visit do { wait until end } }\n"
    )
    for about in (None, "lost", "t", "u"):
        found = told(rules, ("visit", 0), about=about)
        assert "2026-09" not in str(found) + repr(found.data)
    assert "they move to lost at a private time" in words(rules, ("visit", 0))
    assert "To fire it needs: something private" in words(rules, ("visit", 0), about="t")
    assert "a run stands at wait1 since Mon 2026-01-05 09:00 it needs: something private" in words(
        rules, ("visit", 0), about="u"
    )


def test_what_is_private_is_masked_in_messages_too() -> None:
    rules = (
        "stage lead\ntrigger t { on order at most 1 per 7d do { "
        'send email "x{secret}" { n: secret + 1, m: stars }  set secret = 77 } }\n'
    )
    found = told(rules, ("order", 0), ("order", 1), about="t")
    everything = str(found) + repr(found.data)
    assert not {"41", "42", "77"} & set(everything.replace("'", " ").replace('"', " ").split())
    assert "x41" not in everything
    sent = found.data["trigger"]["fired"]["decisions"][1]["decision"]
    assert sent["data"] == {"n": "(private)", "m": 3}


def test_a_full_memory_is_said_to_be_truncated() -> None:
    rules = when("distinct(page of visit keep 2) >= 5")
    visits = [("visit", hour, {"page": f"p{hour}"}) for hour in range(4)]
    assert "truncated" in str(told(rules, *visits, about="t"))
    assert "truncated" not in str(told(rules, *visits[:2], about="t"))


# ---- stages


STAGES = """\
stage lead {
  -> fan at 5 points { when stars >= 3: 2  when in_stage >= 3d: 1.5  on order: 3 }
  -> lost after 10d without visit
  -> vips when vip and stars >= 100
}
stage fan { -> lost on gone when stars < 2 }
stage lost
stage vips
"""


def test_the_path_says_what_moved_them() -> None:
    data = told(STAGES, ("visit", 0), ("order", 1), ("gone", 2)).data["stage"]
    assert data["stage"] == "fan"
    start, move = data["path"]
    assert (start["from"], start["to"], start["cause"]["event"]) == (None, "lead", "visit")
    assert (move["rule"], move["cause"]["event"]) == ("lead->fan#1", "order")
    assert (move["points"]["total"], move["points"]["bar"]) == (5.0, 5.0)
    assert [line["counts"] for line in move["points"]["lines"]] == [True, False, True]


def test_the_ways_out_say_what_they_need_and_when() -> None:
    data = told(STAGES, ("visit", 0), ("visit", 12)).data["stage"]
    points, silence, when_ = data["ways"]
    assert points["points"]["total"] == 0.0
    least = points["needs"]
    assert (least["kind"], least["on"], least["lines"][0]["points"]) == ("points", ["order"], 2.0)
    assert least["lines"][0]["needs"]["amount"] == 1.0
    assert silence["needs"]["in"] == 10 * DAY
    assert [each["kind"] for each in when_["needs"]["needs"]] == ["trait", "amount"]
    assert data["next"]["to"] == "lost"
    assert data["next"]["at"] == "2026-01-15T21:00:00Z"


def test_a_stage_they_are_not_in_has_a_shortest_way() -> None:
    data = told(STAGES, ("visit", 0), ("order", 1), about="lost").data["stage"]
    assert (data["stage"], data["asked"], data["visits"]) == ("fan", "lost", [])
    (way,) = data["route"]
    assert way["rule"] == "fan->lost#1"
    assert way["condition"]["fits"] is False
    backwards = words(STAGES, ("visit", 0), ("order", 1), about="lead")
    assert "No way leads from fan to lead." in backwards
    assert "entered 1 time, last on Mon 2026-01-05 09:00" in backwards


def test_a_guard_is_told_as_it_will_be_when_its_time_comes() -> None:
    rules = "stage lead {{ -> lost after 2d when {} }}\nstage lost\n"
    falls = words(rules.format("heat >= 3"), ("click", 0), ("click", 0))
    assert (
        "its time comes on Wed 2026-01-07 09:00, in 2d; as things will be then it leads nowhere"
        " no heat >= 3: heat is 1 it needs: 2.0 more points of heat (1 click, or 2 visit)"
    ) in falls
    stays = words(rules.format("heat >= 1"), ("click", 0), ("click", 0))
    assert "as things will be then it leads on yes heat >= 1: heat is 1" in stays


def test_a_way_without_its_date_has_no_time() -> None:
    rules = "stage lead { -> lost on born }\nstage lost\n"
    assert "-> lost on born no time is set for it now" in words(rules, ("visit", 0))


def test_points_that_suffice_lead_on_at_the_next_record() -> None:
    rules = "stage lead { -> lost at 2 points { when age >= 1d: 2 } }\nstage lost\n"
    late = words(rules, ("visit", 0), at=2 * DAY)
    assert "2 of 2 points +2 age >= 1d: age is 2d it leads on at the next record" in late


def test_an_earlier_instant_is_asked_of_its_own_past() -> None:
    data = told(STAGES, ("visit", 0), ("order", 1), at=round(0.5 * HOUR)).data
    assert (data["stage"]["stage"], data["records"]) == ("lead", 1)


# ---- triggers and messages


def sending(guards: str, channel: str = "", *, file: str = "") -> str:
    return (
        f"{file}\nchannel sms {{ {channel} }}\nstage lead {{ -> lost on gone }}\nstage lost\n"
        f'trigger t {{ on order {guards} do {{ send sms "x" }} }}\n'
    )


def stopped(rules: str, *records: Any) -> Any:
    """The first guard that stopped the trigger's last occasion, or its message."""
    found = told(rules, *records, about="t").data["trigger"]
    if "stopped" in found:
        return next(each for each in found["stopped"]["guards"] if not each["passed"])
    held = next(each for each in found["fired"]["decisions"] if "message" in each)
    (channel,) = held["message"]["channels"]
    return next(each for each in channel["guards"] if not each["passed"])


def test_a_stage_guard_says_which_stages() -> None:
    found = stopped(sending("in lost"), ("order", 0))
    assert (found["guard"], found["stage"]) == ("stage", "lead")
    assert found["needs"] == {"kind": "stage", "stages": ["lost"]}


def test_a_condition_is_told_as_it_was_then() -> None:
    found = stopped(sending("when stars >= 9"), ("order", 0), ("visit", 1), ("visit", 2))
    assert found["condition"]["parts"][0]["value"] == 3


def test_hours_and_frequencies_say_when_again() -> None:
    hours = stopped(sending("between 12:00 and 14:00"), ("order", 0))
    assert (hours["guard"], hours["needs"]["in"]) == ("hours", 3 * HOUR)
    often = stopped(sending("at most 2 per 7d"), ("order", 0), ("order", 24), ("order", 25))
    assert (often["used"], often["free_at"]) == (2, "2026-01-12T09:00:00Z")
    assert [each["at"] for each in often["filled"]] == [
        "2026-01-05T09:00:00Z",
        "2026-01-06T09:00:00Z",
    ]
    weekly = stopped(sending("at most 1 per week"), ("order", 0), ("order", 24))
    assert weekly["free_at"] == "2026-01-12T00:00:00Z"
    once = stopped(sending("once"), ("order", 0), ("order", 1))
    assert once["needs"] == {"kind": "never", "why": "once"}
    stay = stopped(sending("at most 1 per stay"), ("order", 0), ("order", 1))
    assert stay["needs"] == {"kind": "stage", "stages": ["lost"]}


def test_a_run_that_stands_in_the_way_says_where() -> None:
    rules = "stage lead\ntrigger t { on order do { wait 2d as pause  set vip = true } }\n"
    found = stopped(rules, ("order", 0), ("order", 5))
    (run,) = found["runs"]
    assert (found["guard"], run["step"], run["due"]) == (
        "already_running",
        "pause",
        "2026-01-07T09:00:00Z",
    )
    assert found["needs"]["in"] == 2 * DAY - 5 * HOUR


def test_consent_blocks_and_drafts() -> None:
    consent = stopped(sending("", "consent opt_in"), ("order", 0))
    assert (consent["guard"], consent["needs"]["trait"]) == ("consent", "opt_in")
    block = stopped(sending("", file="block bought when stars >= 3"), ("order", 0))
    assert (block["guard"], block["name"], block["needs"]["amount"]) == ("block", "bought", 0.0)
    draft = stopped(sending("draft"), ("order", 0))
    assert draft["needs"] == {"kind": "edit", "what": "draft"}


def test_quiet_times_say_until_when() -> None:
    found = stopped(sending("", "quiet 08:00 to 11:30"), ("order", 0))
    assert (found["guard"], found["until"]) == ("quiet", "2026-01-05T11:30:00Z")


def test_caps_say_what_fills_them_and_when_there_is_room() -> None:
    found = stopped(sending("", "cap 1 per 3d"), ("order", 0), ("order", 24))
    assert (found["guard"], found["free_at"]) == ("cap", "2026-01-08T09:00:00Z")
    assert found["filled"] == [{"at": "2026-01-05T09:00:00Z", "rule": "t", "template": "x"}]
    assert found["needs"]["in"] == 2 * DAY


def test_the_holdout_is_for_ever() -> None:
    found = stopped(sending("", file="holdout 100%"), ("order", 0))
    assert found["needs"] == {"kind": "never", "why": "holdout"}


def asks(trigger: str, *records: Any) -> Any:
    """What a trigger needs to fire."""
    return told(
        f"stage lead {{ -> lost on gone }}\nstage lost\n{trigger}", *records, about="t"
    ).data["trigger"]["needs"]


def test_a_run_stands_in_the_way_until_its_last_step() -> None:
    trigger = "trigger t { on order do { wait 2d  set vip = true  wait 3d  set vip = false } }\n"
    time, order = asks(trigger, ("order", 0))["needs"]
    assert (time["in"], order["events"]) == (5 * DAY, ["order"])


def test_entering_a_stage_is_being_in_it() -> None:
    assert asks("trigger t { on enter lost in lost do { exit } }\n", ("visit", 0)) == {
        "kind": "happening",
        "of": "entering lost",
        "events": [],
    }
    elsewhere = asks("trigger t { on enter lost in lead do { exit } }\n", ("gone", 0))
    assert [each["kind"] for each in elsewhere["needs"]] == ["happening", "stage"]


def test_a_change_takes_what_brings_it_about() -> None:
    rules = "segment rich = stars >= 9\nsegment busy = count(visit within 7d) > 0\n"
    rises = asks(f"{rules}trigger t {{ on warmth rises to hot do {{ exit }} }}\n", ("click", 0))
    assert (rises["kind"], rises["of"]) == ("change", "warmth rising to hot")
    assert (rises["needs"]["of"], rises["needs"]["amount"]) == ("heat", 8.0)
    enters = f"{rules}trigger t {{ on enter rich do {{ exit }} }}\n"
    assert asks(enters, ("order", 0))["needs"]["amount"] == 6.0
    assert asks(enters, ("order", 0, {"value": 3}))["kind"] == "happening"  # already there
    leaves = asks(f"{rules}trigger t {{ on leave busy do {{ exit }} }}\n", ("visit", 0))
    assert (leaves["of"], leaves["needs"]["in"]) == ("leaving busy", 7 * DAY)
    either = f"{rules}trigger t {{ on warmth falls, leave busy do {{ exit }} }}\n"
    assert asks(either, ("visit", 0))["kind"] == "happening"  # it cannot fall any lower
    said = words(f"{rules}stage lead\n{enters[len(rules) :]}", ("order", 0), about="t")
    assert "entering rich, which takes 6.0 more points of stars (2 order, or 6 visit)" in said


def test_days_come_whatever_happens_and_silence_is_counted_inside_the_stages() -> None:
    found = asks("trigger t { every monday in lead at 07:00 do { exit } }\n", ("visit", 0))
    assert (found["at"], found["firm"]) == ("2026-01-12T07:00:00Z", True)
    outside = asks("trigger t { after 3d without visit in lost do { exit } }\n", ("visit", 0))
    assert [each["kind"] for each in outside["needs"]] == ["pattern", "stage"]
    assert outside["needs"][0]["of"] == "after 3d without visit"


def test_what_must_follow_is_part_of_what_must_come() -> None:
    silent = asks("trigger t { on order without click for 2h do { exit } }\n", ("visit", 0))
    assert silent == {"kind": "pattern", "of": "order without click for 2h"}
    armed = asks("trigger t { on order without click for 2h do { exit } }\n", ("order", 0))
    assert (armed["kind"], armed["in"]) == ("time", 2 * HOUR)
    chain = asks("trigger t { on visit then click within 1h do { exit } }\n", ("visit", 0))
    assert chain == {"kind": "pattern", "of": "visit then click within 1h"}


def test_a_date_that_is_not_known_must_be() -> None:
    found = asks("trigger t { on born yearly do { exit } }\n", ("visit", 0))
    assert found == {"kind": "trait", "trait": "born", "not": [None], "set_by": []}


@pytest.mark.parametrize(
    ("occurrence", "said"),
    [
        ("after 3d without visit, order", "after 3d without visit or order."),
        ("every monday, thursday in lead at 07:00", "every monday or thursday at 07:00."),
        ("every day in lead", "every day at 00:00."),
        ("every month in lead at 09:00", "every month at 09:00."),
        ("on 60d, 30d before born at 09:30", "on 60d, 30d before born at 09:30."),
        ("on born yearly", "on born yearly."),
        ("on enter lost, leave lead", "on entering lost or leaving lead."),
        ("on enter rich, leave rich", "on entering rich or leaving rich."),
        ("on warmth rises, warmth falls to cold", "on warmth rising or warmth falling to cold."),
    ],
)
def test_when_a_trigger_is_asked_is_said(occurrence: str, said: str) -> None:
    rules = (
        "segment rich = stars > 9\nstage lead { -> lost on gone }\nstage lost\n"
        f"trigger t {{ {occurrence} do {{ exit }} }}\n"
    )
    assert f"It is to fire {said}" in words(rules, ("visit", 0), about="t")


def test_guards_are_asked_when_the_time_comes() -> None:
    trigger = "trigger t { after 3d without visit when heat >= 3 do { exit } }\n"
    time, amount = asks(trigger, ("visit", 0), ("click", 0), ("click", 0))["needs"]
    assert (time["in"], amount["of"]) == (3 * DAY, "heat")
    trigger = "trigger t { on order when heat >= 3 at most 1 per 3d do { exit } }\n"
    time, order, amount = asks(trigger, ("click", 0), ("click", 0), ("order", 0))["needs"]
    assert (time["in"], order["kind"], amount["of"]) == (3 * DAY, "happening", "heat")


def test_a_condition_that_nobody_knows_how_to_bring_about_is_named() -> None:
    trigger = 'trigger t { on order when region starts with "EU" do { exit } }\n'
    found = asks(f'trait region: text = "x"\n{trigger}', ("visit", 0))
    assert found["needs"][1] == {"kind": "condition", "text": 'region starts with "EU"'}


def test_a_trigger_whose_happening_never_came_says_so() -> None:
    found = told(sending("in lead"), ("visit", 0), about="t")
    assert "That has never come for u1." in str(found)
    assert found.data["trigger"]["needs"] == {
        "kind": "happening",
        "of": "order",
        "events": ["order"],
    }


def test_a_silence_says_when_its_time_comes() -> None:
    rules = "stage lead\ntrigger t { after 3d without visit do { exit } }\n"
    found = told(rules, ("visit", 0), ("order", 24), about="t").data["trigger"]
    assert found["due"] == "2026-01-08T09:00:00Z"
    assert found["needs"]["in"] == 2 * DAY


# ---- from Python


def test_an_engine_explains_the_state_it_has() -> None:
    engine = lcr.Engine(lcr.compile(HEAD + sending("at most 1 per 7d")))
    engine.process({"type": "order", "customer": "u1", "at": START})
    found = engine.customer("u1").explain("t").data["trigger"]
    assert found["guards"][0]["passed"] is False
    assert "firings" not in found
    before = engine.snapshot()
    str(engine.customer("u1").explain())
    assert engine.snapshot() == before


def test_unknown_names_get_a_suggestion() -> None:
    with pytest.raises(UnknownNameError, match="did you mean `lead`"):
        told(STAGES, ("visit", 0), about="laed")
    with pytest.raises(ValueError, match="no record"):
        told(STAGES, ("visit", 0), at=-HOUR)


# ---- attributions

REVENUE = """\
stage lead
channel web
attribution revenue {
  touch visit as web by page  conversion order worth amount  within 7d  model last
}
"""


def test_credits_as_data() -> None:
    answer = told(
        REVENUE,
        ("visit", 0, {"page": "old"}),
        ("visit", 7 * 24, {"page": "a"}),
        ("visit", 7 * 24 + 1, {"page": "b"}),
        ("order", 7 * 24 + 2, {"amount": 30}),
        ("visit", 7 * 24 + 3),
        about="revenue",
    ).data["attribution"]
    assert (answer["model"], answer["within"], answer["conversions"]) == ("last", 7 * DAY, 1)
    (one,) = answer["credited"]
    assert one["worth"] == 30
    (given,) = one["touches"]
    assert (given["campaign"], given["before"]) == ("b", HOUR)
    assert (given["share"], given["worth"]) == (1.0, 30.0)
    left = [(each.get("campaign"), each["reason"]) for each in one["left_out"]]
    assert left == [("old", "too_old"), ("a", "model"), (None, "after")]
    assert [each["share"] for each in answer["touches"]] == [0, 0, 1]
    assert answer["needs"] == {"kind": "happening", "of": "order", "events": ["order"]}


def test_a_touch_that_left_a_full_list_early_is_told_as_such() -> None:
    visits = [("visit", 0, {"page": str(number)}) for number in range(1_002)]
    answer = told(REVENUE, *visits, ("order", 1), about="revenue").data["attribution"]
    (one,) = answer["credited"]
    assert one["touches"][0]["campaign"] == "1001"
    assert one["more_left_out"] == 1_001 - len(one["left_out"])
    first = told(
        REVENUE.replace("model last", "model linear"), *visits, ("order", 1), about="revenue"
    ).data["attribution"]["credited"][0]
    assert len(first["touches"]) == 1_000
    left = [(each["campaign"], each["reason"]) for each in first["left_out"]]
    assert left == [("0", "full"), ("1", "full")]


def test_what_would_be_credited_is_told_of_the_state_alone() -> None:
    ruleset = lcr.compile(HEAD + REVENUE)
    engine = lcr.Engine(ruleset)
    engine.process({"type": "visit", "customer": "u1", "at": START, "page": "a"})
    engine.process({"type": "order", "customer": "u1", "at": START + DAY})
    told_so = engine.customer("u1").explain("revenue")
    answer = told_so.data["attribution"]
    assert "credited" not in answer
    (one,) = answer["touches"]
    assert (one["campaign"], one["share"], one["until"]) == ("a", 1.0, "2026-01-12T09:00:00Z")
    assert "a replay tells it" in str(told_so)
