"""The engine inside a service: one writer for many who ask, and HTTP around it.

`Writer` alone needs nothing but the standard library and is for those who embed the engine in a
service of their own; the rest is `lcr serve`, and needs the extra `serve`. Nothing here knows a
rule: all is said to a `StoredEngine`, or read from its store.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifecycle_dsl.service.bodies import Form
    from lifecycle_dsl.service.receipts import Asked, Outcome, Receipt, Rejected, asked
    from lifecycle_dsl.service.refusals import ClosedError, FullError, OtherBodyError
    from lifecycle_dsl.service.writer import Batch, Writer

_HOMES = {
    "Asked": "receipts",
    "Batch": "writer",
    "ClosedError": "refusals",
    "Form": "bodies",
    "FullError": "refusals",
    "OtherBodyError": "refusals",
    "Outcome": "receipts",
    "Receipt": "receipts",
    "Rejected": "receipts",
    "Writer": "writer",
    "asked": "receipts",
}

__all__ = [
    "Asked",
    "Batch",
    "ClosedError",
    "Form",
    "FullError",
    "OtherBodyError",
    "Outcome",
    "Receipt",
    "Rejected",
    "Writer",
    "asked",
]


def __getattr__(name: str) -> object:
    """A name of the facade, from the module where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"lifecycle_dsl.service has no `{name}`")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
