"""Measure how far a cyclist's heel turns while pedalling, and what cleat wedges would do about it.

The names below are loaded on first use, so that ``import bikefit`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_PUBLIC = {
    "AnalyzeOptions": "bikefit.analysis",
    "analyze": "bikefit.analysis",
    "read_recording": "bikefit.io",
    "decode_fit": "bikefit.io",
    "simulate_plain": "bikefit.simulate",
    "simulate_ride": "bikefit.simulate",
    "compare": "bikefit.comparison",
    "run_batch": "bikefit.batch",
    "Settings": "bikefit.settings",
    "BikefitError": "bikefit.errors",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'bikefit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
