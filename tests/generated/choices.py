"""Choices from a seeded generator, written as Hypothesis writes strategies.

A rule set takes hundreds of choices. Hypothesis makes five of six examples by changing a part of
the one before, and takes a tenth of a second for each; from a seed every example is a new one, and
takes a few milliseconds. Hypothesis gives the seeds (see `made`), and `smaller` makes a rule set
and a stream that fail smaller, by leaving out parts of their text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")


class Choice(Generic[T_co]):
    """A way to choose a value."""

    def __init__(self, pick: Callable[[Random], T_co]) -> None:
        self.pick = pick

    def map(self, change: Callable[[T_co], U]) -> Choice[U]:
        """What becomes of the value."""
        return Choice(lambda random: change(self.pick(random)))


class Draw(Protocol):
    """Chooses once."""

    def __call__(self, choice: Choice[T]) -> T:
        """A value."""
        ...


def just(value: T) -> Choice[T]:
    """Always the same."""
    return Choice(lambda _: value)


def one_of(*values: T) -> Choice[T]:
    """One of a few values."""
    return Choice(lambda random: random.choice(values))


def sampled_from(values: Sequence[T]) -> Choice[T]:
    """One of some values."""
    return Choice(lambda random: random.choice(values))


def either(*choices: Choice[T]) -> Choice[T]:
    """By one of a few choices."""
    return Choice(lambda random: random.choice(choices).pick(random))


def integers(least: int, most: int) -> Choice[int]:
    """A whole number; both ends may be chosen."""
    return Choice(lambda random: random.randint(least, most))


def one_in(count: int) -> Choice[bool]:
    """True once in so many times."""
    return Choice(lambda random: random.randrange(count) == 0)


def lists(choice: Choice[T], least: int, most: int) -> Choice[list[T]]:
    """A list of so many."""
    return Choice(lambda random: [choice.pick(random) for _ in range(random.randint(least, most))])


def pairs(first: Choice[T], second: Choice[U]) -> Choice[tuple[T, U]]:
    """One of each."""
    return Choice(lambda random: (first.pick(random), second.pick(random)))


def composed(make: Callable[Concatenate[Draw, P], T]) -> Callable[P, Choice[T]]:
    """A choice made of several, by a function that gets `draw` first."""

    def with_arguments(*args: P.args, **kwargs: P.kwargs) -> Choice[T]:
        def pick(random: Random) -> T:
            def draw(choice: Choice[Any]) -> Any:
                return choice.pick(random)

            return make(draw, *args, **kwargs)

        return Choice(pick)

    return with_arguments
