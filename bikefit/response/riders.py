"""What a studio's recordings say of the numbers that riders have in common: their log density, rider by rider.

At each SD between recordings a foot's readings are normal in response and drift, so a few sums say all of them; the
drift, the response and then the SD are integrated over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import SIDES, Side
from bikefit.model import Array
from bikefit.response.experiment import BETWEEN, MOUNTINGS, Mounting, Series
from bikefit.response.linear import normalised, reading_variances
from bikefit.settings import Settings

MEAN, SPREAD, LIKENESS, DRIFT, LOG_SD, MEDIANS = 0, 1, 2, 3, 4, 5
"""Places of the riders' common numbers; the medians of the SD between recordings follow in the order of `MOUNTINGS`."""
NUMBERS = MEDIANS + len(MOUNTINGS)

SDS_DEG: Final[Array] = np.exp(np.arange(math.log(0.01), math.log(12.0), 0.14))
"""SDs between recordings that are thought possible."""
_CHUNK = 300
"""Sets of common numbers times parts that are worked on at once."""


@dataclass(frozen=True)
class RiderRecordings:
    """What a rider's recordings at known counts hold.

    Attributes
    ----------
    rider : str
        The rider's name.
    sittings : mapping of mounting to sequence of mapping of side to Series
        The occasions on which recordings were made, by how the sensors were carried over between them. Each has a
        baseline and a drift of its own; those of one mounting share the SD between recordings.
    """

    rider: str
    sittings: Mapping[Mounting, Sequence[Mapping[Side, Series]]]

    @property
    def main(self) -> Mounting | None:
        """The way of recording that says most of the response; None where no foot was recorded at two counts."""
        told = {kind: sum(_leverage(each) for each in own) for kind, own in self.sittings.items()}
        weighed = {kind: size / getattr(Settings, BETWEEN[kind]) ** 2 for kind, size in told.items()}
        best = max(weighed, key=lambda kind: weighed[kind], default=None)
        return best if best is not None and weighed[best] > 0.0 else None


def _leverage(sitting: Mapping[Side, Series]) -> float:
    """Return how far the counts of a sitting lie apart [deg^2]."""
    return float(sum(((one.cant_deg - one.cant_deg.mean()) ** 2).sum() for one in sitting.values()))


@dataclass(frozen=True)
class Sums:
    """All that the recordings say, at each SD between recordings; for parts (P), feet (2), sittings (T) and SDs (K).

    A part is what one rider recorded in one way. ``own`` marks the parts whose response is the rider's main one.
    """

    bb: Array
    bg: Array
    gg: Array
    b: Array
    g: Array
    rest: Array
    kinds: NDArray[np.intp]
    own: NDArray[np.bool_]
    riders: NDArray[np.intp]


def sums_of(riders: Sequence[RiderRecordings], main: Sequence[Mounting | None]) -> Sums:
    """Sum up the recordings of all riders."""
    parts = [
        (number, kind, own, kind == main[number])
        for number, each in enumerate(riders)
        for kind, own in each.sittings.items()
        if own
    ]
    most = max((len(own) for _, _, own, _ in parts), default=1)
    told = np.zeros((6, len(parts), len(SIDES), most, SDS_DEG.size))
    for place, (_, _, own, _) in enumerate(parts):
        for at, sitting in enumerate(own):
            for side, one in sitting.items():
                told[:, place, SIDES.index(side), at] = foot_sums(one, SDS_DEG)
    bb, bg, gg, b, g, rest = told
    kinds = np.array([MOUNTINGS.index(kind) for _, kind, _, _ in parts], dtype=np.intp)
    main_ones = np.array([own for *_, own in parts], dtype=bool)
    numbers = np.array([number for number, *_ in parts], dtype=np.intp)
    return Sums(bb, bg, gg, b, g, rest, kinds, main_ones, numbers)


