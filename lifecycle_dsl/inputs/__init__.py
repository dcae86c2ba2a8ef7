"""Inputs: where events come from, as batches for the engine, and the place up to which one is read.

`open_input` reads a file once, from its beginning or from a place; `follow` reads a file or a
folder that still grows, and never ends by itself.
"""

from lifecycle_dsl.inputs.batches import Batch, pack
from lifecycle_dsl.inputs.files import Input, open_input
from lifecycle_dsl.inputs.following import follow
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
    "open_input",
    "pack",
]
