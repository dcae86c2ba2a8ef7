"""What guards a message, in which order, and what becomes of one that is stopped or waits."""

from hashlib import blake2b
from typing import Any

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import FACTS, PLAIN, Scene, instant

ZONED = FACTS + 'trait zone: text = "Europe/Amsterdam"\ntrait gone, spoilt, muted: bool = false\n'
ONE = PLAIN + 'trigger t { on ping do { send sms "a" } }\n'


def bucket(salt: str) -> int:
    """Ann's bucket of 10,000, as language.md says it."""
    digest = blake2b(f"{salt}\0ann".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10_000


def test_the_first_guard_that_stops_a_message_is_its_reason() -> None:
    rules = """
start { -> fresh }
stage fresh
trait ok_sms, ok_news, bad_sms, bad_news, bad_all: bool = true
channel sms { consent ok_sms block no_sms when bad_sms quiet 11:00 to 13:00 cap 1 per 1d }
topic news { consent ok_news block no_news when bad_news }
block nothing when bad_all
%s
trigger t { on ping topic news do { send sms "a" } }
"""
    kept_out = Scene(rules % "holdout 100%")
    kept_out.at(0, "profile", ok_sms=False, ok_news=False)
    assert kept_out.at(1, "ping") == ["fired t", "held t no_sms sms"]
    kept_out.at(2, "profile", bad_sms=False)
    assert kept_out.at(3, "ping") == ["fired t", "held t no_news sms"]
    kept_out.at(4, "profile", bad_news=False)
    assert kept_out.at(5, "ping") == ["fired t", "held t nothing sms"]
    kept_out.at(6, "profile", bad_all=False)
    assert kept_out.at(7, "ping") == ["fired t", "held t consent sms"]
    kept_out.at(8, "profile", ok_sms=True)
    assert kept_out.at(9, "ping") == ["fired t", "held t consent sms"]
    kept_out.at(10, "profile", ok_news=True)
    assert kept_out.at(11, "ping") == ["fired t", "held t holdout sms"]
    reached = Scene(rules % "holdout 0%")
    reached.at(-2 * HOUR, "profile", bad_sms=False, bad_news=False, bad_all=False)
    assert reached.at(-HOUR - 1, "ping") == ["fired t", "sent a"]
    assert reached.at(0, "ping") == ["fired t", "held t quiet sms until 2026-01-05T13:00:00Z"]
    assert reached.tick(HOUR) == ["held t cap sms"]


def test_a_draft_s_message_is_held_before_all_else() -> None:
    scene = Scene(
        PLAIN
        + 'channel sms { block never when true }\ntrigger t { on ping draft do { send sms "a" } }'
    )
    assert scene.at(0, "ping") == ["None -> fresh", "fired t", "held t draft sms"]
    (_, held) = scene.reference.process(
        {"type": "ping", "customer": "ann", "at": scene.reference.customers["ann"].clock}
    )
    assert list(held) == [
        "kind", "customer", "at", "rule", "trigger", "reason", "step", "channel", "draft",
    ]  # fmt: skip


def test_the_journey_goes_on_behind_a_message_that_is_stopped() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { block muted when vip }
trigger t { on ping do { send sms "a" set credit = 1 send email "b {count(sent sms)}" } }
"""
    )
    scene.at(0, "profile", vip=True)
    assert scene.at(1, "ping") == ["fired t", "held t muted sms", "changed credit 1", "sent b 0"]


def test_the_holdout_is_below_its_share() -> None:
    own = bucket("holdout")
    rules = PLAIN + 'trigger t { on ping do { send email "a" } }\n'
    out = Scene(f"{rules}holdout {(own + 1) / 100}%")
    assert out.at(0, "ping")[-1] == "held t holdout email"
    reached = Scene(f"{rules}holdout {own / 100}%")
    assert reached.at(0, "ping")[-1] == "sent a"


def test_quiet_hours_over_midnight() -> None:
    scene = Scene("channel sms { quiet 21:00 to 08:00 }" + ONE)
    scene.at(0, "visit")
    assert scene.at(9 * HOUR - 1, "ping") == ["fired t", "sent a"]
    assert scene.at(9 * HOUR, "ping") == ["fired t", "held t quiet sms until 2026-01-06T08:00:00Z"]
    assert scene.tick(20 * HOUR - 1) == []
    assert scene.tick(20 * HOUR) == ["sent a"]


def test_a_message_that_waits_keeps_its_run_and_later_waits_count_from_the_sending() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { quiet 21:00 to 08:00 }
trigger t { on ping do { send sms "a" wait 1d send sms "b" } }
"""
    )
    scene.at(10 * HOUR, "ping")
    assert scene.at(11 * HOUR, "ping") == ["held t already_running"]
    assert scene.tick(20 * HOUR) == ["sent a"]
    assert scene.tick(44 * HOUR - 1) == []
    assert scene.tick(44 * HOUR) == ["sent b"]


