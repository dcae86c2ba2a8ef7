"""What becomes of a customer when the rules change, case by case."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.changing import Carried, Carrier, StrandedError, compare
from lifecycle_dsl.engine.decisions import Credit, Left

T = 1_767_571_200_000_000  # Monday 2026-01-05, 00:00 UTC
HOUR = 3_600_000_000
DAY = 24 * HOUR

HEAD = """
lifecycle shop
event visit { page: text = "home" }
event order { amount: money = 0 }
channel email { }
"""
PLAIN = "stage lead {\n -> buyer on order\n}\nstage buyer\nstart { -> lead }\n"


def visit(day: float, **fields: Any) -> dict[str, Any]:
    return {"type": "visit", "customer": "ann", "at": T + int(day * DAY), **fields}


def order(day: float, **fields: Any) -> dict[str, Any]:
    return {**visit(day, **fields), "type": "order"}


class Change:
    """Ann under the old rules, and then under the new ones."""

    def __init__(
        self, old: str, new: str, *records: dict[str, Any], head: str = HEAD, old_head: str = HEAD
    ) -> None:
        self.old, self.new = lcr.compile(old_head + old), lcr.compile(head + new)
        before = lcr.Engine(self.old)
        for record in records:
            before.process(record)
        assert before.take_dead_letters() == []
        self.before = before.customer("ann")
        data = msgspec.msgpack.encode(before.state("ann"))
        self.carried: Carried = Carrier(self.old, self.new).carry(data)
        self.engine = lcr.Engine(self.new)
        self.engine.adopt(self.carried.state)
        self.ann = self.engine.customer("ann")

    def told(self, *, until: float) -> list[str]:
        """What happens up to a day, if nothing comes."""
        found = []
        for each in self.engine.advance(T + int(until * DAY)):
            line = msgspec.to_builtins(each)
            what = next(line[k] for k in ("template", "to", "reason", "trigger") if k in line)
            found.append(f"{line['at'][5:16]} {line['kind']} {what}")
        return found


def test_names_follow_was() -> None:
    old = PLAIN + "score warmth { on visit: 2 }\ntrait page: text? { on visit: event.page }"
    new = (
        PLAIN.replace("stage lead", "stage prospect was lead").replace("-> lead", "-> prospect")
        + "score heat was warmth { on visit: 2 }\ntrait seen_page was page: text? {"
        " on visit: event.page }"
    )
    change = Change(old, new, visit(0, page="shoes"), visit(1, page="hats"))
    assert change.ann.stage == "prospect"
    assert change.ann.scores == {"heat": 4}
    assert change.ann.traits == {"seen_page": "hats"}
    assert not change.carried.lost


def test_people_of_a_retired_stage_are_moved_and_it_is_told() -> None:
    new = PLAIN.replace("stage lead", "stage prospect").replace("-> lead", "-> prospect")
    new += "retired lead -> prospect\n"
    change = Change(PLAIN, new, visit(0), visit(3))
    (moved,) = change.carried.decisions
    assert isinstance(moved, lcr.Transition)
    assert (moved.source, moved.to, moved.rule) == ("lead", "prospect", "retired")
    assert moved.at == "2026-01-08T00:00:00Z"
    assert (change.ann.stage, change.ann.previous) == ("prospect", "lead")
    assert change.ann.entered == T + 3 * DAY


def test_people_without_a_place_are_stranded() -> None:
    new = PLAIN.replace("stage lead", "stage prospect").replace("-> lead", "-> prospect")
    with pytest.raises(StrandedError, match="in stage lead"):
        Change(PLAIN, new, visit(0))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("half-life 10d", "half-life 3d"),
        ("half-life 3d", "half-life 400d"),
        ("half-life 10d", ""),
        ("", "half-life 10d"),
    ],
)
def test_a_score_stays_what_it_is_when_its_half_life_changes(old: str, new: str) -> None:
    def rules(half_life: str) -> str:
        return f"{PLAIN}score warmth {{ {half_life}\n on visit: 1 }}"

    change = Change(rules(old), rules(new), visit(0), visit(2.5), visit(700))
    assert change.ann.scores["warmth"] == pytest.approx(change.before.scores["warmth"], rel=1e-12)
    if new == "half-life 3d":
        later = change.engine.customer("ann", T + 703 * DAY).scores["warmth"]
        assert later == pytest.approx(change.before.scores["warmth"] / 2, rel=1e-12)


def test_a_new_duration_applies_to_those_who_wait() -> None:
    old = PLAIN.replace("on order", "on order\n -> gone after 30d") + "stage gone\n"
    new = old.replace("30d", "10d")
    assert Change(old, new, visit(0)).told(until=20) == ["01-15T00:00 transition gone"]
    assert Change(new, old, visit(0)).told(until=40) == ["02-04T00:00 transition gone"]


def test_what_nobody_noted_counts_as_having_happened_when_the_customer_was_last_handled() -> None:
    new = PLAIN.replace("on order", "on order\n -> gone after 30d without order") + "stage gone\n"
    change = Change(PLAIN, new, visit(0), visit(20))
    assert change.told(until=60) == ["02-24T00:00 transition gone"]


def test_a_set_of_stages_that_is_new_was_entered_with_the_stage() -> None:
    new = PLAIN + "stage gone\nfrom lead, buyer -> gone after 30d\n"
    change = Change(PLAIN, new, visit(0), order(7), visit(9))
    assert change.told(until=60) == ["02-11T00:00 transition gone"]


JOURNEY = """
trigger hello {
  on visit
  once
  do {
    send email "one"
    wait 3d as rest
    send email "two about {page}"
  }
}
"""


def test_a_run_goes_on_at_its_step_with_the_new_duration() -> None:
    new = JOURNEY.replace("3d", "1d").replace("hello", "welcome was hello")
    new = new.replace("as rest", "as pause was rest")
    change = Change(PLAIN + JOURNEY, PLAIN + new, visit(0, page="hats"))
    assert change.ann.journeys == [("welcome", "pause")]
    assert change.told(until=5) == ["01-06T00:00 sent two about hats"]


def test_a_run_at_a_step_that_is_gone_is_stranded() -> None:
    new = JOURNEY.replace("as rest", "as pause")
    with pytest.raises(StrandedError, match=r"at step hello\.rest"):
        Change(PLAIN + JOURNEY, PLAIN + new, visit(0))


def test_a_run_at_a_retired_step_goes_on_elsewhere() -> None:
    other = JOURNEY.replace("hello", "other").replace("as rest", "as settle").replace("3d", "7d")
    new = f"{PLAIN}{other}retired hello.rest -> other.settle\n"
    change = Change(PLAIN + JOURNEY, new, visit(0, page="hats"))
    assert change.ann.journeys == [("other", "settle")]
    assert change.told(until=9) == ["01-12T00:00 sent two about hats"]


def test_a_run_that_kept_too_little_leaves() -> None:
    new = JOURNEY.replace("{page}", "{page} for {value}")
    change = Change(PLAIN + JOURNEY, PLAIN + new, visit(0))
    (left,) = change.carried.decisions
    assert isinstance(left, Left)
    assert (left.rule, left.step, left.reason) == ("hello", "rest", "retired")
    assert change.told(until=9) == []


def test_two_runs_at_one_place_are_one() -> None:
    second = JOURNEY.replace("hello", "again")
    new = f"{PLAIN}{JOURNEY}retired again.rest -> hello.rest\n"
    change = Change(PLAIN + JOURNEY + second, new, visit(0, page="hats"))
    (left,) = change.carried.decisions
    assert isinstance(left, Left)
    assert (left.rule, left.reason) == ("again", "retired")
    assert change.told(until=9) == ["01-08T00:00 sent two about hats"]


def test_a_wait_that_was_computed_keeps_its_end_and_a_fixed_one_gets_the_new_one() -> None:
    computed = JOURNEY.replace("wait 3d", "wait until now + 2d")
    change = Change(PLAIN + computed, PLAIN + computed.replace("2d", "9d"), visit(0))
    assert change.told(until=9) == ["01-07T00:00 sent two about home"]
    change = Change(PLAIN + computed, PLAIN + JOURNEY, visit(0))
    assert change.told(until=9) == ["01-08T00:00 sent two about home"]


def test_a_wait_whose_end_was_never_computed_is_over() -> None:
    computed = JOURNEY.replace("wait 3d", "wait until 18:00")
    change = Change(PLAIN + JOURNEY, PLAIN + computed, visit(0), order(0.5))
    assert change.told(until=9) == ["01-05T12:00 sent two about home"]


@pytest.mark.parametrize(("span", "expected"), [("30d", 3), ("3d", 2), ("60d", 0)])
def test_memory_goes_on_where_its_span_is_no_longer_than_it_was(span: str, expected: int) -> None:
    old = f"{PLAIN}segment keen = count(visit within 30d) >= 3\n"
    new = f"{PLAIN}score n {{ on order: count(visit within {span}) }}\n"
    records = visit(0), visit(9), visit(10)
    change = Change(old.replace(">= 3", ">= 1 + 2"), new, *records)
    change.engine.process(order(11))
    assert change.ann.scores == {"n": expected}


def test_firings_and_messages_are_counted_under_another_span() -> None:
    trigger = 'trigger often {\n on visit\n at most 2 per 7d\n do { send email "hi" }\n}\n'
    change = Change(
        PLAIN + trigger, PLAIN + trigger.replace("7d", "14d"), visit(0), visit(1), visit(2)
    )
    kinds = [each.__class__.__name__ for each in change.engine.process(visit(9))]
    assert kinds == []  # held as `at_most`, which is on record already
    assert [each.at for each in change.engine.process(visit(14))][:1] == ["2026-01-19T00:00:00Z"]


def test_a_trait_that_fits_its_new_type_is_kept_and_one_that_does_not_is_told() -> None:
    old = PLAIN + 'trait size: text? { on visit: event.page }\ntrait kind: text = "x"\n'
    new = PLAIN + "trait size: number?\ntrait kind: bool = false\n"
    change = Change(old, new, visit(0, page="12"))
    assert change.ann.traits["size"] == 12
    change = Change(old, new, visit(0, page="hats"))
    assert change.ann.traits["size"] is None
    assert change.carried.lost == {"trait size, which does not fit its new type": 1}


def test_a_watch_that_is_new_takes_what_it_finds() -> None:
    new = PLAIN + (
        "score n { on visit: 1 }\nlevel tier = n { high >= 2  low }\n"
        'trigger up {\n on tier rises\n do { send email "up" }\n}\n'
    )
    old = PLAIN + "score n { on visit: 1 }\n"
    change = Change(old, new, visit(0), visit(1), visit(2))
    assert change.ann.levels == {"tier": "high"}
    assert change.told(until=3) == []
    assert change.engine.process(visit(4)) == []


def test_the_rank_of_a_watched_level_follows_its_label() -> None:
    rules = (
        "score n { on visit: 1 }\nlevel tier = n { high >= 2  low }\n"
        'trigger up {\n on tier rises\n do { send email "up to {tier}" }\n}\n'
    )
    new = rules.replace("{ high >= 2", "{ top >= 4  high >= 2  middle >= 1.5")
    change = Change(PLAIN + rules, PLAIN + new, visit(0), visit(1), visit(2))
    assert change.engine.process(visit(3))[1].template == "up to top"  # type: ignore[attr-defined]
    assert change.told(until=4) == []


def test_armings_and_sequences_go_on_unless_they_cannot() -> None:
    absent = (
        'trigger left {\n on visit without order for 2d\n do { send email "still {page}" }\n}\n'
    )
    change = Change(PLAIN + absent, PLAIN + absent.replace("2d", "4d"), visit(0, page="hats"))
    assert change.told(until=9) == ["01-09T00:00 fired left", "01-09T00:00 sent still hats"]
    other = absent.replace("{page}", "{page} {value}")
    change = Change(PLAIN + absent, PLAIN + other, visit(0))
    assert change.carried.lost == {"armed left, without what its steps now read": 1}
    assert change.told(until=9) == []
    steps = 'trigger both {\n on visit then visit then order within 9d\n do { send email "x" }\n}\n'
    shorter = steps.replace("visit then visit", "visit")
    change = Change(PLAIN + steps, PLAIN + shorter, visit(0), visit(1))
    assert change.carried.lost == {"progress both, begun with other steps": 1}


CREDIT = """
trigger hello { on visit  do { send email "hello" } }
attribution sales { touch visit by page  touch sends  conversion order worth 2  within 30d
  model linear }
