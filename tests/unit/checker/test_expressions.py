"""What expressions become: types, units, labels, presence, and what is wrong with them."""

from __future__ import annotations

import pytest

from lifecycle_dsl.localtime import DAY
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import BOOL, DATE, DURATION, MONEY, NUMBER, TEXT, LevelType, Type
from tests.unit.checker.rules import checked, value_of


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("a + 1", NUMBER),
        ("m + 5", MONEY),
        ("5 + m", MONEY),
        ("m > 2 * 25", BOOL),
        ("m * a", MONEY),
        ("m / k else 1", NUMBER),
        ("d / 1d", NUMBER),
        ("2 * d", DURATION),
        ("-d", DURATION),
        ("now - met", DURATION),
        ("date(now) - born", DURATION),
        ("born + 14d", DATE),
        ("born + days(d) * 1d", DATE),
        ("born + (if loyal then 7d else 2w)", DATE),
        ("min(m, 5)", MONEY),
        ("clamp(d, 0s, 3d)", DURATION),
        ("max(1, a, b, c)", NUMBER),
        ("number(m) + a", NUMBER),
        ("if loyal then 5 else m", MONEY),
        ("if loyal then m else 5", MONEY),
        ("maybe else 1", NUMBER),
        ('last(plan of purchase) else "none"', TEXT),
        ('"{a} of {m}, {warmth}, {stage}"', TEXT),
        ("health >= 3", BOOL),
        ("weekday(now) == monday", BOOL),
        ("month(born) is one of (january, february)", BOOL),
        ("tier == gold", BOOL),
        ("gold == tier", BOOL),
        ('tier == "gold"', BOOL),
        ("warmth >= warm", BOOL),
        ("warm <= warmth", BOOL),
        ("stage == regular", BOOL),
        ("previous_stage == none", BOOL),
        ("previous_stage is not one of (none, new)", BOOL),
        ('city contains "recht"', BOOL),
        ('tags contains "vip"', BOOL),
        ("member and not keen or spring", BOOL),
        ("strategy.bonus + bar", NUMBER),
        ("sum(amount of purchase where plan == premium within 30d)", MONEY),
        ("count(purchase this month) + distinct(day of visit within 7d)", NUMBER),
        ("since(visit) else 999d", DURATION),
        ("streak(visit) > 3 or seen(enter regular)", BOOL),
        ("points { when loyal: 2  when a > 1: 3 }", NUMBER),
        ("trait.a", NUMBER),
        ("length(tags) + length(city)", NUMBER),
        ("round(a, 2)", NUMBER),
        ("hour(now) * 1.0", NUMBER),
    ],
)  # fmt: skip
def test_the_type_follows_from_the_parts(text: str, type_: Type) -> None:
    assert value_of(text).type == type_


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("m + a", "wrong-operands"),
        ("m * m", "wrong-operands"),
        ("5 / m", "wrong-operands"),
        ("d + 5", "missing-unit"),
        ("d > 5", "missing-unit"),
        ("min(d, 5)", "missing-unit"),
        ("if loyal then d else 5", "missing-unit"),
        ("met < born", "wrong-operands"),
        ("city > 1", "wrong-operands"),
        ('city > "a"', "wrong-operands"),
        ('city + "a"', "wrong-operands"),
        ("-city", "wrong-operands"),
        ("born + 36h", "part-days"),
        ("born + d", "part-days"),
        ("date(now) + 0.5 * 1d", "part-days"),
        ("tier == golden", "unknown-label"),
        ('tier == "golden"', "unknown-label"),
        ("warmth >= hott", "unknown-label"),
        ("stage == none", "unknown-label"),
        ("stage is one of (new, regulr)", "unknown-label"),
        ("city == utrecht", "unknown-name"),
        ("colour", "unknown-name"),
        ("trait.colour", "unknown-name"),
        ("stratgy.tone", "unknown-name"),
        ("event.amount", "not-readable-here"),
        ("strategy.tune", "unknown-output"),
        ("strategy", "no-value"),
        ("purchase", "no-value"),
        ("regular", "no-value"),
        ("squareroot(a)", "unknown-function"),
        ("sqrt(city)", "wrong-arguments"),
        ("sqrt()", "wrong-arguments"),
        ("min(a)", "wrong-arguments"),
        ("round(a, b)", "wrong-arguments"),
        ("round(a, 16)", "wrong-arguments"),
        ("sum(tag of purchase)", "wrong-arguments"),
        ("sum(amuont of purchase)", "unknown-field"),
        ("sum(amount of purchase, visit)", "field-of-some-events"),
        ("count(visit where loyal)", "not-readable-here"),
        ("count(visit this fortnight)", "unknown-period"),
        ("count(visit within 200y)", "span-out-of-range"),
        ("seen(visit within 3d)", "span-not-here"),
        ("count(visit keep 5)", "keep-not-here"),
        ("count(visit within 1d keep 0)", "count-out-of-range"),
        ("sent email", "fact-outside-tests"),
        ("stage new", "fact-outside-tests"),
        ("exp(a)", "may-overflow"),
        ("a ^ 30", "may-overflow"),
        ("points { when a: 1 }", "type-mismatch"),
        ("points { when loyal: maybe }", "may-be-missing"),
        ("points { when maybe > 1: 1 }", "may-be-missing"),
        ('"{tags}"', "type-mismatch"),
        ("if a then 1 else 2", "type-mismatch"),
        ("loyal and a", "type-mismatch"),
        ("if loyal then 1 else city", "type-mismatch"),
        ("a == tier", "wrong-operands"),
        ('a contains "x"', "wrong-operands"),
    ],
)
def test_what_is_wrong_is_told_once(text: str, name: str) -> None:
    assert checked(text)[1] == [name]


