"""The one model of a rider's recordings: worked numbers, slow integration, repeats, coverage, choices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.linalg import null_space
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from bikefit.response.choice import (
    allowed_totals,
    counts_to_ride,
    expected_loss_deg2,
    planned_minimal_detectable_deg,
    rank_recordings,
)
from bikefit.response.effect import effects, order_confounded, straightness, verdict_of
from bikefit.response.experiment import (
    Assumptions,
    FootPosterior,
    Series,
    between_sd_interval,
    fit_feet,
    fit_foot,
    log_evidence,
    series,
)
from bikefit.response.mixture import mixture_cdf, mixture_quantile, normal_cdf
from bikefit.settings import Settings
from bikefit.wedges import visit_counts

DEFAULTS = Assumptions()
BARE = Assumptions(drift_sd_deg=0.0, between_median_deg=0.0)
DESIGNS = [(0, 2), (0, 2, 0), (0, 2, 0, 2), (0, 2, -2, 0)]
LEVELS = np.array([0.5, 0.8, 0.95])


# ---- worked numbers ----------------------------------------------------------------------------------------


def test_two_wedges_that_helped() -> None:
    own = fit_foot(series([6.0, 4.0], 0.5, [0, 2]), BARE)
    assert own.response.mean == pytest.approx(0.750, abs=5e-4)
    assert own.response.sd == pytest.approx(0.2887, abs=5e-5)
    free = fit_foot(series([6.0, 4.0], 0.5, [0, 2]), BARE, response_prior=False)
    assert (free.response.mean, free.response.sd) == (pytest.approx(1.0), pytest.approx(0.3536, abs=5e-5))


def test_two_wedges_that_went_the_wrong_way() -> None:
    own = fit_foot(series([6.0, 6.8], 0.5, [0, 2]), BARE)
    assert own.response.mean == pytest.approx(-0.183, abs=5e-4)
    assert 1.0 - own.probability_heel_in == pytest.approx(0.737, abs=5e-4)


@pytest.mark.parametrize(
    ("cants", "values", "low", "high"),
    [
        ([0, 2], [4, 2.8], -0.19, 1.39),
        ([0, 2, 0], [4, 2.8, 4], 0.03, 1.17),
        ([0, 2, 0, 2], [4, 2.8, 4, 2.8], 0.19, 1.01),
        ([0, 2, -2, 0], [4, 2.8, 5.2, 4], 0.32, 0.88),
        ([0, 1, 2], [4, 3.45, 2.9], -0.27, 1.37),
    ],
)
def test_intervals_of_the_response_by_the_recordings_alone(
    cants: list[float], values: list[float], low: float, high: float
) -> None:
    one = series(values, 0.05, cants)
    assert fit_foot(one, DEFAULTS, response_prior=False).response.interval() == pytest.approx((low, high), abs=0.03)
    effect = effects({"right": one}, DEFAULTS)["right"]
    assert effect.detected == (low > 0.0)
    assert order_confounded(one) == (cants == [0, 1, 2])


def test_the_smallest_change_to_see_shrinks_with_each_recording_of_a_plan() -> None:
    planned = [planned_minimal_detectable_deg(design, DEFAULTS, 0.05) for design in DESIGNS]
    assert planned[:3] == sorted(planned[:3], reverse=True)
    reached = effects({"right": series([4.0, 2.8], 0.05, [0, 2])}, DEFAULTS)["right"].minimal_detectable_deg
    assert planned[0] == pytest.approx(reached, abs=1e-9)  # two recordings teach nothing of their SD
    known = Assumptions(drift_sd_deg=0.0, between_median_deg=0.81, between_log_sd=0.0)
    assert planned_minimal_detectable_deg([0, 2], known, 0.0) == pytest.approx(2.245, abs=5e-4)


def test_an_offset_moves_the_angle_and_nothing_else() -> None:
    here, there = (fit_foot(series(np.array([4, 2.9, 4.3]) + off, 0.1, [0, 2, 0]), DEFAULTS) for off in (0.0, 50.0))
    assert there.response.interval() == pytest.approx(here.response.interval(), abs=1e-9)
    assert there.excess_at(2.0).mean == pytest.approx(here.excess_at(2.0).mean + 50.0)
    assert here.excess_at(0.0, 0.8).sd == pytest.approx(math.hypot(here.excess_at(0.0).sd, 0.8))


# ---- against slow integration ------------------------------------------------------------------------------


def slow_response(one: Series, between: Assumptions, response_prior: bool) -> list[float]:
    """Ends of the interval of the response and chance of heel-in, from covariances of the readings instead."""
    x, t, n = -one.cant_deg, one.order, one.order.size
    prior_variance = between.response_sd**2 if response_prior else 0.0
    flat = [(one.setup == each).astype(float) for each in set(one.setup.tolist())]
    seen = null_space(np.column_stack(flat if response_prior else [*flat, x]).T).T  # free of what has no prior
    told = null_space(np.column_stack(flat).T).T
    log_weights, means, sds = [], [], []
    for z in np.linspace(-8.5, 8.5, 1201):
        s = between.between_median_deg * math.exp(between.between_log_sd * z)
        noise = np.diag(one.standard_error_deg**2 + s**2) + between.drift_sd_deg**2 * np.outer(t, t)
        whole = noise + prior_variance * np.outer(x, x)
        mean_y = between.response_mean * x if response_prior else np.zeros(n)
        spread, away = seen @ whole @ seen.T, seen @ (one.value_deg - mean_y)
        fit = float(away @ np.linalg.solve(spread, away)) if away.size else 0.0
        log_weights.append(-0.5 * (z * z + fit + (np.linalg.slogdet(spread)[1] if away.size else 0.0)))
        a, b, y = told @ noise @ told.T, told @ x, told @ one.value_deg
        ratio = 1.0 / prior_variance if response_prior else 0.0
        variance = 1.0 / (b @ np.linalg.solve(a, b) + ratio)
        means.append(variance * (b @ np.linalg.solve(a, y) + ratio * between.response_mean))
        sds.append(math.sqrt(variance))
    weights = np.exp(np.array(log_weights) - max(log_weights))
    weights /= weights.sum()

    def below(value: float) -> float:
        return float(weights @ ndtr((value - np.array(means)) / np.array(sds)))

    ends = [brentq(lambda q, p=p: below(q) - p, -200, 200, xtol=1e-12) for p in (0.025, 0.975)]
    return [*ends, 1.0 - below(0.0)]


readings = st.tuples(st.integers(-3, 3), st.floats(-4, 4), st.floats(0.05, 0.6), st.integers(0, 1))


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(readings, min_size=2, max_size=6), st.sampled_from([0.25, 0.4, 0.8]), st.booleans())
def test_agreement_with_slow_integration(
    rows: list[tuple[int, float, float, int]], median: float, response_prior: bool
) -> None:
    cants, values, errors, setups = zip(*rows, strict=True)
    one = series(values, errors, cants, setup=setups)
    if not one.tells_response:
        return
    assumed = Assumptions(between_median_deg=median)
    own = fit_foot(one, assumed, response_prior=response_prior)
    fast = [*own.response.interval(), own.probability_heel_in]
    assert fast == pytest.approx(slow_response(one, assumed, response_prior), abs=1e-6)


def test_moments_and_evidence_against_a_plain_sum_over_every_number() -> None:
    one, b0, sb, sg = series([4.0, 2.6, 4.4, 3.1], [0.2, 0.3, 0.25, 0.2], [0, 2, 0, 1]), 0.25, 0.5, 0.3
    b, g = np.meshgrid(np.linspace(-4, 4, 401), np.linspace(-2.4, 2.4, 241), indexing="ij")
    sums, marginal = np.zeros(7), []
    for z in np.linspace(-7, 7, 57):
        v = one.standard_error_deg**2 + (0.4 * math.exp(0.5 * z)) ** 2
        rest = [y + x * b - (t - 1.5) * g for y, x, t in zip(one.value_deg, one.cant_deg, one.order, strict=True)]
        a = sum(r / w for r, w in zip(rest, v, strict=True)) / (1 / v).sum()
        log = -0.5 * sum((r - a) ** 2 / w for r, w in zip(rest, v, strict=True)) - 0.5 * np.log(v).sum()
        log += -0.5 * np.log((1 / v).sum()) - 0.5 * ((b - b0) / sb) ** 2 - 0.5 * (g / sg) ** 2
        p = np.exp(log)
        marginal.append(p.sum() * 0.02 * 0.02 / (2 * math.pi * sb * sg) * (2 * math.pi) ** -1.5)
        terms = (1.0, a, b, g, a * a + 1 / (1 / v).sum(), a * b, b * b)
        sums += math.exp(-0.5 * z * z) * np.array([(p * term).sum() for term in terms])
    own = fit_foot(one, DEFAULTS)
    mean, covariance = own.moments()
    assert mean == pytest.approx(sums[1:4] / sums[0], abs=1e-6)
    assert covariance[0, 0] + mean[0] ** 2 == pytest.approx(sums[4] / sums[0], abs=1e-5)
    assert covariance[0, 1] + mean[0] * mean[1] == pytest.approx(sums[5] / sums[0], abs=1e-6)
    assert covariance[1, 1] + mean[1] ** 2 == pytest.approx(sums[6] / sums[0], abs=1e-6)
    sds = 0.4 * np.exp(0.5 * np.linspace(-7, 7, 57))
    assert np.exp(log_evidence(one, DEFAULTS, sds)) == pytest.approx(marginal, rel=1e-6)


def test_the_interval_of_the_sd_between_recordings() -> None:
    alone = between_sd_interval({"right": series([4.0], 0.1, [0])}, DEFAULTS)
    assert alone == pytest.approx((0.4 * math.exp(-0.98), 0.4 * math.exp(0.98)), abs=1e-3)
    one = series([4.0, 3.9, 4.1, 3.9, 4.0], 0.02, [0] * 5)
    low, high = between_sd_interval({"right": one}, DEFAULTS)
    z = np.linspace(-9, 9, 60001)
    log = log_evidence(one, DEFAULTS, 0.4 * np.exp(0.5 * z)) - 0.5 * z**2
    density = np.exp(log - log.max())
    share = (np.cumsum(density) - 0.5 * density) / density.sum()
    slow = 0.4 * np.exp(0.5 * np.interp([0.025, 0.975], share, z))
    assert [low, high] == pytest.approx(list(slow), abs=2e-6)
    assert high < alone[1]


def test_the_normal_distribution_and_its_mixtures() -> None:
    z = np.linspace(-12, 12, 4001)
    assert normal_cdf(z) == pytest.approx(ndtr(z), rel=1e-9, abs=1e-300)
    rng = np.random.default_rng(2)
    weights = rng.dirichlet(np.ones(5), size=50)
    means, sds = rng.normal(0, 3, (50, 5)), rng.uniform(0.05, 4, (50, 5))
    for probability in (0.001, 0.025, 0.5, 0.9):
        found = mixture_quantile(weights, means, sds, probability)
        assert mixture_cdf(weights, means, sds, found) == pytest.approx(probability, abs=1e-10)


# ---- both feet, setups -------------------------------------------------------------------------------------


def test_an_untouched_foot_is_a_control() -> None:
    right = series([4.0, 2.8, 4.0], 0.05, [0, 2, 0])
    quiet, restless = series([1.0, 1.0, 1.05], 0.05, [0, 0, 0]), series([1.0, 3.0, 0.5], 0.05, [0, 0, 0])

    def width(left: Series | None) -> float:
        feet = {"right": right} if left is None else {"right": right, "left": left}
        return effects(feet, DEFAULTS)["right"].minimal_detectable_deg

    assert width(quiet) < width(None) < width(restless)
    found = effects({"right": right, "left": quiet}, DEFAULTS)
    assert list(found) == ["right"]
    free = fit_feet({"right": right, "left": quiet}, DEFAULTS, response_prior=False)
    assert free["left"].weights == pytest.approx(free["right"].weights)
    with pytest.raises(ValueError, match="one count"):
        _ = free["left"].response


def test_each_setup_has_a_baseline_of_its_own() -> None:
    here = series([5.0, 4.0], 0.1, [0, 2])
    both = series([50.0, 49.0, 5.0, 4.0], 0.1, [0, 2, 0, 2], setup=[0, 0, 1, 1])
    one, more = fit_foot(here, DEFAULTS), fit_foot(both, DEFAULTS)
    assert more.response.mean > one.response.mean > 0.25
    assert more.response.sd < one.response.sd
    assert more.excess_at(0.0).mean == pytest.approx(5.0, abs=0.3)
    apart = series([5.0, 4.0], 0.1, [0, 2], setup=[0, 1])
    assert not apart.tells_response
    assert fit_foot(apart, DEFAULTS).response.interval() == pytest.approx((0.25 - 0.98, 0.25 + 0.98), abs=1e-3)


# ---- repeats ----------------------------------------------------------------------------------------------


def random_case(rng: np.random.Generator) -> tuple[Series, Assumptions]:
    """Recordings of a rider drawn from the model, at random counts."""
    count = int(rng.integers(2, 7))
    cants = np.zeros(count)
    while np.ptp(cants) == 0.0:
        cants[1:] = rng.integers(-3, 4, count - 1)
    assumed = Assumptions(between_median_deg=float(rng.choice([0.25, 0.4, 0.8])))
    errors = rng.uniform(0.02, 0.3, count)
    between = assumed.between_median_deg * math.exp(0.5 * rng.normal())
    values = rng.normal(0, 4) - rng.normal(0.25, 0.5) * cants + 0.3 * rng.normal() * np.arange(count)
    return series(values + np.hypot(between, errors) * rng.normal(size=count), errors, cants), assumed


def with_repeat(one: Series, value: float, cant: float) -> Series:
    return series(
        np.append(one.value_deg, value),
        np.append(one.standard_error_deg, one.standard_error_deg[0]),
        np.append(one.cant_deg, cant),
    )


def sureness(posterior: FootPosterior) -> float:
    """How far the chance of heel-in is from 50 %."""
    return abs(posterior.probability_heel_in - 0.5)


def test_a_repeat_that_agrees_never_weakens() -> None:
    """2,000 random cases: the interval narrows in each and no detection is lost.

    The chance of heel-in moves away from 50 % at any one SD between recordings. An agreeing repeat also says that the
    SD is smaller, which lets the recordings speak louder than the prior: where they alone are less sure of the side
    than the prior makes it, the chance goes toward theirs. Where they are at least as sure, it does not fall.
    """
    rng = np.random.default_rng(1)
    fell_alone = fell = as_sure = 0
    for _ in range(2000):
        one, assumed = random_case(rng)
        cant = float(rng.choice(one.cant_deg))
        free, own = (fit_foot(one, assumed, response_prior=prior) for prior in (False, True))
        more = with_repeat(one, free.reading(cant, one.order.size).mean, cant)
        free_after, own_after = (fit_foot(more, assumed, response_prior=prior) for prior in (False, True))
        before, after = free.response.interval(), free_after.response.interval()
        assert after[1] - after[0] < before[1] - before[0]
        if before[0] > 0.0 or before[1] < 0.0:
            assert after[0] > 0.0 or after[1] < 0.0
        falls = sureness(own_after) < sureness(own) - 0.005
        fell += falls
        if (free.probability_heel_in - own.probability_heel_in) * (own.probability_heel_in - 0.5) >= 0.0:
            as_sure += 1
            fell_alone += falls
    assert as_sure > 900
    assert fell_alone <= 3
    assert fell <= 0.07 * 2000


def test_at_a_known_sd_an_agreeing_repeat_never_brings_the_chance_closer_to_even() -> None:
    rng = np.random.default_rng(2)
    for _ in range(300):
        one, assumed = random_case(rng)
        known = Assumptions(between_median_deg=assumed.between_median_deg, between_log_sd=0.0)
        own, cant = fit_foot(one, known), float(rng.choice(one.cant_deg))
        after = fit_foot(with_repeat(one, own.reading(cant, one.order.size).mean, cant), known)
        assert sureness(after) >= sureness(own) - 1e-9


# ---- calibration -------------------------------------------------------------------------------------------


def simulated(
    rng: np.random.Generator,
    cants: tuple[int, ...],
    riders: int,
    *,
    error: float = 0.05,
    between: float | None = None,
    drift_sd: float = 0.3,
    response: float | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Riders' readings, responses and excesses in the middle of the series."""
    x, t = np.array(cants, dtype=float), np.arange(len(cants), dtype=float)
    s = np.full(riders, between) if between is not None else 0.4 * np.exp(0.5 * rng.normal(size=riders))
    b = rng.normal(0.25, 0.5, riders) if response is None else np.full(riders, response)
    a, g = rng.normal(0, 4, riders), drift_sd * rng.normal(size=riders)
    noise = np.hypot(s, error)[:, None] * rng.normal(size=(riders, x.size))
    return a[:, None] - b[:, None] * x + g[:, None] * t + noise, b, a + g * t.mean()


