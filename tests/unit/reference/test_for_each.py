"""`for each FIELD`: a run, an arming, a progress for every value."""

from hashlib import blake2b

from lifecycle_dsl.localtime import DAY
from tests.unit.reference.scene import FACTS, PLAIN, Scene

BILLS = (
    FACTS
    + """
event fail, pay { invoice: text? }
"""
)
RETRY = (
    PLAIN
    + """
trigger t { on fail for each invoice up to 2 exit on pay, visit do { wait 1d send email "retry" } }
"""
)


def test_every_value_has_a_run_of_its_own() -> None:
    scene = Scene(RETRY, BILLS)
    assert scene.at(0, "fail", invoice="x")[1:] == ["fired t for x"]
    assert scene.at(1, "fail", invoice="y") == ["fired t for y"]
    assert scene.tick(DAY) == ["sent retry for x"]
    assert scene.tick(DAY + 1) == ["sent retry for y"]


def test_a_record_without_a_value_fires_nothing() -> None:
    scene = Scene(RETRY, BILLS)
    assert scene.at(0, "fail") == ["None -> fresh"]


def test_already_running_is_of_a_value_and_too_many_of_all() -> None:
    scene = Scene(RETRY, BILLS)
    scene.at(0, "fail", invoice="x")
    assert scene.at(1, "fail", invoice="x") == ["held t already_running for x"]
    assert scene.at(2, "fail", invoice="y") == ["fired t for y"]
    assert scene.at(3, "fail", invoice="z") == ["held t too_many for z"]
    assert scene.at(4, "fail", invoice="w") == []
    assert scene.at(5, "fail", invoice="x") == ["held t already_running for x"]
    assert scene.at(6, "pay", invoice="x") == ["left t wait1 exit_on for x"]
    assert scene.at(7, "fail", invoice="z") == ["fired t for z"]


def test_exit_on_ends_the_run_of_its_value_or_without_one_every_run() -> None:
    scene = Scene(RETRY, BILLS)
    scene.at(0, "fail", invoice="x")
    scene.at(1, "fail", invoice="y")
    assert scene.at(2, "pay", invoice="z") == []
    assert scene.at(3, "pay", invoice="y") == ["left t wait1 exit_on for y"]
    scene.at(4, "fail", invoice="w")
    assert scene.at(5, "pay") == ["left t wait1 exit_on for x", "left t wait1 exit_on for w"]
    scene.at(6, "fail", invoice="x")
    scene.at(7, "fail", invoice="y")
    assert scene.at(8, "visit") == ["left t wait1 exit_on for x", "left t wait1 exit_on for y"]


def test_an_await_goes_on_for_its_value_or_without_one_for_all() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on fail for each invoice do {
  await within 1d { on pay { send email "paid" } on ping { send email "ping" } }
} }
""",
        BILLS,
    )
    scene.at(0, "fail", invoice="x")
    scene.at(1, "fail", invoice="y")
    scene.at(2, "fail", invoice="z")
    assert scene.at(3, "pay", invoice="y") == ["sent paid for y"]
    assert scene.at(4, "ping") == ["sent ping for x", "sent ping for z"]


def test_while_one_value_goes_on_another_may_fire() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on fail, pay for each invoice do { await fail, pay { send email "arm" } } }
""",
        BILLS,
    )
    scene.at(0, "fail", invoice="x")
    assert scene.at(1, "pay", invoice="y") == ["fired t for y"]
    assert scene.at(2, "pay", invoice="x") == ["sent arm for x"]
    assert scene.at(3, "fail", invoice="x") == ["fired t for x"]


def test_restart_is_of_a_value() -> None:
    scene = Scene(
        PLAIN + "trigger t { on fail for each invoice up to 2 restart do { wait 1d } }", BILLS
    )
    scene.at(0, "fail", invoice="x")
    scene.at(1, "fail", invoice="y")
    assert scene.at(2, "fail", invoice="x") == ["left t wait1 restart for x", "fired t for x"]
    assert scene.at(3, "fail", invoice="z") == ["held t too_many for z"]