def foot_sums(one: Series, sds: Array) -> Array:
    """Return what readings say of response b and drift g at each SD between recordings: six sums, shape (6, K).

    Up to a constant, the log density is ``-(bb b^2 + 2 bg b g + gg g^2) / 2 + b_ b + g_ g + rest``, with the flat
    baseline integrated over.
    """
    weight = 1.0 / reading_variances(one.standard_error_deg, sds)
    total = weight.sum(axis=1, keepdims=True)

    def centred(values: Array) -> Array:
        return np.asarray(values - (weight * values).sum(axis=1, keepdims=True) / total)

    x, t, y = (
        centred(-one.cant_deg),
        centred(one.order - one.order.mean()),
        centred(one.value_deg - one.value_deg.mean()),
    )
    size = np.log(weight).sum(axis=1) - np.log(total[:, 0]) - (one.order.size - 1) * math.log(2.0 * math.pi)
    rest = 0.5 * (size - (weight * y * y).sum(axis=1))
    pairs = ((x, x), (x, t), (t, t), (x, y), (t, y))
    return np.stack([*((weight * left * right).sum(axis=1) for left, right in pairs), rest])


def about_response(data: Sums, drift_sd_deg: Array) -> tuple[Array, Array, Array]:
    """Integrate over the drifts (N): precision, pull and log density of each foot's response, shape (N, P, 2, K)."""
    inverse = drift_sd_deg[:, None, None, None, None] ** -2
    firm = data.gg + inverse
    precision = (data.bb - data.bg**2 / firm).sum(axis=3)
    pull = (data.b - data.bg * data.g / firm).sum(axis=3)
    rest = (data.rest + 0.5 * data.g**2 / firm - 0.5 * np.log(firm / inverse)).sum(axis=3)
    return precision, pull, rest


def log_evidence(common: Array, data: Sums) -> Array:
    """Return the log density of all recordings at each set of common numbers (N, 8)."""
    some = max(_CHUNK // max(data.kinds.size, 1), 1)
    return np.concatenate([_evidence_of(part, data) for part in np.split(common, range(some, len(common), some))])


def _evidence_of(common: Array, data: Sums) -> Array:
    """Return the same for a few sets."""
    precision, pull, rest = about_response(data, common[:, DRIFT])
    log_density = rest.sum(axis=2)
    own, others = data.own, ~data.own
    log_density[:, own] += _with_prior(common, precision[:, own], pull[:, own])
    log_density[:, others] += without_prior(precision[:, others], pull[:, others]).sum(axis=2)
    away = np.log(SDS_DEG) - np.log(common[:, MEDIANS:, None])
    log_weights = np.log(normalised(-0.5 * (away / common[:, LOG_SD, None, None]) ** 2) + 1e-300)
    log_density += log_weights[:, data.kinds]
    top = log_density.max(axis=2, keepdims=True)
    return np.asarray((top[..., 0] + np.log(np.exp(log_density - top).sum(axis=2))).sum(axis=1))


def _with_prior(common: Array, precision: Array, pull: Array) -> Array:
    """Integrate over the responses of a rider's two feet, which are alike by their correlation; (N, P, K)."""
    mean, spread, likeness = (common[:, at, None, None] for at in (MEAN, SPREAD, LIKENESS))
    firm = 1.0 / (spread**2 * (1.0 - likeness**2))
    left, right = firm + precision[:, :, 0], firm + precision[:, :, 1]
    across = -firm * likeness
    size = left * right - across**2
    pull_left, pull_right = pull[:, :, 0] - precision[:, :, 0] * mean, pull[:, :, 1] - precision[:, :, 1] * mean
    square = (right * pull_left**2 - 2.0 * across * pull_left * pull_right + left * pull_right**2) / size
    at_mean = mean * pull.sum(axis=2) - 0.5 * mean**2 * precision.sum(axis=2)
    return np.asarray(at_mean + 0.5 * square - 0.5 * np.log(size * spread**4 * (1.0 - likeness**2)))


def without_prior(precision: Array, pull: Array) -> Array:
    """Integrate over responses of which nothing is assumed; a foot at one count has none."""
    some = precision > 1e-9
    firm = np.where(some, precision, 1.0)
    return np.asarray(np.where(some, 0.5 * pull**2 / firm - 0.5 * np.log(firm), 0.0))
