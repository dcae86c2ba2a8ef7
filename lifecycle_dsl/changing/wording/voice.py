"""How two versions of one thing are told: what is now, instead of what was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Final

from attrs import frozen

from lifecycle_dsl.changing.names import Names
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program.expression_text import expression_text
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.phrases import listed, on_one_line, shortened

_LONGEST: Final = 120


@frozen
class Voice:
    """Tells of old things in the words of the new rules."""

    names: Names

    def now(self, text: str) -> str:
        """A text of the old rules."""
        return self.names.text_now(text)

    def same(self, old: Expression | None, new: Expression | None) -> bool:
        """Whether both mean the same."""
        return self._text(old) == (None if new is None else expression_text(new))

    def instead(self, before: str, old: Expression | None, new: Expression | None) -> Iterator[str]:
        """What an expression is now, as it is written."""
        if self.same(old, new):
            return
        if new is None and old is not None:
            yield f"no longer {before} {self.was(old)}"
        elif old is None and new is not None:
            yield f"now {before} {code(on_one_line(new))}"
        elif old is not None and new is not None:
            is_, was = code(on_one_line(new)), self.was(old)
            yield (
                f"{before} {is_} instead of {was}"
                if is_ != was
                else f"{before} {is_}, which means something else"
            )

    def was(self, old: Expression) -> str:
        """An old expression as it was written."""
        return code(self.now(on_one_line(old)))

    def _text(self, old: Expression | None) -> str | None:
        return None if old is None else self.now(expression_text(old))


def code(text: str) -> str:
    """A piece of a rule file."""
    return f"`{shortened(text, _LONGEST)}`"


def changed(
    before: str, old: object, new: object, text: Callable[[object], str] = str
) -> Iterator[str]:
    """What a value is now, if it is another one."""
    if old == new:
        return
    if new is None:
        yield f"no longer {before} {text(old)}"
    elif old is None:
        yield f"now {before} {text(new)}"
    else:
        yield f"{before} {text(new)} instead of {text(old)}"


def span(found: object) -> str:
    """A duration or a period."""
    if isinstance(found, Enum):
        return str(found.value)
    assert isinstance(found, int)  # noqa: S101 — a span is microseconds or a period
    return duration_literal(found)


def more_or_less(
    before: str, old: Iterable[str], new: Iterable[str], last: str = "and"
) -> Iterator[str]:
    """What came to a list, and what left it."""
    was, is_ = list(dict.fromkeys(old)), list(dict.fromkeys(new))
    come = [code(each) for each in is_ if each not in was]
    gone = [code(each) for each in was if each not in is_]
    if come:
        yield f"also {before} {listed(come, last)}"
    if gone:
        yield f"no longer {before} {listed(gone, last)}"


def by_name(old: Mapping[str, str], new: Mapping[str, str], verb: str) -> Iterator[str]:
    """What values under names are now: `` `on visit` adds 2 instead of 1``."""
    for name, value in new.items():
        if name not in old:
            yield f"now {code(name)} {verb} {value}"
        elif old[name] != value:
            yield f"{code(name)} {verb} {value} instead of {old[name]}"
    for name in old:
        if name not in new:
            yield f"{code(name)} no longer {verb} anything"
