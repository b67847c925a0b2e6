"""Student's t in plain Python: one quantile does not need a statistics library.

The upper tail is half of a regularised incomplete beta function, whose continued fraction is evaluated by Lentz's
method (Press et al., Numerical Recipes, 3rd ed., section 6.4); Newton's steps on it find the quantile. From a thousand
degrees of freedom on, the expansion about the normal quantile is exact to the last digits
(Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.5).
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import Final

from bikefit.conventions import Z95

_NORMAL: Final = NormalDist()
_EXPANDED_FROM_DOF: Final = 1000.0
_NEAR_NORMAL_DOF: Final = 5.0
"""From here on the expansion is near enough to begin with."""


@cache
def t_quantile(dof: float, confidence: float = 0.95) -> float:
    """Return how many standard errors a two-sided interval reaches.

    Examples
    --------
    >>> round(t_quantile(10.0), 3)
    2.228
    """
    if not dof > 0.0:
        return math.nan
    tail = (1.0 - confidence) / 2.0
    if dof >= _EXPANDED_FROM_DOF:
        return _expanded(_NORMAL.inv_cdf(1.0 - tail), dof)
    log_scale = t_log_scale(dof)
    # the tail is nearly a power of t, so Newton's steps on the logarithms never overshoot by much
    normal = _NORMAL.inv_cdf(1.0 - tail)
    reach = max(_expanded(normal, dof) if dof > _NEAR_NORMAL_DOF else normal, 1e-3)
    for _ in range(100):
        own = _upper_tail(reach, dof)
        density = math.exp(log_scale - (dof + 1.0) / 2.0 * math.log1p(reach * reach / dof))
        step = math.log(own / tail) * own / (density * reach)
        reach *= math.exp(step)
        if abs(step) < 1e-9:  # the error left is its square
            break
    return reach


def normal_sd(standard_error: float, dof: float) -> float:
    """Return the standard deviation of the normal distribution with the same 95 % interval."""
    return float(t_quantile(dof) / Z95 * standard_error)


def t_log_scale(dof: float) -> float:
    """Return the logarithm of the density in the middle."""
    return math.lgamma((dof + 1.0) / 2.0) - math.lgamma(dof / 2.0) - 0.5 * math.log(dof * math.pi)


def _expanded(z: float, dof: float) -> float:
    """Expand the quantile about the normal one in powers of 1 / dof."""
    z3, z5, z7 = z**3, z**5, z**7
    first = (z3 + z) / 4.0
    second = (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0
    third = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0
    fourth = (79.0 * z**9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * z) / 92160.0
    return z + first / dof + second / dof**2 + third / dof**3 + fourth / dof**4


def _upper_tail(reach: float, dof: float) -> float:
    """Return P(T > reach) for reach > 0."""
    share = dof / (dof + reach * reach)
    a, b = dof / 2.0, 0.5
    if share < (a + 1.0) / (a + b + 2.0):
        return 0.5 * _incomplete_beta(share, a, b)
    return 0.5 * (1.0 - _incomplete_beta(reach * reach / (dof + reach * reach), b, a))


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function where its continued fraction converges fast."""
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or tiny)
    total = d
    for m in range(1, 1000):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + factor * d or tiny)
            c = 1.0 + factor / c or tiny
            total *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return front * total / a
