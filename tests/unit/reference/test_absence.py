"""`on A without B for D`: what arms, what disarms, and what is looked at when it is due."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import PLAIN, Scene

CART = """
trigger t { on buy without ping for 2h do { send email "cart {amount}" } }
"""
STAGES = """
start { -> fresh }
stage fresh { -> warm on visit }
stage warm { -> fresh on visit }
"""


def test_it_is_due_exactly_so_long_after_the_first() -> None:
    scene = Scene(PLAIN + CART)
    assert scene.at(0, "buy", amount=7) == ["None -> fresh"]
    assert scene.tick(2 * HOUR - 1) == []
    assert scene.tick(2 * HOUR) == ["fired t", "sent cart 7"]
    assert scene.tick(99 * DAY) == []


def test_what_comes_just_before_disarms_and_what_comes_then_is_too_late() -> None:
    scene = Scene(PLAIN + CART)
    scene.at(0, "buy")
    assert scene.at(2 * HOUR - 1, "ping") == []
    assert scene.tick(9 * HOUR) == []
    scene.at(10 * HOUR, "buy")
    assert scene.at(12 * HOUR, "ping") == ["fired t", "sent cart 0"]


def test_a_further_one_starts_it_anew_and_is_the_one_that_is_read() -> None:
    scene = Scene(PLAIN + CART)
    scene.at(0, "buy", amount=7)
    scene.at(HOUR, "buy", amount=8)
    assert scene.tick(3 * HOUR - 1) == []
    assert scene.tick(3 * HOUR) == ["fired t", "sent cart 8"]


def test_where_on_either_side() -> None:
    scene = Scene(
        PLAIN + "trigger t { on buy where amount > 5 without ping where value > 1 for 2h do { } }"
    )
    scene.at(0, "buy", amount=5)
    assert scene.tick(2 * HOUR) == []
    scene.at(3 * HOUR, "buy", amount=6)
    scene.at(4 * HOUR, "ping", value=1)
    assert scene.tick(5 * HOUR) == ["fired t"]
    scene.at(6 * HOUR, "buy", amount=6)
    scene.at(7 * HOUR, "ping", value=2)
    assert scene.tick(9 * HOUR) == []


def test_what_is_both_only_disarms() -> None:
    scene = Scene(PLAIN + "trigger t { on buy, visit without ping, visit for 2h do { } }")
    scene.at(0, "visit")
    assert scene.tick(2 * HOUR) == []
    scene.at(3 * HOUR, "buy")
    scene.at(4 * HOUR, "visit")
    assert scene.tick(9 * HOUR) == []


def test_stages_are_looked_at_when_it_is_due_and_it_is_used_up_then() -> None:
    scene = Scene(STAGES + "trigger t { on buy without ping for 2h in warm do { } }")
    scene.at(0, "buy")
    scene.at(HOUR, "visit")
    assert scene.tick(2 * HOUR) == ["fired t"]
    scene.at(3 * HOUR, "buy")
    scene.at(4 * HOUR, "visit")
    assert scene.tick(5 * HOUR) == []
    assert scene.at(6 * HOUR, "visit") == ["fresh -> warm"]
    assert scene.tick(99 * HOUR) == []


def test_hours_and_frequency_hold_it_when_it_is_due() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on buy without ping for 2h between 12:00 and 18:00 at most 1 per 1d do { } }
"""
    )
    scene.at(0, "buy")
    assert scene.tick(2 * HOUR) == ["fired t"]
    scene.at(2 * HOUR, "buy")
    assert scene.tick(4 * HOUR) == ["held t at_most"]
    scene.at(4 * HOUR, "buy")
    assert scene.tick(6 * HOUR) == ["held t hours"]
    assert scene.tick(99 * DAY) == []


def test_a_change_arms_and_another_disarms() -> None:
    scene = Scene(STAGES + "trigger t { on enter warm without leave warm for 2h do { } }")
    scene.at(0, "buy")
    scene.at(1, "visit")
    scene.at(2 * HOUR, "visit")
    assert scene.tick(9 * HOUR) == []
    scene.at(9 * HOUR, "visit")
    assert scene.tick(11 * HOUR - 1) == []
    assert scene.tick(11 * HOUR) == ["fired t"]


def test_being_placed_arms_too() -> None:
    scene = Scene(PLAIN + "trigger t { on enter fresh without buy for 2h do { } }")
    scene.at(0, "visit")
    assert scene.tick(2 * HOUR) == ["fired t"]


def test_folds_come_before_arming() -> None:
    scene = Scene(
        PLAIN + "trigger t { on ping where onboarded without buy for 2h do { } }",
        """
lifecycle scene
timezone "UTC"
event ping, buy
trait onboarded: bool = false { on ping: true }
""",
    )
    scene.at(0, "ping")
    assert scene.tick(2 * HOUR) == ["fired t"]


def test_a_late_record_arms_at_the_clock() -> None:
    scene = Scene(PLAIN + CART)
    scene.at(5 * HOUR, "visit")
    scene.at(0, "buy")
    assert scene.tick(7 * HOUR - 1) == []
    assert scene.tick(7 * HOUR) == ["fired t", "sent cart 0"]


def test_the_record_that_armed_is_read_behind_waits_too() -> None:
    scene = Scene(
        PLAIN + 'trigger t { on buy without ping for 2h do { wait 1h send email "cart {amount}" } }'
    )
    scene.at(0, "buy", amount=7)
    scene.at(1, "visit")
    assert scene.tick(3 * HOUR) == ["fired t", "sent cart 7"]
