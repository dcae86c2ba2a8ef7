"""`every` and dates: which local days and times, and what sets them anew."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import FACTS, PLAIN, Scene, instant

AMSTERDAM = FACTS + 'trait zone: text = "Europe/Amsterdam"\n'
UTC = FACTS + 'trait zone: text = "UTC"\ntrait ends, born: date?\ntrait due: time?\n'
MIDNIGHT = -12 * HOUR


def fires(scene: Scene, text: str) -> None:
    """The trigger fires at this instant and at none between the one before and it."""
    assert scene.tick(instant(text) - 1) == [], text
    assert scene.tick(instant(text)) == ["fired t"], text


def test_every_day_begins_after_the_first_record() -> None:
    scene = Scene(PLAIN + "trigger t { every day do { } }")
    assert scene.at(MIDNIGHT, "visit") == ["None -> fresh"]
    fires(scene, "2026-01-06T00:00Z")
    fires(scene, "2026-01-07T00:00Z")


def test_just_before_the_day_s_beginning_is_early_enough() -> None:
    scene = Scene(PLAIN + "trigger t { every day do { } }")
    scene.at(MIDNIGHT - 1, "visit")
    fires(scene, "2026-01-05T00:00Z")


def test_every_day_where_a_clock_change_skips_the_time() -> None:
    scene = Scene(PLAIN + "trigger t { every day at 02:30 do { } }", AMSTERDAM)
    scene.at(instant("2026-03-27T12:00Z"), "visit")
    fires(scene, "2026-03-28T01:30Z")
    fires(scene, "2026-03-29T01:00Z")
    fires(scene, "2026-03-30T00:30Z")


def test_every_day_where_the_time_comes_twice() -> None:
    scene = Scene(PLAIN + "trigger t { every day at 02:30 do { } }", AMSTERDAM)
    scene.at(instant("2026-10-24T12:00Z"), "visit")
    fires(scene, "2026-10-25T00:30Z")
    fires(scene, "2026-10-26T01:30Z")


def test_a_midnight_that_is_skipped() -> None:
    scene = Scene(
        PLAIN + "trigger t { every day do { } }",
        AMSTERDAM.replace("Europe/Amsterdam", "Africa/Cairo"),
    )
    scene.at(instant("2026-04-22T12:00Z"), "visit")
    fires(scene, "2026-04-22T22:00Z")
    fires(scene, "2026-04-23T22:00Z")
    fires(scene, "2026-04-24T21:00Z")


def test_weekdays() -> None:
    scene = Scene(PLAIN + "trigger t { every thursday, monday at 07:00 do { } }")
    scene.at(0, "visit")
    fires(scene, "2026-01-08T07:00Z")
    fires(scene, "2026-01-12T07:00Z")
    fires(scene, "2026-01-15T07:00Z")


def test_every_month_is_its_first_day() -> None:
    scene = Scene(PLAIN + "trigger t { every month at 09:00 do { } }")
    scene.at(instant("2026-02-01T08:59Z"), "visit")
    fires(scene, "2026-02-01T09:00Z")
    fires(scene, "2026-03-01T09:00Z")
    fires(scene, "2026-04-01T09:00Z")


def test_guards_are_looked_at_then_and_it_goes_on_whatever_they_say() -> None:
    scene = Scene(
        """
start { -> fresh }
stage fresh { -> warm on buy }
stage warm
trigger t { every day in warm when not vip once do { } }
"""
    )
    scene.at(0, "visit")
    assert scene.tick(DAY) == []
    scene.at(DAY + 1, "buy")
    scene.at(DAY + 2, "profile", vip=True)
    assert scene.tick(2 * DAY) == []
    scene.at(2 * DAY + 1, "profile", vip=False)
    fires(scene, "2026-01-08T00:00Z")
    assert scene.tick(4 * DAY) == ["held t once"]


def test_another_zone_sets_every_anew() -> None:
    scene = Scene(PLAIN + "trigger t { every day at 09:00 do { } }", UTC)
    scene.at(0, "visit")
    fires(scene, "2026-01-06T09:00Z")
    scene.at(instant("2026-01-06T10:00Z"), "profile", zone="America/New_York")
    fires(scene, "2026-01-06T14:00Z")
    scene.at(instant("2026-01-06T20:00Z"), "profile", zone="Moon/Tycho")
    fires(scene, "2026-01-07T09:00Z")


def test_a_time_reached_when_the_zone_changes_is_not_made_up_for() -> None:
    scene = Scene(PLAIN + "trigger t { every day at 09:00 do { } }", UTC)
    scene.at(0, "profile", zone="America/New_York")
    fires(scene, "2026-01-05T14:00Z")
    assert scene.at(instant("2026-01-06T09:00Z"), "profile", zone="UTC") == []
    fires(scene, "2026-01-07T09:00Z")


def test_a_step_that_sets_the_zone_sets_it_anew_too() -> None:
    scene = Scene(
        PLAIN
        + """
