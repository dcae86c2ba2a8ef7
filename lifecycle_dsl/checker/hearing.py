"""What rules listen to: events, groups of events and changes, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from lifecycle_dsl.checker.common_fields import shared_fields
from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.expressions.narrowing import NOTHING, knowledge
from lifecycle_dsl.checker.expressions.place import Knowledge
from lifecycle_dsl.checker.groups import PROFILE
from lifecycle_dsl.checker.intervals import Interval
from lifecycle_dsl.checker.problems import happenings as problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.stage_sets import stages_called
from lifecycle_dsl.program.expressions import Expression, FieldRead
from lifecycle_dsl.program.happenings import (
    Change,
    EnterSegment,
    EnterStage,
    Happenings,
    LeaveSegment,
    LeaveStage,
    LevelFalls,
    LevelRises,
    MessageSent,
)
from lifecycle_dsl.program.types import BOOL, Field
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

Resolved = tuple[Happenings, dict[str, Field], dict[str, str]]


@frozen
class Filtered(Scope):
    """A place behind a `where`, which holds there."""

    known: Knowledge = NOTHING


@frozen(eq=False)
class Heard:
    """Checked happenings, and what a reader of their record finds."""

    happenings: Happenings
    fields: dict[str, Field]
    some_fields: dict[str, str]

    def scope(self, place: str, reads: Reads = Reads.ALL) -> Scope:
        """A place at which the record is at hand, if there is one."""
        known = NOTHING
        if self.happenings.where is not None:
            known = knowledge(self.happenings.where, holds=True)
        return Filtered(place, reads, self.fields, self.some_fields, known=known)

    def lasting_scope(self, place: str) -> Scope:
        """A place at which traits may have changed since, and only the record is what it was."""
        scope = self.scope(place)
        if not isinstance(scope, Filtered):
            return scope
        present = frozenset(each for each in scope.known.present if isinstance(each, FieldRead))
        ranges: dict[Expression, Interval] = {
            each: interval
            for each, interval in scope.known.ranges.items()
            if isinstance(each, FieldRead)
        }
        return evolve(scope, known=Knowledge(present, ranges))


class Hearing:
    """Resolves happenings; remembers which levels and segments are watched."""

    def __init__(self, names: Dictionary) -> None:
        self._names = names
        events = names.of(What.EVENT)
        self._any = tuple(events)
        self._place = {name: at for at, name in enumerate((*events, PROFILE))}
        self._common: dict[tuple[str, ...], tuple[dict[str, Field], dict[str, str]]] = {}
        self._tuples: dict[frozenset[str], tuple[str, ...]] = {}
        self.watched: dict[str, None] = {}
        """Levels and segments whose changes somebody listens to."""

    def heard(
        self,
        node: nodes.Happenings,
        place: str,
        *,
        changes: bool,
        profile: bool = True,
    ) -> Heard | None:
        """Happenings with their `where` checked; None if something in them is wrong."""
        resolved = self.resolve(node, place, changes=changes, sent=False, profile=profile)
        if resolved is None:
            return None
        happenings, fields, some_fields = resolved
        if node.where is not None:
            reads = Reads.RECORD | Reads.TRAITS
            scope = Scope("a `where`", reads, fields, some_fields, missing_is_false=True)
            where = self._names.check(node.where, scope, BOOL, complete=False)
            if where is None:
                return None
            happenings = evolve(happenings, where=where)
        return Heard(happenings, fields, some_fields)

    def resolve(
        self, node: nodes.Happenings, place: str, *, changes: bool, sent: bool, profile: bool
    ) -> Resolved | None:
        """Names resolved, `where` left aside, with the fields of all and of only some events."""
        heard = "events and changes" if changes else "events"
        events: set[str] = set()
        changed: list[Change] = []
        wrong = False
        for element in node.elements:
            match element:
                case nodes.NamedHappening(name=name):
                    found = self.events(name)
                    wrong |= found is None
                    events |= found or frozenset()
                case nodes.AnyEvent():
                    events.update(self._any)
                case _:
                    if not changes or (not sent and isinstance(element, nodes.SentMessage)):
                        self._names.report(problems.change_not_heard(element.span, place, heard))
                        wrong = True
                    elif (change := self._change(element)) is None:
                        wrong = True
                    else:
                        changed.append(change)
        if PROFILE in events and not profile:
            self._names.report(problems.profile_not_heard(node.span, place))
            wrong = True
        if wrong:
            return None
        ordered = self._ordered(frozenset(events))
        fields, some_fields = self._fields(ordered)
        if changed:
            label = " ".join(next(e for e in node.elements if not _is_record(e)).span.text.split())
            fields, some_fields = {}, {**dict.fromkeys(fields, label), **some_fields}
        return Happenings(ordered, tuple(dict.fromkeys(changed))), fields, some_fields

    def _ordered(self, events: frozenset[str]) -> tuple[str, ...]:
        """Events in declaration order; the same ones are the same tuple."""
        found = self._tuples.get(events)
        if found is None:
            found = tuple(sorted(events, key=self._place.__getitem__))
            self._tuples[events] = found
        return found

    def events(self, name: nodes.Name) -> frozenset[str] | None:
        """The events of an event's or a group's name; None if it is neither."""
        if name.text == PROFILE:
            return frozenset([PROFILE])
        group = self._names.groups.get(name.text)
        if group is not None and group.what is not What.STAGE:
            return group.members
        entry = self._names.entries.get(name.text)
        if group is not None and entry is not None:
            self._names.report(
                name_problems.wrong_kind(
                    name.span, name.text, "a group of stages", "an event", declared=entry.span
                )
            )
            return None
        if entry is None:
            candidates = [*self._any, *self._names.of(What.GROUP)]
            similar = self._names.similar(name.text, candidates)
            self._names.report(name_problems.unknown_event(name.span, name.text, similar))
            return None
        if entry.what is What.STAGE or entry.what is What.SEGMENT:
            self._names.report(
                name_problems.wrong_kind(
                    name.span,
                    name.text,
                    entry.what.value,
                    What.EVENT.value,
                    declared=entry.span,
                    help=f"to listen to it say `enter {name.text}` or `leave {name.text}`",
                )
            )
            return None
        return None if self._names.entry(name, What.EVENT) is None else frozenset([name.text])

    def _fields(self, events: tuple[str, ...]) -> tuple[dict[str, Field], dict[str, str]]:
        found = self._common.get(events)
        if found is None:
            found = self._common[events] = shared_fields(self._names, events)
        return found

    def _change(self, element: nodes.Happening) -> Change | None:
        match element:
            case nodes.Enter(target=target):
                stages = self._entered(target)
                if isinstance(stages, str):
                    return EnterSegment(stages)
                return None if stages is None else EnterStage(stages)
            case nodes.Leave(target=target):
                stages = self._entered(target)
                if isinstance(stages, str):
                    return LeaveSegment(stages)
                return None if stages is None else LeaveStage(stages)
            case nodes.Rises(level=level, to=to) | nodes.Falls(level=level, to=to):
                if self._names.entry(level, What.LEVEL) is None:
                    return None
                rank = None if to is None else self.rank(level.text, to)
                if to is not None and rank is None:
                    return None
                self.watched[level.text] = None
                kind = LevelRises if isinstance(element, nodes.Rises) else LevelFalls
                return kind(level.text, rank, None if to is None else to.text)
            case nodes.SentMessage(target=target, template=template):
                return self._sent(target, template)
            case _:
                return None

    def rank(self, level: str, label: nodes.Name) -> int | None:
        """The rank of a label of a level; None if it has none such."""
        labels = self._names.labels(level)
        if label.text in labels:
            return labels.index(label.text)
        similar = self._names.similar(label.text, labels)
        self._names.report(problems.unknown_level_label(label.span, level, label.text, similar))
        return None

    def _entered(self, name: nodes.Name) -> tuple[str, ...] | str | None:
        """The stages, or the computed segment, that a name means."""
        entry = self._names.entries.get(name.text)
        if entry is None or entry.what is not What.SEGMENT:
            return stages_called(self._names, name)
        if entry.as_node(nodes.Segment).condition is None:
            self._names.report(problems.segment_not_computed(name.span, name.text, entry.span))
            return None
        self.watched[name.text] = None
        return name.text

    def _sent(self, name: nodes.Name, template: nodes.Text | None) -> MessageSent | None:
        fixed = None
        if template is not None:
            fixed = template.fixed
            if fixed is None:
                self._names.report(
                    quantity_problems.not_a_constant(template.span, "a template here")
                )
                return None
        entry = self._names.entries.get(name.text)
        if entry is not None and entry.what is What.TOPIC:
            return MessageSent(None, name.text, fixed)
        if self._names.entry(name, What.CHANNEL) is None:
            return None
        return MessageSent(name.text, None, fixed)


def _is_record(element: nodes.Happening) -> bool:
    return isinstance(element, nodes.NamedHappening | nodes.AnyEvent)