def test_a_message_that_waits_may_leave() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { quiet 21:00 to 08:00 }
trigger t { on ping exit on buy do { send email "a" send sms "b" } }
"""
    )
    scene.at(10 * HOUR, "ping")
    assert scene.at(11 * HOUR, "buy") == ["left t send2 exit_on"]
    assert scene.tick(DAY) == []


def test_all_is_looked_at_and_written_anew_when_quiet_is_over() -> None:
    scene = Scene(
        PLAIN
        + """
trait agreed: bool = true
channel sms { consent agreed quiet 21:00 to 08:00 }
trigger t { on ping do { send sms "{credit}" { credit: credit, value: value } } }
"""
    )
    scene.at(10 * HOUR, "ping", value=7)
    scene.at(11 * HOUR, "profile", credit=4)
    assert scene.tick(20 * HOUR) == ["sent 4"]
    scene.at(34 * HOUR, "ping")
    scene.at(35 * HOUR, "profile", agreed=False)
    assert scene.tick(44 * HOUR) == ["held t consent sms"]


def test_a_message_that_waited_reads_the_record_that_fired_and_keeps_its_key() -> None:
    rules = (
        PLAIN
        + """
channel sms { quiet 21:00 to 08:00 }
trigger t { on ping do { send sms "{value}" } }
"""
    )
    scene, at_once = Scene(rules), Scene(rules.replace("quiet 21:00 to 08:00", ""))
    record: dict[str, Any] = {
        "type": "ping",
        "customer": "ann",
        "at": 1_767_650_400_000_000,
        "value": 7,
    }
    scene.reference.process(record)
    (sent,) = scene.reference.advance(record["at"] + DAY)
    assert sent["template"] == "7"
    assert sent["at"] == "2026-01-06T08:00:00Z"
    assert sent["key"] == at_once.reference.process(record)[-1]["key"]


def test_quiet_ends_where_a_clock_change_skips_its_end() -> None:
    scene = Scene("channel sms { quiet 01:00 to 02:30 }" + ONE, ZONED)
    scene.at(instant("2026-03-28T23:59Z"), "visit")
    assert scene.at(instant("2026-03-29T00:30Z"), "ping") == [
        "fired t", "held t quiet sms until 2026-03-29T01:00:00Z",
    ]  # fmt: skip
    assert scene.tick(instant("2026-03-29T01:00Z")) == ["sent a"]


def test_quiet_comes_again_where_the_clock_goes_back_into_it() -> None:
    scene = Scene("channel sms { quiet 01:00 to 02:30 }" + ONE, ZONED)
    scene.at(instant("2026-10-25T00:29Z"), "visit")
    assert scene.at(instant("2026-10-25T00:30Z") - 1, "ping") == [
        "fired t", "held t quiet sms until 2026-10-25T00:30:00Z",
    ]  # fmt: skip
    assert scene.tick(instant("2026-10-25T00:30Z")) == ["sent a"]
    assert scene.at(instant("2026-10-25T01:00Z") - 1, "ping") == ["fired t", "sent a"]
    assert scene.at(instant("2026-10-25T01:00Z"), "ping") == [
        "fired t", "held t quiet sms until 2026-10-25T01:30:00Z",
    ]  # fmt: skip


def test_quiet_days_hours_and_seasons_follow_each_other() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { quiet 20:00 to 09:00 }
topic news { quiet on sunday }
season holidays = 2026-01-12
quiet during holidays
trigger t { on ping topic news do { send sms "a" } }
"""
    )
    scene.at(instant("2026-01-10T20:00Z"), "ping")
    assert scene.tick(instant("2026-01-13T09:00Z") - 1) == []
    assert scene.tick(instant("2026-01-13T09:00Z")) == ["sent a"]