def detected(values: np.ndarray, cants: tuple[int, ...], error: float = 0.05) -> float:
    """Share of riders whose change is detected."""
    free = fit_foot(series(values, error, cants), DEFAULTS, response_prior=False)
    below = mixture_cdf(*free.along((0.0, 1.0, 0.0)), np.zeros(len(values)))
    return float(np.mean((below < 0.025) | (below > 0.975)))


@pytest.mark.parametrize("cants", DESIGNS)
def test_how_often_a_change_is_detected_without_one(cants: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    assert 0.03 <= detected(simulated(rng, cants, 5000, response=0.0)[0], cants) <= 0.07
    usual = simulated(rng, cants, 5000, response=0.0, between=0.3, drift_sd=0.0)[0]
    assert detected(usual, cants) <= 0.01


@pytest.mark.parametrize(("cants", "least"), list(zip(DESIGNS, [0.10, 0.26, 0.36, 0.56], strict=True)))
def test_how_often_riders_effects_are_detected(cants: tuple[int, ...], least: float) -> None:
    """One foot alone; the visit's 57 % are 63 % with an untouched foot beside it."""
    values = simulated(np.random.default_rng(4), cants, 10_000, between=0.3, drift_sd=0.0)[0]
    assert detected(values, cants) >= least


def test_an_untouched_foot_makes_the_visit_see_more() -> None:
    cants, rng = DESIGNS[3], np.random.default_rng(5)
    values = simulated(rng, cants, 5000, between=0.3, drift_sd=0.0)[0]
    other = simulated(rng, (0, 0, 0, 0), 5000, between=0.3, drift_sd=0.0)[0]
    feet = {"right": series(values, 0.05, cants), "left": series(other, 0.05, [0, 0, 0, 0])}
    free = fit_feet(feet, DEFAULTS, response_prior=False)["right"]
    below = mixture_cdf(*free.along((0.0, 1.0, 0.0)), np.zeros(5000))
    assert np.mean((below < 0.025) | (below > 0.975)) >= 0.60


@pytest.mark.parametrize("cants", [*DESIGNS, (0, 1, 2)])
def test_intervals_cover_what_they_promise(cants: tuple[int, ...]) -> None:
    """Within 1.5 points: the response with and without its prior, and the excess under a cant."""
    riders = 16_000
    values, b, a = simulated(np.random.default_rng(6), cants, riders)
    one = series(values, 0.05, cants)
    own, free = (fit_foot(one, DEFAULTS, response_prior=prior) for prior in (True, False))
    for posterior, row, truth in (
        (own, (0.0, 1.0, 0.0), b),
        (free, (0.0, 1.0, 0.0), b),
        (own, (1.0, -2.0, 0.0), a - 2.0 * b),
    ):
        depth = np.abs(2.0 * mixture_cdf(*posterior.along(row), truth) - 1.0)
        cover = (depth[:, None] < LEVELS).mean(axis=0)
        assert np.all(np.abs(cover - LEVELS) <= 0.015), cover


# ---- verdicts, doubts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "cants", "verdict"),
    [
        ([4.0, 2.0, 4.0], [0, 2, 0], "helps"),
        ([4.0, 6.0, 4.0], [0, 2, 0], "harms"),
        ([-4.0, -6.0, -4.0], [0, 2, 0], "harms"),
        ([-4.0, -6.0, -2.0, -4.0], [0, 2, -2, 0], "helps"),
        ([0.8, -2.0, 0.8], [0, 2, 0], "too_much"),
        ([4.0, 3.9, 4.0], [0, 2, 0], "no_effect_seen"),
        ([4.0, 3.9, 4.0], [0, 0, 0], "not_tried"),
    ],
)
def test_verdicts(values: list[float], cants: list[float], verdict: str) -> None:
    one = series(values, 0.05, cants)
    own = fit_foot(one, DEFAULTS)
    assert verdict_of(effects({"right": one}, DEFAULTS).get("right"), own, cants) == verdict


