"""Channels, topics, and everything that guards a message."""

from __future__ import annotations

from typing import Any

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import (
    Action,
    Builder,
    Parts,
    bare,
    braced,
    node,
    several,
    value,
)


def _own_cap(b: Builder, span: Span, parts: Parts) -> n.OwnCap:
    return n.OwnCap(span, b.whole(parts[0]) or 0, parts[1])


def _cap(b: Builder, span: Span, parts: Parts) -> n.Cap:
    capped = None if parts[0] is n.Cap else parts[0]
    return n.Cap(span, capped, b.whole(parts[1]) or 0, parts[2])


def _quiet_hours(b: Builder, span: Span, parts: Parts) -> n.QuietHours:
    return n.QuietHours(span, b.plain(parts[0]).micros, b.plain(parts[1]).micros)


def _season(b: Builder, span: Span, parts: Parts) -> n.Season:
    return n.Season(span, parts[0], tuple(parts[1:]))


def _date_range(b: Builder, span: Span, parts: Parts) -> n.DateRange:
    first = b.plain(parts[0]).day
    return n.DateRange(span, first, first if parts[1] is None else b.plain(parts[1]).day)


def _holdout(b: Builder, span: Span, parts: Parts) -> n.Holdout:
    return n.Holdout(span, b.plain(parts[0]).value)


def _otherwise_line(b: Builder, span: Span, parts: Parts) -> tuple[str, Any]:
    return "otherwise", parts[0]


def _prefer_line(b: Builder, span: Span, parts: Parts) -> tuple[str, Any]:
    return "prefer", tuple(parts)


def _route(b: Builder, span: Span, parts: Parts) -> n.Route:
    lines = tuple(part for part in parts[1:] if isinstance(part, n.RouteLine))
    rest: dict[str, Any] = dict(part for part in parts[1:] if isinstance(part, tuple))
    return n.Route(span, parts[0], lines, rest.get("otherwise"), rest.get("prefer", ()))


ACTIONS: dict[str, Action] = {
    "channel": braced(n.Channel),
    "topic": braced(n.Topic),
    "message_rules": several,
    "consent": node(n.Consent),
    "cost": node(n.Cost),
    "transactional": bare(n.Transactional),
    "own_cap": _own_cap,
    "block": node(n.Block),
    "quiet": node(n.Quiet),
    "quiet_hours": _quiet_hours,
    "quiet_days": node(n.QuietDays),
    "quiet_season": node(n.QuietSeason),
    "season": _season,
    "date_range": _date_range,
    "cap": _cap,
    "capped_all": value(n.Cap),
    "holdout": _holdout,
    "route": _route,
    "route_line": node(n.RouteLine),
    "otherwise_line": _otherwise_line,
    "prefer_line": _prefer_line,
    "preference": node(n.Preference),
}
