"""The campaigns of a year: which reached their goal, and what the cap across them held back.

    python examples/06-campaigns/main.py EVENTS [--household NUMBER]

With a household, its own year instead: every decision, in order.
"""

from __future__ import annotations

import argparse
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import Called, Credit, Fired, Held, Left, Sent, Transition

RULES = Path(__file__).with_name("rules.lcr")
ZONE = ZoneInfo("America/New_York")
UNTIL = datetime(2018, 1, 1, tzinfo=ZONE)
"""Where the data set ends; a few campaigns go on."""
WEEK = timedelta(days=7)
BILLION = 1_000_000_000
"""Shares of credit are whole billionths, which add up exactly."""


def decided(events: Path) -> tuple[lcr.Engine, list[lcr.Decision]]:
    """All decisions to the end of the data set."""
    data = events.read_bytes()
    engine = lcr.Engine(lcr.load(RULES))
    decisions = engine.process_batch(gzip.decompress(data) if events.suffix == ".gz" else data)
    return engine, decisions + engine.advance(UNTIL)


def most_in_a_week(sent: Iterable[Sent]) -> int:
    """The most mails that any household got in any seven days, counted the long way."""
    mails: defaultdict[str, list[datetime]] = defaultdict(list)
    for mail in sent:
        mails[mail.customer].append(datetime.fromisoformat(mail.at))
    return max(
        sum(first <= at < first + WEEK for at in times)
        for times in mails.values()
        for first in times
    )


def report(engine: lcr.Engine, decisions: list[lcr.Decision]) -> None:
    """The figures of the page."""
    sent = [each for each in decisions if isinstance(each, Sent)]
    held = Counter((each.trigger, each.reason) for each in decisions if isinstance(each, Held))
    left = Counter((each.trigger, each.reason) for each in decisions if isinstance(each, Left))
    fired = Counter(each.trigger for each in decisions if isinstance(each, Fired))
    closed = sum(isinstance(each, Called) for each in decisions)
    moves = Counter(
        (each.source or "(start)", each.to) for each in decisions if isinstance(each, Transition)
    )
    households = len(list(engine.customers()))
    print(f"{households:,} households, {engine.counts['records']:,} events")

    redeemed = left["last_call", "exit_on"]
    print(f"{fired['last_call']:>6,}  invitations to a campaign")
    print(
        f"{redeemed:>6,}  ended by a redemption, {left['offer', 'exit']:,} in the first fortnight"
    )
    print(f"{closed:>6,}  closed without one")
    print(f"{fired['last_call'] - redeemed - closed:>6,}  open at the end of the year")

    print("   sent   held  mails (held by the cap)")
    by_trigger = Counter(each.rule for each in sent)
    for trigger, mails in by_trigger.most_common():
        print(f"{mails:>7,}{held[trigger, 'cap']:>7,}  {trigger}")
    print(f"the most mails to a household in seven days: {most_in_a_week(sent)}")

    credit = Counter[str]()
    for each in decisions:
        if isinstance(each, Credit):
            credit[each.campaign or each.channel] += round(each.share * BILLION)
    print(f"{credit.total() // BILLION:,} coupons redeemed, credited to the mails before them")
    for trigger, share in credit.most_common():
        print(f"{share / BILLION:>7,.1f}  {trigger}")

    print("stages")
    for (before, after), count in sorted(moves.items()):
        print(f"{count:>7,}  {before} -> {after}")


def tell(decisions: list[lcr.Decision], household: str) -> None:
    """A household's year, a line a decision, in local time."""
    for each in decisions:
        if each.customer != household:
            continue
        match each:
            case Transition(source=source, to=to):
                told = f"{source or '(start)'} -> {to}"
            case Sent(template=template, data=data):
                told = f"mail {template} {data.get('campaign', '')}"
            case Held(trigger=trigger, reason=reason):
                told = f"held back: {trigger} {each.each or ''}, {reason}"
            case Left(trigger=trigger, reason=reason):
                told = f"left {trigger} {each.each or ''}, {reason}"
            case Called(data=data):
                told = f"campaign {data['campaign']}: {data['result']}"
            case _:
                continue
        at = datetime.fromisoformat(each.at).astimezone(ZONE)
        print(f"{at:%b %d %H:%M}  {told}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("events", type=Path)
    parser.add_argument("--household", metavar="NUMBER")
    arguments = parser.parse_args()
    engine, decisions = decided(arguments.events)
    if arguments.household:
        tell(decisions, arguments.household)
    else:
        report(engine, decisions)


if __name__ == "__main__":
    main()
