"""Removal effects in a Markov chain of touches.

Anderl, E., Becker, I., von Wangenheim, F., Schumann, J. H. (2016): Mapping the customer journey:
lessons learned from graph-based online attribution modeling. International Journal of Research in
Marketing 33(3). A path goes from touch to touch until it converts or ends; what comes next depends
on the last one, two or three touches (the order). The removal effect of a channel is the part of
all conversions that is lost when whoever would be touched by it goes away instead.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, identity
from scipy.sparse.linalg import splu

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

CONVERTED: Final = -1
"""As a target: the end of a path that converts."""
GONE: Final = -2
"""As a target: the end of one that does not."""
MOST_DENSE: Final = 400
"""States whose inverse is worked out as a whole, which draws need."""


@frozen(eq=False)
class Chain:
    """Steps between states; state 0 is the start, of no touch."""

    source: Numbers
    target: Numbers
    """A state, `CONVERTED` or `GONE`."""
    channel: Numbers
    """Of each state, the channel of its last touch; -1 of the start."""
    channels: int

    @property
    def states(self) -> int:
        """How many there are."""
        return len(self.channel)


def removal_effects(chain: Chain, counts: Floats) -> tuple[float, Floats]:
    """The rate of conversion of all paths, and each channel's removal effect (0 to 1).

    `counts` is how often each step was taken.
    """
    among, ends = _shares(chain, counts)
    entered = chain.target >= 0
    rows, columns = chain.source[entered], chain.target[entered]
    shape = (chain.states, chain.states)
    moves = csc_matrix((among[entered], (rows, columns)), shape=shape)
    rate = _reached(moves, ends, np.ones(chain.states, dtype=bool))
    effects = np.zeros(chain.channels)
    for channel in range(chain.channels):
        without = _reached(moves, ends, chain.channel != channel)
        effects[channel] = 0.0 if rate <= 0 else max(0.0, 1 - without / rate)
    return rate, effects


def drawn_effects(chain: Chain, counts: Floats) -> Floats:
    """The removal effects under many counts, by draw and channel; of chains that are not large.

    The inverse of the whole gives that of every part: of I - Q without the states of a channel, by
    the Schur complement.
    """
    found = np.zeros((len(counts), chain.channels))
    entered = chain.target >= 0
    parts = [np.flatnonzero(chain.channel == channel) for channel in range(chain.channels)]
    for draw, of_draw in enumerate(counts):
        among, ends = _shares(chain, of_draw)
        system = np.eye(chain.states)
        system[chain.source[entered], chain.target[entered]] -= among[entered]
        inverse = np.linalg.inv(system)
        reached = inverse @ ends
        for channel, removed in enumerate(parts):
            # Of those who would come to the channel, what they would still have brought is lost.
            first = np.linalg.solve(inverse[np.ix_(removed, removed)].T, inverse[0, removed])
            found[draw, channel] = first @ reached[removed]
        with np.errstate(divide="ignore", invalid="ignore"):
            found[draw] /= reached[0]
    return found


def _shares(chain: Chain, counts: Floats) -> tuple[Floats, Floats]:
    """Each step's part of those out of its state, and each state's part that converts at once."""
    leaving = np.bincount(chain.source, weights=counts, minlength=chain.states)
    with np.errstate(divide="ignore", invalid="ignore"):
        among = np.where(leaving[chain.source] > 0, counts / leaving[chain.source], 0.0)
    converting = chain.target == CONVERTED
    ends = np.bincount(chain.source[converting], weights=among[converting], minlength=chain.states)
    return among, ends.astype(float)


def _reached(moves: csc_matrix, ends: Floats, kept: NDArray[np.bool_]) -> float:
    """The rate at which paths from the start convert, where only some states are left."""
    places = np.flatnonzero(kept)
    part = moves[places][:, places]
    system = identity(len(places), format="csc") - part
    return float(splu(system.tocsc()).solve(ends[places])[0])