def test_repeating_the_baseline_keeps_the_verdict() -> None:
    for rest in ([4.0], [4.0, 2.0], [4.0, 4.0], [4.1, 2.1, 3.9]):
        cants = [0, 2, *(0 if value > 3.0 else 2 for value in rest)]
        one = series([4.0, 2.0, *rest], 0.05, cants)
        assert verdict_of(effects({"right": one}, DEFAULTS)["right"], fit_foot(one, DEFAULTS), cants) == "helps"


@pytest.mark.parametrize(
    ("cants", "expected"),
    [
        ([0, 2], False),
        ([0, 1, 2], True),
        ([2, 1, 0], True),
        ([0, 0, 2], True),
        ([0, 2, 0], False),
        ([0, 2, 0, 2], False),
        ([0, 2, -2, 0], False),
        ([0, 0, 0], False),
    ],
)
def test_count_and_order_that_go_together(cants: list[float], expected: bool) -> None:
    assert order_confounded(series(np.zeros(len(cants)), 0.1, cants)) is expected


def test_a_response_that_is_not_straight_is_doubted() -> None:
    bent = straightness(series([0.0, -1.0, -1.0], 0.05, [0, 1, 2]), DEFAULTS)
    assert bent is not None
    assert bent.doubted
    assert (bent.lower, bent.upper) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-9))
    straight = straightness(series([4.0, 2.8, 5.2, 4.0], 0.05, [0, 2, -2, 0]), DEFAULTS)
    assert straight is not None
    assert not straight.doubted
    assert straightness(series([4.0, 2.8, 4.0], 0.05, [0, 2, 0]), DEFAULTS) is None


