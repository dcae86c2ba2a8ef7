"""Which triggers fire, how often, in which order, and what their steps see."""

from lifecycle_dsl.localtime import DAY, HOUR, MINUTE
from tests.unit.reference.scene import FACTS, Scene

QUIET = """
start { -> fresh }
stage fresh
"""


def test_a_rolling_frequency_has_room_again_at_exactly_its_span() -> None:
    scene = Scene(QUIET + "trigger t { on ping at most 1 per 1d do {} }")
    scene.at(0, "visit")
    assert scene.at(0, "ping") == ["fired t"]
    assert scene.at(DAY - 1, "ping") == ["held t at_most"]
    assert scene.at(DAY, "ping") == ["fired t"]


def test_held_is_recorded_once_per_reason_since_the_last_firing() -> None:
    scene = Scene(QUIET + "trigger t { on ping at most 1 per day do {} }")
    scene.at(0, "visit")
    said = [scene.at(n * HOUR, "ping") for n in (0, 1, 2, 12, 13)]
    assert said == [["fired t"], ["held t at_most"], [], ["fired t"], ["held t at_most"]]


def test_once_is_its_own_reason() -> None:
    scene = Scene(QUIET + "trigger t { on ping once do {} }")
    assert scene.at(0, "ping")[1:] == ["fired t"]
    assert scene.at(1, "ping") == ["held t once"]


def test_once_is_looked_at_before_every_frequency() -> None:
    scene = Scene(QUIET + "trigger t { on ping at most 1 per 1d once do {} }")
    scene.at(0, "ping")
    assert scene.at(1, "ping") == ["held t once"]


def test_per_stay_counts_from_entering() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> warm on buy }
stage warm
trigger t { on ping at most 1 per stay do {} }
""")
    scene.at(0, "visit")
    assert scene.at(1, "ping") == ["fired t"]
    assert scene.at(2, "ping") == ["held t at_most"]
    assert scene.at(3, "buy") == ["fresh -> warm"]
    assert scene.at(4, "ping") == ["fired t"]


def test_between_is_local_time_and_its_end_is_outside() -> None:
    facts = FACTS.replace('"UTC"', '"Europe/Amsterdam"')
    scene = Scene(QUIET + "trigger t { on ping between 22:00 and 06:00 do {} }", facts)
    scene.at(0, "visit")
    assert scene.at(9 * HOUR - 1, "ping") == ["held t hours"]
    assert scene.at(9 * HOUR, "ping") == ["fired t"]
    assert scene.at(17 * HOUR - MINUTE, "ping") == ["fired t"]
    assert scene.at(17 * HOUR, "ping") == ["held t hours"]


def test_guards_read_the_state_after_step_4_and_steps_the_state_as_it_stands() -> None:
    scene = Scene(
        QUIET
        + """
trigger first { on ping priority 9 do { set vip = true } }
trigger second { on ping when not vip do { send email "vip {vip}" } }
"""
    )
    scene.at(0, "visit")
    assert scene.at(1, "ping") == [
        "fired first", "changed vip True", "fired second", "sent vip true",
    ]  # fmt: skip


def test_only_what_changes_is_written() -> None:
    scene = Scene(
        QUIET
        + """
segment crowd
trigger t { on ping do { set vip = true  join crowd } }
trigger u { on buy do { quit crowd  quit crowd } }
"""
    )
    scene.at(0, "visit")
    assert scene.at(1, "ping") == ["fired t", "changed vip True", "joined crowd"]
    assert scene.at(2, "ping") == ["fired t"]
    assert scene.at(3, "buy") == ["fired u", "quit crowd"]


def test_a_draft_decides_and_changes_nothing() -> None:
    scene = Scene(
        QUIET
        + """
segment crowd
trigger t { on ping once draft do { set vip = true  join crowd } }
"""
    )
    scene.at(0, "visit")
    decisions = scene.reference.process(
        {"type": "ping", "customer": "ann", "at": scene.reference.customers["ann"].clock}
    )
    assert [(each["kind"], each["draft"]) for each in decisions] == [
        ("fired", True), ("changed", True), ("joined", True),
    ]  # fmt: skip
    assert scene.state()["traits"]["vip"] is False
    assert scene.state()["segments"] == []
    assert scene.at(1, "ping") == ["held t once"]


def test_exit_ends_the_steps() -> None:
    scene = Scene(
        QUIET
        + """
trigger t { on ping do { if credit < 1 { send email "a"  exit } else { send email "b" }
                         send email "c" } }
"""
    )
    scene.at(0, "profile", credit=0)
    assert scene.at(1, "ping") == ["fired t", "sent a", "left t exit1 exit"]
    scene.at(2, "profile", credit=2)
    assert scene.at(3, "ping") == ["fired t", "sent b", "sent c"]


def test_a_trigger_after_silence_fires_once_per_start() -> None:
    scene = Scene(QUIET + "trigger t { after 1d without ping do {} }")
    scene.at(0, "visit")
    assert scene.tick(DAY - 1) == []
    assert scene.tick(DAY) == ["fired t"]
    assert scene.tick(9 * DAY) == []
    scene.at(9 * DAY, "ping")
    assert scene.tick(10 * DAY - 1) == []
    assert scene.tick(10 * DAY) == ["fired t"]


def test_with_stages_silence_counts_from_entering_them() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> warm on buy }
stage warm { -> fresh on buy }
trigger t { after 1d without ping in warm do {} }
""")
    scene.at(0, "visit")
    assert scene.tick(5 * DAY) == []
    scene.at(5 * DAY, "buy")
    scene.at(6 * DAY - 1, "buy")
    assert scene.tick(8 * DAY) == []
    scene.at(8 * DAY, "buy")
    assert scene.tick(9 * DAY) == ["fired t"]


def test_a_trigger_on_entering_counts_that_entry() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh
trigger t { on enter fresh when count(enter fresh) == 1 do { send email "{count(enter fresh)}" } }
""")
    assert scene.at(0, "visit") == ["None -> fresh", "fired t", "sent 1"]


def test_sent_messages_are_remembered_when_they_go_out() -> None:
    scene = Scene(
        QUIET
        + """
trigger t { on ping do { send email "a"  send email "{count(sent email)}" } }
"""
    )
    scene.at(0, "visit")
    assert scene.at(1, "ping") == ["fired t", "sent a", "sent 1"]


def test_a_message_says_all_there_is_and_its_key_is_its_own() -> None:
    scene = Scene(
        QUIET
        + """
topic bills { transactional }
score heat { half-life 1d  on ping: 0.1 }
level mood = heat { high >= 2  low }
trigger t { on ping topic bills do {
  send email "x_{mood}" { mood: mood, heat: heat, n: count(ping), day: date(now), t: now, d: age }
} }
"""
    )
    at = 1_767_614_400_000_000
    scene.at(0, "visit")
    sent = scene.reference.process({"type": "ping", "customer": "ann", "at": at + 1500})[1]
    again = scene.reference.process({"type": "ping", "customer": "ann", "at": at + 1500})[1]
    assert list(sent) == [
        "kind", "customer", "at", "rule", "channel", "topic", "template", "data", "transactional",
        "key",
    ]  # fmt: skip
    assert sent["at"] == "2026-01-05T12:00:00.001500Z"
    assert sent["template"] == "x_low"
    assert sent["transactional"] is True
    assert sent["data"] == {
        "mood": "low",
        "heat": 0.1,
        "n": 1,
        "day": "2026-01-05",
        "t": "2026-01-05T12:00:00.001500Z",
        "d": 1500,
    }
    assert len(sent["key"]) == 32
    assert sent["key"] != again["key"]
