"""What customers' states and decisions mean for a store."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import msgspec
from msgspec import Struct

from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.engine.decisions import Called, Decision, Sent, Transition, encode_decision
from lifecycle_dsl.stores.store import Commit

_encode: Final = msgspec.msgpack.Encoder().encode


def state_row(state: Any, number: int = 0) -> tuple[str, int | None, bytes]:  # noqa: ANN401 — a struct made while running
    """A customer's state as a commit takes it, after so many changes of rules."""
    state.carried = number
    return state.customer, None if state.due == NEVER else state.due, _encode(state)


def note(commit: Commit, decisions: list[Decision]) -> None:
    """What decisions mean for a store: lines, messages for the outbox, moves."""
    moves: Counter[tuple[str | None, str]] = Counter()
    for decision in decisions:
        line = encode_decision(decision)
        kind = _KINDS[decision.__class__]
        commit.decisions.append((decision.customer, kind, line))
        match decision:
            case Transition(source=source, to=target):
                moves[source, target] += 1
            case Sent(draft=False):
                row = decision.key, decision.customer, kind, decision.channel, line
                commit.outbox.append(row)
            case Called(draft=False):
                row = decision.key, decision.customer, kind, decision.action, line
                commit.outbox.append(row)
            case _:
                pass
    commit.moves = dict(moves)


class _Kinds(dict[type, str]):
    """The names of the kinds of decisions, looked up once each."""

    def __missing__(self, kind: type[Struct]) -> str:
        tag = self[kind] = str(kind.__struct_config__.tag)
        return tag


_KINDS: Final = _Kinds()