trigger move { on ping do { set zone = "Asia/Tokyo" } }
trigger t { every day do { } }
""",
        UTC,
    )
    scene.at(0, "ping")
    fires(scene, "2026-01-05T15:00Z")


def test_dates_before_and_after() -> None:
    scene = Scene(PLAIN + "trigger t { on 7d, 1d before ends at 09:30 do { } }", UTC)
    scene.at(0, "profile", ends="2026-01-20")
    fires(scene, "2026-01-13T09:30Z")
    fires(scene, "2026-01-19T09:30Z")
    assert scene.tick(400 * DAY) == []
    later = Scene(PLAIN + "trigger t { on 2d after ends do { } }", UTC)
    later.at(0, "profile", ends="2026-01-20")
    fires(later, "2026-01-22T00:00Z")


def test_a_date_that_is_reached_when_it_is_set_does_not_fire() -> None:
    scene = Scene(PLAIN + "trigger t { on ends at 09:00 do { } }", UTC)
    scene.at(0, "visit")
    at_nine = instant("2026-01-06T09:00Z")
    assert scene.at(at_nine, "profile", ends="2026-01-06") == []
    assert scene.tick(99 * DAY) == []
    early = Scene(PLAIN + "trigger t { on ends at 09:00 do { } }", UTC)
    early.at(0, "visit")
    early.at(at_nine - 1, "profile", ends="2026-01-06")
    fires(early, "2026-01-06T09:00Z")


def test_the_first_record_s_own_instant_is_reached_too() -> None:
    scene = Scene(PLAIN + "trigger t { on ends do { } }", UTC)
    assert scene.at(MIDNIGHT, "profile", ends="2026-01-05") == ["None -> fresh"]
    assert scene.tick(99 * DAY) == []


def test_another_date_is_computed_anew() -> None:
    scene = Scene(PLAIN + "trigger t { on ends do { } }", UTC)
    scene.at(0, "profile", ends="2026-01-10")
    scene.at(1, "profile", ends="2026-01-12")
    fires(scene, "2026-01-12T00:00Z")
    assert scene.at(instant("2026-01-12T06:00Z"), "profile", ends="2026-01-11") == []
    assert scene.tick(instant("2026-01-13T00:00Z")) == []
    scene.at(instant("2026-01-13T06:00Z"), "profile", ends="2026-01-15")
    scene.at(instant("2026-01-14T06:00Z"), "profile", ends=None)
    assert scene.tick(99 * DAY) == []


def test_the_same_date_again_changes_nothing() -> None:
    scene = Scene(PLAIN + "trigger t { on ends at 09:00 do { } }", UTC)
    scene.at(0, "profile", ends="2026-01-10")
    fires(scene, "2026-01-10T09:00Z")
    assert scene.at(instant("2026-01-10T10:00Z"), "profile", ends="2026-01-10") == []
    assert scene.tick(99 * DAY) == []


def test_another_zone_computes_a_date_anew() -> None:
    scene = Scene(PLAIN + "trigger t { on ends at 09:00 do { } }", UTC)
    scene.at(0, "profile", ends="2026-01-10")
    fires(scene, "2026-01-10T09:00Z")
    scene.at(instant("2026-01-10T10:00Z"), "profile", zone="America/New_York")
    fires(scene, "2026-01-10T14:00Z")
    scene.at(instant("2026-01-10T15:00Z"), "profile", zone="Asia/Tokyo")
    assert scene.tick(99 * DAY) == []


def test_a_date_that_another_zone_has_reached_does_not_fire() -> None:
    scene = Scene(PLAIN + "trigger t { on ends at 09:00 do { } }", UTC)
    scene.at(0, "profile", ends="2026-01-10", zone="America/New_York")
    assert scene.at(instant("2026-01-10T10:00Z"), "profile", zone="Asia/Tokyo") == []
    assert scene.tick(99 * DAY) == []


def test_a_time_fires_as_it_is_or_at_a_time_of_its_local_day() -> None:
    scene = Scene(PLAIN + "trigger t { on 2h before due do { } }", UTC)
    scene.at(0, "profile", due="2026-01-06T18:30:00Z")
    fires(scene, "2026-01-06T16:30Z")
    at_nine = Scene(PLAIN + "trigger t { on 30min, 2h after due at 09:00 do { } }", UTC)
    at_nine.at(0, "profile", due="2026-01-06T23:00:00Z", zone="Asia/Tokyo")
    fires(at_nine, "2026-01-07T00:00Z")
    assert at_nine.tick(99 * DAY) == []


def test_shifts_that_meet_fire_once() -> None:
    scene = Scene(PLAIN + "trigger t { on 1h, 2h, 30h before due at 09:00 do { } }", UTC)
    scene.at(0, "profile", due="2026-01-10T18:00:00Z")
    fires(scene, "2026-01-09T09:00Z")
    fires(scene, "2026-01-10T09:00Z")
    assert scene.tick(99 * DAY) == []


def test_yearly_on_the_29_february() -> None:
    scene = Scene(PLAIN + "trigger t { on born yearly at 09:00 do { } }", UTC)
    scene.at(0, "profile", born="2024-02-29")
    fires(scene, "2026-02-28T09:00Z")
    fires(scene, "2027-02-28T09:00Z")
    fires(scene, "2028-02-29T09:00Z")


def test_yearly_the_date_is_found_first_and_then_shifted() -> None:
    scene = Scene(PLAIN + "trigger t { on 1d after born yearly do { } }", UTC)
    scene.at(0, "profile", born="2024-02-29")
    fires(scene, "2026-03-01T00:00Z")
    fires(scene, "2027-03-01T00:00Z")
    fires(scene, "2028-03-01T00:00Z")
    fires(scene, "2029-03-01T00:00Z")


def test_yearly_over_the_turn_of_the_year() -> None:
    scene = Scene(PLAIN + "trigger t { on 7d before born yearly do { } }", UTC)
    scene.at(0, "profile", born="1990-01-03")
    fires(scene, "2026-12-27T00:00Z")
    fires(scene, "2027-12-27T00:00Z")


def test_yearly_long_after_the_date() -> None:
    scene = Scene(PLAIN + "trigger t { on 40d after born yearly do { } }", UTC)
    scene.at(0, "profile", born="1990-12-01")
    fires(scene, "2026-01-10T00:00Z")
    fires(scene, "2027-01-10T00:00Z")


def test_setting_a_date_to_what_it_was_keeps_what_is_due() -> None:
    rules = """
