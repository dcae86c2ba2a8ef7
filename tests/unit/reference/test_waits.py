"""Where a run waits, until when, and what its steps read when it goes on."""

from typing import Any

from lifecycle_dsl.localtime import DAY, HOUR, MINUTE
from tests.unit.reference.scene import FACTS, PLAIN, Scene, instant

TWO_DAYS = """
trigger t { on ping do { send email "a" wait 2d send email "b" } }
"""
ZONED = FACTS + 'trait zone: text = "Europe/Amsterdam"\n'


def test_a_wait_is_over_exactly_so_long_after_it_began() -> None:
    scene = Scene(PLAIN + TWO_DAYS)
    assert scene.at(0, "ping") == ["None -> fresh", "fired t", "sent a"]
    assert scene.tick(2 * DAY - 1) == []
    assert scene.tick(2 * DAY) == ["sent b"]
    assert scene.tick(99 * DAY) == []


def test_it_goes_on_before_any_record_of_that_instant() -> None:
    scene = Scene(PLAIN + TWO_DAYS + 'trigger u { on buy do { send email "bought" } }')
    scene.at(0, "ping")
    assert scene.at(2 * DAY, "buy") == ["sent b", "fired u", "sent bought"]


def test_a_wait_of_nothing_goes_on_in_the_same_step() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait 0s send email "a" } }')
    assert scene.at(0, "ping") == ["None -> fresh", "fired t", "sent a"]


def test_that_step_comes_before_the_next_trigger() -> None:
    scene = Scene(
        PLAIN
        + """
trigger low { on ping priority 1 do { } }
trigger high { on ping priority 9 do { wait 0s wait until 12:00 wait until now send email "a" } }
"""
    )
    assert scene.at(0, "ping") == ["None -> fresh", "fired high", "sent a", "fired low"]


def test_a_computed_wait_is_fixed_when_its_step_runs() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait credit * 1d send email "a" } }')
    scene.at(0, "profile", credit=3)
    assert scene.at(1, "ping") == ["fired t"]
    scene.at(2, "profile", credit=1)
    assert scene.tick(3 * DAY) == []
    assert scene.tick(3 * DAY + 1) == ["sent a"]


def test_a_computed_wait_lies_within_nothing_and_ten_years() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait credit * 1d send email "a" } }')
    scene.at(0, "profile", credit=-1)
    assert scene.at(1, "ping") == ["fired t", "sent a"]
    scene.at(2, "profile", credit=1e6)
    assert scene.at(3, "ping") == ["fired t"]
    assert scene.tick(3 + 3650 * DAY - 1) == []
    assert scene.tick(3 + 3650 * DAY) == ["sent a"]


def test_until_a_time_of_day_takes_now_too() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait until 12:00 send email "a" } }')
    assert scene.at(0, "ping")[1:] == ["fired t", "sent a"]
    assert scene.at(1, "ping") == ["fired t"]
    assert scene.tick(DAY - 1) == []
    assert scene.tick(DAY) == ["sent a"]


def test_a_time_of_day_that_is_skipped_is_the_first_instant_behind_the_gap() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait until 02:30 send email "a" } }', ZONED)
    scene.at(instant("2026-03-28T12:00Z"), "ping")
    assert scene.tick(instant("2026-03-29T01:00Z") - 1) == []
    assert scene.tick(instant("2026-03-29T01:00Z")) == ["sent a"]


def test_a_time_of_day_that_comes_twice_is_the_first() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait until 02:30 send email "a" } }', ZONED)
    scene.at(instant("2026-10-24T12:00Z"), "ping")
    assert scene.tick(instant("2026-10-25T00:30Z") - 1) == []
    assert scene.tick(instant("2026-10-25T00:30Z")) == ["sent a"]


def test_until_keeps_the_instant_that_it_found() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait until 09:00 send email "a" } }', ZONED)
    scene.at(0, "ping")
    scene.at(1, "profile", zone="Asia/Tokyo")
    assert scene.tick(instant("2026-01-06T08:00Z") - 1) == []
    assert scene.tick(instant("2026-01-06T08:00Z")) == ["sent a"]