# ---- what to ride, what to record ---------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
def test_after_a_wrong_way_the_other_side_is_recorded(sign: int) -> None:
    tried = [0, 2 * sign]
    one = series([4.0 * sign, 5.2 * sign], 0.05, tried)
    own = fit_foot(one, DEFAULTS)
    ranked = rank_recordings(own, one, tried, cant_deg=1.0, cap=3, zero_sd_deg=0.8)
    assert ranked[0].wedges * sign < 0
    assert sorted(item.wedges for item in ranked) == [-3, -2, -1, 0, 1, 2, 3]
    assert int(counts_to_ride(own, allowed_totals(tried, 3), 1.0)) == 0


def test_a_recording_never_costs() -> None:
    rng = np.random.default_rng(8)
    for _ in range(60):
        one, assumed = random_case(rng)
        own, tried = fit_foot(one, assumed), [int(cant) for cant in one.cant_deg]
        ranked = rank_recordings(own, one, tried, cant_deg=1.0, cap=3)
        assert all(item.gain_deg >= -1e-4 for item in ranked)


def test_expected_loss_against_simulated_recordings() -> None:
    """The loss after one more recording, by drawing riders from the posterior and learning from each again."""
    one = series([4.0, 4.4, 4.1], 0.1, [0, 2, 0])
    own, tried = fit_foot(one, DEFAULTS), [0, 2, 0]
    ranked = {item.wedges: item for item in rank_recordings(own, one, tried, cant_deg=1.0, cap=3, zero_sd_deg=0.8)}
    rng, riders = np.random.default_rng(7), 6000
    node = rng.choice(own.weights.size, riders, p=own.weights)
    numbers = own.means[node] + np.einsum(
        "rij,rj->ri", np.linalg.cholesky(own.covariances)[node], rng.normal(size=(riders, 3))
    )
    for total in (0, -2, 2):
        at = numbers @ np.array([1.0, -total, 3.0 - own.reference_order])
        value = at + np.hypot(own.between_sds_deg[node], 0.1) * rng.normal(size=riders)
        known = np.broadcast_to(one.value_deg, (riders, 3))
        after = fit_foot(series(np.column_stack([known, value]), 0.1, [*tried, total]), DEFAULTS)
        # the excess asked for is that of the middle of the first three
        step = own.reference_order - after.reference_order
        shift = np.array([[1.0, 0.0, step], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        again = FootPosterior(
            after.weights,
            after.between_sds_deg,
            after.means @ shift.T,
            shift @ after.covariances @ shift.T,
            own.reference_order,
        )
        totals = allowed_totals([*tried, total], 3)
        picked = expected_loss_deg2(again, totals, 0.8).min(axis=-1)
        assert ranked[total].expected_miss_deg == pytest.approx(math.sqrt(float(np.mean(picked))), rel=0.015)
        ride = counts_to_ride(again, totals, 1.0)
        assert set(ride.tolist()) <= set(totals)
    assert ranked[0].miss_now_deg == pytest.approx(
        math.sqrt(float(expected_loss_deg2(own, allowed_totals(tried, 3), 0.8).min()))
    )


def test_the_assumptions_are_the_settings() -> None:
    assert Assumptions.of(Settings(), "left_on") == DEFAULTS
    own = Settings(response_mean=0.1, response_sd=0.3, drift_sd_deg=0.2, between_remounted_deg=0.6, between_log_sd=0.4)
    assert Assumptions.of(own, "remounted") == Assumptions(0.1, 0.3, 0.2, 0.6, 0.4)
    assert Assumptions.of(own, "laps").between_median_deg == 0.25


def test_the_visit() -> None:
    assert visit_counts(1.0, 3) == (0, 2, -2, 0)
    assert visit_counts(1.2, 3) == (0, 2, -2, 0)
    assert visit_counts(0.5, 3) == (0, 3, -3, 0)
    assert visit_counts(2.0, 2) == (0, 1, -1, 0)


@pytest.mark.parametrize(("mean", "bound"), [(0.25, 3.25), (0.0, 3.3), (-0.25, 3.3)])
def test_what_the_visit_is_worth(mean: float, bound: float) -> None:
    """RMS excess of riders after the visit; never a wedge: 4.0. Excess and response are stratified, not drawn."""
    riders, rng = 10_000, np.random.default_rng(9)
    z = ndtri((np.arange(riders) + 0.5) / riders)
    excess, response = 4.0 * rng.permutation(z), mean + 0.5 * rng.permutation(z)
    cants = visit_counts(1.0, 3)
    noise = math.hypot(0.3, 0.05) * rng.normal(size=(riders, 4))
    values = (excess + 0.8 * rng.normal(size=riders))[:, None] - response[:, None] * np.array(cants) + noise
    own = fit_foot(series(values, 0.05, cants), DEFAULTS)
    ride = counts_to_ride(own, allowed_totals(cants, 3), 1.0)
    assert math.sqrt(float(np.mean((excess - response * ride) ** 2))) <= bound
