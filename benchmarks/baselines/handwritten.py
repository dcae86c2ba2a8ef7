"""`rules/email_marketing_scores.lcr` and eleven triggers by hand, as a good engineer would do it.

Takes the same bytes as the engine with these and `triggers.lcr`, and gives the same decisions,
record for record, except for the names of transition lines, which it leaves out. It shares no code
with `lifecycle_dsl`. Optimised like code that must be fast and must still be changed by people:
typed decoding in C, one table look-up per event type, one function per stage, scores kept on the
decay grid so that nothing fades when nobody looks, one due instant per customer.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ldexp
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType

Decision = dict[str, Any]

DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (UTC throughout)
FAR = 1 << 62
SECONDS_1980, SECONDS_2200 = 315_532_800, 7_258_118_400

Text = Annotated[str, Meta(max_length=4096)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Instant = Annotated[int, Meta(ge=SECONDS_1980 * 1_000_000, le=SECONDS_2200 * 1_000_000)]

# ---------------------------------------------------------------------------------------- events

EMAIL, WEBSITE, PRODUCT, PURCHASE, SOCIAL, NONE = range(6)

WEIGHTS: dict[str, tuple[int, float]] = {
    "email_open": (EMAIL, 1.0),
    "email_click": (EMAIL, 2.0),
    "email_reply": (EMAIL, 3.0),
    "email_forward": (EMAIL, 2.5),
    "page_view": (WEBSITE, 0.5),
    "session_duration": (WEBSITE, 1.0),
    "bounce": (WEBSITE, -1.0),
    "repeat_visit": (WEBSITE, 1.5),
    "feature_usage": (PRODUCT, 2.0),
    "help_access": (PRODUCT, 0.5),
    "support_ticket": (PRODUCT, -0.5),
    "upgrade_inquiry": (PRODUCT, 3.0),
    "purchase": (PURCHASE, 5.0),
    "cart_add": (PURCHASE, 1.0),
    "cart_abandon": (PURCHASE, -1.0),
    "return_purchase": (PURCHASE, 3.0),
    "social_share": (SOCIAL, 2.0),
    "social_mention": (SOCIAL, 3.0),
    "review_positive": (SOCIAL, 4.0),
    "review_negative": (SOCIAL, -2.0),
}
UNSCORED = (
    *("advanced_feature_usage", "form_submit", "content_download", "demo_request"),
    *("trial_signup", "subscription_start", "payment_success", "positive_feedback"),
    *("feature_request", "success_story", "referral_sent", "referral_successful"),
    *("support_complaint", "negative_feedback", "downgrade", "unsubscribe_attempt"),
    *("subscription_cancel", "account_deletion", "unsubscribe"),
)
FIELDS: dict[str, tuple[str, Any, Any]] = {
    **dict.fromkeys(
        ("email_open", "email_click", "email_reply", "email_forward"),
        ("campaign", Text | None, None),
    ),
    **dict.fromkeys(("purchase", "return_purchase"), ("amount", Number, 0.0)),
}


class Kind(NamedTuple):
    """What an event type means to the rules."""

    name: str
    score: int
    weight: float
    activity: bool
    complaint: bool
    churns: bool
    worries: bool
    acts: bool  # some trigger listens to the event itself


ACTIVITY = frozenset(
    (
        *("email_open", "email_click", "email_reply", "email_forward", "page_view"),
        *("session_duration", "repeat_visit", "feature_usage", "advanced_feature_usage"),
        *("help_access", "upgrade_inquiry", "purchase", "return_purchase", "cart_add"),
        *("social_share", "social_mention", "review_positive"),
    )
)
PAYMENT = frozenset(("purchase", "return_purchase", "subscription_start", "payment_success"))
USAGE = frozenset(("feature_usage", "advanced_feature_usage"))
FORM = frozenset(("form_submit", "content_download", "demo_request", "trial_signup"))
PRAISE = frozenset(("positive_feedback", "feature_request", "success_story"))
SUCCESS = frozenset(("success_story", "referral_successful"))
WISH = frozenset(("trial_signup", "upgrade_inquiry"))
REFERRAL = frozenset(("referral_sent", "referral_successful"))
RETURN = frozenset(("feature_usage", "advanced_feature_usage", "purchase", "return_purchase"))
TIPS = frozenset(("feature_usage", "advanced_feature_usage", "help_access", "page_view"))
ACTS = TIPS | {"cart_abandon", "success_story", "referral_successful", "review_negative"}


class Event(msgspec.Struct, gc=False, tag_field="type"):
    """What every event carries."""

    customer: Text
    at: Instant
    value: Number = 1.0


class Profile(Event, gc=False, tag_field="type", tag="profile"):
    """Traits told by the host; null puts one back to its default."""

    zone: Text | UnsetType | None = UNSET
    bought_before: bool | UnsetType | None = UNSET
    onboarded: bool | UnsetType | None = UNSET
    lead_score: Number | UnsetType | None = UNSET
    acquisition_source: Text | UnsetType | None = UNSET
    first_touchpoint: Text | UnsetType | None = UNSET
    reference_customer: bool | UnsetType | None = UNSET
    unsubscribed: bool | UnsetType | None = UNSET


def _struct(name: str) -> type[msgspec.Struct]:
    fields = [FIELDS[name]] if name in FIELDS else []
    return msgspec.defstruct(name, fields, bases=(Event,), tag_field="type", tag=name, gc=False)


def _kind(name: str) -> Kind:
    score, weight = WEIGHTS.get(name, (NONE, 0.0))
    return Kind(
        name,
        score,
        weight,
        name in ACTIVITY,
        name in ("support_complaint", "negative_feedback", "unsubscribe_attempt"),
        name in ("subscription_cancel", "account_deletion", "unsubscribe"),
        name in ("support_complaint", "negative_feedback", "downgrade"),
        name in ACTS,
    )


STRUCTS = {name: _struct(name) for name in (*WEIGHTS, *UNSCORED)}
KINDS: dict[type[msgspec.Struct], Kind] = {
    struct_: _kind(name) for name, struct_ in STRUCTS.items()
}
PROFILE = Kind("profile", NONE, 0.0, False, False, False, False, False)
_any_event: Any = Profile
for _event_struct in STRUCTS.values():
    _any_event = _any_event | _event_struct
decode_frame = msgspec.msgpack.Decoder(list[_any_event]).decode
_decode_raw = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_one = msgspec.msgpack.Decoder(_any_event).decode

# ----------------------------------------------------------------------------------------- decay

HALF_LIFE = 14 * DAY
STEP = HALF_LIFE // 4096
BASE = 22 * 64 * HALF_LIFE  # the last multiple of 64 half-lives before 2026
GROWTH = [2.0 ** (step / 4096) for step in range(4096)]


def growth(now: int) -> float:
    """g(now): a score reads as what is kept of it, divided by this."""
    step = (now - BASE) // STEP
    return ldexp(GROWTH[step & 4095], step >> 12)


def least(bar: float) -> float:
    """What a score must exceed to be at least `bar`, forgiving the noise of floating point."""
    return bar - 1e-9 * max(1.0, abs(bar))


B2, B3, B4, B5, B6 = least(2), least(3), least(4), least(5), least(6)
B8, B10, B15, B25, B50 = least(8), least(10), least(15), least(25), least(50)

# ------------------------------------------------------------------------------------- customers

ACTIVE = frozenset(("active_user", "engaged_user", "loyal_customer", "advocate"))
DEFAULTS = {
    "zone": "Europe/Amsterdam",
    "bought_before": False,
    "onboarded": False,
    "lead_score": 0.0,
    "acquisition_source": "unknown",
    "first_touchpoint": "unknown",
    "reference_customer": False,
    "unsubscribed": False,
}


class Customer:
    """All that is kept of one customer; instants are microseconds, 0 for never."""

    __slots__ = (
        *("name", "clock", "first", "due", "stage", "previous", "entered", "active_since"),
        *("scores", "last_activity", "last_usage", "complaints", "educated"),
        *("fired", "held", "called_at", "reminded_at"),
        *DEFAULTS,
    )
    zone: str
    bought_before: bool
    onboarded: bool
    lead_score: float
    acquisition_source: str
    first_touchpoint: str
    reference_customer: bool
    unsubscribed: bool

    def __init__(self, name: str, now: int) -> None:
        self.name = name
        self.clock = self.first = now
        self.due = FAR
        self.stage = self.previous = "none"
        self.entered = self.active_since = 0
        self.scores = [0.0, 0.0, 0.0, 0.0, 0.0]
        self.last_activity = self.last_usage = 0
        self.complaints: deque[tuple[int, int]] | None = None
        self.educated = False
        self.fired: dict[str, tuple[int, ...]] = {}
        self.held: set[str] = set()
        self.called_at = self.reminded_at = -1  # what the timers that have run counted from
        for trait, default in DEFAULTS.items():
            setattr(self, trait, default)

    def learn(self, profile: Profile) -> None:
        """Sets the traits of a profile."""
        for trait, default in DEFAULTS.items():
            value = getattr(profile, trait)
            if value is not UNSET:
                setattr(self, trait, default if value is None else value)

    def engagement(self, now: int) -> str:
        """The level of the sum of all scores."""
        health = sum(self.scores)
        g = growth(now)
        if health > B25 * g:
            return "very_high"
        if health > B15 * g:
            return "high"
        if health > B8 * g:
            return "medium"
        return "low" if health > B3 * g else "very_low"

    def tier(self, now: int) -> str:
        """The level of worth."""
        worth = self.scores[PURCHASE] * 2 + sum(self.scores) * 0.5
        g = growth(now)
        if worth > B50 * g:
            return "vip"
        if worth > B25 * g:
            return "high"
        return "medium" if worth > B10 * g else "low"

    def complain(self, now: int, value: float) -> None:
        """Notes a complaint in whole millionths."""
        if self.complaints is None:
            self.complaints = deque(maxlen=1_000)
        millionths = int(abs(value) * 1_000_000 + 0.5)
        self.complaints.append((now, millionths if value >= 0 else -millionths))

    def complained(self, now: int) -> int:
        """What the complaints of the last seven days weigh, in millionths."""
        if not self.complaints:
            return 0
        while self.complaints and self.complaints[0][0] <= now - 7 * DAY:
            self.complaints.popleft()
        return sum(millionths for _, millionths in self.complaints)

    def upset(self, now: int) -> bool:
        """Whether the complaints of the last seven days weigh 3 or more."""
        return self.complained(now) >= 3_000_000


# ---------------------------------------------------------------------------------------- stages
# Each function says where a record takes a customer of its stage: to itself if nowhere.


def from_prospect(customer: Customer, kind: str, now: int, g: float) -> str:
    if kind in PAYMENT:
        return "customer"
    scores = customer.scores
    points = 0.0
    if scores[EMAIL] > B3 * g:
        points = 2.0
    if scores[WEBSITE] > B2 * g:
        points += 1.5
    if kind in FORM:
        points += 3.0
    if now - customer.entered >= 3 * DAY:
        points += 1.5
    return "lead" if points >= 5.0 else "prospect"


def from_lead(customer: Customer, kind: str, _now: int, g: float) -> str:
    if kind in PAYMENT:
        return "customer"
    if kind not in WISH:
        return "lead"
    scores = customer.scores
    return "customer" if scores[PRODUCT] > B5 * g and sum(scores) > B15 * g else "lead"


def from_customer(customer: Customer, kind: str, now: int, g: float) -> str:
    product = customer.scores[PRODUCT]
    points = 0
    if kind in USAGE:
        customer.due = now + 14 * DAY
        points = 2
    if product > B8 * g:
        points += 4
    if customer.onboarded:
        points += 3
    if product > B5 * g and now - customer.entered >= 7 * DAY:
        points += 2
    return "active_user" if points >= 7 else "customer"


def from_active_user(customer: Customer, kind: str, now: int, g: float) -> str:
    scores = customer.scores
    points = 0
    if scores[PRODUCT] > B15 * g:
        points = 3
    if scores[SOCIAL] > B3 * g:
        points += 2
    if kind in PRAISE:
        points += 3
    if now - customer.entered >= 30 * DAY:
        points += 2
    return "engaged_user" if points >= 6 else "active_user"


def from_engaged_user(customer: Customer, kind: str, now: int, g: float) -> str:
    scores = customer.scores
    points = 0
    if scores[PURCHASE] > B10 * g:
        points = 4
    if kind in REFERRAL:
        points += 3
    if now - customer.entered >= 90 * DAY:
        points += 2
    if scores[PURCHASE] * 2 + sum(scores) * 0.5 > B25 * g:
        points += 2
    return "loyal_customer" if points >= 7 else "engaged_user"


def from_loyal_customer(customer: Customer, kind: str, now: int, g: float) -> str:
    points = 0
    if kind in SUCCESS:
        points = 4
    elif kind in {"referral_sent", "review_positive"}:
        points = 2
    else:
        return "loyal_customer"
    if customer.scores[SOCIAL] > B6 * g:
        points += 2
    if now - customer.entered >= 60 * DAY:
        points += 2
    return "advocate" if points >= 6 else "loyal_customer"


def from_advocate(_customer: Customer, _kind: str, _now: int, _g: float) -> str:
    return "advocate"


def from_at_risk(customer: Customer, kind: str, now: int, _g: float) -> str:
    if customer.last_activity == now:
        customer.due = now + 21 * DAY
    return "active_user" if kind in RETURN and not customer.upset(now) else "at_risk"


def from_churned(_customer: Customer, kind: str, _now: int, _g: float) -> str:
    return "win_back" if kind in PAYMENT else "churned"


def from_win_back(customer: Customer, kind: str, now: int, g: float) -> str:
    points = 2 if kind in USAGE or kind in PAYMENT else 0
    if customer.scores[PRODUCT] > B4 * g:
        points += 2
    if now - customer.entered >= 7 * DAY:
        points += 2
    return "active_user" if points >= 4 else "win_back"


Move = Callable[[Customer, str, int, float], str]
MOVES: dict[str, Move] = {
    "prospect": from_prospect,
    "lead": from_lead,
    "customer": from_customer,
    "active_user": from_active_user,
    "engaged_user": from_engaged_user,
    "loyal_customer": from_loyal_customer,
    "advocate": from_advocate,
    "at_risk": from_at_risk,
    "churned": from_churned,
    "win_back": from_win_back,
}

# ---------------------------------------------------------------------------------------- engine


def rfc3339(now: int) -> str:
    """An instant as decisions write it."""
    text = (EPOCH + timedelta(microseconds=now)).isoformat()
    return (text if now % 1_000_000 == 0 or now % 1_000 else text[:-3]) + "Z"


def key(customer: str, trigger: str, now: int, step: str) -> str:
    """The idempotency key of a step; no trigger here fires twice at an instant."""
    text = "\0".join(("email_marketing", customer, trigger, str(now), "0", step))
    return blake2b(text.encode(), digest_size=16).hexdigest()


class Lifecycle:
    """Customers and what happens to them."""

    def __init__(self) -> None:
        self.moves = MOVES
        self.kinds = KINDS
        self.customers: dict[str, Customer] = {}
        self.dead = 0
        self.out: list[Decision] = []

    def process_batch(self, data: bytes) -> list[Decision]:
        """The decisions of one MessagePack frame."""
        (length,) = struct.unpack_from("<I", data)
        body = memoryview(data)[4 : 4 + length]
        try:
            return self._process(decode_frame(body))
        except msgspec.ValidationError:
            return self._process([event for raw in _decode_raw(body) for event in self._try(raw)])

    def advance(self, until: int) -> list[Decision]:
        """The decisions of all timers due at or before an instant."""
        self.out = []
        for customer in self.customers.values():
            if customer.due <= until:
                self._wake(customer, until)
        return self.out

    def _try(self, raw: msgspec.Raw) -> Iterator[Event]:
        try:
            yield _decode_one(raw)
        except msgspec.ValidationError:
            self.dead += 1

    def _process(self, events: list[Any]) -> list[Decision]:  # noqa: C901, PLR0915 (one hot loop)
        self.out = []
        customers = self.customers
        kinds = self.kinds
        moves = self.moves
        now_step = -1
        g = 1.0
        for event in events:
            now = event.at
            customer = customers.get(event.customer)
            if customer is None:
                customer = customers[event.customer] = Customer(event.customer, now)
            elif now < customer.clock:
                now = customer.clock
            else:
                if now >= customer.due:
                    self._wake(customer, now)
                customer.clock = now

            step = (now - BASE) // STEP
            if step != now_step:
                now_step = step
                g = ldexp(GROWTH[step & 4095], step >> 12)

            kind = kinds.get(event.__class__)
            if kind is None:
                kind = PROFILE
                customer.learn(event)
            name, score, weight, activity, complaint, churns, worries, acts = kind
            stage = customer.stage
            first = stage == "none"
            if first:
                stage = self._start(customer, now)

            if activity:
                customer.last_activity = now
                if name in USAGE:
                    customer.last_usage = now
            elif complaint:
                customer.complain(now, event.value)
            if score < NONE:
                kept = customer.scores[score] + weight * event.value * g
                customer.scores[score] = kept if kept > 0.0 else 0.0  # noqa: FURB136 (faster)

            if churns:
                if name == "unsubscribe":
                    customer.unsubscribed = True
                target = "churned"
            elif worries and stage in ACTIVE and customer.upset(now):
                target = "at_risk"
            else:
                target = moves[stage](customer, name, now, g)

            if target != stage:
                self._move(customer, target, now)
                self._entered(customer, now)
            elif first:
                self._entered(customer, now)
            if acts:
                self._acted(customer, name, now)
        return self.out

    def _start(self, customer: Customer, now: int) -> str:
        """Places a customer at the first record."""
        if customer.bought_before:
            stage = "customer"
        else:
            stage = "lead" if customer.lead_score > 50 else "prospect"
        self._move(customer, stage, now)
        return stage

    def _move(self, customer: Customer, target: str, now: int) -> None:
        """Takes a customer to a stage and sets the stage's timers."""
        origin = customer.stage
        self._tell(
            "transition",
            customer,
            now,
            {"from": None if origin == "none" else origin, "to": target},
        )
        customer.previous = origin
        customer.stage = target
        customer.entered = now
        if target in ACTIVE:
            if origin not in ACTIVE:
                customer.active_since = now
                customer.due = now + 30 * DAY
        elif target == "at_risk":
            customer.due = now + 21 * DAY
        elif target == "customer":
            customer.due = now + 14 * DAY
        elif target == "win_back":
            customer.due = now + 60 * DAY
        else:
            customer.due = FAR

    def _wake(self, customer: Customer, until: int) -> None:
        """Runs a customer's timers due at or before an instant and finds the next one."""
        while True:
            due, run = self._next_timer(customer)
            if due > until:
                customer.due = due
                return
            customer.clock = due
            run(customer, due)

    def _next_timer(self, customer: Customer) -> tuple[int, Callable[[Customer, int], None]]:
        stage = customer.stage
        if stage in ACTIVE:
            return max(customer.last_activity, customer.active_since) + 30 * DAY, self._worry
        quiet_since = max(customer.last_activity, customer.entered)
        if stage == "at_risk":
            if customer.called_at != quiet_since:
                return quiet_since + 21 * DAY, self._call_last
            return quiet_since + 60 * DAY, self._lose
        if stage == "win_back":
            return quiet_since + 60 * DAY, self._lose
        unused_since = max(customer.last_usage, customer.entered)
        if stage == "customer" and customer.reminded_at != unused_since:
            return unused_since + 14 * DAY, self._remind
        return FAR, self._lose

    def _worry(self, customer: Customer, now: int) -> None:
        self._move(customer, "at_risk", now)
        self._entered(customer, now)

    def _lose(self, customer: Customer, now: int) -> None:
        self._move(customer, "churned", now)
        self._entered(customer, now)

    # ------------------------------------------------------------------------------------ triggers

    def _entered(self, customer: Customer, now: int) -> None:
        """The triggers that listen to entering the present stage."""
        match customer.stage:
            case "customer":
                self._welcome(customer, now)
            case "lead":
                self._nurture(customer, now)
            case "at_risk":
                self._win_back(customer, now)
            case "loyal_customer":
                self._invite(customer, now)
            case "engaged_user" | "churned":
                self._finish_education(customer, now)
            case _:
                pass

    def _acted(self, customer: Customer, kind: str, now: int) -> None:
        """The triggers that listen to events themselves."""
        stage = customer.stage
        if kind in TIPS:
            if stage == "active_user" and now - customer.entered >= 7 * DAY:
                self._boost(customer, now)
        elif kind == "cart_abandon":
            if stage in {"prospect", "lead", "customer"}:
                self._rescue_cart(customer, now)
        elif kind == "review_negative":
            self._hear_bad_review(customer, now)
        elif stage in {"engaged_user", "loyal_customer", "advocate"}:
            self._mark_reference(customer, now)

    def _welcome(self, customer: Customer, now: int) -> None:
        trigger = "welcome_new_customer"
        if not customer.unsubscribed and self._once(customer, trigger, now):
            data = {
                "stage": customer.stage,
                "level": customer.engagement(now),
                "source": customer.acquisition_source,
            }
            self._send(customer, trigger, f"welcome_onboarding_{customer.tier(now)}", data, now)

    def _nurture(self, customer: Customer, now: int) -> None:
        trigger = "nurture_lead"
        if not customer.unsubscribed and self._once(customer, trigger, now):
            data = {"level": customer.engagement(now), "first": customer.first_touchpoint}
            self._send(customer, trigger, f"value_demonstration_{customer.tier(now)}", data, now)
            if customer.lead_score > 80:
                self._notify(customer, trigger, "hot_lead", now)

    def _win_back(self, customer: Customer, now: int) -> None:
        trigger = "win_back_at_risk"
        if not customer.unsubscribed and self._at_most(customer, trigger, 1, now - 30 * DAY, now):
            tier = customer.tier(now)
            data = {"level": customer.engagement(now), "was": customer.previous}
            self._send(customer, trigger, f"we_miss_you_winback_{tier}", data, now)
            if tier in {"high", "vip"}:
                self._notify(customer, trigger, "valuable_at_risk", now)

    def _invite(self, customer: Customer, now: int) -> None:
        trigger = "invite_advocate"
        if not customer.unsubscribed and self._once(customer, trigger, now):
            template = f"advocacy_invitation_loyalty_{customer.tier(now)}"
            self._send(customer, trigger, template, {"days": (now - customer.first) // DAY}, now)

    def _finish_education(self, customer: Customer, now: int) -> None:
        trigger = "finish_feature_education"
        self._fire(customer, trigger, now)
        if customer.educated:
            customer.educated = False
            self._tell("quit", customer, now, {"rule": trigger, "segment": "feature_education"})

    def _boost(self, customer: Customer, now: int) -> None:
        trigger = "boost_user_engagement"
        if (
            not customer.unsubscribed
            and sum(customer.scores) > B3 * growth(now)
            and self._at_most(customer, trigger, 1, now - 14 * DAY, now)
        ):
            data = {
                "stage": customer.stage,
                "level": customer.engagement(now),
                "days": (now - customer.entered) // DAY,
            }
            self._send(customer, trigger, f"feature_tips_{customer.tier(now)}", data, now)
            if not customer.educated:
                customer.educated = True
                joined = {"rule": trigger, "segment": "feature_education"}
                self._tell("joined", customer, now, joined)

    def _rescue_cart(self, customer: Customer, now: int) -> None:
        trigger = "rescue_cart"
        if not customer.unsubscribed and self._at_most(customer, trigger, 1, now - 7 * DAY, now):
            self._send(customer, trigger, f"cart_reminder_{customer.tier(now)}", {}, now)

    def _hear_bad_review(self, customer: Customer, now: int) -> None:
        trigger = "hear_bad_review"
        if customer.tier(now) in {"high", "vip"} and self._at_most(
            customer, trigger, 2, now - 30 * DAY, now
        ):
            self._notify(customer, trigger, "bad_review", now)

    def _mark_reference(self, customer: Customer, now: int) -> None:
        trigger = "mark_reference"
        if self._once(customer, trigger, now) and not customer.reference_customer:
            customer.reference_customer = True
            changed = {"rule": trigger, "trait": "reference_customer", "value": True}
            self._tell("changed", customer, now, changed)

    def _remind(self, customer: Customer, now: int) -> None:
        trigger = "finish_onboarding"
        customer.reminded_at = max(customer.last_usage, customer.entered)
        if not (customer.onboarded or customer.unsubscribed) and self._once(customer, trigger, now):
            self._send(customer, trigger, f"onboarding_reminder_{customer.tier(now)}", {}, now)

    def _call_last(self, customer: Customer, now: int) -> None:
        trigger = "second_win_back"
        customer.called_at = max(customer.last_activity, customer.entered)
        if not customer.unsubscribed and self._at_most(
            customer, trigger, 1, customer.entered - 1, now
        ):
            self._send(customer, trigger, f"last_call_winback_{customer.tier(now)}", {}, now)

    # ------------------------------------------------------------------------ guards and decisions

    def _once(self, customer: Customer, trigger: str, now: int) -> bool:
        """Fires unless it ever has."""
        if trigger in customer.fired:
            self._hold(customer, trigger, "once", now)
            return False
        self._fire(customer, trigger, now)
        customer.fired[trigger] = (now,)
        return True

    def _at_most(self, customer: Customer, trigger: str, times: int, after: int, now: int) -> bool:
        """Fires unless it has `times` after an instant."""
        before = customer.fired.get(trigger, ())
        if len(before) == times and before[0] > after:
            self._hold(customer, trigger, "at_most", now)
            return False
        self._fire(customer, trigger, now)
        customer.held.discard(trigger)
        customer.fired[trigger] = (*before, now)[-times:]
        return True

    def _hold(self, customer: Customer, trigger: str, reason: str, now: int) -> None:
        """Records the first of a row of held firings."""
        if trigger not in customer.held:
            customer.held.add(trigger)
            held = {"rule": trigger, "trigger": trigger, "reason": reason}
            self._tell("held", customer, now, held)

    def _fire(self, customer: Customer, trigger: str, now: int) -> None:
        self._tell("fired", customer, now, {"rule": trigger, "trigger": trigger})

    def _send(
        self, customer: Customer, trigger: str, template: str, data: dict[str, Any], now: int
    ) -> None:
        message = {
            "rule": trigger,
            "channel": "email",
            "template": template,
            "data": data,
            "transactional": False,
            "key": key(customer.name, trigger, now, "send1"),
        }
        self._tell("sent", customer, now, message)

    def _notify(self, customer: Customer, trigger: str, reason: str, now: int) -> None:
        called = {
            "rule": trigger,
            "action": "crm.notify",
            "data": {"reason": reason},
            "key": key(customer.name, trigger, now, "call1"),
        }
        self._tell("called", customer, now, called)

    def _tell(self, kind: str, customer: Customer, now: int, rest: Decision) -> None:
        self.out.append({"kind": kind, "customer": customer.name, "at": rfc3339(now), **rest})
