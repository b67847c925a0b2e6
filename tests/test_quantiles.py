"""Student's t against scipy's, and against what is known in closed form."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import t

from bikefit.quantiles import t_quantile


@pytest.mark.parametrize("confidence", [0.02, 0.5, 0.8, 0.95, 0.99, 0.9999])
def test_equals_scipy(confidence: float) -> None:
    for dof in [1.0, 1.3, 2.0, 2.7, 3.0, 5.5, 11.0, 30.0, 99.9, 400.0, 999.0, 1000.0, 1001.0, 1e5, 1e9]:
        assert t_quantile(dof, confidence) == pytest.approx(t.ppf(0.5 + confidence / 2, dof), rel=1e-9)


def test_random_degrees_of_freedom() -> None:
    rng = np.random.default_rng(3)
    for dof in np.exp(rng.uniform(0, math.log(5000), 300)):
        assert t_quantile(float(dof)) == pytest.approx(t.ppf(0.975, dof), rel=1e-9)


def test_closed_forms_and_limits() -> None:
    assert t_quantile(1.0) == pytest.approx(math.tan(0.95 * math.pi / 2), rel=1e-12)
    assert t_quantile(2.0) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-12)
    assert t_quantile(math.inf) == pytest.approx(NormalDist().inv_cdf(0.975), rel=1e-14)
    assert math.isnan(t_quantile(math.nan))
    assert math.isnan(t_quantile(0.0))
