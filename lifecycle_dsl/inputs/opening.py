"""From what names an input to a source: files, folders, streams."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final

from lifecycle_dsl.inputs.files import open_input
from lifecycle_dsl.inputs.following import follow
from lifecycle_dsl.inputs.messages import Messages, Stream, address
from lifecycle_dsl.inputs.packing import InputError
from lifecycle_dsl.inputs.sources import Source

_REDIS: Final = ("redis://", "rediss://")
_NATS: Final = ("nats://", "tls://")
_OPTIONS: Final = ("stream", "lost", "trim")


def is_stream(name: str) -> bool:
    """Whether an input's name is the URL of a stream on a server."""
    return name.startswith((*_REDIS, *_NATS))


def open_source(name: str, *, follows: bool = False) -> Source:
    """The source of a name; one that `follows` never ends by itself.

    Raises:
        OSError: where a file cannot be opened.
        InputError: where the name means nothing, or a library is missing.
    """
    if not is_stream(name):
        return follow(name) if follows else open_input(name, growing=True)
    is_redis = name.startswith(_REDIS)
    parts = address(name, _OPTIONS if is_redis else (*_OPTIONS, "subject"))
    options = parts.options
    stream: Stream
    if is_redis:
        room = _room("redis_streams", "redis", "Redis")
        stream = room.RedisStream(parts.server, options["stream"])
    else:
        room = _room("jetstream", "nats", "NATS")
        stream = room.JetStream(parts.server, options["stream"], options.get("subject"))
    return Messages(
        parts.name,
        stream,
        follows=follows,
        accepts_loss="lost" in options,
        trims="trim" in options,
    )


def _room(module: str, extra: str, server: str) -> ModuleType:
    try:
        return import_module(f"lifecycle_dsl.inputs.{module}")
    except ImportError as error:
        raise InputError(
            f"a stream of {server} needs {error.name}: pip install 'lifecycle-dsl[{extra}]'"
        ) from error
