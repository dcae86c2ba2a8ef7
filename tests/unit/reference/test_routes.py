"""Routes: which channel a message takes, and why it may take none; and the arms of splits."""

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import PLAIN, Scene
from tests.unit.reference.test_messages import bucket

STAGES = """
start { -> fresh }
stage fresh { -> warm on buy }
stage warm
"""
CHANNELS = """
trait ok_a, ok_b, ok_c: bool = true
trait bad_a: bool = false
channel a { consent ok_a block no_a when bad_a cap 1 per 1d }
channel b { consent ok_b cap 1 per 1d }
channel c { consent ok_c }
"""


def by(scene: Scene, after: int) -> list[str]:
    """The channels or reasons that a ping comes to."""
    at = scene.reference.customers["ann"].first + after
    decided = scene.reference.process({"type": "ping", "customer": "ann", "at": at})
    return [
        each.get("reason", "by") + " " + each.get("channel", "-")
        for each in decided
        if each["kind"] in {"sent", "held"}
    ]


def test_the_first_channel_with_consent_and_without_a_block() -> None:
    scene = Scene(
        PLAIN
        + CHANNELS
        + 'route best { otherwise: a, b, c }\ntrigger t { on ping do { send best "x" } }'
    )
    scene.at(0, "visit")
    assert by(scene, 1) == ["by a"]
    scene.at(2 * DAY, "profile", bad_a=True)
    assert by(scene, 2 * DAY) == ["by b"]
    scene.at(4 * DAY, "profile", ok_b=False)
    assert by(scene, 4 * DAY) == ["by c"]
    scene.at(6 * DAY, "profile", ok_c=False)
    assert by(scene, 6 * DAY) == ["no_channel -"]


def test_the_first_with_room_and_none_with_room() -> None:
    scene = Scene(
        PLAIN
        + CHANNELS
        + """
route best { otherwise: a, b }
cap all 3 per 9d
trigger t { on ping do { send best "x" } }
"""
    )
    scene.at(0, "visit")
    assert [by(scene, n) for n in (1, 2, 3, DAY, DAY + 1)] == [
        ["by a"], ["by b"], ["cap -"], ["cap -"], ["by a"],
    ]  # fmt: skip
    assert by(scene, 3 * DAY) == ["cap -"]


def test_the_line_is_of_the_stage_as_it_is_then() -> None:
    scene = Scene(
        STAGES
        + CHANNELS
        + """
route best { warm: b otherwise: c }
trigger t { on ping do { send best "x" wait 1d send best "y" } }
"""
    )
    scene.at(0, "visit")
    assert by(scene, 1) == ["by c"]
    scene.at(2, "buy")
    (sent,) = scene.reference.advance(scene.reference.customers["ann"].first + DAY + 1)
    assert (sent["template"], sent["channel"]) == ("y", "b")


def test_a_line_without_channels_or_all_without_consent() -> None:
    scene = Scene(
        PLAIN
        + CHANNELS
        + 'route best { otherwise: a, b }\ntrigger t { on ping do { send best "x" } }'
    )
    scene.at(0, "profile", ok_a=False, ok_b=False)
    assert by(scene, 1) == ["no_channel -"]


def test_preferred_channels_share_their_places_by_value() -> None:
    scene = Scene(
        PLAIN
        + CHANNELS.replace("cap 1 per 1d", "")
        + """
score heat { on visit: value }
score cold { on buy: value }
route best { otherwise: a, b, c prefer a by heat, c by cold }
trigger t { on ping do { send best "x" } }
"""
    )
    scene.at(0, "visit", value=1)
    assert by(scene, 1) == ["by a"]
    scene.at(2, "buy", value=1)
    assert by(scene, 3) == ["by a"]
    scene.at(4, "buy", value=1e-10)
    assert by(scene, 5) == ["by a"]
    scene.at(6, "buy", value=1e-9)
    assert by(scene, 7) == ["by c"]
    scene.at(8, "profile", ok_c=False)
    assert by(scene, 9) == ["by b"]


