"""A replay under many values is each value's own run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis import feed
from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.goals import goal_of, with_goal
from lifecycle_dsl.analysis.tuning import replay as room
from lifecycle_dsl.analysis.tuning.candidates import candidates
from lifecycle_dsl.analysis.tuning.deciding import decided_by
from lifecycle_dsl.analysis.tuning.reached import Groups, added, groups, reached
from lifecycle_dsl.analysis.tuning.relevant import relevant
from lifecycle_dsl.analysis.tuning.replay import NEVER, Lives, Question, replay
from lifecycle_dsl.loading import compile_sources
from lifecycle_dsl.rewriting import RewriteError, declaration, with_arms, with_param
from tests.unit.analysis.tuning.shop import DAY, RULES, START, events, planted, written


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    found = events(300, 1, planted, rich=0.3)
    return written(tmp_path_factory.mktemp("shop"), found)


def question(
    rules: Path,
    log: Path,
    of: str = "enter lead",
    by: str | None = None,
    goal: str = "purchase within 14d",
) -> Question:
    ruleset = lcr.load(rules)
    sources = with_goal(ruleset, goal_of(goal, ruleset)).sources
    who = reached(of, sources, ruleset.program)
    values = candidates(ruleset.program, "lead_bar").each
    return Question(
        tuple(added(with_param(sources, "lead_bar", each.text), who.block()) for each in values),
        Feed(str(log)),
        who,
        "lcr_goal",
        14 * DAY,
        groups(by, ruleset.program),
    )


def rows(lives: Lives) -> dict[str, tuple[Any, ...]]:
    return {
        name: (
            lives.reached[row].tolist(),
            lives.success[row].tolist(),
            [lives.labels[place] if place >= 0 else None for place in lives.group[row]],
        )
        for row, name in enumerate(lives.customers)
    }


@pytest.mark.parametrize("of", ["enter lead", "fired hello", "sent email"])
def test_it_finds_what_a_run_of_each_value_shows(shop: tuple[Path, Path], of: str) -> None:
    """By hand: the decisions of one plain run a value, and the purchases of the file."""
    if of == "sent email":
        with pytest.raises(AnalysisError, match="--of 'sent email'"):
            question(*shop, of=of)
        return
    lives = replay(question(*shop, of=of), workers=1)
    bought: dict[str, list[int]] = {}
    records = [json.loads(line) for line in shop[1].read_text().splitlines()]
    for each in records:
        if each["type"] == "purchase":
            bought.setdefault(each["customer"], []).append(each["at"])
    for column, value in enumerate(range(3, 9)):
        text = RULES.replace("lead_bar = 4", f"lead_bar = {value}")
        engine = lcr.Engine(lcr.compile(text))
        entered: dict[str, int] = {}
        for record in records:
            for decision in engine.process(record):
                if isinstance(decision, lcr.Transition) and decision.to == "lead":
                    entered[record["customer"]] = record["at"]
        seen = {
            name: int(lives.reached[row, column])
            for row, name in enumerate(lives.customers)
            if lives.reached[row, column] != NEVER
        }
        assert seen == entered
        for row, name in enumerate(lives.customers):
            if name in entered:
                later = [at for at in bought.get(name, []) if at > entered[name]]
                if later and min(later) - entered[name] < 14 * DAY:
                    assert lives.success[row, column] == min(later)
                else:
                    assert lives.success[row, column] == NEVER or later
    assert (lives.known, lives.records, lives.end) == (300, len(records), records[-1]["at"])


def test_shares_and_processes_change_nothing(
    shop: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question(*shop, by="rich")
    alone = replay(asked, workers=1)
    assert set(alone.labels) == {"rich", "others"}
    monkeypatch.setattr(room, "_SHARE", 5_000)
    monkeypatch.setattr(feed, "SHARED", 0)
    spread = replay(asked, workers=2)
    assert rows(spread) == rows(alone)
    assert spread.customers == alone.customers  # in the same order, so that sums are the same
    assert spread.held_out.tolist() == alone.held_out.tolist()
    assert (spread.known, spread.end, spread.records) == (alone.known, alone.end, alone.records)


SENDERS = """
trait greeted: bool = false
trigger greet { on visit  once  do { wait 1d  set greeted = true } }
trigger shout { on visit  do { send email "a"  wait 2d  send email "b" } }
trigger miss { after 9d without visit  do { send email "c" } }
"""


def test_triggers_that_only_send_are_left_out_and_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RULES.replace("interest >= lead_bar", "greeted and interest >= lead_bar") + SENDERS
    rules, log = written(tmp_path, events(200, 2, planted), text)
    asked = question(rules, log)
    program = lcr.load(rules).program
    assert [each.name for each in relevant(program, None, None).triggers] == ["greet"]
    assert [each.name for each in relevant(program, "hello", None).triggers] == ["hello", "greet"]
    short = rows(replay(asked, workers=1))
    monkeypatch.setattr(room, "relevant", lambda program, *_: program)
    assert rows(replay(asked, workers=1)) == short
    assert len(short) > 50
    counts = RULES + "let mails = count(sent email within 9d)\nsegment fed = mails > 3\n"
    assert len(relevant(lcr.compile(counts).program, None, None).triggers) == 1


def test_values_share_the_code_in_which_they_do_not_stand(shop: tuple[Path, Path]) -> None:
    asked = question(*shop)
    first = compile_sources(asked.rules[0])
    other = lcr.RuleSet(compile_sources(asked.rules[3]).program, asked.rules[3], first)
    engines = [lcr.Engine(first), lcr.Engine(other)]
    for record in json.loads(f"[{','.join(shop[1].read_text().splitlines())}]"):
        for engine in engines:
            engine.process(record)
    codes = [each.compiled._code for each in (first, other)]
    shared = [key for key in codes[0] if codes[0][key] is codes[1].get(key)]
    own = [key for key in codes[1] if codes[1][key] is not codes[0].get(key)]
    assert len(shared) > 5
    assert own
    assert all(codes[1][key].params == {"lead_bar"} for key in own)
    assert other.compiled.like is first.compiled
    cases = RULES.replace("step 1", "step 1 { rich: 3 }")
    assert lcr.RuleSet(lcr.compile(cases).program, None, first).compiled.like is None


def test_nothing_later_than_the_end_is_seen(shop: tuple[Path, Path]) -> None:
    asked = question(*shop)
    until = START + 60 * DAY
    lives = replay(evolve(asked, feed=Feed(asked.feed.path, until)), workers=1)
    assert lives.end == until
    assert lives.reached.max() <= until
    assert lives.success.max() <= until
    whole = replay(asked, workers=1)
    assert (whole.reached > until).any()


def test_the_record_that_reaches_somebody_is_no_success_of_theirs(tmp_path: Path) -> None:
    text = RULES.replace(
        "when interest >= lead_bar }", "when interest >= lead_bar  -> lead on purchase }"
    )
    at = {"customer": "ann", "at": START}
    found = [
        {"type": "visit", **at},
        {"type": "purchase", **at, "amount": 1},
        {"type": "visit", "customer": "ann", "at": START + DAY},
    ]
    rules, log = written(tmp_path, found, text)
    lives = replay(question(rules, log), workers=1)
    assert lives.reached.tolist() == [[START] * 6]
    assert lives.success.tolist() == [[NEVER] * 6]
    log.write_text(log.read_text() + json.dumps({"type": "purchase", **at, "amount": 2}) + "\n")
    again = replay(question(rules, log), workers=1)
    assert (again.success != NEVER).all()  # in a later step, though at no later instant


def test_who_is_held_out_is_who_the_engine_holds_out(shop: tuple[Path, Path]) -> None:
    engine = lcr.Engine(lcr.load(shop[0]))
    found = engine.process_batch(shop[1].read_bytes())
    held = {each.customer for each in found if isinstance(each, lcr.Held)}
    lives = replay(question(*shop), workers=1)
    known = {
        name
        for name, is_held, at in zip(
            lives.customers, lives.held_out, lives.reached[:, 1], strict=True
        )
        if is_held and at != NEVER
    }
    assert held == known
    assert held


def test_the_values_are_those_of_the_tune_and_the_present_one() -> None:
    program = lcr.compile(RULES).program
    found = candidates(program, "lead_bar")
    assert [each.text for each in found.each] == ["3", "4", "5", "6", "7", "8"]
    assert found.each[found.present].text == "4"
    text = RULES.replace("= 4 tune 3 to 8 step 1", "= 4.2 tune 3 to 5 step 0.4 { rich: 3 }")
    found = candidates(lcr.compile(text).program, "lead_bar")
    assert [each.text for each in found.each] == [
        "3", "3.4", "3.8", "4.2", "4.2 { rich: 3 }", "4.6", "5"
    ]  # fmt: skip
    assert found.each[found.present].text == "4.2 { rich: 3 }"
    text = RULES.replace("lead_bar = 4 tune 3 to 8 step 1", "lead_bar = 36h tune 1d to 3d step 12h")
    text = text.replace("interest >= lead_bar", "in_stage >= lead_bar")
    found = candidates(lcr.compile(text).program, "lead_bar")
    assert [each.text for each in found.each] == ["1d", "36h", "2d", "60h", "3d"]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (RULES, "led_bar", "did you mean `lead_bar`"),
        (RULES.replace(" tune 3 to 8 step 1", ""), "lead_bar", "does not say where to search"),
        (RULES.replace("step 1", "step 0.001"), "lead_bar", "5,001 values"),
    ],
)
def test_what_cannot_be_searched_is_said(text: str, name: str, said: str) -> None:
    with pytest.raises(AnalysisError, match=said):
        candidates(lcr.compile(text).program, name)


def test_what_a_param_decides_is_found_through_names() -> None:
    assert decided_by(lcr.compile(RULES).program, "lead_bar") == "enter lead"
    through = RULES.replace("interest >= lead_bar", "keen") + "let keen = interest >= lead_bar\n"
    assert decided_by(lcr.compile(through).program, "lead_bar") == "enter lead"
    level = RULES.replace("-> lead when interest >= lead_bar", "-> lead on purchase").replace(
        "on enter lead", "on heat rises"
    )
    level += "level heat = interest { hot >= lead_bar  cold }\n"
    assert decided_by(lcr.compile(level).program, "lead_bar") == "fired hello"
    points = RULES.replace(
        "when interest >= lead_bar", "at lead_bar points { when interest >= 2: 5 }"
    )
    assert decided_by(lcr.compile(points).program, "lead_bar") == "enter lead"
    both = RULES.replace("on enter lead ", "on enter lead  when interest >= lead_bar ")
    with pytest.raises(AnalysisError, match="--of 'enter lead', --of 'fired hello'"):
        decided_by(lcr.compile(both).program, "lead_bar")
    none = RULES.replace("when interest >= lead_bar", "on purchase")
    with pytest.raises(AnalysisError, match="in no move and in no trigger"):
        decided_by(lcr.compile(none).program, "lead_bar")


def test_other_values_are_written_where_the_old_ones_stood() -> None:
    sources = {
        "a.lcr": 'use "b.lcr"\nparam bar = 3 tune 1 to 8 step 0.5 { big: 1 }  # why\n',
        "b.lcr": "param wait_for = 36h\n"
        "trigger t { on a do { split q { 50%: { exit } 50%: {} } } }\n",
    }
    found = with_param(sources, "bar", "4")
    assert found["a.lcr"] == 'use "b.lcr"\nparam bar = 4 tune 1 to 8 step 0.5  # why\n'
    found = with_param(sources, "bar", "4 { big: 2 }")
    assert "param bar = 4 tune 1 to 8 step 0.5 { big: 2 }  # why" in found["a.lcr"]
    assert declaration(found, "bar") == "param bar = 4 tune 1 to 8 step 0.5 { big: 2 }"
    assert "param wait_for = 2d\n" in with_param(sources, "wait_for", "2d")["b.lcr"]
    assert (
        "split q { 37.5%: { exit } 62.5%: {} }"
        in with_arms(sources, "q", ["37.5", "62.5"])["b.lcr"]
    )
    for wrong in ("", "x y", "4 tune 1 to 2 step 1", "4\nparam other = 1"):
        with pytest.raises(RewriteError, match="no value of a param"):
            with_param(sources, "bar", wrong)
    with pytest.raises(RewriteError, match="did you mean `bar`"):
        with_param(sources, "baz", "4")
    with pytest.raises(RewriteError, match="no split is called `p`"):
        with_arms(sources, "p", ["50", "50"])


def test_groups_are_segments_or_one_name() -> None:
    program = lcr.compile(RULES).program
    assert groups("rich", program) == Groups(("rich",), are_segments=True)
    assert groups("kind", program) == Groups(("kind",))
    assert groups(None, program) == Groups()
    for wrong in ("ritch", "kind, rich", ""):
        with pytest.raises(AnalysisError, match="--by takes segments"):
            groups(wrong, program)


def test_the_flags_are_of_numpy(shop: tuple[Path, Path]) -> None:
    lives = replay(question(*shop, by="kind"), workers=1)
    assert lives.labels == ("plain", "rich")
    assert lives.group.dtype == np.int64
    assert ((lives.group == NEVER) == (lives.reached == NEVER)).all()