def test_until_an_instant_is_fixed_when_its_step_runs() -> None:
    facts = FACTS + "trait due: time?\n"
    scene = Scene(
        PLAIN + 'trigger t { on ping do { wait until due else now send email "a" } }', facts
    )
    assert scene.at(0, "ping")[1:] == ["fired t", "sent a"]
    scene.at(1, "profile", due="2026-01-05T12:00:00Z")
    assert scene.at(2, "ping") == ["fired t", "sent a"]
    scene.at(3, "profile", due="2026-01-06T00:00:00Z")
    assert scene.at(4, "ping") == ["fired t"]
    scene.at(5, "profile", due="2026-01-09T00:00:00Z")
    assert scene.tick(12 * HOUR - 1) == []
    assert scene.tick(12 * HOUR) == ["sent a"]


def test_behind_a_wait_the_record_that_fired_is_still_read() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on buy do { wait 1d if amount > 5 { wait 1d send email "{amount} {credit}" } } }
"""
    )
    scene.at(0, "buy", amount=8)
    scene.at(1, "visit")
    assert scene.tick(DAY) == []
    scene.at(DAY + 1, "profile", credit=4)
    assert scene.tick(2 * DAY) == ["sent 8 4"]


def test_where_time_goes_on_no_record_is_at_hand() -> None:
    scene = Scene(
        PLAIN
        + """
let seen_now = points { on ping: 1 }
trigger t { on ping do { send email "{seen_now}" wait 1d send email "{seen_now} {days(idle)}" } }
"""
    )
    assert scene.at(0, "ping")[1:] == ["fired t", "sent 1"]
    assert scene.tick(DAY) == ["sent 0 1"]


def test_runs_go_on_by_priority_and_behind_moves() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> warm after 1d }
stage warm
trigger low { on ping priority 2 do { wait 1d send email "low" } }
trigger high { on ping priority 8 do { wait 1d send email "high {stage}" } }
""")
    assert scene.at(0, "ping") == ["None -> fresh", "fired high", "fired low"]
    assert scene.tick(DAY) == ["fresh -> warm", "sent high warm", "sent low"]


def test_a_run_goes_on_before_its_own_trigger_occurs() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { every day do { send email "a" wait 24h send email "b" } }
"""
    )
    scene.at(0, "visit")
    assert scene.tick(12 * HOUR) == ["fired t", "sent a"]
    assert scene.tick(36 * HOUR) == ["sent b", "fired t", "sent a"]


def test_a_trigger_that_runs_is_held_once_until_it_fires_again() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping do { wait 1h send email "a" } }')
    scene.at(0, "ping")
    assert scene.at(1, "ping") == ["held t already_running"]
    assert scene.at(2, "ping") == []
    assert scene.tick(HOUR) == ["sent a"]
    assert scene.at(HOUR + 1, "ping") == ["fired t"]
    assert scene.at(HOUR + MINUTE, "ping") == ["held t already_running"]


def test_a_draft_waits_and_does_nothing() -> None:
    scene = Scene(PLAIN + "trigger t { on ping draft do { wait 1h set vip = true } }")
    scene.at(0, "ping")
    (changed,) = scene.reference.advance(scene.reference.customers["ann"].clock + HOUR)
    assert (changed["kind"], changed["draft"]) == ("changed", True)
    assert scene.state()["traits"]["vip"] is False


def test_the_key_is_of_the_firing_wherever_the_step_runs() -> None:
    at_once = Scene(PLAIN + 'trigger t { on ping do { send email "a" send email "b" } }')
    waited = Scene(PLAIN + 'trigger t { on ping do { send email "a" wait 1h send email "b" } }')
    record: dict[str, Any] = {"type": "ping", "customer": "ann", "at": 1_767_614_400_000_000}
    together = [each["key"] for each in at_once.reference.process(record)[2:]]
    first = waited.reference.process(record)[2]["key"]
    (second,) = waited.reference.advance(record["at"] + HOUR)
    assert together == [first, second["key"]]