"""


def credited(change: Change, day: float) -> list[tuple[str, str | None, float]]:
    return [
        (each.channel, each.campaign, each.share)
        for each in change.engine.process(order(day))
        if isinstance(each, Credit)
    ]


def test_touches_go_on_under_the_names_that_things_now_have() -> None:
    new = CREDIT.replace("sales", "revenue was sales").replace("hello {", "hi was hello {")
    change = Change(PLAIN + CREDIT, PLAIN + new, visit(0, page="hello"))
    assert credited(change, 1) == [("visit", "hello", 0.5), ("email", "hi", 0.5)]
    renamed = HEAD.replace("channel email", "channel post was email")
    new = new.replace("send email", "send post")
    change = Change(PLAIN + CREDIT, PLAIN + new, visit(0, page="hello"), head=renamed)
    assert credited(change, 1) == [("visit", "hello", 0.5), ("post", "hi", 0.5)]


@pytest.mark.parametrize(("within", "share"), [("30d", 1.0), ("60d", 1.0), ("10d", None)])
def test_touches_go_on_under_another_span(within: str, share: float | None) -> None:
    old = CREDIT.replace("touch sends", "")
    change = Change(PLAIN + old, PLAIN + old.replace("30d", within), visit(0))
    found = credited(change, 20)
    assert found == [("direct", None, 1.0) if share is None else ("visit", "home", share)]


def test_a_plan_says_from_when_touches_are_whole() -> None:
    def told(new: str, old: str = CREDIT) -> list[str]:
        before, after = (lcr.compile(HEAD + PLAIN + each).program for each in (old, new))
        return [str(each) for each in compare(before, after) if each.what == "memory"]

    assert told(CREDIT) == []
    assert told(CREDIT.replace("30d", "20d")) == []
    assert told(CREDIT.replace("sales", "revenue was sales")) == []
    longer = "added memory touches of sales (whole 60d after the change)"
    assert told(CREDIT.replace("30d", "60d")) == [longer]
    assert told(CREDIT, old="") == [longer.replace("60d", "30d")]


def test_a_message_that_waits_goes_on_under_the_new_name_of_its_channel() -> None:
    quiet = HEAD.replace("channel email { }", "channel email { quiet 00:00 to 06:00 }")
    send = 'trigger hello {{ on visit  do {{ send {} "hello" }} }}'
    old, new = (PLAIN + send.format(name) for name in ("email", "post"))
    renamed = quiet.replace("channel email", "channel post was email")
    change = Change(old, new, visit(0), head=renamed, old_head=quiet)
    assert change.told(until=1) == ["01-05T06:00 sent hello"]
