"""The author's own words for many names: groups put back where the checker has resolved them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from lifecycle_dsl.syntax import nodes as n

_FEWEST: Final = 2


@frozen
class Groups:
    """Groups by name, with what they stand for in the end, the largest first."""

    members: Mapping[str, frozenset[str]] = field(factory=dict)

    def named(self, names: Sequence[str]) -> list[str]:
        """The names in their order, all the members of a group replaced by its name."""
        left, found = set(names), dict[str, str]()
        for group, members in self.members.items():
            if len(members) >= _FEWEST and members <= left:
                left -= members
                found |= dict.fromkeys(members, group)
        return list(dict.fromkeys(found.get(name, name) for name in names))

    def in_order(self, *orders: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
        """Each group with its members, in the order of the first list that has them."""
        for group, members in self.members.items():
            for order in orders:
                if found := [name for name in order if name in members]:
                    yield group, found
                    break


def groups_of(declarations: Iterable[n.Node]) -> Groups:
    """The groups that are declared; names of groups inside them are resolved."""
    written = {
        each.declared.name.text: [member.text for member in each.members]
        for each in declarations
        if isinstance(each, n.Group)
    }
    found = {name: frozenset(_leaves(name, written)) for name in written}
    return Groups(dict(sorted(found.items(), key=lambda item: -len(item[1]))))


def _leaves(name: str, written: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """What a checked group, which contains no circle, stands for."""
    if name not in written:
        yield name
        return
    for member in written[name]:
        yield from _leaves(member, written)
