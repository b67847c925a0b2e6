"""A user's own wedge system, good and bad."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bikefit.errors import UsageError
from bikefit.wedge_systems import known_systems, load_system, wedges_for_tilt


def test_own_system(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[thin]\nname = "Thin one"\ncant_deg = 0.5\ncap = 4\ncleats = ["2-bolt"]\n', encoding="utf-8")
    system = load_system(str(path))
    assert (system.id, system.cant_deg, system.cap, system.cleats) == ("thin", 0.5, 4, ("2-bolt",))


def test_thickness_over_width(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[shim]\nthickness_mm = 2.0\nwidth_mm = 80\n", encoding="utf-8")
    assert load_system(str(path)).cant_deg == pytest.approx(math.degrees(math.atan(2.0 / 80.0)))
    assert load_system(str(path), 60.0).cant_deg == pytest.approx(math.degrees(math.atan(2.0 / 60.0)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "one table"),
        ("[a]\ncant_deg=1\n[b]\ncant_deg=1", "one table"),
        ("[a]\ncap=2", "needs cant_deg"),
        ("[a]\ncant_deg=-1", "'cant_deg'"),
        ('[a]\ncant_deg="one"', "'cant_deg'"),
        ("[a]\ncant_deg=nan", "'cant_deg'"),
        ("[a]\ncant_deg=1\ncap=0", "'cap'"),
        ("[a]\ncant_deg=1\ncap=true", "'cap'"),
        ("[a]\ncant_deg=1\ncants=1", "unknown entry 'cants'"),
        ('[a]\ncant_deg=1\nplacement="on top"', "'placement'"),
        ('[a]\ncant_deg=1\ncleats=["4-bolt"]', "unknown cleat '4-bolt'"),
        ("[a]\ncant_deg=1\nname=3", "'name'"),
        ("not toml", "not a TOML"),
    ],
)
def test_bad_systems_are_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        load_system(str(path))


def test_unknown_id_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'bikefit-cleat'"):
        load_system("bikefit-cleats")
    with pytest.raises(UsageError, match="cannot be read"):
        load_system(str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match="not plausible"):
        load_system("specialized-shim", 500.0)


@pytest.mark.parametrize(
    ("tilt_deg", "count"), [(0.0, 0), (0.01, 1), (6.0, 1), (6.1, 2), (12.0, 2), (12.1, 3), (-6.1, 2), (30.0, 3)]
)
def test_the_makers_rule_on_forefoot_tilt(tilt_deg: float, count: int) -> None:
    assert wedges_for_tilt(tilt_deg) == count


def test_no_tilt_is_no_count() -> None:
    with pytest.raises(UsageError, match="nan"):
        wedges_for_tilt(math.nan)


@pytest.fixture
def own_systems(own_folder: Path):
    """Write the user's own systems; what is remembered of them goes with the test."""
    known_systems.cache_clear()
    yield lambda content: (own_folder / "wedge_systems.toml").write_text(content, encoding="utf-8")
    known_systems.cache_clear()


def test_systems_of_the_users_folder_stand_beside_the_others(own_systems, run) -> None:
    own_systems("[thin]\ncant_deg = 0.5\n[thick]\ncant_deg = 1.5\ncap = 2\n")
    assert (load_system("thick").cant_deg, load_system("thick").cap) == (1.5, 2)
    assert "bikefit-cleat" in known_systems()
    shown = run("wedges")
    assert "thin" in shown.out
    assert "thick" in shown.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "[bikefit-cleat]\ncant_deg = 2.0\n",
            r"wedge_systems\.toml: \[bikefit-cleat\] is the id of a system that comes",
        ),
        ("[thin]\ncant = 2.0\n", r"wedge_systems\.toml: unknown entry 'cant'"),
        ("thin = 1\n", r"wedge_systems\.toml: expected a table"),
        ("[", r"wedge_systems\.toml: this is not a TOML file"),
    ],
)
def test_a_fault_in_the_users_folder_names_its_file(own_systems, run, content: str, said: str) -> None:
    own_systems(content)
    with pytest.raises(UsageError, match=said):
        load_system("thin")
    assert run("wedges").code == 2
    assert load_system("specialized-shim").id == "specialized-shim"
