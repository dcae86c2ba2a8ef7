"""Decisions for those who may not see what is private, under rules that have changed meanwhile."""

from __future__ import annotations

import msgspec
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.explaining.masking import MASK
from lifecycle_dsl.service.masking import Masking
from tests.unit.service.running import NOON, SHOP, purchase

PHONE = {"type": "profile", "customer": "u1", "at": NOON, "phone": "123-45", "nickname": "Ann"}


def lines(rules: str) -> list[bytes]:
    engine = lcr.Engine(lcr.compile(rules))
    decisions = [d for event in (PHONE, purchase("u1")) for d in engine.process(event)]
    return [lcr.encode_decision(d) for d in decisions]


def masked(rules: str, found: list[bytes]) -> list[bytes]:
    masking = Masking(lcr.compile(rules).program)
    return [masking.line(line) for line in found]


def test_what_is_private_is_masked_and_nothing_else() -> None:
    found = lines(SHOP)
    shown = masked(SHOP, found)
    assert shown[:-1] == found[:-1]
    assert msgspec.json.decode(shown[-1])["data"] == {"to": MASK, "as": "Ann"}


def test_without_anything_private_lines_stay_as_they_are() -> None:
    rules = SHOP.replace(" private", "")
    found = lines(rules)
    assert all(a is b for a, b in zip(masked(rules, found), found, strict=True))


def test_what_the_rules_no_longer_know_is_masked() -> None:
    found = lines(SHOP)
    renamed = masked(SHOP.replace("trigger welcome", "trigger hello"), found)
    assert msgspec.json.decode(renamed[-1])["data"] == {"to": MASK, "as": MASK}
    without = masked(SHOP.replace('to: phone else "nobody", ', ""), found)
    assert msgspec.json.decode(without[-1])["data"] == {"to": MASK, "as": "Ann"}


def test_a_change_of_a_trait_that_is_gone_is_masked() -> None:
    line = (
        b'{"kind":"changed","customer":"u1","at":"2026-01-05T11:00:00Z","rule":"t",'
        b'"trait":"%b","value":"123-45"}'
    )
    for trait in (b"phone", b"telephone"):
        assert b"123-45" not in Masking(lcr.compile(SHOP).program).line(line % trait)
    assert b"123-45" in Masking(lcr.compile(SHOP).program).line(line % b"nickname")


CREDITED = (
    SHOP
    + """
event click { code: text private, page: text? }
attribution sales { touch click as email by CAMPAIGN  conversion purchase worth WORTH
  within 30d  model last }
"""
)


def credit(campaign: str, worth: str, under: str = "") -> dict[str, object]:
    rules = CREDITED.replace("CAMPAIGN", campaign).replace("WORTH", worth)
    engine = lcr.Engine(lcr.compile(rules))
    click = {"type": "click", "customer": "u1", "at": NOON, "code": "4711", "page": "home"}
    found = [d for event in (click, purchase("u1")) for d in engine.process(event)]
    line = next(line for line in map(lcr.encode_decision, found) if b"credit" in line)
    shown: dict[str, object] = msgspec.json.decode(masked(under or rules, [line])[0])
    return {key: shown[key] for key in ("channel", "campaign", "share", "worth")}


def test_a_campaign_and_a_worth_that_are_private_are_masked() -> None:
    whole = {"channel": "email", "share": 1.0}
    assert credit("page", "2") == {**whole, "campaign": "home", "worth": 2.0}
    assert credit("code", "2") == {**whole, "campaign": MASK, "worth": 2.0}
    private = 'length(phone else "")'
    assert credit("page", private) == {**whole, "campaign": "home", "worth": None}


def test_the_credits_of_an_attribution_that_is_gone_are_masked() -> None:
    assert credit("page", "2", under=SHOP) == {
        "channel": "email",
        "campaign": MASK,
        "share": 1.0,
        "worth": None,
    }


@pytest.mark.parametrize(("template", "shown"), [("hi", "hi"), ("hi_{nickname}", MASK)])
def test_a_template_that_is_private_is_masked_in_the_credit_too(template: str, shown: str) -> None:
    text = f"""
lifecycle shop
event visit, order
channel email
trait nickname: text private = "Ann"
attribution sales {{ touch sends  conversion order worth 1  within 30d  model last }}
stage lead
start {{ -> lead }}
trigger hello {{ on visit  do {{ send email "{template}" }} }}
"""
    engine = lcr.Engine(lcr.compile(text))
    visit, order = ({"type": kind, "customer": "u1", "at": NOON} for kind in ("visit", "order"))
    engine.process(visit)
    (line,) = masked(text, [lcr.encode_decision(each) for each in engine.process(order)])
    assert msgspec.json.decode(line)["template"] == shown
