"""Inputs: where events come from, as batches for the engine, and the place up to which one is read.

`open_input` reads a file once, from its beginning or from a place; `follow` reads a file or a
folder that still grows, and never ends by itself. `open_source` opens any of these, and streams of
messages on a server, for one who keeps the place.
"""

from lifecycle_dsl.inputs.batches import Batch, pack
from lifecycle_dsl.inputs.files import Input, open_input
from lifecycle_dsl.inputs.following import follow
from lifecycle_dsl.inputs.opening import is_stream, open_source
from lifecycle_dsl.inputs.packing import InputError
from lifecycle_dsl.inputs.sources import Idle, Piece, Source

__all__ = [
    "Batch",
    "Idle",
    "Input",
    "InputError",
    "Piece",
    "Source",
    "follow",
    "is_stream",
    "open_input",
    "open_source",
    "pack",
]
