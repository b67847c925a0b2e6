"""The posterior of baseline and response against hand calculation, brute integration and simulated riders."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bikefit.response import (
    Mixture,
    Posterior,
    Trial,
    allowed_totals,
    fit_response,
    has_repeat,
    minimal_detectable_change_deg,
    rank_next_recordings,
    recordable_totals,
    tells_response,
)
from bikefit.settings import Settings

DEFAULTS = Settings()
EXACT = Settings(between_recording_sd_deg=0.0)


def fit(trials: list[Trial], settings: Settings = DEFAULTS, **more: object) -> Posterior:
    return fit_response(trials, settings, **{"cant_deg": 1.0, "zero_sd_deg": 0.8, **more})  # type: ignore[arg-type]


# ---- worked numbers ----------------------------------------------------------------------------------------


def test_two_wedges_that_helped() -> None:
    posterior = fit([Trial(0, 6.0, 0.5), Trial(2, 4.0, 0.5)], EXACT)
    assert posterior.response.mean == pytest.approx(0.750, abs=5e-4)
    assert posterior.response.sd == pytest.approx(0.2887, abs=5e-5)


def test_without_the_prior_the_pair_speaks_alone() -> None:
    free = fit([Trial(0, 6.0, 0.5), Trial(2, 4.0, 0.5)], EXACT, free_response=True)
    assert free.response.mean == pytest.approx(1.0)
    assert free.response.sd == pytest.approx(0.3536, abs=5e-5)
    assert free.change(0.0, 2.0).mean == pytest.approx(-2.0)


def test_two_wedges_that_went_the_wrong_way() -> None:
    posterior = fit([Trial(0, 6.0, 0.5), Trial(2, 6.8, 0.5)], EXACT)
    assert posterior.response.mean == pytest.approx(-0.183, abs=5e-4)
    assert 1.0 - posterior.probability_heel_in == pytest.approx(0.737, abs=5e-4)


def test_minimal_detectable_change() -> None:
    assert minimal_detectable_change_deg(0.810, 0.810) == pytest.approx(2.245, abs=5e-4)


def test_the_cant_scales_the_response() -> None:
    one = fit([Trial(0, 6.0, 0.5), Trial(3, 4.0, 0.5)], EXACT)
    other = fit([Trial(0, 6.0, 0.5), Trial(2, 4.0, 0.5)], EXACT, cant_deg=1.5)
    assert other.response.mean == pytest.approx(one.response.mean)
    assert other.response.sd == pytest.approx(one.response.sd)


def test_the_zero_widens_the_angle_and_not_the_response() -> None:
    pair = [Trial(0, 6.0, 0.1), Trial(2, 4.0, 0.1)]
    known, unsure = fit(pair, zero_sd_deg=0.0), fit(pair, zero_sd_deg=1.5)
    assert unsure.response.sd == known.response.sd
    assert unsure.excess_at(2.0).sd == pytest.approx(math.hypot(known.excess_at(2.0).sd, 1.5))
    assert unsure.covariance_at(2.0) == known.covariance_at(2.0)


def test_remounting_widens_the_response() -> None:
    pair = [Trial(0, 6.0, 0.1), Trial(2, 4.0, 0.1)]
    assert fit(pair).between_sd_deg == 0.3
    assert fit(pair, remounted=True).between_sd_deg == 0.8
    assert fit(pair, remounted=True).response.sd > fit(pair).response.sd


def test_what_the_recordings_can_teach() -> None:
    assert not has_repeat([Trial(0, 1.0, 0.1), Trial(1, 1.0, 0.1)])
    assert not has_repeat([Trial(0, 1.0, 0.1), Trial(0, 1.0, 0.1, setup=1)])
    assert not tells_response([Trial(0, 1.0, 0.1), Trial(2, 1.0, 0.1, setup=1)])
    with pytest.raises(ValueError, match="one count"):
        fit([Trial(0, 1.0, 0.1), Trial(0, 1.0, 0.1)], free_response=True)
    with pytest.raises(ValueError, match="no recording"):
        fit([])


def test_recordings_at_one_count_leave_the_prior_as_it_was() -> None:
    posterior = fit([Trial(2, 5.0, 0.1), Trial(2, 5.3, 0.1)])
    assert posterior.response.mean == pytest.approx(0.25)
    assert posterior.response.sd == pytest.approx(0.5)


def test_a_closer_repeat_means_a_smaller_sd_between_recordings() -> None:
    close = fit([Trial(0, 6.0, 0.1), Trial(2, 4.0, 0.1), Trial(0, 6.05, 0.1)])
    apart = fit([Trial(0, 6.0, 0.1), Trial(2, 4.0, 0.1), Trial(0, 8.0, 0.1)])
    assert close.between_sd_deg < apart.between_sd_deg
    assert close.response.sd < apart.response.sd


def test_a_drift_is_taken_out_from_four_recordings_on() -> None:
    def drifting(counts: list[int]) -> list[Trial]:
        return [Trial(n, 5.0 - 0.5 * n + 0.6 * i, 0.05, time_h=float(i)) for i, n in enumerate(counts)]

    def without_time(trials: list[Trial]) -> list[Trial]:
        return [Trial(t.wedges, t.value_deg, t.standard_error_deg) for t in trials]

    four, three = drifting([0, 0, 2, 2]), drifting([0, 2, 2])
    loose = Settings(series_trend_sd_deg=10.0, response_sd=10.0, between_recording_prior_median_deg=0.02)
    assert fit(four, loose).response.mean == pytest.approx(0.5, abs=0.02)
    assert abs(fit(without_time(four), loose).response.mean - 0.5) > 0.3
    assert fit(three, loose).response.mean == fit(without_time(three), loose).response.mean


def test_another_setup_has_its_own_baseline() -> None:
    here = [Trial(0, 5.0, 0.1), Trial(2, 4.0, 0.1)]
    elsewhere = [Trial(0, 50.0, 0.1, setup=1), Trial(2, 49.0, 0.1, setup=1)]
    both = fit([*elsewhere, *here])
    assert both.response.mean > fit(here).response.mean > 0.25
    assert both.response.sd < fit(here).response.sd
    assert both.excess_at(0.0).mean == pytest.approx(5.0, abs=0.1)


# ---- against slow integration ------------------------------------------------------------------------------


def brute(trials: list[Trial], settings: Settings, cant_deg: float, sd_nodes: np.ndarray, sd_prior: np.ndarray):  # type: ignore[no-untyped-def]
    """Mean and SD of the response and of the baseline by summing over a fine grid of both (and of the SD)."""
    x = np.array([-cant_deg * t.wedges for t in trials])
    y = np.array([t.value_deg for t in trials])
    se = np.array([t.standard_error_deg for t in trials])
    b = settings.response_mean + settings.response_sd * np.linspace(-20, 20, 801)
    total = np.zeros(6)
    for s, weight in zip(sd_nodes, sd_prior, strict=True):
        v = se**2 + s**2
        centre = ((y[:, None] - x[:, None] * b) / v[:, None]).sum(0) / (1 / v).sum()
        spread = math.sqrt(1 / (1 / v).sum())
        a = centre[None, :] + spread * np.linspace(-8, 8, 61)[:, None]
        log = -0.5 * sum((y[i] - a - x[i] * b) ** 2 / v[i] + math.log(v[i]) for i in range(len(y)))
        log = log - 0.5 * ((b - settings.response_mean) / settings.response_sd) ** 2 + math.log(spread)
        p = weight * np.exp(log)
        bb = np.broadcast_to(b, p.shape)
        total += [(p * f).sum() for f in (1.0, bb, bb**2, a, a**2, a * bb)]
    _, mb, mbb, ma, maa, mab = total / total[0]
    return mb, math.sqrt(mbb - mb**2), ma, math.sqrt(maa - ma**2), mab - ma * mb


series = st.lists(st.builds(Trial, st.integers(-3, 3), st.floats(-8, 8), st.floats(0.2, 1.0)), min_size=1, max_size=4)


@hypothesis_settings(max_examples=25, deadline=None)
@given(series, st.floats(0.2, 1.0), st.floats(0.5, 2.0))
def test_agreement_with_slow_integration(trials: list[Trial], between: float, cant_deg: float) -> None:
    settings = Settings(between_recording_sd_deg=between)
    posterior = fit(trials, settings, cant_deg=cant_deg, zero_sd_deg=0.0)
    if has_repeat(trials):
        z = np.linspace(-8, 8, 97)
        nodes, prior = 0.6 * np.exp(0.7 * z), np.exp(-0.5 * z**2)
    else:
        nodes, prior = np.array([between]), np.ones(1)
    mb, sb, ma, sa, cov = brute(trials, settings, cant_deg, nodes, prior)
    assert posterior.response.mean == pytest.approx(mb, abs=1e-6)
    assert posterior.response.sd == pytest.approx(sb, abs=1e-6)
    assert posterior.excess_at(0.0).mean == pytest.approx(ma, abs=1e-6)
    assert posterior.excess_at(0.0).sd == pytest.approx(sa, abs=1e-6)
    assert posterior.covariance_at(0.0) == pytest.approx(cov, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0.1, 1), st.floats(-5, 5), st.floats(0.1, 3)), min_size=1, max_size=5))
def test_a_quantile_undoes_the_distribution(parts: list[tuple[float, float, float]]) -> None:
    weights, means, sds = (np.array(column) for column in zip(*parts, strict=True))
    mixture = Mixture(weights / weights.sum(), means, sds)
    for probability in (0.025, 0.25, 0.5, 0.9):
        assert mixture.cdf(mixture.quantile(probability)) == pytest.approx(probability, abs=1e-9)


# ---- properties --------------------------------------------------------------------------------------------


@given(series.filter(lambda s: len(s) > 1), st.randoms(use_true_random=False))
def test_the_order_of_recordings_does_not_matter(trials: list[Trial], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(trials, len(trials))
    one, other = fit(trials), fit(shuffled)
    assert other.response.mean == pytest.approx(one.response.mean, abs=1e-9)
    assert other.excess_at(1.0).sd == pytest.approx(one.excess_at(1.0).sd, abs=1e-9)


@given(series, st.floats(-500, 500))
def test_an_offset_of_the_zero_moves_the_angle_and_not_the_response(trials: list[Trial], offset: float) -> None:
    moved = [Trial(t.wedges, t.value_deg + offset, t.standard_error_deg) for t in trials]
    one, other = fit(trials), fit(moved)
    assert other.response.mean == pytest.approx(one.response.mean, abs=1e-9)
    assert other.response.sd == pytest.approx(one.response.sd, abs=1e-9)
    assert other.excess_at(2.0).mean == pytest.approx(one.excess_at(2.0).mean + offset, abs=1e-8)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=5), st.integers(1, 4))
def test_never_beyond_what_was_tried(tried: list[int], cap: int) -> None:
    tried = [max(-cap, min(cap, total)) for total in tried]
    allowed = allowed_totals(tried, cap)
    assert 0 in allowed
    assert set(tried) <= set(allowed)
    assert all(abs(total) <= cap for total in allowed)
    assert max(allowed) <= max(0, *tried) + (max(tried) > 0)
    assert min(allowed) >= min(0, *tried) - (min(tried) < 0)
    assert set(allowed) <= set(recordable_totals(tried, cap))


# ---- what to record next -----------------------------------------------------------------------------------


def test_the_first_trial_goes_the_assumed_way() -> None:
    for excess, best in ((5.0, 1), (-5.0, -1)):
        first = [Trial(0, excess, 0.1)]
        assert rank_next_recordings(fit(first), first, cant_deg=1.0, cap=3)[0].wedges == best


def test_a_recording_never_costs() -> None:
    for counts in itertools.product((0, 1, 2), repeat=2):
        trials = [Trial(n, 4.0 - 0.5 * n, 0.2) for n in counts]
        for option in rank_next_recordings(fit(trials), trials, cant_deg=1.0, cap=3):
            assert option.gain_deg >= -1e-9


def test_expected_loss_against_simulated_recordings() -> None:
    """The best count's expected loss after one more recording, by drawing riders from the posterior."""
    settings = Settings(between_recording_sd_deg=0.5)
    trials = [Trial(0, 4.0, 0.3), Trial(1, 3.0, 0.3)]
    posterior = fit(trials, settings)
    predicted = {r.wedges: r.expected_miss_deg for r in rank_next_recordings(posterior, trials, cant_deg=1.0, cap=3)}
    rng = np.random.default_rng(7)
    mean, covariance = posterior.moments()
    for total in (0, 2):
        losses = []
        for baseline, response in rng.multivariate_normal(mean, covariance, size=1500):
            value = baseline - response * total + rng.normal(0, math.hypot(0.5, 0.3))
            # a repeat would bring the learned SD in; as another setup's it would not share the baseline
            after = closed_form([*trials, Trial(total, value, 0.3)], 0.5)
            expected, spread = after
            allowed = allowed_totals([0, 1, total], 3)
            losses.append(
                min(
                    (expected[0] - w * expected[1]) ** 2 + np.array([1.0, -w]) @ spread @ np.array([1.0, -w]) + 0.8**2
                    for w in allowed
                )
            )
        assert predicted[total] == pytest.approx(math.sqrt(np.mean(losses)), rel=0.02)


