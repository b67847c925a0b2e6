import numpy as np
import pytest

from bikefit.quantiles import t_quantile
from bikefit.signals import (
    circular_mean_deg,
    long_run_variance,
    mean_with_error,
    robust_sd,
    spikes,
    unwrap_deg,
)


def autoregressive(count: int, rho: float, rng: np.random.Generator) -> np.ndarray:
    """A stationary AR(1) series of unit innovations."""
    values = rng.standard_normal(count)
    values[0] /= np.sqrt(1.0 - rho**2)
    for index in range(1, count):
        values[index] += rho * values[index - 1]
    return values


def test_unwrap_agrees_with_numpy() -> None:
    angle = np.cumsum(np.random.default_rng(3).uniform(-170.0, 170.0, 500))
    np.testing.assert_allclose(unwrap_deg(angle % 360.0), np.unwrap(angle % 360.0, period=360.0), atol=1e-9)


def test_unwrap_leaves_a_continuous_angle_alone() -> None:
    angle = np.arange(0.0, 5000.0, 7.0)
    assert np.array_equal(unwrap_deg(angle), angle)


@pytest.mark.parametrize("values", [[], [5.0], [np.nan, np.nan], [np.nan, 3.0]])
def test_unwrap_of_almost_nothing(values: list[float]) -> None:
    np.testing.assert_array_equal(unwrap_deg(np.array(values)), np.array(values))


def test_spikes_single_and_double_and_no_step() -> None:
    values = np.sin(np.arange(200) * 0.1)
    values[50] += 40.0
    values[[90, 91]] -= 35.0
    values[150:] += 20.0  # a step is no spike
    assert spikes(values, 8.0).tolist() == [50, 90, 91]


def test_spike_at_either_end() -> None:
    values = np.zeros(20)
    values[[0, -1]] = 30.0
    assert spikes(values, 8.0).tolist() == [0, 19]


def test_circular_mean() -> None:
    assert circular_mean_deg(np.array([350.0, 20.0, np.nan])) == pytest.approx(5.0)
    assert circular_mean_deg(np.array([170.0, 190.0])) == pytest.approx(180.0)
    assert np.isnan(circular_mean_deg(np.array([0.0, 180.0])))
    assert np.isnan(circular_mean_deg(np.array([])))


def test_robust_sd_of_a_normal() -> None:
    values = np.random.default_rng(1).normal(4.0, 2.0, 20_000)
    assert robust_sd(values) == pytest.approx(2.0, rel=0.03)


def test_long_run_variance_of_known_processes() -> None:
    rng = np.random.default_rng(2)
    white = np.mean([long_run_variance(rng.standard_normal(4000))[0] for _ in range(40)])
    related = np.mean([long_run_variance(autoregressive(4000, 0.6, rng))[0] for _ in range(40)])
    assert white == pytest.approx(1.0, rel=0.1)
    assert related == pytest.approx(1.0 / 0.4**2, rel=0.1)


def test_mean_with_error_of_almost_nothing() -> None:
    assert np.isnan(mean_with_error(np.array([]))[0])
    mean, error, dof = mean_with_error(np.array([1.0, np.nan, 2.0]))
    assert mean == 1.5
    assert np.isnan(error)
    assert np.isnan(dof)
    assert mean_with_error(np.full(50, 3.0))[:2] == (3.0, 0.0)


def test_repelling_neighbours_are_read_as_independent() -> None:
    values = np.tile([1.0, -1.0], 200) + 0.01 * np.random.default_rng(5).standard_normal(400)
    assert mean_with_error(values)[1] == pytest.approx(1.0 / 20.0, rel=0.05)


@pytest.mark.parametrize("blended", [False, True])
def test_coverage_of_the_interval(blended: bool) -> None:
    """1,200 series: the 95 % interval of 94-96 % coverage (benchmarks/coverage.py) widened by the test's own 3 SD."""
    rng = np.random.default_rng(11)
    hits = 0
    trials = 1200
    for _ in range(trials):
        values = autoregressive(int(rng.integers(300, 1001)) + 2, 0.6, rng)
        if blended:  # what is interpolated between stroke centres, averaged over a stroke
            values = (values[:-2] + 6.0 * values[1:-1] + values[2:]) / 8.0
        mean, error, dof = mean_with_error(values)
        hits += abs(mean) <= t_quantile(dof) * error
    assert 0.94 - 0.019 <= hits / trials <= 0.96 + 0.019
