"""Wedge products as data: the systems that come with the package, and the user's own."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from bikefit.conventions import CLEATS
from bikefit.errors import UsageError, near_matches
from bikefit.files import own_file, read_toml
from bikefit.model import WedgeSystem


@cache
def known_systems() -> dict[str, WedgeSystem]:
    """Return the wedge systems that come with the package, and those of ``wedge_systems.toml`` in the user's folder.

    Raises
    ------
    UsageError
        If the user's file cannot be read, is not of this form, or takes an id that is known already.

    Examples
    --------
    >>> known_systems()["bikefit-cleat"].cant_deg
    1.0
    """
    path = own_file("wedge_systems.toml")
    own = {} if path is None else _systems_from_file(path)
    for name in own:
        if name in _shipped():
            raise UsageError(f"{path}: [{name}] is the id of a system that comes with bikefit; give yours another one.")
    return _shipped() | own


@cache
def _shipped() -> dict[str, WedgeSystem]:
    """Return the wedge systems that come with the package."""
    table = tomllib.loads(files("bikefit").joinpath("wedge_systems.toml").read_text(encoding="utf-8"))
    return {name: _system_from_table(name, entry, "wedge_systems.toml") for name, entry in table.items()}


def load_system(name: str, sole_width_mm: float | None = None) -> WedgeSystem:
    """Find a wedge system by its id, or read one from a user's TOML file.

    Parameters
    ----------
    name : str
        An id of `known_systems`, or the path of a ``.toml`` file that holds one ``[id]`` table.
    sole_width_mm : float, optional
        Width of the sole [mm]; turns a thickness into a cant where the system states one.

    Returns
    -------
    WedgeSystem
        With the cant of one wedge [deg].

    Raises
    ------
    UsageError
        If the id is unknown, the file cannot be read or is not of this form, or a width makes no sense.

    Notes
    -----
    The cant of a shim of thickness t under a sole of width b is ``atan(t / b)``.

    Examples
    --------
    >>> round(load_system("specialized-shim", sole_width_mm=80).cant_deg, 3)
    1.074
    """
    # the user's folder is looked into where it is needed: a fault there stops no one who uses another system
    system = (
        _system_from_file(Path(name)) if name.endswith(".toml") else _shipped().get(name) or known_systems().get(name)
    )
    if system is None:
        hint = near_matches(name, list(known_systems()))
        raise UsageError(
            f"unknown wedge system '{name}'.{hint} 'bikefit wedges' lists them; a FILE.toml adds your own."
        )
    if sole_width_mm is None:
        return system
    if not 40.0 <= sole_width_mm <= 150.0:
        raise UsageError(f"a sole of {sole_width_mm:g} mm is not plausible; give the width of the sole, 40 to 150 mm.")
    if math.isnan(system.thickness_mm):
        return system
    return replace(system, width_mm=sole_width_mm, cant_deg=_cant_deg(system.thickness_mm, sole_width_mm))


def wedges_for_tilt(forefoot_tilt_deg: float) -> int:
    """Return the count of a maker's rule of thumb, to set beside a count that was measured.

    Notes
    -----
    BikeFit's rule for its own measuring device: practice, not peer-reviewed. It speaks of the forefoot's tilt, not of
    the heel's rotation, and nothing in the analysis uses it: where the two counts differ, look again.

    Examples
    --------
    >>> [wedges_for_tilt(tilt) for tilt in (0, 6, 12, 12.1)]
    [0, 1, 2, 3]
    """
    if not math.isfinite(forefoot_tilt_deg):
        raise UsageError(f"a forefoot tilt of {forefoot_tilt_deg} deg makes no sense.")
    return sum(abs(forefoot_tilt_deg) > limit for limit in (0.0, 6.0, 12.0))


def _cant_deg(thickness_mm: float, width_mm: float) -> float:
    return math.degrees(math.atan2(thickness_mm, width_mm))


def _system_from_file(path: Path) -> WedgeSystem:
    """Return the one system of a file."""
    systems = _systems_from_file(path)
    if len(systems) != 1:
        raise UsageError(f"{path}: expected one table, such as [my-wedge] with cant_deg = 1.0 and cap = 3.")
    return next(iter(systems.values()))


def _systems_from_file(path: Path) -> dict[str, WedgeSystem]:
    """Return the systems of a user's file, by their ids."""
    table = read_toml(path, "the wedge system", " of a wedge system")
    if not all(isinstance(entry, dict) for entry in table.values()):
        raise UsageError(f"{path}: expected a table, such as [my-wedge] with cant_deg = 1.0 and cap = 3.")
    return {name: _system_from_table(name, entry, str(path)) for name, entry in table.items()}


def _system_from_table(name: str, entry: dict[str, Any], source: str) -> WedgeSystem:
    def text(key: str, default: str) -> str:
        value = entry.get(key, default)
        if not isinstance(value, str):
            raise UsageError(f"{source}: '{key}' of [{name}] is {value!r}; expected a text.")
        return value

    def number(key: str, low: float, high: float) -> float:
        value = entry.get(key, math.nan)
        sound = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not sound or (key in entry and not low < value <= high):
            raise UsageError(f"{source}: '{key}' of [{name}] is {value!r}; expected a number from {low:g} to {high:g}.")
        return float(value)

    def texts(key: str, default: Sequence[str]) -> tuple[str, ...]:
        value = entry.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{source}: '{key}' of [{name}] is {value!r}; expected a list of texts.")
        return tuple(value)

    known = set(WedgeSystem.__dataclass_fields__) - {"id"}
    for key in entry:
        if key not in known:
            raise UsageError(f"{source}: unknown entry '{key}' of [{name}].{near_matches(key, sorted(known))}")
    thickness, width, cant = number("thickness_mm", 0, 10), number("width_mm", 0, 200), number("cant_deg", 0, 10)
    if math.isnan(cant) and (math.isnan(thickness) or math.isnan(width)):
        raise UsageError(f"{source}: [{name}] needs cant_deg, or thickness_mm and width_mm.")
    cap = entry.get("cap", 3)
    if not isinstance(cap, int) or isinstance(cap, bool) or not 1 <= cap <= 10:
        raise UsageError(f"{source}: 'cap' of [{name}] is {cap!r}; expected a whole number from 1 to 10.")
    placement = text("placement", "under_cleat")
    if placement not in ("under_cleat", "in_shoe"):
        raise UsageError(f"{source}: 'placement' of [{name}] is '{placement}'; expected under_cleat or in_shoe.")
    cleats = texts("cleats", CLEATS)
    for cleat in cleats:
        if cleat not in CLEATS:
            raise UsageError(f"{source}: unknown cleat '{cleat}' of [{name}].{near_matches(cleat, CLEATS)}")
    return WedgeSystem(
        id=name,
        name=text("name", name),
        maker=text("maker", ""),
        cant_deg=_cant_deg(thickness, width) if math.isnan(cant) else cant,
        cap=cap,
        placement="in_shoe" if placement == "in_shoe" else "under_cleat",
        cleats=cleats,
        cautions=texts("cautions", ()),
        source=text("source", "own_file"),
        date=text("date", ""),
        thickness_mm=thickness,
        width_mm=width,
    )
