"""Stores that are there already, and the names of those whom they keep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from lifecycle_dsl.cli.terminal import UnusableError
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.stores import Store, StoreError, open_store
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import Rules

_SQLITE: Final = "sqlite:///"


@contextmanager
def kept_in(url: str) -> Iterator[Store]:
    """A store that is there already."""
    path = Path(url.removeprefix(_SQLITE).partition("?")[0])
    if url.startswith(_SQLITE) and not path.is_file():
        raise UnusableError(f"{url}: there is no such file; `lcr run --store` makes a store")
    try:
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()
    except StoreError as error:
        raise UnusableError(str(error)) from error


def standing(store: Store, rules: Rules, customer: str, kept: bytes) -> Engine:
    """An engine that has one customer, as the store keeps them and by the rules it was run by.

    Raises:
        UnusableError: where the rules or the state cannot be read.
    """
    try:
        engine = Engine(compile_sources(rules.sources))
        data, _ = Passage(store, rules).brought(kept)
        state: Any = msgspec.msgpack.decode(data, type=engine.state_class)
    except CompileError as error:
        raise UnusableError(
            f"{store.url}: its rules cannot be read by this version:{error}"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnusableError(
            f"{store.url}: the state of {shown(customer)} cannot be read: {error}"
        ) from error
    engine.adopt(state)
    return engine


def is_name(text: str) -> bool:
    """Whether somebody may be called so: a command line may hold what is not UTF-8."""
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def shown(name: str) -> str:
    """A stranger's name, as JSON shows it, without anything that a terminal would act on."""
    text = msgspec.json.encode(name.encode(errors="replace").decode()).decode()
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
