import numpy as np
import pytest

from bikefit.quantiles import t_quantile
from bikefit.signals import (
    circular_mean_deg,
    long_run_variance,
    mean_with_error,
    means_with_errors,
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
    values[150:] += 20.0  # a step is not a spike
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


def coverage(series: np.ndarray) -> float:
    means, errors, dofs = means_with_errors(series)
    return float(np.mean(np.abs(means) <= errors * np.array([t_quantile(dof) for dof in dofs])))


@pytest.mark.parametrize("count", [12, 20, 40, 350])
def test_few_strokes_have_wide_intervals(count: int) -> None:
    """2,000 AR(1) series with rho 0.6: at least 95 %, less three of the test's own SD."""
    rng = np.random.default_rng(count)
    series = rng.standard_normal((2000, count))
    series[:, 0] /= np.sqrt(1.0 - 0.6**2)
    for index in range(1, count):
        series[:, index] += 0.6 * series[:, index - 1]
    assert coverage(series) >= 0.95 - 0.015


@pytest.mark.parametrize(("exponent", "least"), [(0.7, 0.90), (0.8, 0.88), (0.9, 0.81)])
def test_long_memory_is_allowed_for(exponent: float, least: float) -> None:
    """600 series of 350 strokes of fractional Gaussian noise; the table in docs/performance.md less about 2 SD."""
    lag = np.abs(np.subtract.outer(np.arange(350.0), np.arange(350.0)))
    power = 2.0 * exponent
    covariance = 0.5 * ((lag + 1.0) ** power - 2.0 * lag**power + np.abs(lag - 1.0) ** power)
    series = np.random.default_rng(8).standard_normal((600, 350)) @ np.linalg.cholesky(covariance).T
    assert coverage(series) >= least


def test_the_error_is_never_below_what_blocks_show() -> None:
    rng = np.random.default_rng(4)
    for count, block in ((200, 45), (400, 30), (1500, 90)):
        for values in (rng.standard_normal(count), np.repeat(rng.standard_normal(count // 20), 20)):
            blocks = values[: values.size // block * block].reshape(-1, block).mean(axis=1)
            floor = blocks.std(ddof=1) / np.sqrt(blocks.size)
            assert mean_with_error(values, block)[1] >= floor * (1.0 - 1e-12)


def test_several_series_at_once_are_each_as_alone() -> None:
    series = np.random.default_rng(6).standard_normal((5, 130)).cumsum(axis=1) * [[1.0], [3.0], [0.0], [0.1], [50.0]]
    for row, together in zip(series, zip(*means_with_errors(series), strict=True), strict=True):
        assert mean_with_error(row) == pytest.approx(together, rel=1e-9)


@pytest.mark.parametrize("count", [3, 4, 5, 9, 513, 1025])
def test_any_length_has_a_finite_error(count: int) -> None:
    values = np.random.default_rng(count).standard_normal(count)
    mean, error, dof = mean_with_error(values)
    assert mean == pytest.approx(values.mean())
    assert 0.0 < error * t_quantile(dof) < 40.0
    scaled = mean_with_error(7.0 + 3.0 * values)
    assert scaled[1:] == pytest.approx((3.0 * error, dof), rel=1e-6)
