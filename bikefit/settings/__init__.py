"""Thresholds and priors: the table of them, and a file of a user's own."""

from bikefit.settings.file import load_settings, override
from bikefit.settings.table import DEFAULTS, Settings

__all__ = ["DEFAULTS", "Settings", "load_settings", "override"]