def test_both_sides_are_looked_at() -> None:
    assert checked("colour + flavour")[1] == ["unknown-name", "unknown-name"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("maybe", True),
        ("maybe + 1", True),
        ("maybe else 1", False),
        ("maybe else (a / b)", True),
        ("maybe is present and maybe > 3", False),
        ("maybe > 3 and maybe is present", True),
        ("not maybe is present or maybe > 3", False),
        ("maybe is not present or maybe > 3", False),
        ("if maybe is present then maybe else 0", False),
        ("if maybe is not present then 0 else maybe", False),
        ("if maybe is present then 0 else maybe", True),
        ("ratio is present and ratio > 2", False),
        ("ratio", True),
        ("a / b", True),
        ("a / 2", False),
        ("a / (abs(b) + 1)", False),
        ("if b > 0 then a / b else 0", False),
        ("if b >= 1 then a / b else 0", False),
        ("if b != 0 then a / b else 0", True),
        ("if count(visit) != 0 then a / count(visit) else 0", False),
        ("if count(visit) == 0 then 0 else a / count(visit)", False),
        ("b > 0 and a / b > 1", False),
        ("not (b > 0) or a / b > 1", False),
        ("b <= 0 or a / b > 1", False),
        ("if health > 0 then a / health else 0", False),
        ("a / (1 + mail)", False),
        ("sqrt(mail)", False),
        ("sqrt(a)", True),
        ("sqrt(abs(a))", False),
        ("log(abs(a) + 1)", False),
        ("log(a)", True),
        ("a ^ 2", False),
        ("a ^ -1", True),
        ("a ^ 0.5", True),
        ("abs(a) ^ 0.5", False),
        ("d / f", True),
        ("mod(a, 7)", False),
        ("mod(a, b)", True),
        ("largest(amount of purchase)", True),
        ("sum(amount of purchase)", False),
        ("since(visit)", True),
        ("seen(visit)", False),
        ('"{maybe}"', True),
        ("maybe is one of (1, 2)", True),
        ("renews == 2026-01-01", True),
    ],
)
def test_what_may_be_missing_is_known(text: str, missing: bool) -> None:  # noqa: FBT001
    assert value_of(text).may_miss is missing


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7.0),
        ("-(2 ^ 3)", -8.0),
        ("1d + 12h", DAY * 3 // 2),
        ("min(3, 1, 2)", 1.0),
        ("2026-01-31 + 1d", 20_485),
        ('lower("ABC")', "abc"),
        ("1 < 2", True),
        ("1 < 2 and 2 < 1", False),
        ("not true or 1 == 1", True),
        ("if 1 > 2 then 3 else 4", 4.0),
        ("loyal and false", False),
        ("true or loyal", True),
        ("a is present", True),
        ("weekday(2026-01-05) == monday", True),
        ("2 is one of (1, 2)", True),
        ("health - health", 0.0),
    ],
)
def test_what_is_known_is_worked_out(text: str, value: object) -> None:
    found = value_of(text)
    assert isinstance(found, e.Constant)
    assert found.value == value


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("loyal and true", "loyal"),
        ("not not loyal", "loyal"),
        ("(a + b)", "a + b"),
        ("a else 1", "a"),
        ("loyal and (keen and spring)", "loyal and keen and spring"),
        ("5 <= mail", "mail >= 5"),
        ("5 > mail", "mail < 5"),
    ],
)
def test_different_words_have_one_meaning(text: str, same: str) -> None:
    assert value_of(text) == value_of(same)


