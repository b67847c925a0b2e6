"""What riders have in common: a prior for the next rider from a studio's own recordings at known counts.

The model of one rider (`bikefit.response.experiment`) in two storeys: the responses of the riders' feet are normal
about a mean, alike within a rider by an unknown correlation; each rider's SD between recordings is lognormal about a
median for the way the sensors were carried over; the drift is normal. The common numbers are explored by importance
sampling about their most likely values.

Before any recording the common numbers are doubted widely about the built-in ones. The prior for the next rider holds
what differs between riders and what is left of that doubt, so that it is never sharper than its data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bikefit import __version__
from bikefit.conventions import SIDES, Side
from bikefit.model import Array, to_json_value
from bikefit.response.experiment import BETWEEN, MOUNTINGS, Mounting
from bikefit.response.explore import explore
from bikefit.response.linear import normalised
from bikefit.response.mixture import Mixture, weighted_interval
from bikefit.response.riders import (
    DRIFT,
    LIKENESS,
    LOG_SD,
    MEAN,
    MEDIANS,
    NUMBERS,
    SDS_DEG,
    SPREAD,
    RiderRecordings,
    Sums,
    about_response,
    log_evidence,
    sums_of,
    without_prior,
)
from bikefit.settings import Settings
from bikefit.words import Interval

RIDERS_MIN: Final = 5
"""Fewer riders than this leave the built-in prior in force."""
_DOUBT_OF_MEDIANS, _DOUBT_OF_SPREAD, _DOUBT_OF_SDS = 0.6, 0.6, 0.4
"""How far the studio's may lie from the built-in ones, as a logarithm: the medians of the SD between recordings, the SD
of the response over riders, and the two that recordings say least of (the drift, the log-SD)."""
_LIKENESS_SPREAD, _LIKENESS_MOST = 1.5, 0.99
"""The likeness of a rider's two feet, as a logit about a half."""
_POINTS = 3000


@dataclass(frozen=True)
class Learned:
    """One number that riders have in common.

    Attributes
    ----------
    value : float
        What is expected of it (of an SD between recordings, the middle).
    interval : (float, float)
        Of 95 %.
    riders : int
        Riders whose recordings speak of it.
    """

    value: float
    interval: Interval
    riders: int

    @property
    def enough(self) -> bool:
        """Whether there are riders enough to take the place of the built-in value."""
        return self.riders >= RIDERS_MIN


@dataclass(frozen=True)
class OwnAnswer:
    """What one foot answered to wedges by its own recordings alone.

    Attributes
    ----------
    rider : str
        Whose.
    side : {"left", "right"}
        The foot.
    response : float
        Degrees heel-in per degree of varus cant.
    interval : (float, float)
        Of 95 %.
    """

    rider: str
    side: Side
    response: float
    interval: Interval


@dataclass(frozen=True)
class StudioPrior:
    """What a studio's riders have in common, and the prior for the next one.

    Attributes
    ----------
    riders : int
        Riders who were recorded at two counts.
    numbers : mapping of str to Learned
        By the setting that it goes into: mean and SD of the response over riders, median and log-SD of the SD between
        recordings, SD of the drift. Each with its interval.
    settings : mapping of str to float
        The prior for the next rider, doubt about the common numbers included; the built-in value where there are not
        riders enough.
    answers : tuple of OwnAnswer
        What each foot answered by itself.
    """

    riders: int
    numbers: Mapping[str, Learned]
    settings: Mapping[str, float]
    answers: tuple[OwnAnswer, ...]
    schema: str = "bikefit.learn/1"

    @property
    def enough(self) -> bool:
        """Whether there are riders enough for a prior of the studio's own."""
        return self.riders >= RIDERS_MIN

    def learned(self, name: str) -> bool:
        """Whether a setting of the prior is the studio's own, else it is the built-in one."""
        return self.enough and self.numbers[name].enough

    def to_dict(self) -> dict[str, Any]:
        """Return the prior as the JSON contract ``bikefit.learn/1`` has it."""
        return {
            "schema": self.schema,
            "version": __version__,
            "riders": self.riders,
            "riders_needed": RIDERS_MIN,
            "built_in": not self.enough,
            "settings": dict(self.settings),
            "numbers": {
                name: {
                    "value": one.value if one.riders else None,
                    "interval": list(one.interval) if one.riders else None,
                    "riders": one.riders,
                    "learned": self.learned(name),
                }
                for name, one in self.numbers.items()
            },
            "feet": [to_json_value(one) for one in self.answers],
        }


