"""What differs between two versions of rules, in words; read off their canonical text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Final

from attrs import field, frozen

from lifecycle_dsl.changing.memory import not_whole
from lifecycle_dsl.changing.names import Names
from lifecycle_dsl.changing.wording import words
from lifecycle_dsl.changing.wording.voice import Voice
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program.memory import Rolling
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.text import program_text

_HEAD: Final = re.compile(r"(?P<what>\w+) (?P<name>[^ :]+)(?: was (?P<was>\w+))?")
_BY_LINE: Final = frozenset({"memory", "cap", "block", "quiet", "holdout", "retired", "timezone"})
"""What has no name: the whole line stands for it."""
_LINES: Final = frozenset({"cap", "block", "quiet", "holdout", "timezone", "dedupe"})
"""Of those, and of what has a value for a name, the ones of which one takes another's place."""
_UNTOLD: Final = frozenset({"lifecycle", "retired", "memory"})


class How(Enum):
    """In what way something differs."""

    ADDED = "added"
    GONE = "gone"
    RENAMED = "renamed"
    CHANGED = "changed"


@frozen
class Difference:
    """One thing that is not as it was."""

    how: How
    what: str
    """`stage`, `score`, `trigger`, …"""
    name: str
    note: str = ""
    """What it was called, or what follows."""
    before: tuple[str, ...] = field(default=(), repr=False)
    """Lines of the old canonical text that the new one does not have."""
    after: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    """What differs, a clause each, where it can be said; else the lines say it."""

    def __str__(self) -> str:
        told = f"{self.how.value} {self.what} {self.name}".rstrip()
        return f"{told} ({self.note})" if self.note else told


def compare(old: Program, new: Program) -> list[Difference]:
    """Everything that differs, in the order of the new file by kind; what is gone comes first."""
    names = Names(old, new)
    before = {
        (what, names.text_now(name)): (name, [names.text_now(line) for line in lines])
        for (what, name), lines in _blocks(old).items()
    }
    after = _blocks(new)
    found = [
        Difference(How.GONE, what, name, _goes(what, name, names))
        for (what, present), (name, _) in before.items()
        if (what, present) not in after
    ]
    for (what, name), lines in after.items():
        if (what, name) not in before:
            found.append(Difference(How.ADDED, what, name))
            continue
        was, old_lines = before[what, name]
        if was != name and what != "transition":
            found.append(Difference(How.RENAMED, what, name, f"it was {was}"))
        if lines != old_lines:
            gone = tuple(line.strip() for line in old_lines if line not in lines)
            come = tuple(line.strip() for line in lines if line not in old_lines)
            said = words(what, (was, name), (old, new), Voice(names))
            found.append(Difference(How.CHANGED, what, name, "", gone, come, said))
    return [*_paired(found), *_memory(old, new, names)]


def _paired(found: Sequence[Difference]) -> Iterator[Difference]:
    """What is known by its line alone is changed where one line goes and another comes."""
    gone = [each for each in found if each.how is How.GONE and each.what in _LINES]
    pairs: dict[int, Difference] = {}
    for each in found:
        if each.how is How.ADDED and each.what in _LINES:
            former = next((x for x in gone if _owner(x) == _owner(each)), None)
            if former is not None:
                gone.remove(former)
                pairs[id(each)] = former
    taken = {id(each) for each in pairs.values()}
    for each in found:
        former = pairs.get(id(each))
        if former is not None:
            owner = _owner(each)[1]
            was, is_ = (x.name.removeprefix(owner).lstrip() for x in (former, each))
            before, after = (f"{each.what} {x.name}" for x in (former, each))
            said = (f"is {is_} instead of {was}",)
            yield Difference(How.CHANGED, each.what, owner, "", (before,), (after,), said)
        elif id(each) not in taken:
            yield each


def _owner(found: Difference) -> tuple[str, str]:
    """What a line is about: a block by its name, a cap by its channels."""
    match found.what:
        case "block":
            return found.what, found.name.partition(" ")[0]
        case "cap":
            return found.what, found.name.rpartition(" per ")[0].rpartition(" ")[0]
        case _:
            return found.what, ""


def _blocks(program: Program) -> Mapping[tuple[str, str], list[str]]:
    """The lines of each declaration, by its kind and name."""
    blocks: dict[tuple[str, str], list[str]] = {}
    lines: list[str] = []
    for line in program_text(program).splitlines():
        if line.startswith(" "):
            lines.append(line)
            continue
        head = _HEAD.match(line)
        what, _, rest = line.partition(" ")
        lines = []
        if what in _UNTOLD:
            continue
        if head is None or what in _BY_LINE:
            blocks[what, rest] = lines
            continue
        name = rest if what == "transition" else head["name"]
        blocks[what, name] = lines
        without_was = line if head["was"] is None else line.replace(f" was {head['was']}", "", 1)
        lines.append(without_was)
    return blocks


def _goes(what: str, name: str, names: Names) -> str:
    if what == "stage" and names.stages.get(name):
        return f"its customers go to {names.stages[name]}"
    return ""


def _memory(old: Program, new: Program, names: Names) -> Iterator[Difference]:
    """Memory that begins with the first record under the new rules."""
    for attribution in new.attributions.values():
        was = old.attributions.get(names.before(attribution.name))
        if was is None or was.within < attribution.within:
            whole = f"whole {duration_literal(attribution.within)} after the change"
            yield Difference(How.ADDED, "memory", f"touches of {attribution.name}", whole)
    for term in not_whole(old, new, names):
        whole = "what came before is not known"
        if isinstance(term.window, Rolling):
            whole = f"whole {duration_literal(term.window.micros)} after the change"
        yield Difference(How.ADDED, "memory", term.text, whole)
