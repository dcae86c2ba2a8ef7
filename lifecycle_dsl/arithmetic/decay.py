"""Forward decay on a fixed grid: one growth factor per step of time serves every customer.

A score of half-life H keeps X = Σ w·g(t) and reads as X / g(now), where g(t) = 2^((t - L) / H) in
4,096 steps per half-life and L is the last multiple of 64·H since 1970 (an *epoch*). Both depend
on time alone. All times are whole microseconds, all divisions round down, and the 4,096 powers of
two come from integer arithmetic, so g has the same bits everywhere.

Within an epoch g runs from 1 to 2^64. When time enters a later epoch, X is multiplied by exactly
2^-64 per epoch, which changes no digit of what it reads as.
"""

import math
from collections.abc import Callable
from typing import Final

from lifecycle_dsl.arithmetic.powers import powers_of_two

__all__ = [
    "EPOCH_HALF_LIVES",
    "LAST_INSTANT",
    "REACH_HALF_LIVES",
    "SHORTEST_HALF_LIFE",
    "STEPS",
    "Cursor",
    "Grid",
]

STEPS: Final = 4096
EPOCH_HALF_LIVES: Final = 64
SHORTEST_HALF_LIFE: Final = 60_000_000
LAST_INSTANT: Final = 13_601_088_000_000_000 - 1
"""The last microsecond of the year 2400; later instants do not exist."""
REACH_HALF_LIVES: Final = 960
"""How far `Grid.first_step` looks: by then even 1e30 reads as less than 1e-258."""

_STEP_BITS: Final = 12
_STEP_MASK: Final = STEPS - 1
_EPOCH_BITS: Final = 18
_EPOCH_MASK: Final = (1 << _EPOCH_BITS) - 1
_SMALLEST_NORMAL: Final = 2.0**-1022
_DOUBLINGS: Final = tuple(2.0**n for n in range(EPOCH_HALF_LIVES))


class Grid:
    """The steps, epochs and growth factors of one half-life, in microseconds."""

    __slots__ = ("_powers", "half_life")

    def __init__(self, half_life: int) -> None:
        if half_life < SHORTEST_HALF_LIFE:
            raise ValueError("a half-life is at least one minute")
        self.half_life = half_life
        self._powers = powers_of_two()

    def __repr__(self) -> str:
        return f"Grid({self.half_life})"

    def index(self, t: int) -> int:
        """The number of the step that t lies in, counted from 1970."""
        return t * STEPS // self.half_life

    def epoch(self, t: int) -> int:
        """The number of the epoch that t lies in."""
        return (t * STEPS // self.half_life) >> _EPOCH_BITS

    def epoch_start(self, epoch: int) -> int:
        """The instant L at which an epoch begins and g is 1."""
        return epoch * EPOCH_HALF_LIVES * self.half_life

    def g(self, t: int) -> float:
        """The growth factor at t, relative to t's own epoch: from 1 to just below 2^64."""
        index = t * STEPS // self.half_life
        return self._powers[index & _STEP_MASK] * _DOUBLINGS[(index & _EPOCH_MASK) >> _STEP_BITS]

    def step_start(self, index: int) -> int:
        """The first microsecond of a step."""
        return -(-index * self.half_life // STEPS)

    def growth(self, index: int, epoch: int) -> float:
        """The growth factor of any step relative to any epoch: inf from 2^1024, 0.0 far below."""
        offset = index - (epoch << _EPOCH_BITS)
        exponent = offset >> _STEP_BITS
        power = self._powers[offset & _STEP_MASK]
        if exponent >= 1024:
            return math.inf
        if exponent < -1022:
            return 0.0
        return math.ldexp(power, exponent)

    def growth_at(self, clock: int, now: int) -> float:
        """The growth factor of an instant relative to the epoch of a clock."""
        half_life = self.half_life
        index = now * STEPS // half_life
        epoch = (clock * STEPS // half_life) >> _EPOCH_BITS
        if index >> _EPOCH_BITS == epoch:
            exponent = (index & _EPOCH_MASK) >> _STEP_BITS
            return self._powers[index & _STEP_MASK] * _DOUBLINGS[exponent]
        return self.growth(index, epoch)

    def rebase(self, x: float, from_epoch: int, to_epoch: int) -> float:
        """What X of one epoch is in a later one: times 2^-64 per epoch, 0.0 below the normal range.

        The cut makes many small moves and one large one give the same bits. An earlier
        `to_epoch` leaves x as it is: a customer's clock never runs backwards.
        """
        epochs = to_epoch - from_epoch
        if epochs <= 0:
            return x
        if epochs >= 32:
            return 0.0
        if epochs > 15:
            x *= 2.0**-960
            epochs -= 15
        x *= 2.0 ** (-EPOCH_HALF_LIVES * epochs)
        return x if x >= _SMALLEST_NORMAL or x <= -_SMALLEST_NORMAL else 0.0

    def step_of(self, g: float, epoch: int) -> int:
        """About the last step whose growth factor, relative to an epoch, is at most g > 0."""
        return (epoch << _EPOCH_BITS) + math.floor(math.log2(g) * STEPS)

    def first_step(
        self, now: int, holds: Callable[[float], bool], near: int | None = None
    ) -> int | None:
        """The first instant after now, at the start of a step, at which `holds(g)` is true.

        `holds` takes g relative to the epoch of now, always finite, and must go from false to
        true at most once as g grows (write Σ c·X / g, not Σ c·(X / g), so that rounding keeps
        that true). It is called at most 26 times and itself decides; a step `near` the right one
        saves most of the calls. None where it never becomes true, within `REACH_HALF_LIVES` of the
        epoch's start, before the calendar ends.
        """
        epoch = self.epoch(now)
        low = self.index(now)
        high = min((epoch << _EPOCH_BITS) + REACH_HALF_LIVES * STEPS, self.index(LAST_INSTANT))
        inside = near is not None and low < near - 1 and near + 2 < high
        if near is not None and inside and not holds(self.growth(near - 1, epoch)):
            low = near - 1
            if holds(self.growth(near + 2, epoch)):
                high = near + 2
        if high <= low or not holds(self.growth(high, epoch)):
            return None
        while high - low > 1:
            middle = (low + high) >> 1
            if holds(self.growth(middle, epoch)):
                high = middle
            else:
                low = middle
        start = self.step_start(high)
        return start if start <= LAST_INSTANT else None


class Cursor:
    """The step of a grid that the stream is in: `g` holds for instants in [low, high).

    The hot path reads `if not (c.low <= now < c.high): c.move(now)` and then `c.g`. It belongs to
    one loop; threads each have their own.
    """

    __slots__ = ("_powers", "g", "half_life", "high", "low")

    def __init__(self, grid: Grid) -> None:
        self.half_life = grid.half_life
        self._powers = powers_of_two()
        self.low = 0
        self.high = 0
        self.g = 1.0

    def move(self, t: int) -> None:
        """Put the cursor on the step of t, which may be later or earlier."""
        half_life = self.half_life
        index = t * STEPS // half_life
        start = -index * half_life
        self.low = -(start // STEPS)
        self.high = -((start - half_life) // STEPS)
        self.g = self._powers[index & _STEP_MASK] * _DOUBLINGS[(index & _EPOCH_MASK) >> _STEP_BITS]
