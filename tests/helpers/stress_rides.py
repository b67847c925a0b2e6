"""Everything that spoils strokes, at once, and a score of what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bikefit.model import FootTrace, Phase
from bikefit.simulate import Foot, FootTruth, Rider, simulate_ride, stress_ride, swing
from bikefit.strokes import Strokes

NOT_PEDALLED = ("coasting", "backpedalling")
BURST_S = 0.2
"""Missing bursts twice as long as the stress ride's own: some hide a whole stroke and more."""


def stressed(
    rate_hz: float, seed: int, *, first_deg: float = 2.0, second_deg: float = 0.5, duration_s: float = 1200.0
) -> tuple[FootTrace, FootTruth]:
    """Cadence ramps, sprints from rest, coasts of 1-20 s, missing bursts, spikes, jittered stamps: the right foot."""
    ride = replace(stress_ride(duration_s, rate_hz, seed), feet=("right",), pitch_rate=True, missing_burst_s=BURST_S)
    foot = Foot(mean_deg=3.0, heel_out=swing(first_deg, second_deg))
    recording, truth = simulate_ride(Rider(right=foot), ride, seed)
    return recording.feet["right"], truth.feet["right"]


@dataclass(frozen=True)
class Score:
    """How the strokes found compare with the true ones."""

    hits: int
    missed: int
    invented: int

    @property
    def f1(self) -> float:
        return 2.0 * self.hits / (2.0 * self.hits + self.missed + self.invented)


def score(truth: FootTruth, strokes: Strokes, phase: Phase) -> Score:
    """Match strokes found with true ones: both boundaries within a quarter of the stroke.

    Without a crank reference the true strokes are moved by the constant phase that the reference is apart, and the
    strokes next to a coast are left out. Rows that say that nobody pedalled are not strokes.
    """
    start, end, pedalled = truth.start_s, truth.end_s, truth.pedalled
    rows = strokes.table[~strokes.table["reject_reason"].isin(NOT_PEDALLED)]
    found_start, found_end = rows["start_s"].to_numpy(), rows["end_s"].to_numpy()
    wanted = pedalled
    if not phase.is_crank:
        stroke = np.clip(np.searchsorted(start, found_start, side="right") - 1, 0, start.size - 1)
        part = (found_start - start[stroke]) / (end - start)[stroke]
        part = part[pedalled[stroke] & (part < 1.0)]
        apart = np.angle(np.mean(np.exp(2j * np.pi * part))) / (2.0 * np.pi) % 1.0
        moved = start + apart * (end - start)
        start, end, pedalled = moved[:-1], moved[1:], pedalled[:-1] & pedalled[1:]
        wanted = pedalled.copy()
        wanted[1:] &= pedalled[:-1]
        wanted[:-1] &= pedalled[1:]
    near = 0.25 * (end - start)
    nearest = np.abs(found_start[:, None] - start[None, :]).argmin(axis=1)
    matches = (np.abs(found_start - start[nearest]) < near[nearest]) & (
        np.abs(found_end - end[nearest]) < near[nearest]
    )
    hit = np.zeros(start.size, dtype=bool)
    hit[nearest[matches]] = True
    twice = matches.sum() - hit.sum()
    first = np.searchsorted(end, found_start, side="right")
    last = np.searchsorted(start, found_end)
    inside = [bool(b > a and wanted[a:b].all()) for a, b in zip(first, last, strict=True)]
    invented = int(np.sum(~matches & inside) + twice)
    return Score(int(np.sum(hit & wanted)), int(np.sum(~hit & wanted)), invented)


def true_means(truth: FootTruth, start_s: np.ndarray) -> np.ndarray:
    """The true mean of the stroke that begins nearest to each time."""
    after = np.clip(np.searchsorted(truth.start_s, start_s), 1, truth.start_s.size - 1)
    before = np.abs(truth.start_s[after - 1] - start_s) < np.abs(truth.start_s[after] - start_s)
    return truth.mean_deg[after - before]
