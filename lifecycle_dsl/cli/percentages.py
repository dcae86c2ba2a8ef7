"""Percentages on the command line."""

from __future__ import annotations

import click


class Percent(click.ParamType[float]):
    """`10%` or `10`."""

    name = "percent"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The number, between 0 and 100."""
        try:
            number = float(str(value).strip().removesuffix("%"))
        except ValueError:
            number = -1.0
        if not 0.0 <= number <= 100.0:
            self.fail(f"{value!r} is no percentage, such as 10%", param, ctx)
        return number
