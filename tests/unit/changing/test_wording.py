"""What a change of rules says, in words."""

from __future__ import annotations

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.changing import Difference, How, compare

RULES = """
lifecycle shop
timezone "Europe/Amsterdam"
dedupe 1d
event visit { page: text = "home" }
event order { amount: money = 0 }
event left
trait vip: bool = false
trait plan: text = "free" { on order where amount > 5: "paid" }
score warmth { half-life 14d  at most 50  on visit: 1  on order where amount > 5: 3 }
score plain { on visit: 1 }
let spent = sum(amount of order within 30d)
level heat = warmth { hot >= 8  warm >= 3  cold }
segment big = spent > 500
param bar = 5 tune 3 to 8 step 1
channel email { consent vip  cap 3 per 7d  quiet 21:00 to 08:00  cost 0.1 }
channel sms
topic offers { cap 4 per month }
topic receipts
block nobody when vip
cap all 5 per 7d
holdout 5%
start { -> lead }
stage lead {
  -> buyer at 8 points { on order: 10  when warmth >= 3: 2  on visit: 1 }
}
stage buyer { -> gone after 30d without visit  -> lead on left when not vip }
stage gone { -> buyer when warmth >= 5 }
from lead, buyer -> gone on left
trigger hello {
  on visit
  in lead
  when heat >= warm
  between 08:00 and 20:00
  at most 1 per 14d
  exit on left
  do { send email "hello"  wait 3d  await order within 2d { set vip = true } }
}
trigger late { on visit without order for 2d  do { send sms "late" } }
"""


MORE = """
lifecycle club
event visit { ref: text? }
event order { amount: money = 0, ref: text? }
trait ends: date?
trait starts: date?
trait vip: bool = false
trait nick: text?
segment crowd
score warmth { fade 0.9  on visit: 1 }
score two { on visit: 1  on visit: 2 }
level often = count(visit) { much >= 5  some >= 2  none }
param bar = 5 tune 3 to 8 step 1 { crowd: 4 }
table offer (vip) -> gift: text { row true => "cup"  otherwise => "pen" }
channel email { block bounced when vip  quiet on sunday }
topic news
start { -> lead }
group all_of = lead, member
stage lead { -> member on order where amount > 5  -> member after 5d }
stage member { -> lead on ends  -> lead after 9d without visit }
stage gone { -> lead when seen(order) and vip }
from all_of -> gone after 90d
trigger a { on visit then order within 2d  for each ref up to 3  once  do { send email "a" } }
trigger b { every monday in lead  at 07:00  topic news  restart  do { join crowd  wait 1d } }
trigger c { after 3d without visit, order  exit on order where amount > 5  do { quit crowd } }
trigger d {
  on 3d before ends  at 09:00
  at most 2 per stay
  do { send email "d"  wait 2d as rest  exit }
}
"""


def words(*changes: tuple[str, str], of: str = RULES) -> list[str]:
    """What is said of some changes of the text."""
    new = of
    for before, after in changes:
        assert new.count(before) == 1, before
        new = new.replace(before, after)
    found = compare(lcr.compile(of).program, lcr.compile(new).program)
    return [clause for each in found for clause in (*each.words, *lines_of(each))]


def lines_of(found: Difference) -> list[str]:
    """The lines, where there are no words."""
    if found.words:
        return []
    return [str(found), *(f"- {x}" for x in found.before), *(f"+ {x}" for x in found.after)]