def learn_from(riders: Sequence[RiderRecordings], points: int = _POINTS) -> StudioPrior:
    """Learn what riders have in common from their recordings at known counts.

    Parameters
    ----------
    riders : sequence of RiderRecordings
        All riders of a studio; those recorded at one count show only what recordings differ by.
    points : int
        How many times the common numbers are tried: the intervals' ends are as sure as that.

    Returns
    -------
    StudioPrior
        With the built-in prior where fewer than `RIDERS_MIN` riders were recorded at two counts.
    """
    main = [each.main for each in riders]
    told = sum(kind is not None for kind in main)
    data = sums_of(riders, main)

    def log_density(z: Array) -> Array:
        return np.asarray(log_evidence(_common(z), data) - 0.5 * (z**2).sum(axis=1))

    z, weights = explore(log_density, NUMBERS, points)
    numbers = _common(z)
    some = sum(any(each.sittings.values()) for each in riders)
    behind = {kind: sum(bool(each.sittings.get(kind)) for each in riders) for kind in MOUNTINGS}
    learned = {
        "response_mean": _learned(numbers[:, MEAN], weights, told),
        "response_sd": _learned(numbers[:, SPREAD], weights, told),
        **{
            BETWEEN[kind]: _learned(numbers[:, MEDIANS + place], weights, behind[kind], middle=True)
            for place, kind in enumerate(MOUNTINGS)
        },
        "between_log_sd": _learned(numbers[:, LOG_SD], weights, some),
        "drift_sd_deg": _learned(numbers[:, DRIFT], weights, told),
    }
    settings = _settings(numbers, weights, learned) if told >= RIDERS_MIN else _built_in(tuple(learned))
    return StudioPrior(told, learned, settings, _answers(riders, main, data, settings))


# ---- the numbers that riders have in common ------------------------------------------------------------------


def _common(z: Array) -> Array:
    """Turn standard normal numbers (N, 8) into the common ones: wide about the built-in values."""
    built = Settings()
    medians = np.array([getattr(built, BETWEEN[kind]) for kind in MOUNTINGS])
    return np.column_stack(
        [
            built.response_mean + built.response_sd * z[:, MEAN],
            built.response_sd * np.exp(_DOUBT_OF_SPREAD * z[:, SPREAD]),
            _LIKENESS_MOST / (1.0 + np.exp(-_LIKENESS_SPREAD * z[:, LIKENESS])),
            built.drift_sd_deg * np.exp(_DOUBT_OF_SDS * z[:, DRIFT]),
            built.between_log_sd * np.exp(_DOUBT_OF_SDS * z[:, LOG_SD]),
            medians * np.exp(_DOUBT_OF_MEDIANS * z[:, MEDIANS:]),
        ]
    )


def _learned(values: Array, weights: Array, riders: int, *, middle: bool = False) -> Learned:
    """Return what the draws say of one number."""
    order = np.argsort(values)
    value = math.exp(float(weights @ np.log(values))) if middle else float(weights @ values)
    return Learned(value, weighted_interval(values[order], weights[order]), riders)


def _built_in(names: Sequence[str]) -> dict[str, float]:
    """Return the built-in values of some settings."""
    return {name: float(getattr(Settings, name)) for name in names}


def _settings(numbers: Array, weights: Array, learned: Mapping[str, Learned]) -> dict[str, float]:
    """Return the prior for the next rider: what differs between riders, and the doubt about what they share."""

    def variance(values: Array) -> float:
        return float(weights @ (values - weights @ values) ** 2)

    def mean_square(values: Array) -> float:
        return float(weights @ values**2)

    settings = _built_in(tuple(learned))
    settings["response_mean"] = learned["response_mean"].value
    settings["response_sd"] = math.sqrt(mean_square(numbers[:, SPREAD]) + variance(numbers[:, MEAN]))
    settings["drift_sd_deg"] = math.sqrt(mean_square(numbers[:, DRIFT]))
    log_sds = []
    for place, kind in enumerate(MOUNTINGS):
        name = BETWEEN[kind]
        if learned[name].enough:
            settings[name] = learned[name].value
            doubt = variance(np.log(numbers[:, MEDIANS + place]))
            log_sds.append(math.sqrt(mean_square(numbers[:, LOG_SD]) + doubt))
        else:  # one log-SD serves all ways of recording: one that was not learned keeps the width that it had
            log_sds.append(Settings.between_log_sd)
    settings["between_log_sd"] = max(log_sds)
    return settings


def _answers(
    riders: Sequence[RiderRecordings], main: Sequence[Mounting | None], data: Sums, settings: Mapping[str, float]
) -> tuple[OwnAnswer, ...]:
    """Return what each foot answered by its own recordings, without a prior of the response."""
    precision, pull, rest = (own[0] for own in about_response(data, np.array([settings["drift_sd_deg"]])))
    flat = without_prior(precision, pull)
    found = []
    for place in np.flatnonzero(data.own):
        number = int(data.riders[place])
        kind = main[number]
        assert kind is not None
        away = np.log(SDS_DEG / settings[BETWEEN[kind]]) / settings["between_log_sd"]
        weights = normalised(-0.5 * away**2 + (rest[place] + flat[place]).sum(axis=0))
        for at, side in enumerate(SIDES):
            firm = precision[place, at]
            if firm.max() > 1e-9:
                belief = Mixture(weights, pull[place, at] / firm, 1.0 / np.sqrt(firm))
                found.append(OwnAnswer(riders[number].rider, side, belief.mean, belief.interval()))
    return tuple(found)