def test_quiet_without_an_end_drops_the_message_and_goes_on() -> None:
    scene = Scene(
        PLAIN
        + """
channel sms { quiet on monday, tuesday, wednesday, thursday, friday, saturday, sunday }
trigger t { on ping do { send sms "a" send email "b" } }
"""
    )
    assert scene.at(0, "ping")[1:] == ["fired t", "held t quiet sms", "sent b"]


def test_a_message_waits_32_times() -> None:
    scene = Scene(
        PLAIN
        + """
channel am { quiet 00:00 to 12:00 block later when hour(now) >= 12 }
channel pm { quiet 12:00 to 00:00 }
route best { otherwise: am, pm }
trigger t { on ping do { send best "a" send email "b" send best "c" } }
"""
    )
    said = [scene.at(0, "ping")[-1]]
    for n in range(1, 32):
        assert scene.tick(n * 12 * HOUR - 1) == []
        said += scene.tick(n * 12 * HOUR)
    assert len(said) == 32
    assert said[0] == "held t quiet pm until 2026-01-06T00:00:00Z"
    assert said[1] == "held t quiet am until 2026-01-06T12:00:00Z"
    assert said[-1] == "held t quiet am until 2026-01-21T12:00:00Z"
    assert scene.tick(16 * DAY) == [
        "held t quiet pm", "sent b", "held t quiet pm until 2026-01-22T00:00:00Z",
    ]  # fmt: skip


def test_another_zone_moves_the_end_of_quiet() -> None:
    facts = ZONED.replace("Europe/Amsterdam", "UTC")
    scene = Scene("channel sms { quiet 21:00 to 08:00 }" + ONE, facts)
    scene.at(instant("2026-01-05T22:00Z"), "ping")
    just_before = instant("2026-01-05T23:00Z") - 1
    assert scene.at(just_before, "profile", zone="Asia/Tokyo") == []
    assert scene.tick(just_before + 1) == ["sent a"]
    again = Scene("channel sms { quiet 21:00 to 08:00 }" + ONE, facts)
    again.at(instant("2026-01-05T22:00Z"), "ping")
    assert again.at(just_before + 1, "profile", zone="Asia/Tokyo") == ["sent a"]


def test_in_another_zone_the_end_is_computed_from_the_clock() -> None:
    scene = Scene(
        "channel sms { quiet 21:00 to 08:00 }" + ONE, ZONED.replace("Europe/Amsterdam", "UTC")
    )
    scene.at(instant("2026-01-05T22:00Z"), "ping")
    assert scene.at(instant("2026-01-06T05:00Z"), "profile", zone="America/New_York") == []
    assert scene.tick(instant("2026-01-06T13:00Z") - 1) == []
    assert scene.tick(instant("2026-01-06T13:00Z")) == ["sent a"]


def test_transactional_messages_pass_all_but_blocks_and_their_own_lines() -> None:
    scene = Scene(
        PLAIN
        + """
trait ok_sms, ok_bills: bool = false
trait bad_sms, bad_bills, bad_all: bool = true
channel sms { consent ok_sms block no_sms when bad_sms quiet 00:00 to 23:00 cap 1 per 1d }
topic bills {
  transactional consent ok_bills block no_bills when bad_bills quiet 14:00 to 15:00 cap 2 per 1d
}
block nothing when bad_all
quiet 00:00 to 23:00
cap all 1 per 1d
holdout 100%
trigger t { on ping topic bills do { send sms "a" } }
"""
    )
    scene.at(0, "visit")
    assert scene.at(1, "ping") == ["fired t", "held t no_sms sms"]
    scene.at(2, "profile", bad_sms=False)
    assert scene.at(3, "ping") == ["fired t", "held t no_bills sms"]
    scene.at(4, "profile", bad_bills=False)
    assert scene.at(5, "ping") == ["fired t", "held t nothing sms"]
    scene.at(6, "profile", bad_all=False)
    assert scene.at(7, "ping") == ["fired t", "held t consent sms"]
    scene.at(8, "profile", ok_bills=True)
    assert scene.at(9, "ping") == ["fired t", "sent a"]
    assert scene.at(2 * HOUR, "ping") == ["fired t", "held t quiet sms until 2026-01-05T15:00:00Z"]
    assert scene.tick(3 * HOUR) == ["sent a"]
    assert scene.at(3 * HOUR, "ping") == ["fired t", "held t cap sms"]
