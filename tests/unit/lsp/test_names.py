"""Definition, references, renaming, hover."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lsp.client import AnswerError, Editor, applied, at

FACTS = """# What people buy.
# Sent by the till.
event purchase { amount: money, plan: one of (free, paid) }
event visit
group activity = purchase, visit
trait vip: bool = false
"""
RULES = """lifecycle shop
use "shop_facts.lcr"
action crm.notify { reason: text }
score warmth { half-life 14d  on activity: 1  on purchase where amount > 5: 3 }
let heat = warmth * 2
level mood = heat { hot >= 5  warm >= 2  cold }
segment paying = seen(purchase where plan == paid)
segment liked
channel email
param bar = 5
start { -> lead }
stage lead { -> customer on purchase when mood >= warm }
stage customer { -> lead after 90d without activity }
trigger greet {
  on enter customer
  when mood is one of (hot, warm) or heat > bar
  do { send email "hi_{mood}"  call crm.notify { reason: "x" }  join liked  set vip = true }
}
test "kind" { given stage lead  on purchase { amount: 9, plan: paid } expect mood == cold }
"""


@pytest.fixture(scope="module")
def shop(editor: Editor) -> Editor:
    (editor.folder / "shop_facts.lcr").write_text(FACTS)
    assert editor.open("shop.lcr", RULES) == []
    return editor


def places(editor: Editor, found: list[dict[str, Any]]) -> list[str]:
    """The pieces of text at locations, with the lines they stand in."""
    texts = {editor.uri("shop.lcr"): RULES, editor.uri("shop_facts.lcr"): FACTS}
    shown = []
    for each in found:
        line = texts[each["uri"]].split("\n")[each["range"]["start"]["line"]]
        start, end = each["range"]["start"]["character"], each["range"]["end"]["character"]
        shown.append(f"{line[start:end]}: {line.strip()}")
    return shown


@pytest.mark.parametrize(
    ("marked", "declaration"),
    [
        ("seen(pur|chase", "purchase: event purchase { amount: money, plan: one of (free, paid) }"),
        ("on |activity", "activity: group activity = purchase, visit"),
        ("where am|ount", "amount: event purchase { amount: money, plan: one of (free, paid) }"),
        ("plan == pa|id", "paid: event purchase { amount: money, plan: one of (free, paid) }"),
        ("mood >= wa|rm", "warm: level mood = heat { hot >= 5  warm >= 2  cold }"),
        ("heat > b|ar", "bar: param bar = 5"),
        ("hi_{mo|od}", "mood: level mood = heat { hot >= 5  warm >= 2  cold }"),
        ("call crm.no|tify", "crm.notify: action crm.notify { reason: text }"),
        ("enter cust|omer", "customer: stage customer { -> lead after 90d without activity }"),
        ("join li|ked", "liked: segment liked"),
        ("set v|ip", "vip: trait vip: bool = false"),
    ],
)
def test_a_name_leads_to_its_declaration(shop: Editor, marked: str, declaration: str) -> None:
    found = shop.ask("definition", "shop.lcr", position=at(RULES, marked))
    assert places(shop, found) == [declaration]


def test_references_are_found_in_all_files(shop: Editor) -> None:
    asked = {"position": at(RULES, "seen(pur|chase"), "context": {"includeDeclaration": False}}
    found = shop.ask("references", "shop.lcr", **asked)
    assert [each["uri"].rpartition("/")[2] for each in found] == ["shop.lcr"] * 4 + [
        "shop_facts.lcr"
    ]
    asked["context"] = {"includeDeclaration": True}
    assert len(shop.ask("references", "shop.lcr", **asked)) == len(found) + 1
    here = shop.ask("documentHighlight", "shop.lcr", position=asked["position"])
    assert len(here) == 4


@pytest.mark.parametrize(
    ("marked", "new"),
    [
        ("seen(pur|chase", "bought"),
        ("mood >= wa|rm", "tepid"),
        ("mo|od >= warm", "temper"),
        ("call crm.no|tify", "crm.tell"),
        ("enter cust|omer", "buyer"),
        ("on |activity", "doings"),
    ],
)
def test_a_new_name_is_written_everywhere(shop: Editor, marked: str, new: str) -> None:
    position = at(RULES, marked)
    span = shop.ask("prepareRename", "shop.lcr", position=position)
    line = RULES.split("\n")[span["start"]["line"]]
    old = line[span["start"]["character"] : span["end"]["character"]]
    edit = shop.ask("rename", "shop.lcr", position=position, newName=new)
    facts = edit["changes"].get(shop.uri("shop_facts.lcr"), [])
    shop.open("shop_facts.lcr", applied(FACTS, facts))
    text = applied(RULES, edit["changes"][shop.uri("shop.lcr")])
    shop.edit("shop.lcr", text)
    assert shop.until("shop.lcr", lambda found: not found) == []
    assert old not in text.replace("warmth", "")
    shop.edit("shop_facts.lcr", FACTS)
    shop.edit("shop.lcr", RULES)
    shop.until("shop.lcr", lambda found: not found)
    shop.close("shop_facts.lcr")


@pytest.mark.parametrize(
    ("marked", "new", "reason"),
    [
        ("seen(pur|chase", "visit", "`visit` is an event already"),
        ("seen(pur|chase", "profile", "`profile` is the event that sets traits"),
        ("seen(pur|chase", "true", "`true` is a word of the language"),
        ("seen(pur|chase", "a b", "`a b` is not a name"),
        ("seen(pur|chase", "é", "`é` is not a name"),
        ("mood >= wa|rm", "hot", "`hot` is a label of `mood` already"),
        ("where am|ount", "total", "`amount` is a field of the records"),
        ("plan == pa|id", "bought", "`paid` is a value of the records"),
        ("se|nd email", "post", "only names that the rules declare can be changed"),
        ("half-l|ife", "post", "only names that the rules declare can be changed"),
    ],
)
def test_a_name_that_cannot_be_is_refused(shop: Editor, marked: str, new: str, reason: str) -> None:
    with pytest.raises(AnswerError) as refusal:
        shop.ask("rename", "shop.lcr", position=at(RULES, marked), newName=new)
    assert reason in str(refusal.value)


def test_a_new_name_that_would_break_the_rules_is_refused(shop: Editor) -> None:
    with pytest.raises(AnswerError, match="there would be an error"):
        shop.ask("rename", "shop.lcr", position=at(RULES, "set v|ip"), newName="amount")


@pytest.mark.parametrize(
    ("marked", "parts"),
    [
        ("seen(pur|chase", ["an event `purchase`", "What people buy.\nSent by the till."]),
        ("heat > b|ar", ["a param `bar`", "param bar = 5"]),
        ("= he|at {", ["a let `heat`: number", "let heat = warmth * 2"]),
        ("set v|ip", ["a trait `vip`: bool"]),
        ("where am|ount", ["field `amount` of `purchase`: `amount: money`"]),
        ("mood >= wa|rm", ["a label of `mood`: `hot`, `warm`, `cold`"]),
        ("se|en(", ["`seen`: whether there was such a record."]),
        ("half-l|ife", ["`half-life`: the time in which a score halves."]),
        ("a|fter 90d", ["`after`"]),
    ],
)
def test_pointing_at_a_name_says_what_it_is(shop: Editor, marked: str, parts: list[str]) -> None:
    text = shop.ask("hover", "shop.lcr", position=at(RULES, marked))["contents"]["value"]
    assert [part for part in parts if part not in text] == []


def test_pointing_at_nothing_says_nothing(shop: Editor) -> None:
    assert shop.ask("hover", "shop.lcr", position=at(RULES, "|{ half")) is None
    assert shop.ask("definition", "shop.lcr", position=at(RULES, "|{ half")) == []
    assert shop.ask("prepareRename", "shop.lcr", position=at(RULES, "se|nd email")) is None
