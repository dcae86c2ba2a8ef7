"""Completion by the place, and what can be run."""

from __future__ import annotations

import pytest

from tests.unit.lsp.client import Editor, applied, at

RULES = """lifecycle shop
event purchase { amount: money, plan: one of (free, paid) }
event visit
group activity = purchase, visit
group early = lead, trial
trait vip: bool = false
trait birthday: date?
action crm.notify { reason: text }
score warmth { half-life 14d  on activity: 1 }
let heat = warmth * 2
level mood = heat { hot >= 5  warm >= 2  cold }
segment liked
channel email
channel sms
topic tips
route best { otherwise: email }
table plans (mood) -> goal: text { first  otherwise => "x" }
attribution takings { touch sends  conversion purchase worth amount  within 30d  model last }
start { -> lead }
stage lead { -> trial on visit }
stage trial { -> customer on purchase }
stage customer
trigger greet { on enter customer  do { send email "hi" } }
test "one" { given stage lead  on visit  expect stage trial }
test "two" { given stage lead  expect not mood == hot }
"""


@pytest.mark.parametrize(
    ("written", "wanted", "unwanted"),
    [
        ("|", {"event", "trigger", "stage"}, {"purchase", "send", "when"}),
        ("tr|", {"trigger", "trait"}, {"purchase"}),
        ("trigger t { on |", {"purchase", "activity", "enter", "any"}, {"lead", "email", "send"}),
        ("trigger t { on purchase |", {"when", "in", "do", "where"}, {"purchase", "send"}),
        ("trigger t { on enter |", {"lead", "early", "liked"}, {"purchase", "email"}),
        ("trigger t { on visit in |", {"lead", "early", "any"}, {"purchase", "vip"}),
        ("trigger t { on visit do { |", {"send", "wait", "if"}, {"trigger", "lead"}),
        ("trigger t { on visit do { send |", {"email", "sms", "best"}, {"tips", "lead"}),
        ("trigger t { on visit do { set |", {"vip"}, {"lead", "mood"}),
        ("trigger t { on visit do { join |", {"liked"}, {"lead", "mood"}),
        ("trigger t { on visit do { call |", {"crm.notify"}, {"email"}),
        ("trigger t { on visit do { call crm.notify { |", {"reason"}, {"amount", "vip"}),
        ("trigger t { on visit topic |", {"tips"}, {"email"}),
        ("trigger t { on visit when mood >= |", {"hot", "warm", "cold"}, {"free"}),
        ("trigger t { on visit when mood is one of (hot, |", {"warm", "cold"}, {"free"}),
        ("trigger t { on mood rises to |", {"hot", "warm"}, {"lead", "vip"}),
        ("segment s = stage == |", {"lead", "trial"}, {"purchase"}),
        ("segment s = |", {"mood", "heat", "vip", "count", "idle", "not"}, {"lead", "purchase"}),
        ("segment s = vip and h|", {"heat"}, {"lead"}),
        ("segment s = plans.|", {"goal"}, {"amount", "vip", "not"}),
        ("let x = sum(|", {"amount", "plan"}, {"vip", "purchase"}),
        ("let x = sum(amount of |", {"purchase", "activity"}, {"vip", "lead"}),
        ("let x = last(plan of purchase where plan == |", {"free", "paid"}, {"hot"}),
        ("stage x { -> |", {"lead", "customer"}, {"purchase", "email"}),
        ("stage x { -> lead |", {"on", "when", "at", "after"}, {"purchase"}),
        ("route r { lead: email, |", {"sms"}, {"lead", "purchase"}),
        ("trait t: |", {"number", "bool", "list"}, {"lead"}),
        ("channel c { |", {"consent", "quiet", "cap"}, {"send", "event"}),
        ("channel c { quiet on |", {"sunday"}, {"lead"}),
        ("score s { |", {"half-life", "on"}, {"send"}),
        ('test "t" { |', {"given", "on", "expect"}, {"send"}),
        ('test "t" { given |', {"stage", "vip", "warmth"}, {"mood", "purchase"}),
        ('test "t" { on purchase { |', {"amount", "plan"}, {"vip"}),
        ('test "t" { expect fired |', {"greet"}, {"lead"}),
        ('test "t" { expect credited |', {"takings"}, {"lead", "email"}),
        ('test "t" { expect credited takings { |', {"channel", "worth"}, {"amount", "vip"}),
        ('test "t" { expect credited takings { channel: |', {"sms", "direct"}, {"lead"}),
        ('test "t" { expect held |', {"greet", "quiet", "at_most"}, {"lead"}),
        ("table t (mood, stage) -> goal: text { row |", {"hot", "warm", "not"}, {"lead", "vip"}),
        ("table t (mood, stage) -> goal: text { row hot, |", {"lead", "trial"}, {"hot", "vip"}),
        ("table t (mood, stage) -> goal: text { row hot, lead => |", {"vip"}, {"hot", "fired"}),
        (
            "table t (mood) -> a: text, b: one of (soft, loud) { row hot => heat, |",
            {"soft", "loud", "vip"},
            {"hot"},
        ),
        ("table t (lower(plan), plan) -> a: text { row -, not |", {"free", "paid"}, {"hot"}),
        ("trigger t { on |birthday", {"birthday", "purchase"}, {"vip"}),
        ("attribution a { model |", {"time_decay", "linear"}, {"lead"}),
        ("segment s = not |", {"vip"}, {"fired", "entered", "amount"}),
        ("trigger t { on visit where |", {"vip", "value"}, {"amount"}),
        ("trigger t { on purchase where plan == paid when |", {"vip"}, {"amount", "value"}),
        ("trigger t { on purchase when vip exit on visit do { set vip = |", {"amount"}, {"lead"}),
        ("trigger t { on visit then purchase within 1d do { set vip = |", {"amount"}, {"lead"}),
        ("trigger t { on purchase, visit do { set vip = event.|", {"value"}, {"amount", "vip"}),
        ("trigger t { on activity do { set vip = |", {"value", "heat"}, {"amount"}),
        ("trigger t { on visit exit on purchase where |", {"amount"}, {"lead"}),
        (
            "trigger t { on visit do { await within 1d { on purchase { set vip = |",
            {"amount"},
            {"lead"},
        ),
        (
            "trigger t { on visit do { await within 1d { on purchase { exit } else { set vip = |",
            {"value"},
            {"amount"},
        ),
        ("trigger t { on visit do { await purchase { exit } set vip = |", {"value"}, {"amount"}),
        ("trigger t { after 3d without purchase in lead do { set vip = |", {"vip"}, {"amount"}),
        ('trigger t { on purchase do { send email "a_{|', {"amount", "mood"}, {"lead"}),
        ("trigger t { on purchase for each |", {"plan"}, {"vip"}),
        ("score s { on purchase where amount > 3: |", {"amount", "value"}, {"lead"}),
        ("score s { on purchase: 1  on visit: |", {"value"}, {"amount"}),
        ("stage x { -> lead on purchase where amount > 3 when |", {"vip"}, {"amount"}),
        ("attribution a { touch visit as email  conversion purchase worth |", {"amount"}, {"lead"}),
        ('always "x" { not (|', {"fired", "entered", "vip"}, {"purchase"}),
        ('trigger t { on visit do { send email "a_{|', {"mood", "vip"}, {"lead", "send"}),
    ],
)
def test_what_fits_is_offered(
    editor: Editor, written: str, wanted: set[str], unwanted: set[str]
) -> None:
    text = f"{RULES}\n{written.replace('|', '')}"
    editor.open("completion.lcr", text)
    position = at(text + "\n", text[len(RULES) :] + "|")
    items = editor.ask("completion", "completion.lcr", position=position)
    labels = {item["label"] for item in items}
    assert wanted - labels == set()
    assert unwanted & labels == set()
    editor.close("completion.lcr")