def closed_form(trials: list[Trial], between: float) -> tuple[np.ndarray, np.ndarray]:
    x = np.array([[1.0, -float(t.wedges)] for t in trials])
    v = np.array([t.standard_error_deg**2 + between**2 for t in trials])
    y = np.array([t.value_deg for t in trials])
    spread = np.linalg.inv(x.T @ (x / v[:, None]) + np.diag([0.0, 4.0]))
    return spread @ (x.T @ (y / v) + np.array([0.0, 1.0])), spread


# ---- calibration -------------------------------------------------------------------------------------------


LEVELS = np.array([0.5, 0.8, 0.95])
CANTS, ERROR = np.array([0.0, 2.0]), 0.2


def draw(rng: np.random.Generator, riders: int, counts: np.ndarray, between: np.ndarray | float):  # type: ignore[no-untyped-def]
    """Baseline and response of riders drawn from the priors, and what their recordings read."""
    a, b, zero = rng.normal(0, 4, riders), rng.normal(0.25, 0.5, riders), rng.normal(0, 0.8, riders)
    scatter = rng.normal(size=(len(counts), riders)) * np.hypot(between, ERROR)
    return a, b, (a + zero - b * counts[:, None] + scatter).T


@pytest.mark.parametrize("seed", [1, 2])
def test_intervals_cover_what_they_promise(seed: int) -> None:
    """20,000 riders drawn from the priors, the SD known: within 1 point of 50, 80 and 95 %.

    At a known SD the posterior's mean is linear in the readings and its spread does not depend on them, so that
    three fits hold those of all riders.
    """

    def at(y: np.ndarray) -> Posterior:
        return fit([Trial(int(n), float(value), ERROR) for n, value in zip(CANTS, y, strict=True)])

    def told(posterior: Posterior) -> np.ndarray:
        return np.array([posterior.response.mean, posterior.excess_at(1.0).mean])

    rng = np.random.default_rng(seed)
    a, b, values = draw(rng, 20_000, CANTS, 0.3)
    origin = told(at(np.zeros(2)))
    slope = np.array([told(at(unit)) - origin for unit in np.eye(2)])
    means = origin + values @ slope
    some = at(values[0])
    for k in range(20):
        assert told(at(values[k])) == pytest.approx(means[k], abs=1e-9)
        assert at(values[k]).response.sd == pytest.approx(some.response.sd, abs=1e-12)
    unit = Mixture(np.ones(1), np.zeros(1), np.ones(1))
    for truth, mean, sd in ((b, means[:, 0], some.response.sd), (a - b, means[:, 1], some.excess_at(1.0).sd)):
        reach = np.array([unit.quantile(0.5 + level / 2) for level in LEVELS])
        cover = (np.abs(truth - mean)[:, None] <= reach * sd).mean(axis=0)
        assert np.all(np.abs(cover - LEVELS) < 0.01), cover


