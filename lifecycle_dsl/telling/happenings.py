"""What happens: as a clause (`a customer enters lead`) and as nouns (`entering lead`)."""

from __future__ import annotations

from typing import assert_never

from lifecycle_dsl.program import happenings as h
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.telling import expressions
from lifecycle_dsl.telling.marks import code, name
from lifecycle_dsl.telling.vocabulary import Vocabulary


def clause(found: h.Happenings, known: Vocabulary) -> str:
    """`purchase happens`, `a customer enters lead`."""
    parts = [_change_clause(change, known) for change in found.changes]
    if found.events:
        parts.insert(0, f"{_events(found, known)} happens")
    return f"{listed(parts)}{_where(found, known)}"


def nouns(found: h.Happenings, known: Vocabulary, last: str = "or") -> str:
    """`purchase or entering lead`."""
    names = [name(each) for each in known.named(found.events)]
    names += [_change_noun(change, known) for change in found.changes]
    return f"{listed(names, last)}{_where(found, known)}"


def _events(found: h.Happenings, known: Vocabulary) -> str:
    return listed(name(each) for each in known.named(found.events))


def _where(found: h.Happenings, known: Vocabulary) -> str:
    return "" if found.where is None else f", where {expressions.condition(found.where, known)}"


def _stages(stages: tuple[str, ...], known: Vocabulary) -> str:
    return listed(name(each) for each in known.named(stages))


def _change_clause(change: h.Change, known: Vocabulary) -> str:
    match change:
        case h.EnterStage(stages=stages):
            return f"a customer enters {_stages(stages, known)}"
        case h.LeaveStage(stages=stages):
            return f"a customer leaves {_stages(stages, known)}"
        case h.EnterSegment(segment=segment):
            return f"a customer comes into {name(segment)}"
        case h.LeaveSegment(segment=segment):
            return f"a customer drops out of {name(segment)}"
        case h.LevelRises(level=level):
            return f"{name(level)} rises{_to(change, known)}"
        case h.LevelFalls(level=level):
            return f"{name(level)} falls{_to(change, known)}"
        case h.MessageSent():
            return f"{_message(change)} is sent"
        case _:
            assert_never(change)


def _change_noun(change: h.Change, known: Vocabulary) -> str:
    match change:
        case h.EnterStage(stages=stages):
            return f"entering {_stages(stages, known)}"
        case h.LeaveStage(stages=stages):
            return f"leaving {_stages(stages, known)}"
        case h.EnterSegment(segment=segment):
            return f"coming into {name(segment)}"
        case h.LeaveSegment(segment=segment):
            return f"dropping out of {name(segment)}"
        case h.LevelRises(level=level):
            return f"{name(level)} rising{_to(change, known)}"
        case h.LevelFalls(level=level):
            return f"{name(level)} falling{_to(change, known)}"
        case h.MessageSent():
            return f"{_message(change)} being sent"
        case _:
            assert_never(change)


def _to(change: h.LevelRises | h.LevelFalls, known: Vocabulary) -> str:
    return "" if change.to is None else f" to {name(known.labels[change.level][change.to])}"


def _message(change: h.MessageSent) -> str:
    target = name(change.channel or change.topic or "")
    return f"{target} {code(change.template)}" if change.template else f"a message ({target})"
