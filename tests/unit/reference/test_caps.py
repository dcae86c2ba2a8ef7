"""Caps: rolling and of the calendar, of one channel or topic and of several together."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import FACTS, PLAIN, Scene, instant

MAIL = 'trigger t { on ping do { send sms "a" } }\n'
NIGHT = 12 * HOUR


def test_at_exactly_its_span_a_message_has_left_a_cap() -> None:
    scene = Scene(PLAIN + "channel sms { cap 2 per 1d }" + MAIL)
    scene.at(0, "visit")
    assert scene.at(0, "ping") == ["fired t", "sent a"]
    assert scene.at(HOUR, "ping") == ["fired t", "sent a"]
    assert scene.at(DAY - 1, "ping") == ["fired t", "held t cap sms"]
    assert scene.at(DAY, "ping") == ["fired t", "sent a"]
    assert scene.at(DAY + HOUR - 1, "ping") == ["fired t", "held t cap sms"]
    assert scene.at(DAY + HOUR, "ping") == ["fired t", "sent a"]


def test_a_cap_of_the_calendar_has_room_from_local_midnight() -> None:
    scene = Scene(PLAIN + "channel sms { cap 1 per day }" + MAIL)
    scene.at(0, "visit")
    assert scene.at(0, "ping") == ["fired t", "sent a"]
    assert scene.at(NIGHT - 1, "ping") == ["fired t", "held t cap sms"]
    assert scene.at(NIGHT, "ping") == ["fired t", "sent a"]


def test_a_cap_of_the_calendar_never_moves_backwards() -> None:
    facts = FACTS + 'trait zone: text = "Asia/Tokyo"\n'
    scene = Scene(PLAIN + "channel sms { cap 1 per day }" + MAIL, facts)
    scene.at(0, "visit")
    assert scene.at(instant("2026-01-05T16:00Z"), "ping") == ["fired t", "sent a"]
    scene.at(instant("2026-01-05T17:00Z"), "profile", zone="America/New_York")
    assert scene.at(instant("2026-01-05T18:00Z"), "ping") == ["fired t", "held t cap sms"]
    assert scene.at(instant("2026-01-06T05:00Z"), "ping") == ["fired t", "held t cap sms"]
    assert scene.at(instant("2026-01-07T05:00Z") - 1, "ping") == ["fired t", "held t cap sms"]
    assert scene.at(instant("2026-01-07T05:00Z"), "ping") == ["fired t", "sent a"]


def test_a_message_needs_room_in_every_cap_and_counts_in_all() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { cap 3 per 1d }
channel push
topic news { cap 2 per 7d }
cap sms, push 3 per 2d
cap all 4 per 3d
trigger n { on ping topic news do { send sms "n" } }
trigger s { on visit do { send sms "s" } }
trigger p { on buy do { send push "p" } }
trigger e { on buy where amount > 0 do { send email "e" } }
"""
    )
    scene.at(0, "ping")
    assert scene.at(1, "ping") == ["fired n", "sent n"]
    assert scene.at(2, "ping") == ["fired n", "held n cap sms"]
    assert scene.at(3, "visit") == ["fired s", "sent s"]
    assert scene.at(4, "buy", amount=1) == ["fired p", "held p cap push", "fired e", "sent e"]
    assert scene.at(DAY + 2, "visit") == ["fired s", "held s cap sms"]
    assert scene.at(2 * DAY, "buy", amount=1) == [
        "fired p", "held p cap push", "fired e", "held e cap email",
    ]  # fmt: skip
    assert scene.at(3 * DAY, "buy", amount=1) == [
        "fired p", "sent p", "fired e", "held e cap email",
    ]  # fmt: skip
    assert scene.at(7 * DAY, "ping") == ["fired n", "sent n"]


def test_what_is_dropped_counts_in_no_cap() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { cap 1 per 1d }
cap all 2 per 1d
trigger t { on ping do { send sms "a" send sms "b" send email "c" send email "d" } }
"""
    )
    assert scene.at(0, "ping")[1:] == [
        "fired t", "sent a", "held t cap sms", "sent c", "held t cap email",
    ]  # fmt: skip


def test_transactional_messages_count_in_their_topic_s_caps_only_and_in_memory() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { cap 1 per 1d }
topic bills { transactional cap 2 per 1d }
cap all 1 per 1d
trigger b { on buy topic bills do { send sms "b {count(sent sms)}" } }
trigger t { on ping do { send sms "t {count(sent sms)}" } }
"""
    )
    scene.at(0, "buy")
    assert scene.at(1, "ping") == ["fired t", "sent t 1"]
    assert scene.at(2, "buy") == ["fired b", "sent b 2"]
    assert scene.at(3, "buy") == ["fired b", "held b cap sms"]


def test_the_names_of_a_declaration_have_caps_of_their_own() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms, push { cap 1 per 1d }
trigger t { on ping do { send sms "a" send push "b" send sms "c" } }
"""
    )
    assert scene.at(0, "ping")[1:] == ["fired t", "sent a", "sent b", "held t cap sms"]


def test_two_caps_of_one_span_count_each() -> None:
    scene = Scene(PLAIN + "channel sms { cap 2 per 1d cap 1 per 1d }" + MAIL)
    scene.at(0, "ping")
    assert scene.at(1, "ping") == ["fired t", "held t cap sms"]