@pytest.mark.parametrize("seed", [1, 2])
def test_intervals_cover_with_the_sd_from_one_repeat(seed: int) -> None:
    """2,500 riders whose SDs come from its prior; over 20,000 the figures lie within 1 point (benchmarks).

    The bound is that point and three standard deviations of this many riders' share.
    """
    riders, counts = 2500, np.array([0.0, 2.0, 0.0])
    rng = np.random.default_rng(seed)
    a, b, values = draw(rng, riders, counts, 0.6 * np.exp(0.7 * rng.normal(size=riders)))
    depth = np.empty((2, riders))
    for k in range(riders):
        posterior = fit([Trial(int(n), float(y), ERROR) for n, y in zip(counts, values[k], strict=True)])
        depth[0, k] = abs(2 * posterior.response.cdf(b[k]) - 1)
        depth[1, k] = abs(2 * posterior.excess_at(1.0).cdf(a[k] - b[k]) - 1)
    cover = (depth[:, :, None] < LEVELS).mean(axis=1)
    assert np.all(np.abs(cover - LEVELS) < 0.01 + 3 * np.sqrt(LEVELS * (1 - LEVELS) / riders)), cover


def detections(counts: list[int], effect: float, error: float, sds: np.ndarray, seed: int) -> float:
    """Share of riders whose change is detected."""
    rng, detected = np.random.default_rng(seed), 0
    for sd in sds:
        trials = [Trial(n, 3.0 - effect * (n > 0) + rng.normal(0, math.hypot(sd, error)), error) for n in counts]
        low, high = fit(trials, free_response=True).change(0.0, float(max(counts))).interval()
        detected += not low <= 0.0 <= high
    return detected / len(sds)


@pytest.mark.parametrize("effect", [0.0, 1.0])
def test_change_is_detected_as_often_as_theory_has_it(effect: float) -> None:
    """5,000 pairs: 3-7 % without an effect; with one, within 3 points of the power of a two-sided test."""
    riders, between, error = 5000, 0.3, 0.1
    share = detections([0, 2], effect, error, np.full(riders, between), seed=3)
    if effect == 0.0:
        assert 0.03 <= share <= 0.07
    unit = Mixture(np.ones(1), np.zeros(1), np.ones(1))
    away = effect / math.sqrt(2 * (between**2 + error**2))
    theory = unit.cdf(away - 1.959964) + unit.cdf(-away - 1.959964)
    assert share == pytest.approx(theory, abs=0.03)


def test_no_change_is_seldom_detected_with_the_sd_from_one_repeat() -> None:
    """1,500 series without an effect; 5,000 of them: benchmarks/calibration_response.py."""
    sds = 0.6 * np.exp(0.7 * np.random.default_rng(4).normal(size=1500))
    assert 0.03 <= detections([0, 1, 0], 0.0, 0.1, sds, seed=3) <= 0.07
