"""Settings from a file of the user's, and what is refused in one."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from bikefit.errors import UsageError, near_matches
from bikefit.files import read_toml
from bikefit.settings.table import SIGNED, Settings


def load_settings(path: str | Path) -> Settings:
    """Read overrides of the settings from a TOML file.

    Parameters
    ----------
    path : path-like
        A TOML file of ``name = number`` lines; names are those of `Settings`.

    Returns
    -------
    Settings
        The defaults with the file's values in their place.

    Raises
    ------
    UsageError
        If the file cannot be read, is not TOML, names an unknown setting or gives a value that is not a finite
        number of the right kind.
    """
    given = read_toml(path, "the settings", " of settings")
    known = [item.name for item in fields(Settings)]
    if given and not any(name in known or near_matches(name, known) for name in given):
        raise UsageError(f"{path}: unknown settings; none of its names is a setting of bikefit.")
    return override(Settings(), given, str(path))


def override(settings: Settings, given: dict[str, Any], source: str) -> Settings:
    """Return settings with some values replaced.

    Examples
    --------
    >>> override(Settings(), {"strokes_min": 20}, "here").strokes_min
    20
    """
    kinds = {item.name: type(getattr(settings, item.name)) for item in fields(settings)}
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if name not in kinds:
            raise UsageError(f"{source}: unknown setting '{name}'.{near_matches(name, kinds)}")
        whole = isinstance(value, int) and not isinstance(value, bool)
        number = whole or (kinds[name] is float and isinstance(value, float))
        may_be_negative = name in SIGNED
        if not number or value != value or abs(value) == float("inf") or (value < 0 and not may_be_negative):
            expected = "a whole number" if kinds[name] is int else "a number"
            raise UsageError(f"{source}: setting '{name}' is {value!r}; expected {expected}, not negative.")
        checked[name] = kinds[name](value)
    return replace(settings, **checked)
