"""Memory, traits, late and double records."""

import pytest

from lifecycle_dsl.localtime import DAY, HOUR
from tests.unit.reference.scene import FACTS, Scene

QUIET = """
start { -> fresh }
stage fresh
"""


def value_of(scene: Scene, event: str, after: int) -> str:
    """What the message says that `event` sends."""
    [_, sent] = scene.at(after, event)
    return sent.removeprefix("sent ")


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("count(buy within 36h)", "3"),
        ("count(buy within 36h keep 2)", "2"),
        ("count(buy)", "4"),
        ("count(buy where amount > 2 within 36h)", "2"),
        ("number(sum(amount of buy within 36h))", "5.3"),
        ("number(sum(amount of buy within 36h keep 2))", "4.2"),
        ("number(largest(amount of buy) else 0)", "9"),
        ("number(smallest(amount of buy within 36h) else 0)", "1.1"),
        ("distinct(amount of buy within 36h)", "2"),
        ("distinct(plan of buy)", "2"),
        ("distinct(day of buy)", "3"),
        ('(most(plan of buy) else "")', "b"),
        ('(last(plan of buy) else "")', "b"),
        ("(since(buy) else 0s)", "1h"),
        ("streak(buy)", "3"),
        ("count(buy this day)", "2"),
        ("count(buy this week)", "4"),
    ],
)
def test_memory_terms(term: str, value: str) -> None:
    scene = Scene(QUIET + f"let v = {term}\n" + 'trigger t { on ping do { send email "{v}" } }')
    scene.at(0, "buy", amount=9, plan="a")
    scene.at(DAY - 12 * HOUR, "buy", amount=1.1, plan="b")
    scene.at(DAY + 12 * HOUR, "buy", amount=1.1 + 1, plan="a")
    scene.at(DAY + 12 * HOUR, "buy", amount=2.1, plan="b")
    assert value_of(scene, "ping", DAY + 13 * HOUR) == value


def test_an_entry_leaves_a_window_at_age_exactly_its_span() -> None:
    scene = Scene(QUIET + 'trigger t { on ping do { send email "{count(buy within 1d)}" } }')
    scene.at(0, "buy")
    assert value_of(scene, "ping", DAY - 1) == "1"
    assert value_of(scene, "ping", DAY) == "0"


def test_memory_includes_the_record_at_hand_and_idle_does_not() -> None:
    scene = Scene(QUIET + 'trigger t { on ping do { send email "{count(ping)} {idle}" } }')
    scene.at(0, "visit")
    scene.at(HOUR, "profile", vip=True)
    assert value_of(scene, "ping", 2 * HOUR) == "1 2h"
    assert value_of(scene, "ping", 3 * HOUR) == "2 1h"


def test_folds_read_the_state_before_them_and_the_last_one_counts() -> None:
    facts = FACTS.replace(
        "trait credit: number = 0",
        """trait credit: number = 0 { on buy: 1  on buy where amount > 5: 2 }
trait old: number = -1 { on buy: credit }""",
    )
    scene = Scene(QUIET, facts)
    scene.at(0, "buy", amount=9)
    assert scene.state()["traits"]["credit"] == 2
    assert scene.state()["traits"]["old"] == 0


def test_an_older_record_does_not_overwrite_a_trait_unless_its_fold_reads_it() -> None:
    facts = FACTS.replace(
        "trait credit: number = 0",
        """trait credit: number = 0 { on buy: clamp(credit + 1, 0, 9) }
trait kind: text = "" { on buy where event.plan is present: event.plan else "" }""",
    )
    scene = Scene(QUIET, facts)
    scene.at(10, "buy", plan="new")
    scene.at(5, "buy", plan="old")
    assert scene.state()["traits"]["kind"] == "new"
    assert scene.state()["traits"]["credit"] == 2
    scene.at(10, "buy", plan="same instant")
    assert scene.state()["traits"]["kind"] == "same instant"


def test_null_in_a_profile_puts_a_trait_back() -> None:
    scene = Scene(QUIET)
    scene.at(0, "profile", vip=True, credit=4)
    scene.at(1, "profile", credit=None)
    assert scene.state()["traits"] == {"vip": True, "credit": 0}


def test_start_reads_the_traits_of_a_profile_and_no_folds() -> None:
    facts = FACTS.replace("vip: bool = false", "vip: bool = false { on buy: true }")
    rules = "start { -> hot when vip  -> fresh }  stage hot, fresh"
    assert Scene(rules, facts).at(0, "buy") == ["None -> fresh"]
    assert Scene(rules, facts).at(0, "profile", vip=True) == ["None -> hot"]


def test_only_the_last_stage_of_the_first_record_is_entered() -> None:
    scene = Scene("""
start { -> fresh }
stage fresh { -> warm on visit }
stage warm
trigger a { on enter fresh, leave fresh do { send email "a" } }
trigger b { on enter warm do { send email "b" } }
""")
    assert scene.at(0, "visit") == ["None -> fresh", "fresh -> warm", "fired b", "sent b"]


def test_dedupe_drops_ids_younger_than_its_span() -> None:
    scene = Scene(QUIET + "trigger t { on ping do {} }", FACTS + "dedupe 1d\n")
    scene.at(0, "ping", id="x")
    assert scene.at(0, "ping", id="x") == []
    assert scene.at(-5, "ping", id="x") == []
    assert scene.at(1, "ping", id="x") == ["fired t"]
    scene.at(DAY + 1, "visit")
    assert scene.at(DAY + 1, "ping", id="x") == ["fired t"]


def test_scores_are_added_then_clamped_once() -> None:
    scene = Scene("score s { at least 0  at most 3  on buy: 5  on buy: -3  on ping: -9 }" + QUIET)
    scene.at(0, "buy")
    assert scene.state()["scores"]["s"] == 2
    scene.at(1, "ping")
    assert scene.state()["scores"]["s"] == 0


def test_a_score_halves_every_half_life_also_over_epochs() -> None:
    scene = Scene("score s { half-life 1h  on buy: 8 }" + QUIET)
    scene.at(0, "buy")
    for hours in (1, 2, 3, 60, 70, 200):
        expected = round(8 / 2**hours, 9)
        assert scene.state(hours * HOUR)["scores"]["s"] == pytest.approx(expected, abs=1e-9)


def test_fade_multiplies_before_the_additions() -> None:
    scene = Scene("score s { fade 0.5  on buy: 8  on ping: 1 }" + QUIET)
    scene.at(0, "buy")
    scene.at(9 * DAY, "visit")
    scene.at(9 * DAY, "ping")
    assert scene.state()["scores"]["s"] == 5
