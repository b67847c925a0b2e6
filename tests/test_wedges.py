"""The decision: worked numbers, the rules of the outcome, and a slow second way to the same figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bikefit.conventions import Z95
from bikefit.model import Excess, Response
from bikefit.settings import Settings
from bikefit.wedge_systems import known_systems, load_system
from bikefit.wedges import Belief, best_total, recommend, uncapped_total

CLEAT = load_system("bikefit-cleat")
PRIOR = Response(0.25, 0.5)


def excess(deg: float, sd: float = 0.0) -> Excess:
    return Excess(deg, sd, 0.0)


@pytest.mark.parametrize(("deg", "wedges"), [(0.5, 0), (1.3, 1), (2.5, 2), (5.0, 3)])
def test_first_count_from_the_prior(deg: float, wedges: int) -> None:
    assert best_total(Belief(deg, 0.0, 0.25, 0.5), 0, 1.0, range(-3, 4)) == wedges


@pytest.mark.parametrize(("threshold", "below"), [(0.625, 0), (1.875, 1), (3.125, 2), (4.375, 3)])
def test_thresholds_of_the_first_count(threshold: float, below: int) -> None:
    eps = 1e-9
    assert uncapped_total(Belief(threshold - eps, 0.0, 0.25, 0.5), 0, 1.0) == below
    assert uncapped_total(Belief(threshold + 1e-6, 0.0, 0.25, 0.5), 0, 1.0) == below + 1
    # on the tie the smaller change wins
    assert uncapped_total(Belief(threshold, 0.0, 0.25, 0.5), 0, 1.0) == below


@pytest.mark.parametrize("deg", [0.5, 0.9, -0.9])
def test_the_neutral_band_takes_no_wedge(deg: float) -> None:
    advised = recommend(excess(deg), PRIOR, 0, CLEAT, Settings())
    assert (advised.outcome, advised.wedges, advised.placement, advised.change) == ("no_wedge", 0, None, 0)


@pytest.mark.parametrize(
    ("fitted", "deg", "outcome", "total"),
    [(2, 0.0, "keep", 2), (2, -2.5, "fit_wedges", 0), (2, 2.5, "beyond_stack", 3), (0, 4.4, "beyond_stack", 3)],
)
def test_with_wedges_on_the_shoe(fitted: int, deg: float, outcome: str, total: int) -> None:
    advised = recommend(excess(deg, 0.8), PRIOR, fitted, CLEAT, Settings())
    assert (advised.outcome, advised.total, advised.change) == (outcome, total, total - fitted)


def test_an_interval_that_holds_neutral_changes_nothing() -> None:
    advised = recommend(excess(1.8, 1.5), PRIOR, 0, CLEAT, Settings())
    assert advised.outcome == "no_wedge"
    assert advised.reasons[0].code == "interval_holds_neutral"


def test_valgus_mirrors_varus() -> None:
    out = recommend(excess(2.5, 0.8), PRIOR, 1, CLEAT, Settings())
    inn = recommend(excess(-2.5, 0.8), PRIOR, -1, CLEAT, Settings())
    assert out.total is not None
    assert inn.total == -out.total
    assert inn.expected_deg == pytest.approx(-out.expected_deg)
    assert inn.chance_closer == pytest.approx(out.chance_closer)


def test_every_total_is_an_option() -> None:
    advised = recommend(excess(2.5, 0.8), PRIOR, 0, CLEAT, Settings())
    assert [option.wedges for option in advised.options] == [-3, -2, -1, 0, 1, 2, 3]
    assert min(advised.options, key=lambda option: option.expected_loss_deg2).wedges == advised.total
    two = advised.options[5]
    assert two.expected_deg == pytest.approx(2.0)
    assert two.expected_loss_deg2 == pytest.approx(5.0)
    half = Z95 * math.sqrt(0.8**2 + 0.25 * 4)
    assert two.interval_deg == pytest.approx((2.0 - half, 2.0 + half))


def test_a_limit_on_what_may_be_tried_holds_the_count() -> None:
    advised = recommend(excess(4.0, 0.8), PRIOR, 0, CLEAT, Settings(), allowed=[-1, 0, 1])
    assert (advised.outcome, advised.total) == ("fit_wedges", 1)
    assert "tried_range" in [reason.code for reason in advised.reasons]


def test_a_response_known_to_be_the_wrong_way_asks_for_valgus() -> None:
    advised = recommend(excess(2.5, 0.8), Response(-0.8, 0.1, "own"), 0, CLEAT, Settings())
    assert advised.placement == "valgus"
    assert "response_assumed" not in [reason.code for reason in advised.reasons]


def test_a_side_that_may_not_be_tried_is_not_beyond_the_stack() -> None:
    advised = recommend(excess(6.0, 0.3), Response(-0.8, 0.1, "own"), 2, CLEAT, Settings(), allowed=[0, 1, 2, 3])
    assert (advised.outcome, advised.total, advised.change) == ("fit_wedges", 0, -2)


@given(
    e=st.floats(-12, 12),
    mean=st.floats(-1.5, 1.5),
    sd=st.floats(0.0, 1.0),
    fitted=st.integers(-3, 3),
    cant=st.sampled_from([1.0, 1.5, 1.2]),
    covariance=st.floats(-0.2, 0.2),
)
def test_the_count_is_the_one_that_a_search_finds(
    e: float, mean: float, sd: float, fitted: int, cant: float, covariance: float
) -> None:
    belief = Belief(e, 0.8, mean, sd, covariance)
    losses = {w: (e - mean * cant * (w - fitted)) ** 2 + sd**2 * (cant * (w - fitted)) ** 2 for w in range(-3, 4)}
    for w in losses:
        losses[w] -= 2 * covariance * cant * (w - fitted)
    chosen = best_total(belief, fitted, cant, range(-3, 4))
    assert losses[chosen] <= min(losses.values()) + 1e-9
    if mean**2 + sd**2 > 1e-3:
        ideal = uncapped_total(belief, fitted, cant)
        assert min(max(ideal, -3), 3) == chosen or math.isclose(
            losses[min(max(ideal, -3), 3)], losses[chosen], abs_tol=1e-9
        )


@pytest.mark.parametrize(
    "belief",
    [
        Belief(2.5, 0.8, 0.25, 0.5),
        Belief(-1.2, 0.3, 0.7, 0.2, 0.03),
        Belief(0.4, 1.5, -0.3, 0.4, -0.2),
        Belief(3.0, 0.01, 0.25, 0.5),
    ],
)
@pytest.mark.parametrize("change", [1.0, -2.0, 3.0])
def test_chances_agree_with_drawing_at_random(belief: Belief, change: float) -> None:
    rng = np.random.default_rng(5)
    covariance = [[belief.excess_sd_deg**2, belief.covariance], [belief.covariance, belief.response_sd**2]]
    e, b = rng.multivariate_normal([belief.excess_deg, belief.response], covariance, size=400_000).T
    left = e - b * change
    assert belief.chance_closer(change) == pytest.approx(np.mean(np.abs(left) < np.abs(e)), abs=0.004)
    after = belief.after(change)
    assert after.mean == pytest.approx(left.mean(), abs=0.01)
    assert after.stdev == pytest.approx(left.std(), abs=0.01)


def test_a_sure_response_is_closer_for_sure() -> None:
    assert Belief(2.5, 0.0, 0.5, 0.0).chance_closer(2.0) == 1.0
    assert Belief(2.5, 0.0, 0.5, 0.0).chance_closer(-2.0) == 0.0
    assert Belief(2.5, 0.0, 0.5, 0.0).chance_closer(0.0) == 0.0


def test_the_systems_have_the_facts_they_should() -> None:
    systems = known_systems()
    assert list(systems) == ["bikefit-cleat", "bikefit-in-shoe", "specialized-shim"]
    assert [systems[name].cap for name in systems] == [3, 3, 3]
    assert systems["bikefit-in-shoe"].cant_deg == 1.5
    assert systems["specialized-shim"].cant_deg == pytest.approx(1.2, abs=0.05)
    for system in systems.values():
        assert system.source
        assert system.date
        assert system.cautions
