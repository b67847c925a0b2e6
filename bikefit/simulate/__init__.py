"""Synthetic riders with a known truth; nothing here reads or writes a file.

One rider on one crank (`rider`, `motion`, `feet`) is seen by three recorders: `angle`, `shoe` and `markers`. The names
below are loaded on first use: the command line takes its flags from `numbers` without waiting for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Foot": "rider",
    "FootTruth": "truth",
    "Harmonics": "rider",
    "Ride": "rider",
    "Rider": "rider",
    "RiderNumbers": "numbers",
    "Section": "rider",
    "SectionTruth": "truth",
    "Truth": "truth",
    "scatter": "sampling",
    "simulate_plain": "plain",
    "simulate_ride": "angle",
    "stress_ride": "stress",
    "swing": "rider",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
