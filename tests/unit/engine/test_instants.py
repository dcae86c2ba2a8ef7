"""Every kind of timer runs at its own microsecond, however time is cut into ticks.

The decisions of one long tick say at which instants they were made. A tick a
microsecond before must decide nothing, and the first microsecond at which a tick decides anything
is searched by bisection on restored engines; ticks of a minute each, over the days around a clock
change, decide the same.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import Decision, Fired, Held, Left, Sent, encode_lines
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.localtime import (
    DAY,
    HOUR,
    MINUTE,
    format_date,
    format_instant,
    parse_date,
    parse_instant,
)

RULES = """
lifecycle timers
timezone "ZONE"

event visit, order, login, start_trial
trait birthday, card_ends: date?
trait renewal: time?

score heat { half-life 20h  on visit: 9 }
level warmth = heat { hot >= 7  warm >= 2  cold }
segment busy = count(visit within 26h) >= 2
segment today = count(visit this day) >= 1
segment young = age < 30h
segment streaking = streak(visit) >= 1
season spring = DAY
segment in_season = spring

channel email
channel sms { quiet 20:00 to 02:30 }
channel push { quiet during spring }
channel phone { quiet on sunday }
route best { otherwise: sms, email }
action note

start { -> lead }
from any except lead -> lapsed after 3d without order
stage lead   { -> cooler when heat < 4 and seen(visit) }
stage cooler { -> older after 7h }
stage older  { -> quiet1 after 41h without login }
stage quiet1 { -> ending on 1d before card_ends }
stage ending { -> gone when count(visit this week) == 0 }
stage gone, lapsed