def differences(new: str) -> list[Difference]:
    return compare(lcr.compile(RULES).program, lcr.compile(new).program)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("at 8 points", "at 10 points", ["`lead -> buyer` needs 10 points instead of 8"]),
        ("at 8 points", "at bar points", ["`lead -> buyer` needs bar points instead of 8"]),
        (
            "on order: 10",
            "on order: 8",
            ["`lead -> buyer` counts otherwise: `on order` gives 8 instead of 10"],
        ),
        (
            "  on visit: 1 }\n}",
            " }\n}",
            ["`lead -> buyer` counts otherwise: `on visit` no longer gives anything"],
        ),
        ("after 30d", "after 20d", ["`buyer -> gone` comes after 20d instead of 30d"]),
        (
            "30d without visit",
            "30d without visit, order",
            ["`buyer -> gone` also waits for `order`"],
        ),
        (
            "when not vip",
            "when vip",
            ["`buyer -> lead` asks for `vip` instead of `not vip`"],
        ),
        (" when not vip", "", ["`buyer -> lead` no longer asks for `not vip`"]),
        (
            "buyer when warmth >= 5",
            "buyer when warmth >= 6",
            ["`gone -> buyer` comes when `warmth >= 6` instead of `warmth >= 5`"],
        ),
        (
            "buyer when warmth >= 5",
            "buyer on order",
            ["`gone -> buyer` comes in another way: `-> buyer on order`"],
        ),
        ("-> lead on left", "-> lead on left, visit", ["`buyer -> lead` also comes at `visit`"]),
        ("half-life 14d", "half-life 7d", ["halves every 7d instead of 14d"]),
        (" half-life 14d ", "", ["no longer halves every 14d"]),
        ("at most 50", "at most 60", ["stays at most 60 instead of 50"]),
        ("5: 3 }\nscore", "5: 4 }\nscore", ["`on order where amount > 5` adds 4 instead of 3"]),
        ("hot >= 8", "hot >= 9", ["`hot` begins at 9 instead of 8"]),
        ("heat = warmth", "heat = warmth + plain", ["is of `warmth + plain` instead of `warmth`"]),
        (
            "spent > 500",
            "spent >= 500",
            ["is of those with `spent >= 500` instead of `spent > 500`"],
        ),
        ("bar = 5", "bar = 6", ["is 6 instead of 5"]),
        ("cap 3 per 7d", "cap 3 per 14d", ["has a cap of 3 per 14d instead of 3 per 7d"]),
        ("cap 4 per month", "cap 2 per week", ["has a cap of 2 per week instead of 4 per month"]),
        ("21:00 to 08:00", "22:00 to 08:00", ["is quiet 22:00 to 08:00 instead of 21:00 to 08:00"]),
        ("cost 0.1", "cost 0.2", ["costs 0.2 instead of 0.1"]),
        ("consent vip", "consent not vip", ["asks for `not vip` instead of `vip`"]),
        ("topic receipts", "topic receipts { transactional }", ["is transactional now"]),
        ("cap all 5", "cap all 4", ["is 4 per 7d instead of 5 per 7d"]),
        (
            "nobody when vip",
            "nobody when not vip",
            ["is when not trait.vip instead of when trait.vip"],
        ),
        ("holdout 5%", "holdout 2%", ["is 200 of 10000 instead of 500 of 10000"]),
        ("Amsterdam", "Paris", ["is Europe/Paris instead of Europe/Amsterdam"]),
        ("dedupe 1d", "dedupe 2d", ["is 2d instead of 1d"]),
        ("in lead", "in lead, gone", ["also fires in `gone`"]),
        ("  in lead\n", "", ["fires in every stage"]),
        (
            "heat >= warm",
            "heat >= hot",
            ["asks for `heat >= hot` instead of `heat >= warm`"],
        ),
        (
            "between 08:00",
            "between 09:00",
            ["fires between 09:00 and 20:00 instead of 08:00 and 20:00"],
        ),
        ("1 per 14d", "1 per 7d", ["fires at most 1 per 7d instead of at most 1 per 14d"]),
        ("exit on left", "exit on left, order", ["also ends at `order`"]),
        ("wait 3d", "wait 5d", ["does `wait1: wait 5d` instead of `wait 3d`"]),
        (
            "  set vip = true".replace("  ", "{ "),
            "{ set vip = false",
            ["now does `set vip = false`", "no longer does `set vip = true`"],
        ),
        ("for 2d  do", "for 2d  draft  do", ["is a draft now, which does nothing"]),
        ("for 2d  do", "for 2d  priority 9  do", ["has priority 9 instead of 5"]),
        ("for 2d", "for 3d", ["waits 3d instead of 2d"]),
        ("order for", "order, left for", ["also called off by `left`"]),
        ('plan: text = "free"', 'plan: text = "none"', ['begins as "none" instead of "free"']),
        ('"paid"', '"gold"', ['`on order where amount > 5` sets it to "gold" instead of "paid"']),
        ("vip: bool", "vip: bool private", ["is private now"]),
        ("from lead, buyer", "from lead", ["gone"]),
        ('page: text = "home"', 'page: text = "top"', ["- event", "+ event"]),
    ],
)
def test_a_change_is_said(before: str, after: str, said: list[str]) -> None:
    found = words((before, after))
    if said in (["gone"], ["- event", "+ event"]):
        assert any(said[0] in each for each in found)
    else:
        assert [each for each in found if not each.startswith("added memory")] == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("score two {", "score two { half-life 2d ", ["now halves every 2d"]),
        ("0.9  on visit: 1", "0.9  on visit: 1  on order: 3", ["now `on order` adds 3"]),
        ("fade 0.9", "fade 0.8", ["fades by `0.8` instead of `0.9`"]),
        ("visit: 1  on visit: 2", "visit: 2  on visit: 2", ["changed score two"]),
        ("much >= 5", "much >= 6", ["`much` begins at 6 instead of 5"]),
        ("  some >= 2", "  lots >= 3  some >= 2", ["also has the label `lots`"]),
        ("crowd: 4", "crowd: 3", ["`crowd` makes it 3 instead of 4"]),
        ("3 to 8", "2 to 8", ["is tuned within another range"]),
        ("{ crowd: 4 }", "", ["`crowd` no longer makes it anything"]),
        ("nick: text?", "nick: number?", ["is number? instead of text?"]),
        ("ends: date?", "ends: date? private", ["is private now"]),
        (
            "quiet on sunday",
            "quiet on saturday, sunday",
            ["is quiet on saturday, sunday instead of on sunday"],
        ),
        ("  quiet on sunday", "", ["no longer is quiet on sunday"]),
        (
            "block bounced when vip",
            "block bounced when not vip",
            ["`bounced` blocks when not vip instead of vip"],
        ),
        ("topic news\n", "topic news { cap 3 per week }\n", ["now has a cap of 3 per week"]),
        (
            "where amount > 5  ->",
            "where amount > 6  ->",
            ["`lead -> member` comes at those where `amount > 6` instead of `amount > 5`"],
        ),
        (
            "where amount > 5  ->",
            "->",
            ["`lead -> member` no longer comes at those where `amount > 5`"],
        ),
        ("member after 5d", "member after 5d when vip", ["`lead -> member #2` now asks for `vip`"]),
        (
            "member after 5d",
            "member after 5d without visit",
            ["`lead -> member #2` now counts from the last of some events"],
        ),
        ("9d without visit", "9d", ["`member -> lead #2` counts from entering the stage"]),
        ("lead on ends", "lead on starts", ["`member -> lead` follows `starts` instead of `ends`"]),
        (
            "lead on ends",
            "lead on 2d after ends",
            ["`member -> lead` comes on other days before or after it"],
        ),
        (
            "all_of = lead, member",
            "all_of = lead",
            ["`all_of -> gone` no longer leads out of `member`"],
        ),
        (
            "within 2d",
            "within 3d",
            ["fires `on visit then order within 3d` instead of `on visit then order within 2d`"],
        ),
        ("up to 3", "up to 4", ["runs for each ref up to 4 instead of ref up to 3"]),
        ("  for each ref up to 3", "", ["no longer runs for each ref up to 3"]),
        ("  once  do", "  do", ["no longer fires once alone"]),
        ("  restart", "", ["no longer begins anew"]),
        ("monday in lead", "monday in lead, member", ["also fires in `member`"]),
        ("topic news  restart", "restart", ["no longer is about news"]),
        ("wait 1d", "wait 1d  quit crowd", ["now does `quit crowd`"]),
        (
            "after 3d without visit, order",
            "after 4d without visit",
            ["fires after 4d instead of 3d", "no longer waits for `order`"],
        ),
        (
            "order where amount > 5  do",
            "order where amount > 7  do",
            ["also ends at `order where amount > 7`", "no longer ends at `order where amount > 5`"],
        ),
        ("2 per stay", "2 per day", ["fires at most 2 per day instead of at most 2 per stay"]),
        ("2 per stay", "2", ["fires at most 2 instead of at most 2 per stay"]),
        (
            "wait 2d as rest",
            "wait 3d as pause was rest",
            ["does `pause: wait 3d` instead of `wait 2d`"],
        ),
        (
            "on visit then order within 2d",
            "on visit, order",
            ["fires `on visit, order` instead of `on visit then order within 2d`"],
        ),
        ('"cup"', '"mug"', ["changed table offer"]),
    ],
)
def test_what_is_rarer_is_said_too(before: str, after: str, said: list[str]) -> None:
    found = words((before, after), of=MORE)
    if said[0].startswith("changed"):
        assert any(line.startswith(said[0]) for line in found)
        assert any(line.startswith("- ") for line in found)
    else:
        assert [each for each in found if not each.startswith("added memory")] == said


