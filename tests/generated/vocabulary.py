"""Words and numbers that made rules and made streams share, few so that they meet.

Durations are few so that windows, timers and gaps of a stream end at the same instants; bars and
amounts are few so that scores stop exactly at bars; times of day are few so that quiet hours, waits
and calendars end together.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle_dsl.localtime import DAY, HOUR, MINUTE
from tests.generated.choices import sampled_from

DURATIONS = {
    "90min": 90 * MINUTE,
    "1h": HOUR,
    "6h": 6 * HOUR,
    "1d": DAY,
    "36h": 36 * HOUR,
    "2d": 2 * DAY,
    "3d": 3 * DAY,
    "7d": 7 * DAY,
}
HALF_LIVES = {"1h": HOUR, "1d": DAY, "7d": 7 * DAY}
TIMES = {
    "00:00": 0,
    "02:30": 150 * MINUTE,
    "06:00": 6 * HOUR,
    "09:00": 9 * HOUR,
    "17:00": 17 * HOUR,
    "22:00": 22 * HOUR,
}
"""Local times of day; 02:30 is skipped or there twice where clocks change."""
ZONES = ("Europe/Amsterdam", "America/New_York", "UTC", "Asia/Tokyo", "Australia/Lord_Howe")
CUSTOMERS = ("ann", "sam", "zoë")
"""`sam` is held out where three of ten are."""
STAGES = ("fresh", "warm", "hot", "cold", "gone")
EVENTS = ("visit", "ping", "buy", "rate", "note")
CHANNELS = ("email", "sms", "push")
TOPICS = ("tips", "news", "bills")
SWITCHES = ("mail_ok", "text_ok", "muted")
"""Traits that only `profile` and `set` change, for the guards of messages."""
CHANGES_TO_PROFILE = ("vip", "credit", "nick", "tariff", "ends", "due_at", "zone", *SWITCHES)

FACTS = """\
event ping
event visit { ref: text? }
event buy { amount: money = 0, plan: one of (free, pro)?, ref: text? }
event rate { stars: number, note: text?, good: bool = true }
event note {
  took: duration = 1h, on_day: date?, until: time?, words: list of text up to 3?,
  items: list of { name: text, price: money, due: date?, by: time?, count: number = 1 } up to 3?
}
group acts = visit, buy
group early = fresh, warm
"""

NUMBER_FIELDS = {"buy": "amount", "rate": "stars"}
FIELDS_OF_MOST = {"buy": "plan", "rate": "note"}
"""Events and a field of them with values worth counting."""


@dataclass(frozen=True)
class Names:
    """What a made rule set declares, for its rules to read."""

    stages: tuple[str, ...]
    scores: tuple[tuple[str, str | None], ...]
    """Name and half-life as written."""
    zone_trait: bool
    season: bool
    lets: tuple[str, ...] = ()
    levels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Name and labels, lowest first."""
    computed: tuple[str, ...] = ()
    joined: tuple[str, ...] = ("crowd",)
    params: tuple[str, ...] = ("bar0",)
    tables: tuple[str, ...] = ()

    def linear_scores(self) -> list[tuple[str, ...]]:
        """Scores of one half-life together, and each that never decays by itself."""
        by_half_life: dict[str, list[str]] = {}
        for name, half_life in self.scores:
            by_half_life.setdefault(half_life or name, []).append(name)
        return [tuple(names) for names in by_half_life.values()]

    def decays(self, score: str) -> bool:
        """Whether a score has a half-life."""
        return dict(self.scores)[score] is not None


durations = sampled_from(sorted(DURATIONS))
times = sampled_from(sorted(TIMES))
