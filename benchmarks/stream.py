"""The stream that every benchmark reads: the same events on every machine and in every run.

200,000 records of 5,000 customers over 180 days, in order of time, of 39 event types of
`rules/email_marketing_scores.lcr` and, for every third customer, a `profile` first. Customers
differ in how much they do and in what they do; they act in sessions, and some fall silent or
complain, so that every stage of the rules is entered and timers matter. Also writes a stream to a
file:

    python benchmarks/stream.py stream.msgpack --records 200000 --customers 5000
"""

from __future__ import annotations

import argparse
import random
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import msgspec

Record = dict[str, Any]

START = 1_767_571_200_000_000  # Monday 2026-01-05, 00:00 UTC, in microseconds
DAYS = 180
SECOND = 1_000_000
DAY = 86_400 * SECOND

# How often a customer does what, per thousand events: the habits of most.
FREQUENCY: dict[str, float] = {
    "email_open": 190,
    "email_click": 70,
    "email_reply": 8,
    "email_forward": 5,
    "page_view": 240,
    "session_duration": 90,
    "bounce": 30,
    "repeat_visit": 50,
    "feature_usage": 130,
    "advanced_feature_usage": 25,
    "help_access": 20,
    "support_ticket": 8,
    "upgrade_inquiry": 6,
    "purchase": 22,
    "return_purchase": 10,
    "cart_add": 40,
    "cart_abandon": 15,
    "social_share": 8,
    "social_mention": 4,
    "review_positive": 4,
    "review_negative": 2,
    "form_submit": 8,
    "content_download": 12,
    "demo_request": 3,
    "trial_signup": 4,
    "subscription_start": 3,
    "payment_success": 6,
    "positive_feedback": 4,
    "feature_request": 4,
    "success_story": 1,
    "referral_sent": 3,
    "referral_successful": 1,
    "support_complaint": 2,
    "negative_feedback": 2,
    "downgrade": 1,
    "unsubscribe_attempt": 1,
    "subscription_cancel": 0.3,
    "account_deletion": 0.1,
    "unsubscribe": 0.3,
}

# What sets some apart: how many of a hundred customers, and by how much they do a thing more often.
HABITS: list[tuple[int, dict[str, float]]] = [
    (35, {}),
    (20, {"email_open": 3, "email_click": 2, "feature_usage": 0.2, "purchase": 0.3}),
    (20, {"feature_usage": 4, "advanced_feature_usage": 4, "feature_request": 4}),
    (15, {"purchase": 4, "return_purchase": 4, "cart_add": 3, "cart_abandon": 3}),
    (6, {"social_share": 12, "review_positive": 12, "referral_sent": 20, "success_story": 20}),
    (4, {"support_complaint": 30, "negative_feedback": 30, "downgrade": 20, "unsubscribe": 4}),
]
SOURCES = ("search", "newsletter", "partner", "fair", "social")
WITH_CAMPAIGN = {"email_open", "email_click"}
WITH_AMOUNT = {"purchase", "return_purchase"}


@cache
def records(count: int = 200_000, customers: int = 5_000, seed: int = 2026) -> list[Record]:
    """The stream as plain records, ordered by time; nobody may change them."""
    draw = random.Random(seed)
    activity = [draw.lognormvariate(0.0, 1.1) for _ in range(customers)]
    shares = _shares(activity, count)
    made: list[tuple[int, int, Record]] = []
    for number, share in enumerate(shares):
        for record in _life(draw, f"u{number:05d}", share):
            made.append((record["at"], len(made), record))
    made.sort(key=lambda row: row[:2])
    return [record for _, _, record in made]


def _shares(activity: Sequence[float], count: int) -> list[int]:
    """How many records each customer has: at least one, more by activity, `count` in all."""
    spare = count - len(activity)
    total = sum(activity)
    marks = [int(spare * mark / total) for mark in accumulate(activity)]
    marks[-1] = spare
    return [1 + high - low for low, high in zip([0, *marks], marks, strict=False)]


def _life(draw: random.Random, customer: str, count: int) -> Iterator[Record]:
    """`count` records of one customer: perhaps a profile, then sessions with pauses in between."""
    (habit,) = draw.choices([habit for _, habit in HABITS], [share for share, _ in HABITS])
    types = list(FREQUENCY)
    marks = list(accumulate(FREQUENCY[name] * habit.get(name, 1.0) for name in types))
    first = START + int(draw.random() ** 1.5 * 150 * 86_400) * SECOND
    last = first + int((0.15 + 0.85 * draw.random()) * (START + DAYS * DAY - first))
    if count > 1 and draw.random() < 1 / 3:
        yield _profile(draw, customer, first)
        count -= 1
    while count:
        size = min(count, 1 + int(draw.expovariate(1 / 5)))
        at = first + int(draw.random() * (last - first) / SECOND) * SECOND
        for name in draw.choices(types, cum_weights=marks, k=size):
            yield _event(draw, name, customer, at)
            at += draw.randrange(0, 240) * SECOND
        count -= size


def _profile(draw: random.Random, customer: str, at: int) -> Record:
    return {
        "type": "profile",
        "customer": customer,
        "at": at,
        "bought_before": draw.random() < 0.2,
        "lead_score": draw.randrange(100),
        "onboarded": draw.random() < 0.3,
        "acquisition_source": draw.choice(SOURCES),
    }


def _event(draw: random.Random, name: str, customer: str, at: int) -> Record:
    value = 1 if draw.random() < 0.95 else draw.randrange(2, 5)
    record: Record = {"type": name, "customer": customer, "at": at, "value": value}
    if name in WITH_CAMPAIGN:
        record["campaign"] = f"c{draw.randrange(40)}"
    elif name in WITH_AMOUNT:
        record["amount"] = draw.randrange(500, 20_000) / 100
    return record


def frames(stream: Iterable[Record], size: int = 1_000) -> list[bytes]:
    """MessagePack frames: a 32-bit little-endian length, then an array of `size` maps."""
    encode = msgspec.msgpack.Encoder().encode
    rows = iter(stream)
    packed = []
    while chunk := list(islice(rows, size)):
        body = encode(chunk)
        packed.append(struct.pack("<I", len(body)) + body)
    return packed


def json_lines(stream: Iterable[Record], size: int = 1_000) -> list[bytes]:
    """JSON Lines, `size` to a piece, with `at` as RFC 3339."""
    encode = msgspec.json.Encoder().encode
    rows = iter(stream)
    pieces = []
    while chunk := list(islice(rows, size)):
        lines = [encode({**record, "at": rfc3339(record["at"])}) for record in chunk]
        pieces.append(b"\n".join(lines) + b"\n")
    return pieces


def rfc3339(at: int) -> str:
    """An instant of whole seconds as text."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def main() -> None:
    """Writes the stream to a file whose name says the format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="a file ending in .msgpack or .jsonl")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--customers", type=int, default=5_000)
    options = parser.parse_args()
    stream = records(options.records, options.customers)
    write = json_lines if options.target.suffix == ".jsonl" else frames
    options.target.write_bytes(b"".join(write(stream)))


if __name__ == "__main__":
    main()
