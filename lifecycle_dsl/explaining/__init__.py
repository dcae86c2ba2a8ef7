"""Why a customer is where they are, why a trigger fired or did not, and the least that would help.

Takes a customer's state and, where there was a replay, what led to it; gives trees of plain data
(`model`). Every value in them is computed by the compiled rules themselves, at the instant that is
spoken of. Nothing in a tree is written out: `words` tells it to people, `data` to programs. An
engine that is asked nothing does nothing for this.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifecycle_dsl.explaining.asking import UnknownNameError
    from lifecycle_dsl.explaining.replay import Replay, explain
    from lifecycle_dsl.explaining.told import Told

__all__ = ["Replay", "Told", "UnknownNameError", "explain"]

_HOMES = {"Replay": "replay", "Told": "told", "UnknownNameError": "asking", "explain": "replay"}


def __getattr__(name: str) -> object:
    """A name from the module where it lives, imported when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"lifecycle_dsl.explaining has no `{name}`")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