def test_topic_and_file_stop_a_message_before_a_channel_is_chosen() -> None:
    scene = Scene(
        PLAIN
        + CHANNELS
        + """
trait ok_news, bad_news, bad_all: bool = true
topic news { consent ok_news block no_news when bad_news }
block nothing when bad_all
holdout 100%
route best { otherwise: a }
trigger t { on ping topic news do { send best "x" } }
"""
    )
    scene.at(0, "profile", ok_news=False, ok_a=False)
    assert by(scene, 1) == ["no_news -"]
    scene.at(2, "profile", bad_news=False)
    assert by(scene, 3) == ["nothing -"]
    scene.at(4, "profile", bad_all=False)
    assert by(scene, 5) == ["consent -"]
    scene.at(6, "profile", ok_news=True)
    assert by(scene, 7) == ["holdout -"]


def test_a_draft_has_no_channel_yet() -> None:
    scene = Scene(
        PLAIN
        + CHANNELS
        + 'route best { otherwise: a }\ntrigger t { on ping draft do { send best "x" } }'
    )
    scene.at(0, "visit")
    assert by(scene, 1) == ["draft -"]


def test_a_transactional_message_takes_the_first_that_is_not_blocked() -> None:
    scene = Scene(
        PLAIN
        + CHANNELS
        + """
topic bills { transactional }
route best { otherwise: a, b }
trigger t { on ping topic bills do { send best "x" } }
"""
    )
    scene.at(0, "profile", ok_a=False)
    assert [by(scene, n) for n in (1, 2)] == [["by a"], ["by a"]]
    scene.at(3, "profile", bad_a=True)
    assert by(scene, 4) == ["by b"]


def test_quiet_is_of_the_chosen_channel_and_at_its_end_it_is_chosen_anew() -> None:
    scene = Scene(
        PLAIN
        + """
trait ok: bool = true
channel a { consent ok quiet 11:00 to 14:00 }
channel b { quiet 11:00 to 15:00 }
route best { otherwise: a, b }
trigger t { on ping do { send best "x" } }
"""
    )
    assert scene.at(0, "ping")[1:] == ["fired t", "held t quiet a until 2026-01-05T14:00:00Z"]
    scene.at(1, "profile", ok=False)
    assert scene.tick(2 * HOUR) == ["held t quiet b until 2026-01-05T15:00:00Z"]
    assert scene.tick(3 * HOUR) == ["sent x"]


def test_an_arm_is_below_its_running_share_and_stays() -> None:
    at = bucket("split:subject")
    for first, arm in ((at, 2), (at + 1, 1)):
        scene = Scene(
            PLAIN
            + f"""
trigger t {{ on ping do {{
  split subject {{
    {first / 100}%: {{ send email "one" }}
    {(10_000 - first) / 100}%: {{ wait 1h send email "two" }}
  }}
  send email "behind"
}} }}
"""
        )
        scene.at(0, "visit")
        template = ["one", "two"][arm - 1]
        for n in (1, DAY):
            said = scene.at(n, "ping") + scene.tick(n + HOUR)
            assert said == ["fired t", f"arm subject {arm}", f"sent {template}", "sent behind"]


def test_shares_are_added_up() -> None:
    at = bucket("split:subject")
    half = at // 2
    for second, arm in ((at - half, 3), (at - half + 1, 2)):
        scene = Scene(
            PLAIN
            + f"""
trigger t {{ on ping do {{ split subject {{
  {half / 100}%: {{ }}  {second / 100}%: {{ }}  {(10_000 - half - second) / 100}%: {{ }}
}} }} }}
"""
        )
        assert scene.at(0, "ping")[-1] == f"arm subject {arm}"


def test_an_arm_is_a_number() -> None:
    scene = Scene(PLAIN + "trigger t { on ping do { split s { 100%: { } } } }")
    *_, arm = scene.reference.process(
        {"type": "ping", "customer": "ann", "at": 1_767_614_400_000_000}
    )
    assert list(arm.items())[-2:] == [("split", "s"), ("arm", 1)]