trigger high { every day at 09:00 priority 9 do { set ends = 2026-01-10 } }
trigger t { on ends at 09:00 do { } }
"""
    scene = Scene(PLAIN + rules, UTC)
    scene.at(instant("2026-01-09T10:00Z"), "profile", ends="2026-01-10")
    assert scene.tick(instant("2026-01-10T09:00Z")) == ["fired high", "fired t"]
    other = Scene(PLAIN + rules, UTC)
    other.at(instant("2026-01-09T10:00Z"), "profile", ends="2026-01-11")
    assert other.tick(instant("2026-01-10T09:00Z")) == ["fired high", "changed ends 2026-01-10"]
    assert other.tick(instant("2026-01-10T23:00Z")) == []


def test_yearly_not_before_the_date_itself() -> None:
    scene = Scene(PLAIN + "trigger t { on born yearly do { } }", UTC)
    scene.at(0, "profile", born="2028-03-01")
    fires(scene, "2028-03-01T00:00Z")
    fires(scene, "2029-03-01T00:00Z")


def test_yearly_goes_on_whatever_the_guards_said() -> None:
    scene = Scene(PLAIN + "trigger t { on born yearly when vip do { } }", UTC)
    scene.at(0, "profile", born="1990-03-01")
    assert scene.tick(instant("2026-06-01T00:00Z")) == []
    scene.at(instant("2026-06-01T00:00Z"), "profile", vip=True)
    fires(scene, "2027-03-01T00:00Z")


def test_yearly_of_a_time_is_of_its_shifted_local_day() -> None:
    scene = Scene(PLAIN + "trigger t { on 2h after due yearly do { } }", UTC)
    scene.at(0, "profile", due="2024-02-29T22:30:00Z")
    fires(scene, "2026-03-01T00:00Z")
    fires(scene, "2027-03-01T00:00Z")
    at_seven = Scene(PLAIN + "trigger t { on due yearly at 07:00 do { } }", UTC)
    at_seven.at(0, "profile", due="2024-02-29T22:30:00Z", zone="Asia/Tokyo")
    fires(at_seven, "2026-02-28T22:00Z")


def test_a_move_by_a_yearly_time_is_at_the_beginning_of_its_local_day() -> None:
    rules = """
start { -> fresh }
stage fresh { -> warm on 2h after due yearly }
stage warm { -> fresh on ping }
"""
    scene = Scene(rules, UTC)
    scene.at(0, "profile", due="2024-02-28T22:30:00Z")
    assert scene.tick(instant("2026-02-28T00:00Z") - 1) == []
    assert scene.tick(instant("2026-02-28T00:00Z")) == ["fresh -> warm"]
    scene.at(instant("2026-03-01T00:00Z"), "ping")
    assert scene.tick(instant("2027-02-28T00:00Z") - 1) == []
    assert scene.tick(instant("2027-02-28T00:00Z")) == ["fresh -> warm"]


def test_no_calendar_goes_beyond_its_end() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on born yearly do { } }
trigger u { on 300d after ends do { } }
""",
        UTC,
    )
    scene.at(0, "profile", born="2399-12-31", ends="2400-12-31")
    assert scene.tick(instant("2399-12-31T00:00Z")) == ["fired t"]
    assert scene.tick(instant("2400-12-30T00:00Z")) == []
    assert scene.tick(instant("2400-12-31T23:59Z")) == ["fired t", "fired u"]
