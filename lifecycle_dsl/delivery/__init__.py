"""Delivery: messages of a store's outbox are brought to their destinations.

`Deliverer` does it in an event loop, over destinations by name: channels and actions of the rules.
A destination is a `Webhook`, an `Smtp` server, a `FileDestination` or a Python function;
`configured` makes them from a table of settings. A receiver says no by `RefusedError` (never) or
`LaterError` (not now).
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from lifecycle_dsl.delivery.attempts import Figures
from lifecycle_dsl.delivery.callables import PythonDestination
from lifecycle_dsl.delivery.clock import Clock, WallClock
from lifecycle_dsl.delivery.configuration import configured
from lifecycle_dsl.delivery.deliverer import Deliverer
from lifecycle_dsl.delivery.destination import (
    Destination,
    LaterError,
    Limits,
    Parcel,
    RefusedError,
)
from lifecycle_dsl.delivery.files import FileDestination
from lifecycle_dsl.delivery.table import DestinationError

if TYPE_CHECKING:
    from lifecycle_dsl.delivery.smtp import Smtp
    from lifecycle_dsl.delivery.webhook import Webhook

__all__ = [
    "Clock",
    "Deliverer",
    "Destination",
    "DestinationError",
    "Figures",
    "FileDestination",
    "LaterError",
    "Limits",
    "Parcel",
    "PythonDestination",
    "RefusedError",
    "Smtp",
    "WallClock",
    "Webhook",
    "configured",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())  # whoever embeds it chooses

_WITH_AN_EXTRA = {"Smtp": "smtp", "Webhook": "webhook"}


def __getattr__(name: str) -> object:
    """Destinations that need packages of the extra `deliver` are imported on use."""
    if name in _WITH_AN_EXTRA:
        return getattr(import_module(f"lifecycle_dsl.delivery.{_WITH_AN_EXTRA[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
