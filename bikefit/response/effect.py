"""What the wedges did, by the recordings alone: the change, whether it was seen, and what would make it doubtful."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from bikefit.model import Array
from bikefit.response.experiment import Assumptions, FootPosterior, Series, fit_feet
from bikefit.response.linear import condition, normalised, precision_of
from bikefit.response.mixture import Mixture
from bikefit.settings import DEFAULTS, Settings

Foot = TypeVar("Foot")
Verdict = Literal["helps", "harms", "too_much", "no_effect_seen", "not_tried"]


@dataclass(frozen=True)
class Effect:
    """How far a change of cant turned the heel, by the recordings alone."""

    # Signed cants, varus positive.
    from_cant_deg: float
    to_cant_deg: float
    deg: float  # Change, heel-out positive
    interval_deg: tuple[float, float]  # Of 95 %
    detected: bool  # Whether the interval leaves zero out

    @property
    def minimal_detectable_deg(self) -> float:
        """Smallest change that these recordings can show: half the interval's width [deg]."""
        return 0.5 * (self.interval_deg[1] - self.interval_deg[0])

    def excess_deg(self, own: FootPosterior, cant_deg: float) -> float:
        """Return the excess under a cant as this change has it [deg], from where ``own`` expects it to begin."""
        slope = self.deg / (self.to_cant_deg - self.from_cant_deg)
        return own.excess_at(self.from_cant_deg).mean + slope * (cant_deg - self.from_cant_deg)


def widest_pair(cants_deg: Sequence[float]) -> tuple[float, float]:
    """Return the cant nearest to none and the one farthest from it, varus first on a tie."""
    start = min(cants_deg, key=lambda cant: (abs(cant), -cant))
    return start, max(cants_deg, key=lambda cant: (abs(cant - start), cant))


def effects(feet: Mapping[Foot, Series], assumptions: Assumptions) -> dict[Foot, Effect]:
    """Measure what the wedges did under each foot that was recorded at two cants in one setup.

    Parameters
    ----------
    feet : mapping of foot to Series
        The recordings of one rider.
    assumptions : Assumptions
        What is thought of drift and of the SD between recordings; the response's prior is left out.

    Returns
    -------
    dict of foot to Effect
        The change between the cant nearest to none and the one farthest from it.

    Examples
    --------
    >>> from bikefit.response import series
    >>> seen = effects({"right": series([6.0, 4.0, 6.0], 0.1, [0, 2, 0])}, Assumptions())["right"]
    >>> round(seen.deg, 2), seen.detected
    (-2.0, True)
    """
    free = fit_feet(feet, assumptions, response_prior=False)
    return {foot: effect_of(free[foot], one.cant_deg.tolist()) for foot, one in feet.items() if one.tells_response}


def effect_of(free: FootPosterior, cants_deg: Sequence[float]) -> Effect:
    """Read the change between the widest pair of cants from the posterior without the response's prior."""
    start, end = widest_pair(cants_deg)
    turned = free.change(start, end)
    low, high = turned.interval()
    return Effect(start, end, turned.mean, (low, high), detected=not low <= 0.0 <= high)


def verdict_of(effect: Effect | None, own: FootPosterior, cants_deg: Sequence[float]) -> Verdict:
    """Say what the wedges did for the heel: closer to neutral, further, or past it, by what is expected at each cant.

    The sign is that of the change as measured; ``own`` is the posterior with the prior, of excesses.
    """
    if effect is None:
        return "not_tried"
    if not effect.detected:
        return "no_effect_seen"
    before = own.excess_at(effect.from_cant_deg).mean
    after = [effect.excess_deg(own, cant) for cant in set(cants_deg) - {effect.from_cant_deg}]
    if any(abs(excess) < abs(before) for excess in after):
        return "helps"
    return "too_much" if any(excess * before < 0.0 for excess in after) else "harms"


def order_confounded(one: Series, settings: Settings = DEFAULTS) -> bool:
    """Say whether cant and order go together over three or more recordings, as in 0, 1, 2 wedges."""
    cants, order = _within_setups(one, one.cant_deg), _within_setups(one, one.order)
    size = float(np.linalg.norm(cants) * np.linalg.norm(order))
    least = settings.order_confounded_correlation * size
    return one.order.size > 2 and size > 0.0 and abs(float(cants @ order)) > least


def _within_setups(one: Series, values: Array) -> Array:
    """Take each setup's mean off."""
    rest = values.copy()
    for each in np.unique(one.setup):
        here = one.setup == each
        rest[here] -= rest[here].mean()
    return rest


@dataclass(frozen=True)
class Straightness:
    """Whether three or more counts lie on one line."""

    cants_deg: tuple[float, float, float]  # The lowest, one between, the highest
    # Expected heel-in per degree of varus cant between the first two and between the last two.
    lower: float
    upper: float
    chance_bent: float  # Chance that the response bends the way it seems to, 0.5-1
    doubted: bool  # Whether a straight response is doubtful enough to be said


def straightness(one: Series, assumptions: Assumptions, settings: Settings = DEFAULTS) -> Straightness | None:
    """Look whether the response bends, by a parabola through the recordings; None under three cants in one setup."""
    here = np.unique(one.cant_deg[one.setup == one.setup[-1]])
    if here.size < 3:
        return None
    low, high = float(here[0]), float(here[-1])
    middle = float(min(here[1:-1], key=lambda cant: (abs(cant - 0.5 * (low + high)), cant)))
    sds, log_weights = assumptions.between_grid()
    columns = [np.ones(one.order.size), -one.cant_deg, -(one.cant_deg**2), _within_setups(one, one.order)]
    columns += [(one.setup == other).astype(np.float64) for other in set(one.setup.tolist()) - {int(one.setup[-1])}]
    precision = np.zeros(len(columns))
    precision[3] = precision_of(assumptions.drift_sd_deg)
    found = condition(
        np.column_stack(columns), one.value_deg, one.standard_error_deg, sds, np.zeros(len(columns)), precision
    )
    weights = normalised(log_weights + found.log_evidence)

    def belief(row: tuple[float, ...]) -> Mixture:
        along = np.array(row)
        spread = np.sqrt(np.einsum("i,kij,j->k", along, found.covariances[:, 1:3, 1:3], along))
        return Mixture(weights, found.means[:, 1:3] @ along, spread)

    ends = [belief((1.0, low + middle)), belief((1.0, middle + high))]
    lower, upper = (end.mean for end in ends)
    bent, acts = (_one_sided(belief(row)) for row in ((0.0, 1.0), (1.0, low + high)))
    acts = max(acts, sum(map(_one_sided, ends)) - 1.0)  # both ends act, if against each other: at least this likely
    weak, strong = sorted((lower, upper), key=abs)
    uneven = weak * strong <= 0.0 or abs(weak) < settings.response_bent_share * abs(strong)
    doubted = uneven and min(bent, acts) >= settings.response_bent_probability
    return Straightness((low, middle, high), lower, upper, bent, doubted)


def _one_sided(belief: Mixture) -> float:
    """Return the chance of the likelier sign."""
    below = belief.cdf(0.0)
    return max(below, 1.0 - below)
