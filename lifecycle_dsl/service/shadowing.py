"""What rules in the shadow would have decided, beside the running ones."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.exceptions import NotFoundException

from lifecycle_dsl.service.access import AnyRequest, needs, service_of
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.tokens import Scope


class Beside(msgspec.Struct):
    """How often something was decided by the running rules and by those in the shadow."""

    what: str
    old: int
    new: int


class Differing(msgspec.Struct):
    """A customer about whom the two decided differently for the first time, in words."""

    customer: str
    old: list[str]
    new: list[str]


class Comparison(msgspec.Struct):
    """What the two have decided since the server was started."""

    fingerprint: str
    """Of the rules in the shadow."""
    decisions: list[Beside]
    customers: int
    """About how many customers they decided differently."""
    examples: list[Differing]
    trouble: str | None
    """Why the shadow ended, if it did."""


@get(
    "/shadow",
    guards=[needs(Scope.READ)],
    operation_id="getShadow",
    summary="What rules in the shadow would have decided",
    tags=["figures"],
)
async def get_shadow(request: AnyRequest) -> Comparison:
    """Counts of what was decided, side by side, and the first customers who differ."""
    service = service_of(request)
    if service.shadow is None:
        raise NotFoundException(detail="no rules run in the shadow: start with --shadow RULES")
    return await service.writer.call(lambda _: _compared(service))


def _compared(service: Service) -> Comparison:
    """In the writer's thread, which is the one that counts."""
    shadow = service.shadow
    assert shadow is not None  # noqa: S101 — asked before
    found = shadow.compared
    return Comparison(
        shadow.ruleset.fingerprint,
        [Beside(what, found.old[what], found.new[what]) for what in sorted(found.old | found.new)],
        len(found.differing),
        [Differing(each.customer, list(each.old), list(each.new)) for each in found.examples],
        found.trouble,
    )
