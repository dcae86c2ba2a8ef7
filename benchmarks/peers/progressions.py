"""The stages of `rules/email_marketing_scores.lcr` as expressions for the peers.

One text per stage says where a record takes a customer of that stage, regressions first. The three
expression languages differ only in how they write `and` and a choice, so the texts are built from
one source and every peer decides by the same rules. A bar of 3 is written 3 − 3e-9, as the language
forgives the noise of floating point.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.baselines.handwritten import (
    ACTIVE,
    DAY,
    EMAIL,
    FORM,
    MOVES,
    PAYMENT,
    PRAISE,
    PRODUCT,
    PURCHASE,
    REFERRAL,
    RETURN,
    SOCIAL,
    SUCCESS,
    USAGE,
    WEBSITE,
    WISH,
    Customer,
    least,
)

Choose = Callable[[str, str, str], str]
Facts = dict[str, str | float | bool]
Gather = Callable[[Customer, str, int, float], Facts]

CHURNS = frozenset(("subscription_cancel", "account_deletion", "unsubscribe"))
WORRIES = frozenset(("support_complaint", "negative_feedback", "downgrade"))
BARS = {"prospect": 5, "lead": 8, "customer": 7, "active_user": 6, "engaged_user": 7}
BARS |= {"loyal_customer": 6, "win_back": 4}
NEXT = {
    "prospect": "lead",
    "lead": "customer",
    "customer": "active_user",
    "active_user": "engaged_user",
    "engaged_user": "loyal_customer",
    "loyal_customer": "advocate",
    "win_back": "active_user",
}
HEALTH = "(email + website + product + purchase + social)"


def _one_of(kinds: frozenset[str]) -> str:
    return f"kind in {sorted(kinds)}"


def _over(score: str, bar: float) -> str:
    return f"{score} > {least(bar)}"


def progressions(choose: Choose, conjunction: str) -> dict[str, str]:
    """The text of each stage; `choose(C, A, B)` writes a choice in the peer's language."""
    points: dict[str, list[tuple[str, float]]] = {
        "prospect": [
            (_over("email", 3), 2),
            (_over("website", 2), 1.5),
            (_one_of(FORM), 3),
            ("days >= 3.0", 1.5),
        ],
        "lead": [
            (_one_of(PAYMENT), 10),
            (_over("product", 5), 3),
            (_over(HEALTH, 15), 2),
            (_one_of(WISH), 3),
        ],
        "customer": [
            (_over("product", 8), 4),
            ("onboarded", 3),
            (f"({_over('product', 5)} {conjunction} days >= 7.0)", 2),
            (_one_of(USAGE), 2),
        ],
        "active_user": [
            (_over("product", 15), 3),
            (_over("social", 3), 2),
            (_one_of(PRAISE), 3),
            ("days >= 30.0", 2),
        ],
        "engaged_user": [
            (_over("purchase", 10), 4),
            (_one_of(REFERRAL), 3),
            ("days >= 90.0", 2),
            (_over(f"purchase * 2.0 + {HEALTH} * 0.5", 25), 2),
        ],
        "loyal_customer": [
            (_one_of(SUCCESS), 4),
            (_one_of(frozenset(("referral_sent", "review_positive"))), 2),
            (_over("social", 6), 2),
            ("days >= 60.0", 2),
        ],
        "win_back": [
            (_one_of(USAGE), 2),
            (_one_of(PAYMENT), 2),
            (_over("product", 4), 2),
            ("days >= 7.0", 2),
        ],
    }
    texts = {}
    for stage in MOVES:
        text = f"'{stage}'"
        if stage in points:
            total = " + ".join(choose(test, f"{worth:.1f}", "0.0") for test, worth in points[stage])
            text = choose(f"{total} >= {BARS[stage]:.1f}", f"'{NEXT[stage]}'", text)
        if stage == "prospect":
            text = choose(_one_of(PAYMENT), "'customer'", text)
        elif stage == "at_risk":
            calm = f"({_one_of(RETURN)} {conjunction} complaints < 3.0)"
            text = choose(calm, "'active_user'", text)
        elif stage == "churned":
            text = choose(_one_of(PAYMENT), "'win_back'", text)
        if stage in ACTIVE:
            upset = f"({_one_of(WORRIES)} {conjunction} complaints >= 3.0)"
            text = choose(upset, "'at_risk'", text)
        if stage != "churned":
            text = choose(_one_of(CHURNS), "'churned'", text)
        texts[stage] = text
    return texts


def conditional(test: str, yes: str, no: str) -> str:
    """A choice as C, CEL and ZEN write it."""
    return f"({test} ? {yes} : {no})"


def python_conditional(test: str, yes: str, no: str) -> str:
    """A choice as Python writes it."""
    return f"({yes} if {test} else {no})"


def _facts(names: set[str]) -> Gather:
    """What gathers exactly the facts a text reads: for every peer, each one more costs."""
    scores = [
        (name, index)
        for name, index in (
            ("email", EMAIL),
            ("website", WEBSITE),
            ("product", PRODUCT),
            ("purchase", PURCHASE),
            ("social", SOCIAL),
        )
        if name in names
    ]
    days, onboarded, complaints = (name in names for name in ("days", "onboarded", "complaints"))

    def gather(customer: Customer, kind: str, now: int, g: float) -> Facts:
        facts: Facts = {"kind": kind}
        for name, index in scores:
            facts[name] = customer.scores[index] / g
        if days:
            facts["days"] = (now - customer.entered) / DAY
        if onboarded:
            facts["onboarded"] = customer.onboarded
        if complaints:
            facts["complaints"] = customer.complained(now) / 1_000_000
        return facts

    return gather


def gatherers(texts: dict[str, str]) -> dict[str, Gather]:
    """For each stage, what gathers the facts of its text."""
    words = ("email", "website", "product", "purchase", "social", "days", "onboarded", "complaints")
    return {
        stage: _facts({word for word in words if _reads(text, word)})
        for stage, text in texts.items()
    }


def _reads(text: str, word: str) -> bool:
    outside_of_quotes = "".join(text.split("'")[::2])
    return word in outside_of_quotes
