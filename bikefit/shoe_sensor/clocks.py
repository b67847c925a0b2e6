"""Two shoes, two clocks: brought together by the pedalling, for the feet are half a turn apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, ifft, next_fast_len

from bikefit.model import Array, Channel, Finding, FootTrace, Indices, finding

Complex = NDArray[np.complex128]

COMMON_HZ = 20.0
PIECE_S = 60.0
SHORTEST_S = 10.0
EDGE_S = 2.0
"""At the ends of a recording the crank angle is less sure."""
FAIR_MATCH = 0.5
CLEAR_S = 0.5
"""A rival lag must lose this much of matching time to be ruled out."""


def _pointer(trace: FootTrace, start_s: float, count: int) -> Complex:
    """Return exp(i * crank angle) on an even grid, 0 where the crank angle is unknown."""
    assert trace.crank_deg is not None
    turning = np.exp(1j * np.radians(np.nan_to_num(trace.crank_deg))) * np.isfinite(trace.crank_deg)
    return _interpolated(start_s + np.arange(count) / COMMON_HZ, trace.time_s, turning, beyond=0.0)


def _interpolated(at_s: Array, time_s: Array, pointer: Complex, beyond: float | None = None) -> Complex:
    """Interpolate both parts of a pointer; None: it goes on at the ends."""
    parts = (np.interp(at_s, time_s, part, left=beyond, right=beyond) for part in (pointer.real, pointer.imag))
    return next(parts) + 1j * next(parts)


def _pointers(left: FootTrace, right: FootTrace) -> tuple[float, Complex, Complex] | None:
    """Return both feet's pointers from where both have begun until one ends, and that start; None under a second."""
    start = float(max(left.time_s[0], right.time_s[0]))
    count = int((min(left.time_s[-1], right.time_s[-1]) - start) * COMMON_HZ)
    return (start, _pointer(left, start, count), _pointer(right, start, count)) if count >= COMMON_HZ else None


@dataclass(frozen=True)
class _Match:
    """How two feet go together at each lag, in samples."""

    opposite: Complex  # Its real part counts those half a turn apart, its size does not mind a small turn
    together: Array  # Those in which both pedal or both rest
    overlap: Array  # Those that both have
    lags: Indices

    @property
    def score(self) -> Array:
        """Samples that go together."""
        return 0.5 * (self.opposite.real + self.together)


def _match(left: Complex, right: Complex) -> _Match:
    """Slide the right foot's pointer along the left's."""
    length = next_fast_len(left.size + right.size)

    def slid(first: NDArray[Any], second: NDArray[Any]) -> Complex:
        return np.asarray(ifft(fft(first, length) * np.conj(fft(second, length))))

    riding = [2.0 * (np.abs(pointer) > 0.5) - 1.0 for pointer in (left, right)]
    overlap = slid(np.ones(left.size), np.ones(right.size)).real
    lags = np.arange(length, dtype=np.intp)
    lags[lags >= left.size] -= length
    return _Match(-slid(left, right), slid(riding[0], riding[1]).real, overlap, lags)


def align_clocks(left: FootTrace, right: FootTrace) -> tuple[FootTrace, tuple[Finding, ...]]:
    """Move the right foot's trace onto the left foot's clock.

    Parameters
    ----------
    left, right : FootTrace
        With crank angles.

    Returns
    -------
    tuple of FootTrace and tuple of Finding
        The right foot's trace with its time stamps changed, and by how much; unchanged where nothing can be aligned.

    Notes
    -----
    1. The product of left crank pointer and conjugate right one, summed at every possible lag by Fourier transforms:
       the feet are opposite where it is most negative; and both must pedal and rest together. A changing cadence and
       stops make one lag win.
    2. At that lag the angle between the feet, minute by minute, over the cadence is the lag that is left; a line
       through it is the rest of the offset and the drift between the two clocks.
    3. Where the feet are not opposite even so, the two are of different rides, and nothing is moved.
    """
    apart = right, (finding("clocks_apart"),)
    if left.crank_deg is None or right.crank_deg is None:
        return apart
    starts = [float(trace.time_s[0]) + EDGE_S for trace in (left, right)]
    counts = [int((float(np.ptp(trace.time_s)) - 2.0 * EDGE_S) * COMMON_HZ) + 1 for trace in (left, right)]
    if min(counts) < COMMON_HZ * SHORTEST_S:
        return apart
    first, second = _pointer(left, starts[0], counts[0]), _pointer(right, starts[1], counts[1])
    match = _match(first, second)
    best = int(np.argmax(match.score))
    if match.score[best] < FAIR_MATCH * max(match.overlap[best], COMMON_HZ * SHORTEST_S):
        return apart
    offset = float(match.lags[best]) / COMMON_HZ + starts[0] - starts[1]
    moved = right.time_s + offset
    for _ in range(2):
        middle, left_over = _left_over(left, replace(right, time_s=moved))
        if middle.size == 0:
            break
        order = 1 if np.ptp(middle) > 5 * PIECE_S else 0
        moved = moved + np.polyval(np.polyfit(middle, left_over, order), moved)
    if check_pair(left, replace(right, time_s=moved)):
        return apart
    drift = (float(np.ptp(moved)) / float(np.ptp(right.time_s)) - 1.0) * 1e6
    seen = [finding("clocks_aligned", offset_s=float(moved[0] - right.time_s[0]), drift_ppm=drift)]
    if _rivalled(match, best):
        seen.append(finding("clocks_ambiguous"))
    return replace(right, time_s=moved), tuple(seen)


