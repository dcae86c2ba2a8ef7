"""Decisions and deeds in a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, assert_never

import msgspec

from lifecycle_dsl.analysis.diffing.deeds import Deed, Kind
from lifecycle_dsl.changing.told import told
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.program.phrases import shortened

_LONGEST: Final = 40


def said(decision: d.Decision, now: Callable[[str], str] = str) -> str:
    """What a decision says, without when: `held welcome (quiet) until 2026-01-05 08:00`."""
    draft = " (draft)" if getattr(decision, "draft", False) else ""
    return f"{_said(decision, now)}{draft}"


def _said(decision: d.Decision, now: Callable[[str], str]) -> str:
    match decision:
        case d.Held(until=str() as until):
            return f"{told(decision, now)} until {moment(until)}"
        case d.Joined(segment=segment):
            return f"joined {now(segment)}"
        case d.Quit(segment=segment):
            return f"quit {now(segment)}"
        case d.Changed(trait=trait, value=value):
            shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            return f"set {now(trait)} to {shortened(shown, _LONGEST)}"
        case d.Arm(split=split, arm=arm):
            return f"arm {arm} of {split}"
        case d.Left(trigger=trigger, step=step, reason=reason):
            return f"left {now(trigger)} at {step} ({reason})"
        case d.Credit(attribution=attribution, channel=channel, campaign=campaign, share=share):
            what = channel if campaign is None else f"{channel} {campaign}"
            said = "" if decision.template is None else f" ({decision.template})"
            return f"{attribution}: {100 * share:.4g} % to {now(what)}{said}"
        case d.Broken(promise=promise):
            return f'broke "{promise}"'
        case _:
            return told(decision, now) or type(decision).__name__.lower()


def moment(at: str) -> str:
    """`2026-01-05 09:20`, and seconds where they are not 0."""
    text = at.replace("T", " ").removesuffix("Z")
    return text.removesuffix(":00")


def deed_text(deed: Deed) -> str:
    """What is done: `welcome by email (hello)`."""
    kind, *parts = deed
    match kind:
        case Kind.MOVED:
            return f"moved {parts[0]} -> {parts[1]}"
        case Kind.SENT:
            return f"sent {parts[2]} by {parts[1]} ({parts[0]})"
        case Kind.HELD:
            by = f" by {parts[2]}" if parts[2] else ""
            return f"held {parts[0]}{by} ({parts[1]})"
        case Kind.FIRED:
            return f"fired {parts[0]}"
        case Kind.CALLED:
            return f"called {parts[1]} ({parts[0]})"
        case Kind.JOINED | Kind.QUIT:
            return f"{kind} {parts[0]}"
        case Kind.CHANGED:
            return f"set {parts[0]}"
        case Kind.ARM:
            return f"arm {parts[1]} of {parts[0]}"
        case Kind.LEFT:
            return f"left {parts[0]} at {parts[1]} ({parts[2]})"
        case Kind.CREDIT:
            return f"{parts[0]}: credit to {parts[1]}"
        case Kind.BROKEN:
            return f'broke "{parts[0]}"'
        case _:
            assert_never(kind)


def way_text(deed: Deed, more: int) -> str:
    """How somebody differs: `moved lead -> customer, more often`."""
    often = {1: "more often", -1: "less often", 0: "at another time or otherwise"}
    return f"{deed_text(deed)}, {often[more]}"
