"""Instants on the command line."""

from __future__ import annotations

import click

from lifecycle_dsl.localtime.instants import FIRST_RECORD, LAST_RECORD, parse_instant


class Instant(click.ParamType[int]):
    """An option that takes an instant."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Whole microseconds, of a text with an offset."""
        if isinstance(value, int):
            return value
        micros = parse_instant(str(value), without_seconds=True)
        if micros is None or not FIRST_RECORD <= micros <= LAST_RECORD:
            self.fail(f"`{value}` is no instant such as 2026-12-31T12:00:00Z", param, ctx)
        return micros
