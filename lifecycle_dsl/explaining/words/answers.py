"""Whole answers in words."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.explaining import needs as n
from lifecycle_dsl.explaining.model import (
    Explanation,
    Message,
    Move,
    Moving,
    Occasion,
    OfAttribution,
    OfStage,
    OfTrigger,
    Outcome,
    Placed,
    Way,
)
from lifecycle_dsl.explaining.words.causes import because, times
from lifecycle_dsl.explaining.words.conditions import (
    condition_lines,
    gate_lines,
    message_lines,
    points_lines,
)
from lifecycle_dsl.explaining.words.credits import of_attribution
from lifecycle_dsl.explaining.words.lines import Tone, WordLine
from lifecycle_dsl.explaining.words.needs import LEAD, need_line, need_text
from lifecycle_dsl.explaining.words.values import (
    LONGEST,
    Voice,
    datum,
    happenings,
    occurrence,
    source,
)
from lifecycle_dsl.localtime import duration_literal, format_duration, parse_instant
from lifecycle_dsl.program.phrases import counted, dates, listed, shortened
from lifecycle_dsl.program.rules import After, AtPoints, OnDates, OnRecord, WhenTrue

MOST_MOVES = 12
"""Of the path so many moves are told in full."""


def in_words(found: Explanation) -> Iterator[WordLine]:
    """An explanation, from the head down to what would be needed."""
    voice = Voice(found.zone, found.at)
    of = "" if found.records is None else f", after {counted(found.records, 'record')}"
    head = f"{found.customer} on {voice.moment(found.at)} ({found.zone.key}){of}"
    yield WordLine(0, head, Tone.HEAD)
    match found.answer:
        case OfStage():
            yield from _of_stage(found.answer, voice)
        case OfTrigger():
            yield from _of_trigger(found.answer, voice, found.customer)
        case OfAttribution():
            yield from of_attribution(found.answer, voice, found.customer)


# ---- stages


def _of_stage(found: OfStage, voice: Voice) -> Iterator[WordLine]:
    yield WordLine(0, "")
    since = f"since {voice.moment(found.entered)} ({format_duration(voice.now - found.entered)})"
    before = "" if found.previous is None else f", before that in {found.previous}"
    asked_elsewhere = found.asked is not None and found.asked != found.stage
    if asked_elsewhere:
        often = counted(len(found.visits), "time")
        was = (
            f"entered {often}, last on {voice.moment(found.visits[-1])}"
            if found.visits
            else ("never entered" if found.path else "not entered as far as is known")
        )
        yield WordLine(0, f"Not in {found.asked} ({was}): in {found.stage} {since}{before}.")
    else:
        yield WordLine(0, f"In {found.stage} {since}{before}.")
    if found.path:
        yield from _path(found, voice)
    if asked_elsewhere:
        yield from _route(found, voice)
        yield from _other_ways(found)
    else:
        yield from _ways(found, voice)
    yield WordLine(0, "")
    if found.foreseen is None:
        until = ""
        if found.stays_until is not None:
            until = f" until {voice.moment(found.stays_until)} at least"
        yield WordLine(0, f"If no record comes, they stay in {found.stage}{until}.")
    else:
        move = found.foreseen
        when = "at a private time" if move.at is None else f"on {voice.ahead(move.at)}"
        yield WordLine(0, f"If no record comes, they move to {move.target} {when}.")


def _path(found: OfStage, voice: Voice) -> Iterator[WordLine]:
    yield WordLine(0, "")
    yield WordLine(0, f"How they came to {found.stage}", Tone.HEAD)
    told = found.path[-MOST_MOVES:]
    earlier = found.earlier + len(found.path) - len(told)
    if earlier:
        yield WordLine(2, f"... {counted(earlier, 'move')} before that", Tone.FAINT)
    for move in told:
        yield from _move(move, voice)


def _move(move: Move, voice: Voice) -> Iterator[WordLine]:
    then = Voice(voice.zone, move.at, past=True)
    caused = because(move.cause)
    match move.way:
        case Placed(lines=lines):
            yield WordLine(2, f"{then.moment(move.at)}  placed in {move.target}, {caused}")
            for stage, condition in lines:
                if condition is None:
                    why = "as nothing above held" if len(lines) > 1 else "as all are"
                    yield WordLine(6, f"-> {stage}, {why}", Tone.FAINT)
                    continue
                word = "placed in" if stage == move.target else "not in"
                yield WordLine(6, f"{word} {stage}:")
                yield from _without_needs(condition_lines(condition, then, 8))
        case Way():
            head = f"{then.moment(move.at)}  {move.source} -> {move.target}, {caused}"
            yield WordLine(2, head)
            yield WordLine(6, way_title(move.way), Tone.FAINT)
            yield from _without_needs(_way_values(move.way, then, 6))
        case None:
            yield WordLine(2, f"{then.moment(move.at)}  {move.source} -> {move.target}")


def _without_needs(lines: Iterator[WordLine]) -> Iterator[WordLine]:
    """What is past and went through needs nothing."""
    return (line for line in lines if line.tone is not Tone.NEED)


def way_title(way: Way) -> str:
    """A transition in a line: where from if it is a `from` rule, where to, and when."""
    transition = way.transition
    guard = "" if transition.guard is None else f" when {source(transition.guard)}"
    match transition.moving:
        case OnRecord(happenings=heard):
            how = f"on {happenings(heard)}"
        case WhenTrue(condition=condition):
            how = f"when {source(condition)}"
        case AtPoints():
            bar = "" if way.points is None else f"{way.points.bar:g} "
            how = f"at {bar}points"
        case After(micros=micros, without=without):
            silent = "" if without is None else f" without {happenings(without)}"
            how = f"after {duration_literal(micros)}{silent}"
        case OnDates():
            how = f"on {dates(transition.moving)}"
    return shortened(f"{how}{guard}", LONGEST)


def _way_values(way: Way, voice: Voice, indent: int) -> Iterator[WordLine]:
    if way.points is not None:
        yield from points_lines(way.points, voice, indent)
    if way.condition is not None:
        yield from condition_lines(way.condition, voice, indent)


def _ways(found: OfStage, voice: Voice) -> Iterator[WordLine]:
    yield WordLine(0, "")
    if not found.ways:
        yield WordLine(0, f"No way leads out of {found.stage}.")
        return
    yield WordLine(0, f"Ways out of {found.stage}, in the order in which they are tried", Tone.HEAD)
    for way in found.ways:
        yield from _way(way, voice, f"-> {way.transition.target}  {way_title(way)}")


def _way(way: Way, voice: Voice, title: str) -> Iterator[WordLine]:
    yield WordLine(2, title)
    if way.due is not None and way.condition is not None:
        # The guard is looked at then, so its values are those of that time.
        leads = "leads on" if isinstance(way.need, n.Wait) else "leads nowhere"
        text = f"its time comes on {voice.ahead(way.due)}; as things will be then it {leads}"
        yield WordLine(6, text, Tone.NEED)
        yield from condition_lines(way.condition, Voice(voice.zone, way.due), 8)
        return
    yield from _way_values(way, voice, 6)
    if way.is_open and way.moving is Moving.POINTS:
        yield WordLine(6, "it leads on at the next record", Tone.YES)
    elif way.need is not None and (way.points is not None or way.condition is None):
        yield need_line(way.need, voice, 6, LEAD)
    elif way.moving is Moving.RECORD and isinstance(way.transition.moving, OnRecord):
        heard = happenings(way.transition.moving.happenings)
        once = "" if way.condition is None or way.condition.fits else ", once that holds"
        yield WordLine(6, f"it needs: {heard}{once}", Tone.NEED)
    elif way.moving in (Moving.AFTER, Moving.DATES):
        yield WordLine(6, "no time is set for it now", Tone.FAINT)


def _other_ways(found: OfStage) -> Iterator[WordLine]:
    """Where else they may go, in a line each."""
    taken = [way.transition for way in found.route[:1]]
    others = [way for way in found.ways if way.transition not in taken]
    if not others:
        return
    yield WordLine(0, "")
    yield WordLine(0, f"{'Other ways' if taken else 'Ways'} out of {found.stage}", Tone.HEAD)
    for way in others:
        yield WordLine(2, f"-> {way.transition.target}  {way_title(way)}")


def _route(found: OfStage, voice: Voice) -> Iterator[WordLine]:
    yield WordLine(0, "")
    if not found.route:
        yield WordLine(0, f"No way leads from {found.stage} to {found.asked}.", Tone.NO)
        return
    moves = counted(len(found.route), "move")
    yield WordLine(0, f"The shortest way to {found.asked}: {moves}", Tone.HEAD)
    first, *others = found.route
    yield from _way(first, voice, f"{found.stage} -> {first.transition.target}  {way_title(first)}")
    stage = first.transition.target
    for way in others:
        yield WordLine(2, f"then {stage} -> {way.transition.target}  {way_title(way)}")
        stage = way.transition.target


# ---- triggers


def _of_trigger(found: OfTrigger, voice: Voice, customer: str) -> Iterator[WordLine]:
    trigger = found.trigger
    title = "" if trigger.title is None else f' "{trigger.title}"'
    yield WordLine(0, "")
    yield WordLine(0, f"{trigger.name}{title}", Tone.HEAD)
    yield WordLine(0, f"It is to fire {occurrence(trigger.occurrence)}.")
    if not found.seen:
        yield WordLine(0, "What came before is not known here; a replay tells it.", Tone.FAINT)
    elif not found.occasions:
        yield WordLine(0, f"That has never come for {customer}.")
    else:
        fired = "never" if not found.firings else times(found.firings)
        yield WordLine(0, f"That came {times(found.occasions)}; it fired {fired}.")
    if found.fired is not None:
        yield from _occasion(found.fired, voice, "It fired last on")
    if found.stopped is not None:
        yield from _occasion(found.stopped, voice, "It was stopped last on")
    yield from _now(found, voice)


def _occasion(found: Occasion, voice: Voice, head: str) -> Iterator[WordLine]:
    then = Voice(voice.zone, found.at, past=True)
    each = "" if found.each is None else f" for {found.each}"
    yield WordLine(0, "")
    yield WordLine(0, f"{head} {then.moment(found.at)}{each}, {because(found.cause)}", Tone.HEAD)
    for gate in found.gates:
        yield from gate_lines(gate, then, 2)
    if not found.gates:
        yield WordLine(2, "nothing guards it", Tone.FAINT)
    told = [each for each in found.outcomes if not isinstance(each.decision, d.Fired)]
    if told:
        yield WordLine(2, "What came of it")
    elif found.fired:
        yield WordLine(2, "Nothing has come of it yet", Tone.FAINT)
    for outcome in told:
        yield from _outcome(outcome, voice)


def _outcome(found: Outcome, voice: Voice) -> Iterator[WordLine]:
    decision = found.decision
    at = parse_instant(decision.at) or 0
    then = Voice(voice.zone, at, past=True)
    text = f"{then.moment(at)}  {outcome_text(decision, then)}"
    if isinstance(decision, d.Held) and found.message is not None:
        yield from message_lines(found.message, then, 4, title=text)
    else:
        tone = Tone.YES if isinstance(decision, d.Sent) else Tone.PLAIN
        yield WordLine(4, text, tone)


def outcome_text(decision: d.Decision, voice: Voice) -> str:
    """A decision of a trigger in a clause."""
    match decision:
        case d.Sent(channel=channel, template=template):
            return f'sent {channel} "{template}"'
        case d.Held(reason=reason, channel=channel, until=until):
            by = "a message" if channel is None else channel
            end = None if until is None else parse_instant(until)
            waits = "" if end is None else f", waits until {voice.moment(end)}"
            return f"held {by}: {reason}{waits}"
        case d.Called(action=action):
            return f"called {action}"
        case d.Joined(segment=segment):
            return f"joined {segment}"
        case d.Quit(segment=segment):
            return f"quit {segment}"
        case d.Changed(trait=trait, value=value):
            return f"set {trait} to {datum(value)}"
        case d.Arm(split=split, arm=arm):
            return f"arm {arm} of {split}"
        case d.Left(step=step, reason=reason):
            return f"left at {step}: {reason}"
        case _:
            return type(decision).__name__.lower()


def _alike(messages: list[Message]) -> Iterator[tuple[list[str], Message]]:
    """Messages that are guarded alike, told once."""
    for number, message in enumerate(messages):
        alike = [evolve(each, step=message.step) == message for each in messages]
        if alike.index(True) == number:
            yield [each.step for each, same in zip(messages, alike, strict=True) if same], message


def _now(found: OfTrigger, voice: Voice) -> Iterator[WordLine]:
    yield WordLine(0, "")
    yield WordLine(0, f"Now, on {voice.moment(voice.now)}", Tone.HEAD)
    for gate in found.gates:
        yield from gate_lines(gate, voice, 2)
    if not found.gates:
        yield WordLine(2, "nothing guards it", Tone.FAINT)
    held = [message for message in found.messages if message.goes_by is None]
    for steps, message in _alike(held):
        target = message.route or message.channels[0].channel
        title = f"{listed(steps, 'and')} by {target} would be held"
        yield from message_lines(message, voice, 2, title=title)
    if found.messages and not held:
        yield WordLine(2, "its messages would go out", Tone.YES)
    if isinstance(found.need, n.Never):
        yield WordLine(2, f"To fire again, {need_text(found.need, voice)}", Tone.NEED)
    elif found.need is not None:
        yield WordLine(2, f"To fire it needs: {need_text(found.need, voice)}", Tone.NEED)
    elif found.due is not None:
        yield WordLine(2, f"Its time comes on {voice.ahead(found.due)}", Tone.NEED)
