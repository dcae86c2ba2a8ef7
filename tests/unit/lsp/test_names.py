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


# ---- colours


def coloured(editor: Editor, name: str, text: str, **more: Any) -> list[str]:
    """The names that have a colour, each with it; those that declare with a star."""
    legend = editor.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"]
    data = editor.ask(f"semanticTokens/{'range' if more else 'full'}", name, **more)["data"]
    lines, line, column, shown = text.split("\n"), 0, 0, []
    for down, right, width, number, declares in zip(*[iter(data)] * 5, strict=True):
        line, column = line + down, right if down else column + right
        name = (
            lines[line].encode("utf-16-le")[2 * column : 2 * (column + width)].decode("utf-16-le")
        )
        shown.append(f"{name}:{legend[number]}{'*' if declares else ''}")
    return shown


def test_names_are_coloured_by_what_they_stand_for(shop: Editor) -> None:
    found = coloured(shop, "shop.lcr", RULES)
    assert found[:6] == [
        "crm.notify:method*", "reason:property*", "warmth:variable*", "activity:type",
        "purchase:event", "amount:property",
    ]  # fmt: skip
    assert {"mood:enum", "warm:enumMember", "customer:class", "greet:function*"} <= set(found)
    assert [each for each in found if each.startswith("bar")] == ["bar:parameter*", "bar:parameter"]


def test_a_piece_is_coloured_alone(shop: Editor) -> None:
    piece = {"start": at(RULES, "action"), "end": at(RULES, "score warmth", behind=True)}
    found = coloured(shop, "shop.lcr", RULES, range=piece)
    assert found == ["crm.notify:method*", "reason:property*", "warmth:variable*"]


def test_what_is_not_there_has_no_colour_and_wide_letters_count_twice(editor: Editor) -> None:
    text = (
        "lifecycle odd\nevent visit\nchannel email\nstart { -> a }\nstage a\n"
        'trigger t { on visit, vist  do { send email "\U0001f600{b}" } }\n'
        "let b = count(visit) + missing\n"
    )
    editor.open("odd.lcr", text)
    found = coloured(editor, "odd.lcr", text)
    editor.close("odd.lcr")
    assert {"visit:event", "b:variable"} <= set(found)
    assert not [each for each in found if each.startswith(("vist", "missing"))]
    assert found[-2:] == ["b:variable*", "visit:event"]