def _rivalled(match: _Match, best: int) -> bool:
    """Tell whether a lag of other whole strokes, up to ten seconds away, does nearly as well on its overlap."""
    score, lags = match.score, match.lags
    away = np.abs(lags - lags[best])
    peak = (score > np.roll(score, 1)) & (score > np.roll(score, -1))
    rivals = peak & (away > 0.25 * COMMON_HZ) & (away < 10.0 * COMMON_HZ) & (match.overlap > COMMON_HZ * SHORTEST_S)
    if not rivals.any():
        return False
    share = 0.5 * (np.abs(match.opposite) + match.together) / np.maximum(match.overlap, 1.0)
    lost = (share[best] - share[rivals]) * match.overlap[rivals]
    return bool(np.min(lost) < CLEAR_S * COMMON_HZ)


def _left_over(left: FootTrace, right: FootTrace) -> tuple[Array, Array]:
    """Return the lag that is left between the feet, piece by piece: (middle of the piece, lag), both [s]."""
    middle, lag = list[float](), list[float]()
    pointers = _pointers(left, right)
    if pointers is None:
        return np.array(middle), np.array(lag)
    start, first, second = pointers
    length = min(int(PIECE_S * COMMON_HZ), first.size)
    for k in range(0, first.size - length + 1, length):
        a, b = first[k : k + length], second[k : k + length]
        opposite = np.sum(-a * np.conj(b))
        pace = np.sum(a[1:] * np.conj(a[:-1]))
        if np.sum(np.abs(a * b)) < 0.3 * length or np.abs(opposite) < 0.3 * np.sum(np.abs(a * b)):
            continue
        speed = float(np.angle(pace)) * COMMON_HZ
        if speed <= 0:
            continue
        middle.append(start + (k + length / 2) / COMMON_HZ)
        # A right foot ahead of its place has stamps that are too early
        lag.append(-float(np.angle(opposite)) / speed)
    return np.array(middle), np.array(lag)


def check_pair(left: FootTrace, right: FootTrace) -> tuple[Finding, ...]:
    """Check that two feet on one clock are half a turn apart."""
    if left.crank_deg is None or right.crank_deg is None:
        return ()
    pointers = _pointers(left, right)
    if pointers is None:
        return (finding("clocks_apart"),)
    product = pointers[1] * np.conj(pointers[2])
    total = float(np.sum(np.abs(product)))
    mean = complex(np.sum(product))
    if total < COMMON_HZ:
        return ()
    apart = abs(float(np.degrees(np.angle(mean))))
    if apart < 150.0 or abs(mean) < 0.7 * total:
        return (finding("feet_not_opposite", apart_deg=apart),)
    return ()


def check_sides(trace: FootTrace, right_crank: Channel) -> tuple[Finding, ...]:
    """Check a shoe's side against a recorded crank angle."""
    if trace.crank_deg is None or right_crank.time_s.size < 2:
        return ()
    pointer = np.exp(1j * np.radians(right_crank.values))
    known = np.isfinite(pointer)
    inside = np.isfinite(trace.crank_deg)
    inside &= (trace.time_s >= right_crank.time_s[0]) & (trace.time_s <= right_crank.time_s[-1])
    if np.count_nonzero(inside) < 100 or np.count_nonzero(known) < 100:
        return ()
    when = trace.time_s[inside]
    recorded = _interpolated(when, right_crank.time_s[known], pointer[known])
    own = np.exp(1j * np.radians(trace.crank_deg[inside])) * (1.0 if trace.side == "right" else -1.0)
    agreement = float(np.sum((own * np.conj(recorded)).real) / np.sum(np.abs(recorded)))
    return (finding("sides_swapped", side=trace.side),) if agreement < -0.5 else ()
