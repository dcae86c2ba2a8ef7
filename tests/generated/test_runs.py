"""When triggers fire and how long their runs last: told by the log alone."""

from __future__ import annotations

from collections import defaultdict

from lifecycle_dsl.localtime import DailyHours
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.rules import Frequency, Stay, Trigger
from lifecycle_dsl.program.steps import all_steps
from tests.generated.log import Line, Log, lies_in, most_in_a_period, most_within
from tests.generated.made import Made, tried

OF_FIRINGS = {"hours", "once", "at_most", "already_running", "too_many"}
END_OF_STEPS = " }\n}"
ENDED = 'call crm.notify { reason: "ended" }'


@tried(100)
def test_no_trigger_fires_too_often(one: Made) -> None:
    log = Log(one)
    for trigger in one.ruleset.program.triggers:
        for customer in log.customers:
            lines = log.of(customer)
            fired = [line for line in lines if is_of(line, trigger, "fired")]
            for frequency in trigger.frequencies:
                assert is_kept(frequency, fired, lines), trigger.name
            if trigger.between is not None:
                assert all(
                    lies_in(DailyHours(*trigger.between), line, unknown=True) for line in fired
                )


@tried(100)
def test_a_reason_is_told_once_between_firings(one: Made) -> None:
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in Log(one).lines:
        of = line["customer"], line["rule"]
        if line["kind"] == "fired":
            told[of].clear()
        elif line["kind"] == "held" and line["reason"] in OF_FIRINGS:
            assert line["reason"] not in told[of]
            told[of].add(line["reason"])


@tried(100)
def test_runs_of_a_value_follow_each_other(one: Made) -> None:
    text = one.text.replace(END_OF_STEPS, f"  {ENDED}{END_OF_STEPS}")
    triggers = {trigger.name: trigger for trigger in one.ruleset.program.triggers}
    running: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in Log(Made(text, one.stream, one.seed)).lines:
        trigger = triggers.get(line["rule"])
        if trigger is None:
            continue
        values = running[line["customer"], trigger.name]
        each = line.get("each", "")
        assert ("each" in line) == (trigger.each is not None)
        if line["kind"] == "fired":
            assert each not in values
            values.add(each)
            assert len(values) <= (1 if trigger.each is None else trigger.each.up_to)
        elif line["kind"] != "held" or line["reason"] not in OF_FIRINGS:
            assert each in values
        is_over = line["kind"] == "called" and line["data"].get("reason") == "ended"
        if is_over or line["kind"] == "left":
            values.remove(each)


@tried(100)
def test_runs_stay_in_their_stages(one: Made) -> None:
    triggers = {trigger.name: trigger for trigger in one.ruleset.program.triggers}
    for line in Log(one).lines:
        trigger = triggers.get(line["rule"])
        if trigger is None:
            continue
        if line["kind"] == "left":
            assert line["step"] in places(trigger)
            assert line["reason"] in {"exit", "exit_on", "restart", "stage"}
            assert line["reason"] != "stage" or line.stage not in (trigger.stages or ())
        elif trigger.stages is not None:
            assert line.stage in trigger.stages


@tried(60)
def test_no_key_stands_twice(one: Made) -> None:
    keys = [line["key"] for line in Log(one).lines if "key" in line]
    assert len(set(keys)) == len(keys)


def is_of(line: Line, trigger: Trigger, kind: str) -> bool:
    """Whether a line is of that kind and trigger."""
    return bool(line["kind"] == kind and line["rule"] == trigger.name)


def places(trigger: Trigger) -> set[str]:
    """The names of a trigger's steps."""
    return {step.name for step in all_steps(trigger.steps) if hasattr(step, "name")}


def is_kept(frequency: Frequency, fired: list[Line], lines: list[Line]) -> bool:
    """Whether no span of a frequency holds more firings than it allows."""
    match frequency.per:
        case None:
            return len(fired) <= frequency.count
        case Period() as period:
            return most_in_a_period(period, fired) <= frequency.count
        case Stay():
            return most_in_a_stay(fired, lines) <= frequency.count
        case int() as micros:
            return most_within(micros, fired) <= frequency.count
        case _:
            raise TypeError(frequency)


def most_in_a_stay(fired: list[Line], lines: list[Line]) -> int:
    """How many firings the fullest stay in a stage holds."""
    most = count = 0
    for line in lines:
        count = 0 if line["kind"] == "transition" else count + (line in fired)
        most = max(most, count)
    return most
