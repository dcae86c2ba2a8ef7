"""What an `await` matches and when, what its arms read, and what comes of its `else`."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import PLAIN, Scene

AWAIT = """
trigger t { on buy do {
  await ping where value > 1 within 1d { send email "arm {value}" } else { send email "else" }
  send email "behind {amount}"
} }
"""


def test_an_arm_goes_on_at_its_record_just_before_the_end() -> None:
    scene = Scene(PLAIN + AWAIT)
    scene.at(0, "buy", amount=7)
    assert scene.at(1, "ping", value=1) == []
    assert scene.at(DAY - 1, "ping", value=2) == ["sent arm 2", "sent behind 7"]
    assert scene.tick(9 * DAY) == []


def test_at_the_end_itself_it_is_too_late() -> None:
    scene = Scene(PLAIN + AWAIT)
    scene.at(0, "buy", amount=7)
    assert scene.at(DAY, "ping", value=2) == ["sent else", "sent behind 7"]


def test_the_end_counts_from_where_the_await_began() -> None:
    scene = Scene(PLAIN + AWAIT.replace("await ping", "wait 1h await ping"))
    scene.at(0, "buy")
    assert scene.at(1, "ping", value=2) == []
    assert scene.tick(DAY + HOUR - 1) == []
    assert scene.tick(DAY + HOUR) == ["sent else", "sent behind 0"]


def test_without_an_end_it_waits_as_long_as_it_takes() -> None:
    scene = Scene(PLAIN + 'trigger t { on buy do { await ping { send email "arm" } } }')
    scene.at(0, "buy")
    assert scene.tick(900 * DAY) == []
    assert scene.at(901 * DAY, "ping") == ["sent arm"]


def test_without_an_else_it_goes_on_with_what_follows() -> None:
    scene = Scene(
        PLAIN + 'trigger t { on buy do { await ping within 1d { exit } send email "behind" } }'
    )
    scene.at(0, "buy")
    assert scene.tick(DAY) == ["sent behind"]


def test_the_block_before_else_may_be_left_out() -> None:
    scene = Scene(
        PLAIN
        + 'trigger t { on buy do { await ping within 1d else { send email "e" } send email "z" } }'
    )
    scene.at(0, "buy")
    assert scene.at(1, "ping") == ["sent z"]
    scene.at(2, "buy")
    assert scene.tick(9 * DAY) == ["sent e", "sent z"]


def test_until_a_time_of_day_it_is_over_at_the_next_such() -> None:
    scene = Scene(
        PLAIN + 'trigger t { on buy do { await ping until 18:00 else { send email "else" } } }'
    )
    scene.at(0, "buy")
    assert scene.tick(6 * HOUR - 1) == []
    assert scene.at(6 * HOUR, "ping") == ["sent else"]


def test_until_an_instant_that_is_past_it_is_over_at_once() -> None:
    scene = Scene(
        PLAIN
        + 'trigger t { on buy do { await ping until at { exit } else { send email "else" } } }'
    )
    assert scene.at(0, "buy")[-1] == "sent else"


def test_the_first_arm_that_matches_is_taken() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on buy do { await within 1d {
  on visit { send email "visit" }
  on ping where value > 5 { send email "big" }
  on ping, visit { send email "small" }
} } }
"""
    )
    scene.at(0, "buy")
    assert scene.at(1, "ping", value=6) == ["sent big"]
    scene.at(2, "buy")
    assert scene.at(3, "ping", value=5) == ["sent small"]


def test_a_journey_that_goes_on_does_not_fire_too() -> None:
    scene = Scene(
        PLAIN + 'trigger t { on ping do { send email "a" await ping { send email "arm" } } }'
    )
    assert scene.at(0, "ping")[1:] == ["fired t", "sent a"]
    assert scene.at(1, "ping") == ["sent arm"]
    assert scene.at(2, "ping") == ["fired t", "sent a"]