def test_frequency_is_of_the_customer() -> None:
    scene = Scene(PLAIN + "trigger t { on fail for each invoice at most 2 per 1d do { } }", BILLS)
    scene.at(0, "fail", invoice="x")
    assert scene.at(1, "fail", invoice="y") == ["fired t for y"]
    assert scene.at(2, "fail", invoice="z") == ["held t at_most for z"]
    assert scene.at(DAY, "fail", invoice="z") == ["fired t for z"]


def test_the_value_is_the_last_key_and_part_of_the_idempotency_key() -> None:
    scene = Scene(
        PLAIN
        + """
segment crowd
trigger t { on fail for each invoice draft do { join crowd send email "a" } }
trigger u { on fail for each invoice do { send email "a" } }
""",
        BILLS,
    )
    scene.at(0, "visit")
    at = scene.reference.customers["ann"].clock
    record = {"type": "fail", "customer": "ann", "at": at, "invoice": "x"}
    *drafted, _, sent = scene.reference.process(record)
    assert [list(each)[-2:] for each in drafted] == [["each", "draft"]] * 3
    firing = ("scene", "ann", "u", str(at), "0", "send1", "x")
    key = blake2b("\0".join(firing).encode(), digest_size=16).hexdigest()
    assert list(sent.items())[-2:] == [("key", key), ("each", "x")]


def test_an_arming_is_of_a_value() -> None:
    scene = Scene(
        PLAIN
        + """
trigger t { on fail without pay, visit for 1d for each invoice up to 2 do { send email "{at}" } }
""",
        BILLS,
    )
    scene.at(0, "fail", invoice="x")
    scene.at(1, "fail", invoice="y")
    scene.at(2, "fail")
    scene.at(3, "pay", invoice="x")
    assert scene.tick(DAY) == []
    assert scene.tick(DAY + 1)[0] == "fired t for y"
    assert scene.tick(2 * DAY) == []
    scene.at(2 * DAY, "fail", invoice="x")
    scene.at(2 * DAY, "fail", invoice="y")
    scene.at(2 * DAY, "pay")
    assert scene.tick(4 * DAY) == []
    scene.at(5 * DAY, "fail", invoice="x")
    scene.at(5 * DAY, "visit")
    assert scene.tick(7 * DAY) == []


def test_one_arming_too_many_takes_the_place_of_the_oldest() -> None:
    scene = Scene(
        PLAIN + "trigger t { on fail without pay for 1d for each invoice up to 2 do { } }", BILLS
    )
    scene.at(0, "fail", invoice="x")
    scene.at(1, "fail", invoice="y")
    scene.at(2, "fail", invoice="x")
    scene.at(3, "fail", invoice="z")
    assert scene.reference.customers["ann"].displaced == 1
    assert scene.tick(2 * DAY) == ["fired t for x", "fired t for z"]


def test_values_armed_at_one_instant_fire_in_their_order() -> None:
    scene = Scene(PLAIN + "trigger t { on fail without pay for 1d for each invoice do { } }", BILLS)
    scene.at(0, "fail", invoice="y")
    scene.at(0, "fail", invoice="x")
    assert scene.tick(DAY) == ["fired t for y", "fired t for x"]


def test_a_progress_is_of_a_value() -> None:
    scene = Scene(
        PLAIN + "trigger t { on fail then pay within 1d for each invoice up to 2 do { } }", BILLS
    )
    scene.at(0, "fail", invoice="x")
    scene.at(1, "fail", invoice="y")
    assert scene.at(2, "pay") == []
    assert scene.at(3, "pay", invoice="y") == ["fired t for y"]
    assert scene.at(4, "pay", invoice="y") == []
    assert scene.at(5, "pay", invoice="x") == ["fired t for x"]


def test_one_progress_too_many_takes_the_place_of_the_one_begun_longest_ago() -> None:
    scene = Scene(
        PLAIN + "trigger t { on fail then pay within 1d for each invoice up to 2 do { } }", BILLS
    )
    scene.at(0, "fail", invoice="x")
    scene.at(1, "fail", invoice="y")
    scene.at(2, "fail", invoice="x")
    scene.at(3, "fail", invoice="z")
    assert scene.at(4, "pay", invoice="y") == []
    assert scene.at(5, "pay", invoice="x") == ["fired t for x"]
    assert scene.at(6, "pay", invoice="z") == ["fired t for z"]
    assert scene.reference.customers["ann"].displaced == 1