@pytest.mark.parametrize("written", ['test "t|', "# on |", 'let x = "on |', "let |", "event |"])
def test_nothing_is_offered_where_anything_goes(editor: Editor, written: str) -> None:
    text = f"{RULES}\n{written.replace('|', '')}"
    editor.open("free.lcr", text)
    position = at(text + "\n", text[len(RULES) :] + "|")
    assert editor.ask("completion", "free.lcr", position=position) == []
    editor.close("free.lcr")


def test_files_beside_are_offered(editor: Editor) -> None:
    (editor.folder / "parts").mkdir()
    for name in ("parts/facts.lcr", "rows.csv", "other.lcr"):
        (editor.folder / name).write_text("")
    rules = editor.folder / "rules.lcr"
    rules.write_text("")
    for written, wanted in (
        ('use "|', ["other.lcr", "parts/facts.lcr"]),
        ('use "pa|', ["other.lcr", "parts/facts.lcr"]),
        ('table t (stage) -> tone: text from "|"', ["rows.csv"]),
        ('test "|', []),
    ):
        text = written.replace("|", "")
        editor.open("rules.lcr", text)
        items = editor.ask("completion", "rules.lcr", position=at(text, written))
        assert [item["label"] for item in items] == wanted
        if items and "pa" in text:
            assert applied(text, [items[1]["textEdit"]]) == 'use "parts/facts.lcr'
        editor.close("rules.lcr")


def test_each_test_can_be_run(editor: Editor) -> None:
    assert editor.open("lenses.lcr", RULES) == []
    found = editor.ask("codeLens", "lenses.lcr")
    assert [each["command"]["arguments"] for each in found] == [
        [editor.uri("lenses.lcr"), "one"],
        [editor.uri("lenses.lcr"), "two"],
    ]
    assert found[0]["range"]["start"] == at(RULES, '|test "one"')
    editor.close("lenses.lcr")
