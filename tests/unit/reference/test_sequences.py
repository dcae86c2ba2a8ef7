"""`on A then B then C within D`: which records bring it further, and when it is too late."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import PLAIN, Scene

PATH = 'trigger t { on visit then ping then buy within 1d do { send email "{amount}" } }'
STAGES = """
start { -> fresh }
stage fresh { -> warm on buy where amount > 5 }
stage warm
"""


def test_it_fires_at_the_last_step_and_reads_its_record() -> None:
    scene = Scene(PLAIN + PATH)
    scene.at(0, "visit")
    assert scene.at(1, "ping") == []
    assert scene.at(2, "buy", amount=7) == ["fired t", "sent 7"]


def test_the_order_matters() -> None:
    scene = Scene(PLAIN + PATH)
    scene.at(0, "ping")
    scene.at(1, "visit")
    assert scene.at(2, "buy") == []


def test_at_exactly_the_span_the_first_step_is_out() -> None:
    scene = Scene(PLAIN + PATH)
    scene.at(0, "visit")
    scene.at(1, "ping")
    assert scene.at(DAY, "buy") == []
    scene.at(2 * DAY, "visit")
    scene.at(2 * DAY + 1, "ping")
    assert scene.at(3 * DAY - 1, "buy") == ["fired t", "sent 0"]


def test_the_span_counts_for_the_steps_between_too() -> None:
    scene = Scene(PLAIN + PATH)
    scene.at(0, "visit")
    scene.at(DAY, "ping")
    assert scene.at(DAY + 1, "buy") == []


def test_the_latest_first_step_that_came_so_far_counts() -> None:
    scene = Scene(PLAIN + PATH)
    scene.at(0, "visit")
    scene.at(12 * HOUR, "visit")
    scene.at(20 * HOUR, "ping")
    assert scene.at(36 * HOUR - 1, "buy") == ["fired t", "sent 0"]


def test_a_first_step_that_came_after_the_second_does_not_move_it() -> None:
    scene = Scene(PLAIN + PATH)
    scene.at(0, "visit")
    scene.at(HOUR, "ping")
    scene.at(12 * HOUR, "visit")
    assert scene.at(24 * HOUR, "buy") == []
    scene.at(25 * HOUR, "ping")
    assert scene.at(36 * HOUR - 1, "buy") == ["fired t", "sent 0"]


def test_a_match_clears_all() -> None:
    scene = Scene(PLAIN + PATH)
    scene.at(0, "visit")
    scene.at(1, "ping")
    scene.at(2, "visit")
    assert scene.at(3, "buy") == ["fired t", "sent 0"]
    scene.at(4, "ping")
    assert scene.at(5, "buy") == []


def test_the_same_event_twice_needs_two_records() -> None:
    scene = Scene(PLAIN + "trigger t { on ping then ping within 1d do { } }")
    assert [scene.at(n, "ping")[-1:] for n in range(4)] == [
        ["None -> fresh"], ["fired t"], [], ["fired t"],
    ]  # fmt: skip


def test_of_the_same_event_the_latest_first_is_too_old_at_the_span() -> None:
    scene = Scene(PLAIN + "trigger t { on ping then ping within 1d do { } }")
    scene.at(0, "ping")
    assert scene.at(DAY, "ping") == []
    assert scene.at(2 * DAY - 1, "ping") == ["fired t"]


def test_one_record_serves_one_step_the_furthest_it_can() -> None:
    scene = Scene(
        PLAIN + "trigger t { on visit, ping then ping, visit then ping within 1d do { } }"
    )
    scene.at(0, "ping")
    assert scene.at(1, "ping") == []
    assert scene.at(2, "ping") == ["fired t"]


def test_progress_is_made_in_every_stage_and_a_match_is_used_up_whatever_the_guards() -> None:
    scene = Scene(STAGES + "trigger t { on visit then buy within 1d in warm do { } }")
    scene.at(0, "visit")
    assert scene.at(1, "buy") == []
    assert scene.at(2, "buy", amount=6) == ["fresh -> warm"]
    assert scene.at(3, "visit") == []
    assert scene.at(4, "buy") == ["fired t"]


def test_a_change_is_a_step_and_shares_its_record_s_one() -> None:
    scene = Scene(STAGES + "trigger t { on buy then enter warm within 1d do { } }")
    scene.at(0, "visit")
    assert scene.at(1, "buy", amount=6) == ["fresh -> warm"]
    again = Scene(STAGES + "trigger t { on buy then enter warm within 1d do { } }")
    again.at(0, "buy")
    assert again.at(1, "buy", amount=6) == ["fresh -> warm", "fired t"]


def test_progress_goes_on_while_a_journey_runs() -> None:
    scene = Scene(PLAIN + "trigger t { on visit then ping within 1d do { wait 1h } }")
    scene.at(0, "visit")
    scene.at(1, "ping")
    scene.at(2, "visit")
    assert scene.at(3, "ping") == ["held t already_running"]
    assert scene.at(2 * HOUR, "ping") == []
