"""Does every second turn differ from the one before? That tells a turn counted double, or half, from a true one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bikefit.model import Array, Flags

POINTS = 16
"""Points of a turn that are compared."""
FIRST_LAG, LAST_LAG = 3, 10
"""Turns so far apart are compared: nearer ones resemble each other by chance."""
BLOCK, BLOCKS_MIN = 10, 4
"""Turns of a block, an even number, so that what differs between every two of them cancels within; fewer blocks than
this tell nothing."""
SURE = 4.0
"""A difference counts when it is this many times its own standard error."""


@dataclass(frozen=True)
class Alternation:
    """What comes back turn by turn, and what changes sign from each turn to the next."""

    # Mean square of either, free of noise; a little below 0 where there is none
    common: float
    changing: float
    error: float  # Standard error of ``changing``, and about that of ``common``
    # The smallest of either over the distances that were compared: what repeats at another rate passes for either on
    # average, but not at each distance
    least_common: float
    least_changing: float

    def alternates(self, least: float) -> bool:
        """Say whether every second turn surely differs, by at least this share of what they have in common (RMS)."""
        enough = self.changing > least**2 * max(self.common, 0.0)
        return enough and self.changing > SURE * self.error and self.least_changing > 0.5 * self.changing

    def repeats(self, most: float) -> bool:
        """Say whether turns surely are alike, every second one differing by at most this share (RMS)."""
        alike = self.changing + SURE * self.error < most**2 * self.common
        return alike and self.common > SURE * self.error and self.least_common > 0.5 * self.common


def compare_turns(turns: Array, values: Array, known: Flags) -> Alternation | None:
    """Compare each turn with those an even and an odd number of turns away.

    What is slower than four turns is taken off first. With c_k = a + (-1)^k b + noise the mean product of turns an
    even number apart is |a|^2 + |b|^2, that of turns an odd number apart |a|^2 - |b|^2, whatever the noise.
    """
    first, last = math.ceil(turns[0]), math.floor(turns[-1])
    if last - first < BLOCK * BLOCKS_MIN + LAST_LAG:
        return None
    axis = first + np.arange((last - first) * POINTS) / POINTS
    complete = bool(known.all())
    signal = np.interp(axis, turns, values if complete else np.where(known, values, 0.0))
    weight: Array = np.ones(axis.size) if complete else np.interp(axis, turns, known.astype(np.float64))
    signal -= _slow(signal, weight, complete=complete)
    rows = signal.reshape(-1, POINTS)
    whole: Flags = np.all(weight.reshape(-1, POINTS) > 0.999, axis=1)
    broken = np.cumsum(~whole)
    total, changing, number = (np.zeros(len(rows)) for _ in range(3))
    likeness: tuple[list[float], list[float]] = ([], [])
    for lag in range(FIRST_LAG, LAST_LAG + 1):
        product = np.einsum("ij,ij->i", rows[lag:], rows[:-lag]) / POINTS
        pairs = product.size
        if not complete:
            joined = whole[lag:] & whole[:-lag] & (broken[lag:] == broken[:-lag])
            product, pairs = np.where(joined, product, 0.0), int(np.count_nonzero(joined))
        total[:-lag] += product
        if lag % 2:
            changing[:-lag] -= product
        else:
            changing[:-lag] += product
        number[:-lag] += 1.0 if complete else joined
        likeness[lag % 2].append(float(product.sum()) / max(pairs, 1))
    full = number == LAST_LAG - FIRST_LAG + 1
    blocks = int(full.sum()) // BLOCK
    if blocks < BLOCKS_MIN:
        return None
    total, changing = (_in_blocks(sums[full] / number[full], blocks) for sums in (total, changing))
    # a block shares turns with the next one
    error = math.sqrt(2.0 / blocks) * float(changing.std(ddof=1))
    even, odd = likeness
    return Alternation(
        float(total.mean()), float(changing.mean()), error, min(*even, *odd), 0.5 * (min(even) - max(odd))
    )


def _slow(signal: Array, weight: Array, *, complete: bool) -> Array:
    """Return what is slower than four turns; where the signal is ``complete``, all of it weighs the same."""
    window = np.hanning(4 * POINTS + 1)
    inside: Array = np.full(signal.size, window.sum())  # of the window, the part that lies within the signal
    if complete:
        edge = window[2 * POINTS :].sum() + np.concatenate([[0.0], np.cumsum(window[: 2 * POINTS][::-1])[:-1]])
        inside[: edge.size] = edge
        inside[-edge.size :] = edge[::-1]
    else:
        signal, inside = weight * signal, np.convolve(weight, window, "same")
    return np.convolve(signal, window, "same") / np.maximum(inside, 1e-9)


def _in_blocks(values: Array, blocks: int) -> Array:
    """Return the means of so many blocks."""
    means: Array = values[: blocks * BLOCK].reshape(-1, BLOCK).mean(axis=1)
    return means
