"""What `lcr diff` finds of made rules and an edit of them is what two full logs say.

The logs are written by two engines that know nothing of each other, and compared here naively:
each customer's decisions as bags of JSON, without what does not count.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import assume

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.diffing.deeds import Kind
from lifecycle_dsl.analysis.diffing.running import run
from lifecycle_dsl.analysis.diffing.sharing import Found
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.changing import How, compare
from lifecycle_dsl.fmt import format_source
from lifecycle_dsl.source import Source
from tests.generated.made import Decisions, Made, by_customer, decisions_of, lines, tried
from tests.generated.test_carrying_over import before

NUMBERS = re.compile(r"(?<=at )\d+(?= points)|(?<=>= )[\d.]+|\b\d+(?=(?:d|h|min)\b)|(?<=: )\d+\b")
NAMES = r"fresh|warm|hot|cold|gone|[tsga]\d+|crowd|email|sms|push|bills"
"""Not traits, which records call by their names, nor what is declared with others in a line."""
RENAMED = re.compile(rf"\b({NAMES})\b")
DECLARED = re.compile(
    r"(^(?:stage|trigger|score|segment|channel|topic|attribution)"
    r"|\b(?:split|as(?! email| sms| push))) (\w+)(?=[ :{\n])",
    re.MULTILINE,
)
IGNORED = {"key"}
LITERAL = {"template", "data", "value", "campaign"}
"""What is compared as it is, whatever is called otherwise."""


def edited(text: str, seed: int) -> str:
    """The rules with one number that is another one."""
    places = list(NUMBERS.finditer(text))
    assume(places)
    random = Random(seed)
    place = random.choice(places)
    number = float(place[0])
    other = random.choice([number + 1, number * 2, max(number - 1, 1)])
    return f"{text[: place.start()]}{other:g}{text[place.end() :]}"


def compiled(text: str, stream: list[Any]) -> Made:
    try:
        return Made(text, stream)
    except lcr.CompileError:
        assume(False)
        raise


def found_of(old: Made, new: Made) -> tuple[Found, list[dict[str, Any]]]:
    """What `lcr diff` finds, and everybody whom it says to differ."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        path.write_bytes(lines(old.stream))
        found = run(old.ruleset, new.ruleset, Feed(str(path)), lives=out)
    return found, [json.loads(line) for line in out.getvalue().splitlines()]


def log_of(one: Made) -> Decisions:
    engine = one.engine()
    decided = decisions_of(engine, one.stream)
    return decided + [json.loads(lcr.encode_decision(each)) for each in engine.advance(one.end)]


def bag(decisions: Decisions) -> Counter[str]:
    """A customer's decisions, without what does not count."""
    found = []
    for each in decisions:
        left_out = set(IGNORED)
        if each["kind"] == "transition":
            left_out.add("rule")
        if each["kind"] == "held":
            left_out.add("step")
        kept = {key: value for key, value in each.items() if key not in left_out}
        found.append(json.dumps(kept, sort_keys=True))
    return Counter(found)


def sent(decisions: Decisions) -> Counter[tuple[str, str, str]]:
    return Counter(
        (each["rule"], each["channel"], each["template"])
        for each in decisions
        if each["kind"] == "sent"
    )


def ends(decisions: Decisions) -> str:
    return next(str(each["to"]) for each in reversed(decisions) if each["kind"] == "transition")


def agrees(old: Made, new: Made, before_: Decisions, after: Decisions) -> set[str]:
    """Compare everything with two full logs; gives who differs."""
    found, lives = found_of(old, new)
    was, is_ = by_customer(before_), by_customer(after)
    everybody = {record["customer"] for record in old.stream if "customer" in record}
    assert found.customers == len(everybody)
    differing = {name for name in everybody if bag(was[name]) != bag(is_[name])}
    assert [life["customer"] for life in lives] == sorted(differing)
    assert found.differing == len(differing)
    assert found.ends.stages == Counter((ends(was[name]), ends(is_[name])) for name in everybody)
    for side, log in zip(found.sides, (before_, after), strict=True):
        assert {deed[1:]: n for deed, n in side.deeds.items() if deed[0] is Kind.SENT} == sent(log)
        held = Counter(each["reason"] for each in log if each["kind"] == "held")
        counted: Counter[str] = Counter()
        for deed, n in side.deeds.items():
            if deed[0] is Kind.HELD:
                counted[deed[1:][1]] += n
        assert counted == held
        reached = {(e["at"][:10], e["customer"]) for e in log if e["kind"] == "sent"}
        assert side.reached == Counter(day for day, _ in reached)
        assert side.reached_ever == len({customer for _, customer in reached})
    expected: dict[tuple[str, ...], list[int]] = {}
    for name in differing:
        more = sent(is_[name])
        more.subtract(sent(was[name]))
        for message, count in more.items():
            if count:
                expected.setdefault(message, [0, 0])[count < 0] += 1
    balances = {
        deed[1:]: [balance.gained, balance.lost]
        for deed, balance in found.balances.items()
        if deed[0] is Kind.SENT and (balance.gained or balance.lost)
    }
    assert balances == expected
    return differing


@tried(30)
def test_an_edit_is_found_as_two_full_logs_show_it(one: Made) -> None:
    other = compiled(edited(one.text, one.seed), one.stream)
    agrees(one, other, log_of(one), log_of(other))


@tried(60)
def test_an_edit_is_told(one: Made) -> None:
    other = compiled(edited(one.text, one.seed), one.stream)
    programs = one.ruleset.program, other.ruleset.program
    for old, new in (programs, programs[::-1]):
        told = compare(old, new)
        assert bool(told) == (one.ruleset.fingerprint != other.ruleset.fingerprint)
        for each in told:
            assert each.how is not How.CHANGED or each.words or each.before or each.after
            assert all(clause == clause.strip() != "" for clause in each.words)


@tried(15)
def test_nobody_differs_under_the_same_rules_laid_out_otherwise(one: Made) -> None:
    formatted = format_source(Source("made.lcr", one.text)).text
    assert formatted is not None
    other = compiled(formatted.replace("\n", "  # a word\n", 1), one.stream)
    assert not agrees(one, other, log_of(one), log_of(other))


@tried(30)
def test_other_names_differ_in_nothing_but_what_messages_say(one: Made) -> None:
    other = compiled(renamed(one.text), one.stream)
    after = [former(each) for each in log_of(other)]
    found, lives = found_of(one, other)
    was, is_ = by_customer(log_of(one)), by_customer(after)
    assert {life["customer"] for life in lives} == {n for n in was if bag(was[n]) != bag(is_[n])}
    assert found.differing == len(lives)
    silent = [[unsaid(each) for each in log] for log in (log_of(one), after)]
    assert all(
        bag(own) == bag(by_customer(silent[1])[n]) for n, own in by_customer(silent[0]).items()
    )


def renamed(text: str) -> str:
    """The rules with other names, which say what they were."""
    text = DECLARED.sub(lambda found: f"{found[0]} was @{found[2]}", text)
    text = RENAMED.sub(lambda found: found[1] if before(found, "@") else f"{found[1]}x", text)
    return re.sub(r" was @(\w+)", lambda f: f" was {f[1]}" if RENAMED.fullmatch(f[1]) else "", text)


def former(decision: dict[str, Any]) -> dict[str, Any]:
    """A decision with the former names, but for what is said to the customer."""
    names = rf"(?<![a-z])({NAMES})x(?![a-z])"
    return {
        k: v if k in LITERAL else json.loads(re.sub(names, r"\1", json.dumps(v)))
        for k, v in decision.items()
    }


def unsaid(decision: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in decision.items() if key not in LITERAL}