def test_what_may_be_missing_is_not_decided_beforehand() -> None:
    found = value_of("maybe > 1 and false")
    assert isinstance(found, e.And)
    assert found.may_miss


def test_a_level_is_compared_by_rank() -> None:
    found = value_of("warmth >= warm")
    assert isinstance(found, e.Apply)
    label = found.arguments[1]
    assert isinstance(label, e.Constant)
    assert (label.value, label.type) == (1, LevelType("warmth", ("cold", "warm", "hot")))


@pytest.mark.parametrize(
    ("text", "forgives"),
    [
        ("mail > 3", True),
        ("total > 3", True),
        ("ratio > 3", False),
        ("points { when loyal: 1 } >= a", True),
        ("(if warmth >= hot then 1 else 2) > a", True),
        ("mail + count(visit) == a", True),
        ("a > b", False),
        ("warmth == hot", False),
    ],
)
def test_comparisons_of_scores_forgive(text: str, forgives: bool) -> None:  # noqa: FBT001
    assert isinstance(value_of(text), e.Forgiving) is forgives


def test_a_score_among_options_forgives() -> None:
    found = value_of("mail is one of (1, 2)")
    assert isinstance(found, e.Or)
    assert all(isinstance(operand, e.Forgiving) for operand in found.operands)


def test_a_field_and_a_trait_of_one_name_are_told_apart() -> None:
    rules = 'event move { city: text }\nsegment s = count(move where city == "x") > 0'
    assert checked("1", rules)[1] == []
    assert checked("1", "event go { a: number }\nscore s { on go: a }")[1] == ["ambiguous-name"]
    assert checked("1", "event go { a: number }\nscore s { on go: event.a + trait.a }")[1] == []


def test_a_let_that_reads_a_score_is_no_score_lines_business() -> None:
    assert checked("1", "score s { on visit: if keen then 1 else 2 }")[1] == ["not-readable-here"]
    assert checked("1", "score s { on visit: health }")[1] == ["not-readable-here"]
    assert checked("1", "score s { on visit: opens }")[1] == []


def test_memory_has_a_canonical_name() -> None:
    found = value_of("count( purchase , visit where  value>=2 # two\n within 168h keep 50)")
    assert isinstance(found, e.MemoryRead)
    assert found.term.text == "count(purchase, visit where value >= 2 within 7d keep 50)"
    assert found.term.keep == 50


def test_a_model_is_a_logistic_sum() -> None:
    model = "model risk = logistic { intercept -2.1  age / 1d: 0.08  mail: -0.2 }"
    found = value_of("risk", model)
    assert isinstance(found, e.LetRead)
    assert found.bounds == (0.0, 1.0)
