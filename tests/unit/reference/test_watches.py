"""What time alone makes true is noticed at its exact instant."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import FACTS, Scene


def test_a_window_opens_when_its_entry_is_exactly_so_old() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> gone when age >= 1h and count(ping within 2d) == 0 }
stage gone
""")
    assert scene.at(0, "ping") == ["None -> fresh"]
    assert scene.tick(2 * DAY - 1) == []
    assert scene.tick(2 * DAY) == ["fresh -> gone"]


def test_more_than_a_span_is_a_microsecond_later() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> gone when in_stage > 1h }
stage gone { -> fresh when in_stage >= 1h }
""")
    scene.at(0, "ping")
    assert scene.tick(HOUR) == []
    assert scene.tick(HOUR + 1) == ["fresh -> gone"]
    assert scene.tick(2 * HOUR + 1) == ["gone -> fresh"]


def test_a_score_that_halves_reaches_its_bar_after_a_half_life() -> None:
    scene = Scene("""
score heat { half-life 1d  on ping: 2 }
level mood = heat { high >= 1  low }
start { -> fresh }
stage fresh
trigger cooled { on mood falls do { send email "cool" } }
trigger warmed { on mood rises to high do { send email "warm" } }
""")
    start = -(12 * HOUR)
    assert scene.at(start, "ping") == ["None -> fresh", "fired warmed", "sent warm"]
    # At a half-life the score is 1, which is `>= 1`: it falls with the step after it.
    assert scene.tick(start + DAY) == []
    assert scene.tick(start + DAY + DAY // 4096 - 1) == []
    assert scene.tick(start + DAY + DAY // 4096) == ["fired cooled", "sent cool"]


def test_a_calendar_count_ends_at_local_midnight_also_when_a_clock_changes() -> None:
    facts = FACTS.replace('"UTC"', '"Europe/Amsterdam"')
    scene = Scene(
        """
segment busy = count(ping this day) >= 1
start { -> fresh }
stage fresh
trigger calm { on leave busy do { send email "calm" } }
""",
        facts,
    )
    from_noon = (31 - 5 + 28 + 29 - 1) * DAY + 23 * HOUR - 12 * HOUR
    # 2026-03-29 has 23 hours in Amsterdam: it begins at 23:00 UTC and ends at 22:00 UTC.
    scene.at(from_noon, "ping")
    assert scene.tick(from_noon + 23 * HOUR - 1) == []
    assert scene.tick(from_noon + 23 * HOUR) == ["fired calm", "sent calm"]


def test_a_streak_breaks_at_the_second_midnight() -> None:
    scene = Scene("""
segment keen = streak(ping) >= 1
start { -> fresh }
stage fresh
trigger broke { on leave keen do { send email "broken" } }
""")
    scene.at(0, "ping")
    assert scene.tick(DAY + 12 * HOUR - 1) == []
    assert scene.tick(DAY + 12 * HOUR) == ["fired broke", "sent broken"]


def test_a_condition_that_is_true_holds_directly_after_the_step_that_made_it_so() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> hot when vip }
stage hot
trigger t { on ping do { set vip = true } }
""")
    assert scene.at(0, "ping") == ["None -> fresh", "fired t", "changed vip True", "fresh -> hot"]


def test_each_rule_runs_at_most_once_at_an_instant_and_the_rest_waits_for_input() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> hot when count(ping) >= 1 }
stage hot { -> fresh when count(ping) >= 1 }
""")
    assert scene.at(0, "visit") == ["None -> fresh"]
    assert scene.at(1, "ping") == ["fresh -> hot", "hot -> fresh", "fresh -> hot"]
    assert scene.tick(1) == []
    assert scene.tick(5) == ["hot -> fresh", "fresh -> hot"]


def test_a_watch_changed_by_a_step_is_taken_up_directly_after_it() -> None:
    scene = Scene("""
segment crowd
segment rich = credit >= 2 and crowd
start { -> fresh }
stage fresh
trigger t { on ping do { set credit = 2  join crowd } }
trigger u { on enter rich do { send email "rich" } }
""")
    assert scene.at(0, "ping") == [
        "None -> fresh",
        "fired t",
        "changed credit 2",
        "joined crowd",
        "fired u",
        "sent rich",
    ]


def test_what_is_watched_starts_from_a_customer_without_anything() -> None:
    scene = Scene("""
segment quiet_one = count(ping) == 0
start { -> fresh }
stage fresh
trigger heard { on leave quiet_one do { send email "hello" } }
""")
    assert scene.at(0, "ping") == ["None -> fresh", "fired heard", "sent hello"]
    assert scene.at(0, "visit", customer="bob") == ["None -> fresh"]


def test_time_moves_the_clock_only_to_what_it_ran() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> gone after 1d }
stage gone
""")
    scene.at(0, "visit")
    scene.tick(3 * DAY)
    assert scene.reference.customers["ann"].clock == scene.reference.customers["ann"].entered


def test_a_watched_change_moves_and_fires_in_one_step_at_a_record() -> None:
    scene = Scene("""
score heat { on ping: 1 }
level mood = heat { high >= 2  low }
start { -> fresh }
stage fresh { -> hot on ping when mood >= high }
stage hot
trigger a { on mood rises do { send email "a" } }
trigger b { on enter hot do { send email "b" } }
trigger c { on enter hot priority 9 do { send email "c" } }
""")
    scene.at(0, "ping")
    assert scene.at(1, "ping") == [
        "fresh -> hot", "fired c", "sent c", "fired a", "sent a", "fired b", "sent b",
    ]  # fmt: skip