def test_a_record_matches_one_await_only() -> None:
    scene = Scene(
        PLAIN
        + 'trigger t { on buy do { await ping { send email "a" } await ping { send email "b" } } }'
    )
    scene.at(0, "buy")
    assert scene.at(1, "ping") == ["sent a"]
    assert scene.at(1, "ping") == ["sent b"]


def test_arms_are_matched_before_any_steps_run() -> None:
    scene = Scene(
        PLAIN
        + """
trigger first { on ping priority 9 do { set vip = true } }
trigger t { on buy do { await ping where vip { send email "arm" } } }
"""
    )
    scene.at(0, "buy")
    assert scene.at(1, "ping") == ["fired first", "changed vip True"]
    assert scene.at(2, "ping") == ["fired first", "sent arm"]


def test_runs_and_firings_go_by_priority() -> None:
    scene = Scene(
        PLAIN
        + """
trigger low { on buy priority 1 do { await ping { send email "low" } } }
trigger middle { on ping do { send email "middle" } }
trigger high { on buy priority 9 do { await ping { send email "high" } } }
"""
    )
    scene.at(0, "buy")
    assert scene.at(1, "ping") == ["sent high", "fired middle", "sent middle", "sent low"]


def test_an_arm_reads_its_record_and_what_follows_reads_the_one_before() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on buy do {
  await ping {
    wait 1h
    await visit within 1d { wait 1h send email "visit {value}" } else { send email "else {value}" }
    send email "ping {value}"
  }
  send email "buy {value} {amount}"
} }
"""
    )
    scene.at(0, "buy", value=3, amount=7)
    scene.at(1, "ping", value=4)
    scene.at(DAY, "visit", value=5)
    assert scene.tick(DAY + HOUR) == ["sent visit 5", "sent ping 4", "sent buy 3 7"]
    scene.at(5 * DAY, "buy", value=3, amount=7)
    scene.at(5 * DAY, "ping", value=4)
    assert scene.tick(8 * DAY) == ["sent else 4", "sent ping 4", "sent buy 3 7"]


def test_an_else_reads_what_the_await_stands_in() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on buy do { await ping {
  await visit within 1d { exit } else { wait 1d send email "{value}" }
} } }
"""
    )
    scene.at(0, "buy", value=3)
    scene.at(1, "ping", value=4)
    assert scene.tick(3 * DAY) == ["sent 4"]


def test_behind_an_await_the_record_is_still_at_hand_though_another_is_read() -> None:
    scene = Scene(
        PLAIN
        + """
let loud = points { on ping where value > 5: 1 }
trigger t { on buy do { await ping { } send email "{loud} {value}" } }
"""
    )
    scene.at(0, "buy", value=3)
    assert scene.at(1, "ping", value=6) == ["sent 1 3"]


def test_the_record_of_an_arm_is_at_hand_when_it_matches_and_not_later() -> None:
    scene = Scene(
        PLAIN
        + """
let seen_now = points { on ping: 1 }
trigger t { on buy do {
  await ping { send email "{seen_now} {hours(idle)}" wait 1h send email "{seen_now} {hours(idle)}" }
} }
"""
    )
    scene.at(0, "buy")
    assert scene.at(5 * HOUR, "ping") == ["sent 1 5"]
    assert scene.tick(6 * HOUR) == ["sent 0 1"]


def test_a_change_goes_on_too() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> warm after 2d }
stage warm
trigger t { on buy do { await enter warm within 3d { send email "{stage}" } } }
""")
    scene.at(0, "buy")
    assert scene.tick(2 * DAY) == ["fresh -> warm", "sent warm"]


def test_what_a_run_does_at_an_instant_is_awaited_at_the_same_instant() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> warm when vip }
stage warm
trigger t { on buy do { set vip = true await enter warm { send email "{stage}" } } }
""")
    assert scene.at(0, "buy") == [
        "None -> fresh", "fired t", "changed vip True", "fresh -> warm", "sent warm",
    ]  # fmt: skip