trigger moved      {
  on leave lead, leave cooler, leave older, leave quiet1, leave ending, enter lapsed
  do { call note }
}
trigger cooled     { on warmth falls  do { call note } }
trigger not_busy   { on leave busy  do { call note } }
trigger not_today  { on leave today  do { call note } }
trigger not_young  { on leave young  do { call note } }
trigger no_streak  { on leave streaking  do { call note } }
trigger season_in  { on enter in_season, leave in_season  do { call note } }
trigger silent     { after 33h without visit, order  do { call note } }
trigger silent_in  { after 5h without order  in cooler  do { call note } }
trigger absent     { on start_trial without order for 29h  do { call note } }
trigger daily      { every day in any at 02:30  do { call note } }
trigger midnights  { every day in any  do { call note } }
trigger weekly     { every sunday in any at 23:59  do { call note } }
trigger monthly    { every month in any at 12:00  do { call note } }
trigger card       { on 1d before card_ends at 02:15  do { call note } }
trigger card_day   { on card_ends  do { call note } }
trigger renewing   { on 90min before renewal  do { call note } }
trigger renewed    { on renewal at 02:45  do { call note } }
trigger party      { on 2d after birthday yearly at 09:00  do { call note } }
trigger waiting    {
  on start_trial
  do {
    wait 25h  call note
    wait until 02:30  call note
    wait in_stage  call note
    wait until now + 61min  call note
  }
}
trigger awaiting   {
  on start_trial
  do {
    await order within 27h { exit } else { call note }
    await leave older { call note }
  }
}
trigger at_night   {
  every day in any at 20:00
  do { send sms "x"  send best "y"  wait 1h  call note }
}
trigger in_spring  { every day in any at 05:00  do { send push "x" } }
trigger on_sunday  { every sunday in any at 05:00  do { send phone "x" } }
trigger leaving    { on start_trial  in lead  do { wait 300d } }
"""
PLACES = [
    ("Europe/Amsterdam", "2026-03-29"),
    ("Europe/Amsterdam", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Pacific/Apia", "2011-12-30"),
    ("UTC", "2028-02-29"),
]
"""Zones, and a local day near which their clocks change; the last is a leap day."""
SPAN = 9 * DAY


@cache
def begun(zone: str, day: str) -> tuple[lcr.RuleSet, bytes, int]:
    """The rules, a snapshot of a customer some 30 hours before the day ends, and its instant."""
    ruleset = lcr.compile(RULES.replace("ZONE", zone).replace("DAY", day))
    engine = Engine(ruleset)
    date = parse_date(day)
    assert date is not None
    at = date * DAY - 31 * HOUR
    traits = {
        "birthday": format_date(date - 365),
        "card_ends": format_date(date + 4),
        "renewal": format_instant(at + 40 * HOUR),
    }
    engine.process({"type": "profile", "customer": "u", "at": at, **traits})
    for number, event in enumerate(("visit", "order", "start_trial", "visit", "login")):
        engine.process({"type": event, "customer": "u", "at": at + number * 777_777_777})
    assert not engine.take_dead_letters()
    return ruleset, engine.snapshot(), at + 4 * 777_777_777


def ticked(zone: str, day: str, *instants: int) -> list[Decision]:
    """What ticks at these instants decide, from the snapshot on."""
    ruleset, snapshot, _ = begun(zone, day)
    engine = Engine.restore(ruleset, snapshot)
    return [decision for instant in instants for decision in engine.advance(instant)]


def by_instant(decided: list[Decision]) -> list[tuple[int, list[Decision]]]:
    """The decisions of each instant, in order."""
    found = []
    for text, same in groupby(decided, key=lambda decision: decision.at):
        instant = parse_instant(text)
        assert instant is not None
        found.append((instant, list(same)))
    return found


@pytest.mark.parametrize(("zone", "day"), PLACES)
def test_nothing_is_decided_a_microsecond_before_its_instant(zone: str, day: str) -> None:
    ruleset, snapshot, start = begun(zone, day)
    engine = Engine.restore(ruleset, snapshot)
    for instant, decided in by_instant(ticked(zone, day, start + SPAN)):
        assert engine.advance(instant - 1) == []
        assert engine.advance(instant) == decided
        assert engine.advance(instant) == []
    assert engine.advance(start + SPAN) == []


@pytest.mark.parametrize(("zone", "day"), PLACES[1:8:6])
def test_bisection_finds_the_instants_that_one_tick_says(zone: str, day: str) -> None:
    ruleset, snapshot, last = begun(zone, day)
    for instant, _ in by_instant(ticked(zone, day, last + 2 * DAY)):
        low, high = last, last + 25 * HOUR  # every day has a midnight
        while high - low > 1:
            middle = (low + high) // 2
            engine = Engine.restore(ruleset, snapshot)
            if engine.advance(middle):
                high = middle
            else:
                low = middle
        assert high == instant
        engine = Engine.restore(ruleset, snapshot)
        engine.advance(instant)
        snapshot, last = engine.snapshot(), instant


@pytest.mark.parametrize(("zone", "day"), PLACES)
def test_ticks_of_a_minute_decide_what_one_tick_does(zone: str, day: str) -> None:
    _, _, start = begun(zone, day)
    minutes = range(start - start % MINUTE + MINUTE, start + 3 * DAY, MINUTE)
    stepped = ticked(zone, day, *minutes)
    assert encode_lines(stepped) == encode_lines(ticked(zone, day, minutes[-1]))


def test_the_rules_have_a_timer_of_every_kind_and_all_of_them_run() -> None:
    """Over all places: each trigger fires, and waits, deferrals, arms and endings come up."""
    decided = [
        decision
        for zone, day in PLACES
        for decision in ticked(zone, day, begun(zone, day)[2] + SPAN)
    ]
    program = begun(*PLACES[0])[0].program
    began = {"waiting", "awaiting", "leaving"}  # by the records, before the ticks
    fired = {each.trigger for each in decided if isinstance(each, Fired)}
    assert fired | began == {trigger.name for trigger in program.triggers}
    held = {
        (each.trigger, each.channel) for each in decided if isinstance(each, Held) and each.until
    }
    assert held == {
        ("at_night", "sms"),
        ("in_spring", "push"),
        ("on_sunday", "phone"),
    }
    sent = {(each.rule, each.channel) for each in decided if isinstance(each, Sent)}
    assert sent == held
    assert {each.trigger for each in decided if isinstance(each, Left)} == {"leaving"}
    moves = {each.rule for each in decided if each.rule in {t.rule for t in program.transitions}}
    assert moves == {transition.rule for transition in program.transitions}
