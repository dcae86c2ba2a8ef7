"""The steps of a journey, in sentences one below the other."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import format_time_of_day
from lifecycle_dsl.program import steps as s
from lifecycle_dsl.program.expressions import Constant, Expression
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.telling.expressions import condition, text, value
from lifecycle_dsl.telling.happenings import clause
from lifecycle_dsl.telling.items import Item
from lifecycle_dsl.telling.marks import capital, name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import length


def steps(found: Iterable[s.Step], known: Vocabulary) -> tuple[Item, ...]:
    """An item for each step."""
    return tuple(_step(each, known) for each in found)


def _step(step: s.Step, known: Vocabulary) -> Item:
    match step:
        case s.Send():
            return Item(f"Send {_message(step, known)}{_with(step.data)}.")
        case s.SetTrait(trait=trait, value=given):
            return Item(f"Note that {name(trait)} is {_set(given, known)}.")
        case s.Join(segment=segment):
            return Item(f"Put the customer into {name(segment)}.")
        case s.Quit(segment=segment):
            return Item(f"Take the customer out of {name(segment)}.")
        case s.Call(action=action, data=data):
            told = [f"{name(key)}: {text(each, known)}" for key, each in data]
            with_ = f" ({', '.join(told)})" if told else ""
            return Item(f"Call {name(action)}{with_}.")
        case s.IfStep():
            return _if(step, known)
        case s.Split():
            shares = (
                Item(
                    f"{format_number(share.buckets / 100)} % of the customers:",
                    steps(share.steps, known),
                    numbered=True,
                )
                for share in step.shares
            )
            return Item(
                f"Try {name(step.name)}, by chance but always alike for one customer:",
                tuple(shares),
            )
        case s.Exit():
            return Item("End here.")
        case s.Wait() | s.WaitUntil():
            return Item(f"{capital(_wait(step, known))}.")
        case s.Await():
            return _await(step, known)


def _message(step: s.Send, known: Vocabulary) -> str:
    template = text(step.template, known)
    if step.channel == "email":
        return f"the e-mail {template}"
    if step.channel is not None:
        return f"{template} by {name(step.channel)}"
    return f"{template} by a channel of {name(step.route or '')}"


def _with(data: tuple[tuple[str, Expression], ...]) -> str:
    return f", with {listed((name(key) for key, _ in data), 'and')}" if data else ""


def _set(found: Expression, known: Vocabulary) -> str:
    if found.type == BOOL and not isinstance(found, Constant):
        return f"yes if {condition(found, known)}, else no"
    return value(found, known)


def _if(step: s.IfStep, known: Vocabulary) -> Item:
    yes = Item(f"If {condition(step.condition, known)}:", steps(step.steps, known), numbered=True)
    if not step.otherwise:
        return yes
    return Item("It depends:", (yes, Item("Else:", steps(step.otherwise, known), numbered=True)))


def _wait(step: s.Wait | s.WaitUntil, known: Vocabulary) -> str:
    match step:
        case s.Wait(micros=int(micros)):
            return f"wait {length(micros)}"
        case s.Wait(duration=Expression() as duration):
            return f"wait {value(duration, known)}"
        case s.WaitUntil(time_of_day=int(time_of_day)):
            return f"wait until {format_time_of_day(time_of_day)}"
        case s.WaitUntil(instant=Expression() as instant):
            return f"wait until {value(instant, known)}"
        case _:
            raise TypeError(f"a wait without an end: {step.name}")


def _await(step: s.Await, known: Vocabulary) -> Item:
    if step.micros is not None:
        end = f" for at most {length(step.micros)}"
    elif step.time_of_day is not None:
        end = f" until {format_time_of_day(step.time_of_day)} at most"
    elif step.instant is not None:
        end = f" until {value(step.instant, known)} at most"
    else:
        end = ""
    arms = [
        Item(
            f"If {clause(arm.happenings, known)}{':' if arm.steps else ', go on.'}",
            steps(arm.steps, known),
            numbered=True,
        )
        for arm in step.arms
    ]
    if step.otherwise:
        arms.append(Item("If none of it happens:", steps(step.otherwise, known), numbered=True))
    return Item(f"See what happens{end}:", tuple(arms))
