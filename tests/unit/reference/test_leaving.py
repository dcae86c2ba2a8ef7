"""How a run ends before its last step: `exit on`, other stages, `restart`, `exit`."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import PLAIN, Scene

STAGES = """
start { -> fresh }
stage fresh { -> warm on buy  -> warm after 5d }
stage warm
"""


def test_exit_on_ends_a_run_where_it_stands() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping exit on buy do { wait 1d as calm send email "a" } }')
    scene.at(0, "ping")
    assert scene.at(DAY - 1, "buy") == ["left t calm exit_on"]
    assert scene.tick(2 * DAY) == []


def test_at_the_end_of_the_wait_exit_on_comes_too_late() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping exit on buy do { wait 1d send email "a" wait 1d } }')
    scene.at(0, "ping")
    assert scene.at(DAY, "buy") == ["sent a", "left t wait2 exit_on"]


def test_what_both_fires_and_ends_starts_anew() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping exit on ping do { wait 1d send email "a" } }')
    assert scene.at(0, "ping") == ["None -> fresh", "fired t"]
    assert scene.at(1, "ping") == ["left t wait1 exit_on", "fired t"]
    assert scene.tick(DAY) == []
    assert scene.tick(DAY + 1) == ["sent a"]


def test_several_exits_and_their_where() -> None:
    scene = Scene(
        PLAIN
        + "trigger t { on ping exit on visit where value > 1 exit on buy where vip do { wait 1d } }"
    )
    scene.at(0, "ping")
    assert scene.at(1, "visit") == []
    assert scene.at(2, "buy") == []
    assert scene.at(3, "visit", value=2) == ["left t wait1 exit_on"]
    scene.at(4, "ping")
    scene.at(5, "profile", vip=True)
    assert scene.at(6, "buy") == ["left t wait1 exit_on"]


def test_a_record_that_a_journey_awaits_may_end_it_first() -> None:
    scene = Scene(
        PLAIN + 'trigger t { on ping exit on buy do { await buy within 1d { send email "arm" } } }'
    )
    scene.at(0, "ping")
    assert scene.at(1, "buy") == ["left t await1 exit_on"]


def test_leaving_the_stages_ends_a_run() -> None:
    scene = Scene(STAGES + 'trigger t { on ping in fresh do { wait 1d send email "a" } }')
    scene.at(0, "ping")
    assert scene.at(1, "buy") == ["fresh -> warm", "left t wait1 stage"]


def test_exit_on_is_the_reason_before_the_stage() -> None:
    scene = Scene(STAGES + "trigger t { on ping in fresh exit on buy do { wait 1d } }")
    scene.at(0, "ping")
    assert scene.at(1, "buy") == ["fresh -> warm", "left t wait1 exit_on"]


def test_a_timer_that_moves_the_customer_ends_runs_before_they_go_on() -> None:
    scene = Scene(STAGES + 'trigger t { on ping in fresh do { wait 5d send email "a" } }')
    scene.at(0, "ping")
    assert scene.tick(5 * DAY) == ["fresh -> warm", "left t wait1 stage"]


def test_a_change_ends_a_run_and_another_starts_in_its_step() -> None:
    scene = Scene(
        STAGES
        + """
trigger t { on ping exit on enter warm do { wait 1d } }
trigger u { on enter warm in warm do { wait 1d } }
"""
    )
    scene.at(0, "ping")
    assert scene.at(1, "buy") == ["fresh -> warm", "left t wait1 exit_on", "fired u"]


def test_runs_leave_by_priority() -> None:
    scene = Scene(
        PLAIN
        + """
trigger low { on ping priority 1 exit on buy do { wait 1d } }
trigger high { on ping priority 9 exit on buy do { wait 1d } }
"""
    )
    scene.at(0, "ping")
    assert scene.at(1, "buy") == ["left high wait1 exit_on", "left low wait1 exit_on"]


def test_restart_begins_anew() -> None:
    scene = Scene(PLAIN + 'trigger t { on ping restart do { wait 1h send email "a" } }')
    scene.at(0, "ping")
    assert scene.at(1, "ping") == ["left t wait1 restart", "fired t"]
    assert scene.tick(HOUR) == []
    assert scene.tick(HOUR + 1) == ["sent a"]


def test_a_firing_that_is_stopped_restarts_nothing() -> None:
    scene = Scene(
        PLAIN + 'trigger t { on ping at most 1 per 1d restart do { wait 1h send email "a" } }'
    )
    scene.at(0, "ping")
    assert scene.at(1, "ping") == ["held t at_most"]
    assert scene.tick(HOUR) == ["sent a"]


def test_a_journey_that_goes_on_is_not_restarted() -> None:
    scene = Scene(PLAIN + "trigger t { on ping restart do { await ping { } wait 1d } }")
    scene.at(0, "ping")
    assert scene.at(1, "ping") == []
    assert scene.at(2, "ping") == ["left t wait1 restart", "fired t"]


def test_exit_ends_a_run_out_of_every_list() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on ping do {
  if vip { exit }
  await buy { if amount > 5 { exit } send email "arm" }
  send email "behind"
} }
"""
    )
    scene.at(0, "ping")
    assert scene.at(1, "buy", amount=6) == ["left t exit2 exit"]
    scene.at(2, "ping")
    assert scene.at(3, "buy", amount=5) == ["sent arm", "sent behind"]


def test_a_trigger_that_never_waits_leaves_a_record_of_its_exit() -> None:
    scene = Scene(PLAIN + "trigger t { on ping do { exit } }")
    assert scene.at(0, "ping") == ["None -> fresh", "fired t", "left t exit1 exit"]
