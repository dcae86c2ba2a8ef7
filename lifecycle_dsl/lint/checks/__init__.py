"""The checks: one module each, with one function `check` that yields what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Protocol

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.lint.checks import (
    at_most_beside_once,
    at_most_never_binds,
    bar_equals_sum,
    bar_just_missed,
    bar_never_reached,
    bar_reached_at_once,
    call_for_held_out,
    cap_never_binds,
    cap_of_minutes,
    condition_always_holds,
    condition_never_holds,
    consent_never_withdrawn,
    conversion_credits_itself,
    conversion_never_happens,
    count_against_fraction,
    duration_in_small_units,
    event_comes_early,
    event_not_counted,
    exit_on_own_event,
    fades_by_event,
    guard_on_left_stage,
    inescapable_stage,
    label_never_reached,
    malformed_suppression,
    masked_transition,
    measure_among_counts,
    message_without_cap,
    message_without_consent,
    missing_hysteresis,
    missing_template,
    names_too_alike,
    on_enter_with_between,
    partly_masked_transition,
    ping_pong,
    points_never_matter,
    quiet_all_day,
    row_never_asked,
    send_behind_quiet,
    touch_never_counts,
    trigger_never_fires,
    trigger_without_frequency,
    unlikely_share,
    unreachable_stage,
    unused_declaration,
    unused_field,
    unused_suppression,
    value_beside_money,
    wait_longer_than_stay,
)
from lifecycle_dsl.lint.rules import Rules


class Check(Protocol):
    """A module of a check."""

    def check(self, rules: Rules, /) -> Iterator[Diagnostic]:
        """What it finds in a rule set without errors."""
        ...


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "at-most-beside-once": at_most_beside_once,
        "at-most-never-binds": at_most_never_binds,
        "bar-equals-sum": bar_equals_sum,
        "bar-just-missed": bar_just_missed,
        "bar-never-reached": bar_never_reached,
        "bar-reached-at-once": bar_reached_at_once,
        "call-for-held-out": call_for_held_out,
        "cap-never-binds": cap_never_binds,
        "cap-of-minutes": cap_of_minutes,
        "condition-always-holds": condition_always_holds,
        "condition-never-holds": condition_never_holds,
        "consent-never-withdrawn": consent_never_withdrawn,
        "conversion-credits-itself": conversion_credits_itself,
        "conversion-never-happens": conversion_never_happens,
        "count-against-fraction": count_against_fraction,
        "duration-in-small-units": duration_in_small_units,
        "event-comes-early": event_comes_early,
        "event-not-counted": event_not_counted,
        "exit-on-own-event": exit_on_own_event,
        "fades-by-event": fades_by_event,
        "guard-on-left-stage": guard_on_left_stage,
        "inescapable-stage": inescapable_stage,
        "label-never-reached": label_never_reached,
        "malformed-suppression": malformed_suppression,
        "masked-transition": masked_transition,
        "measure-among-counts": measure_among_counts,
        "message-without-cap": message_without_cap,
        "message-without-consent": message_without_consent,
        "missing-hysteresis": missing_hysteresis,
        "missing-template": missing_template,
        "names-too-alike": names_too_alike,
        "on-enter-with-between": on_enter_with_between,
        "partly-masked-transition": partly_masked_transition,
        "ping-pong": ping_pong,
        "points-never-matter": points_never_matter,
        "quiet-all-day": quiet_all_day,
        "row-never-asked": row_never_asked,
        "send-behind-quiet": send_behind_quiet,
        "touch-never-counts": touch_never_counts,
        "trigger-never-fires": trigger_never_fires,
        "trigger-without-frequency": trigger_without_frequency,
        "unlikely-share": unlikely_share,
        "unreachable-stage": unreachable_stage,
        "unused-declaration": unused_declaration,
        "unused-field": unused_field,
        "unused-suppression": unused_suppression,
        "value-beside-money": value_beside_money,
        "wait-longer-than-stay": wait_longer_than_stay,
    }
)
"""By the name of what they find; the module has that name too."""

__all__ = ["CHECKS", "Check"]
