"""Transitions that wait: `after D`, `after D without H`, dates, and what they count from."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import FACTS, Scene

AFTER = """
start { -> fresh }
stage fresh { -> warm after 3d }
stage warm { -> fresh on ping }
"""


def test_after_is_due_exactly_so_long_after_entering() -> None:
    scene = Scene(AFTER)
    assert scene.at(0, "visit") == ["None -> fresh"]
    assert scene.tick(3 * DAY - 1) == []
    assert scene.tick(3 * DAY) == ["fresh -> warm"]


def test_a_timer_runs_before_any_record_of_its_instant() -> None:
    scene = Scene(AFTER)
    scene.at(0, "visit")
    assert scene.at(3 * DAY, "ping") == ["fresh -> warm", "warm -> fresh"]


def test_a_record_just_before_sees_the_old_stage() -> None:
    scene = Scene(AFTER)
    scene.at(0, "visit")
    assert scene.at(3 * DAY - 1, "ping") == []
    assert scene.at(3 * DAY, "visit") == ["fresh -> warm"]


def test_a_record_runs_the_timers_of_its_own_customer_only() -> None:
    scene = Scene(AFTER)
    scene.at(0, "visit", customer="bob")
    scene.at(0, "visit")
    assert scene.at(4 * DAY, "visit") == ["fresh -> warm"]
    assert scene.tick(4 * DAY) == ["fresh -> warm"]


def test_silence_counts_from_the_last_such_record() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> gone after 2d without visit }
stage gone
""")
    scene.at(0, "visit")
    assert scene.at(DAY, "ping") == []
    assert scene.at(2 * DAY - 1, "visit") == []
    assert scene.tick(4 * DAY - 2) == []
    assert scene.tick(4 * DAY - 1) == ["fresh -> gone"]


def test_a_record_at_the_end_of_silence_comes_too_late() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> gone after 2d without visit }
stage gone
""")
    scene.at(0, "visit")
    assert scene.at(2 * DAY, "visit") == ["fresh -> gone"]


def test_a_guard_is_looked_at_once_and_the_rule_then_waits_for_another_start() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> gone after 1d without visit when vip }
stage gone
""")
    scene.at(0, "visit")
    assert scene.tick(DAY) == []
    assert scene.at(DAY + 1, "profile", vip=True) == []
    assert scene.tick(9 * DAY) == []
    assert scene.at(9 * DAY, "visit") == []
    assert scene.tick(10 * DAY) == ["fresh -> gone"]


def test_moves_inside_the_stages_of_a_from_rule_do_not_restart_it() -> None:
    scene = Scene("""
start { -> fresh }
from fresh, warm -> gone after 3d
stage fresh { -> warm on ping }
stage warm
stage gone { -> fresh on ping }
""")
    scene.at(0, "visit")
    assert scene.at(2 * DAY, "ping") == ["fresh -> warm"]
    assert scene.tick(3 * DAY - 1) == []
    assert scene.tick(3 * DAY) == ["warm -> gone"]
    assert scene.at(4 * DAY, "ping") == ["gone -> fresh"]
    assert scene.tick(7 * DAY - 1) == []
    assert scene.tick(7 * DAY) == ["fresh -> gone"]


def test_a_late_record_is_handled_at_the_clock_and_shows_its_own_instant() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> gone after 1d without visit }
stage gone
trigger t { on visit do { send email "of {at} at {now}" } }
""")
    scene.at(HOUR, "ping")
    assert scene.at(0, "visit") == [
        "fired t",
        "sent of 2026-01-05T12:00:00Z at 2026-01-05T13:00:00Z",
    ]
    assert scene.tick(DAY + HOUR - 1) == []
    assert scene.tick(DAY + HOUR) == ["fresh -> gone"]


def test_silence_is_broken_only_where_the_filter_holds_also_by_changes() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> warm after 1d }
stage warm
trigger t { after 2d without leave fresh where vip do {} }
""")
    scene.at(0, "visit")
    assert scene.tick(DAY) == ["fresh -> warm"]
    assert scene.tick(2 * DAY) == ["fired t"]


def test_the_filter_of_a_silence_reads_traits_as_the_record_leaves_them() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh
trigger t { after 2d without profile where vip do {} }
""")
    scene.at(0, "visit")
    scene.at(DAY, "profile", vip=True)
    assert scene.tick(3 * DAY - 1) == []
    assert scene.tick(3 * DAY) == ["fired t"]
    scene.at(4 * DAY, "profile", vip=False)
    assert scene.tick(9 * DAY) == []


def test_the_filter_of_a_silence_reads_traits_after_the_folds_of_the_record() -> None:
    facts = FACTS.replace("vip: bool = false", "vip: bool = false { on buy: true  on ping: false }")
    rules = """
start { -> fresh }
stage fresh
trigger t { after 2d without buy, ping where vip do {} }
"""
    scene = Scene(rules, facts)
    scene.at(0, "visit")
    scene.at(DAY, "buy")
    assert scene.at(DAY + HOUR, "ping") == []
    assert scene.tick(3 * DAY - 1) == []
    assert scene.tick(3 * DAY) == ["fired t"]


DATES = """
trait ends: date?
start { -> fresh }
stage fresh { -> gone on 1d before ends }
stage gone { -> fresh on ping }
"""


def test_a_date_is_due_at_local_midnight() -> None:
    scene = Scene(DATES)
    scene.at(0, "profile", ends="2026-01-08")
    midnight = 12 * HOUR + DAY
    assert scene.tick(midnight - 1) == []
    assert scene.tick(midnight) == ["fresh -> gone"]


def test_a_date_already_reached_is_due_at_once() -> None:
    scene = Scene(DATES)
    assert scene.at(0, "profile", ends="2025-12-01") == ["None -> fresh", "fresh -> gone"]


def test_without_a_date_there_is_no_timer_and_a_new_one_is_computed_anew() -> None:
    scene = Scene(DATES)
    scene.at(0, "profile", ends="2026-01-08")
    assert scene.at(HOUR, "profile", ends=None) == []
    assert scene.tick(5 * DAY) == []
    assert scene.at(5 * DAY, "profile", ends="2026-01-14") == []
    assert scene.tick(7 * DAY + 12 * HOUR - 1) == []
    assert scene.tick(7 * DAY + 12 * HOUR) == ["fresh -> gone"]


def test_transitions_of_one_instant_go_in_the_order_of_the_file() -> None:
    scene = Scene("""
start { -> fresh }
from any -> cold after 1d when vip
stage fresh { -> warm after 1d  -> gone after 1d }
stage warm, gone, cold
""")
    scene.at(0, "visit")
    assert scene.tick(DAY) == ["fresh -> warm"]