def test_the_same_words_may_mean_something_else() -> None:
    new = RULES.replace("let spent = sum(amount", "let spent = sum(value")
    (change,) = (each for each in differences(new) if each.what == "let")
    assert change.words[0].startswith("is `sum(value")
    grouped = "\nevent far\ngroup near = visit\nlet n = count(near)\n"
    old = lcr.compile(RULES + grouped).program
    other = lcr.compile(RULES + grouped.replace("= visit", "= visit, far")).program
    (change,) = (each for each in compare(old, other) if each.what == "let")
    assert change.words == ("is `count(near)`, which means something else",)


def test_the_same_says_nothing_whatever_its_layout() -> None:
    assert differences("# in other words\n" + RULES.replace("8 points", "8.0   points")) == []


def test_what_is_called_otherwise_is_only_renamed() -> None:
    new = RULES.replace("buyer", "client").replace("stage client", "stage client was buyer")
    new = new.replace("warmth", "glow").replace("score glow", "score glow was warmth")
    found = differences(new)
    assert {each.how for each in found} == {How.RENAMED}
    assert {(each.what, each.name) for each in found} == {("stage", "client"), ("score", "glow")}


def test_a_change_under_another_name_is_told_in_the_new_one() -> None:
    new = RULES.replace("buyer", "client").replace("stage client", "stage client was buyer")
    new = new.replace("8 points", "9 points")
    (change,) = (each for each in differences(new) if each.how is How.CHANGED)
    assert change.words == ("`lead -> client` needs 9 points instead of 8",)
    assert change.before
    assert change.after
