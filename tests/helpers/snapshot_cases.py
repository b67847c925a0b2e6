"""The commands whose answers are kept: every file of the sample data, with the options that suit it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"


class Case(NamedTuple):
    """A command without its outputs, its files named as they lie in sample_data, and the answers that are kept."""

    command: str
    arguments: str
    kinds: tuple[str, ...]


ANALYZED = ("json", "text", "strokes", "html")
SHORT = ("json", "text")

OPTIONS = {
    "a_b_a_2.csv": "--right-wedges 2",
    "wrong_way_2.csv": "--right-wedges 2",
    "markers.trc": "--static markers_static.trc",
    "sessions/anna_2.fit": "--right-wedges 2",
    "sessions/ben_1.fit": "--system bikefit-in-shoe",
    "sessions/ben_2.fit": "--system bikefit-in-shoe --left-wedges -1",
    "sessions/ben_3.fit": "--system bikefit-in-shoe",
    "sessions/carla_2.fit": "--right-wedges 1 --from 10",
    "sessions/dario_1_left.csv": "--side left",
    "sessions/dario_1_right.csv": "--side right",
}
"""What `analyze` is told about a file, as sample_data/README.md and the manifest have it."""

PAGES = ("index", "riders.", "sessions.anna_2", "sessions.dario")
"""The pages of a batch that are kept; the others are of the same kind as these and those of single recordings."""

MORE = {
    "three_sections_lap_1": Case("analyze", "three_sections.csv --lap 1", ANALYZED),
    "three_sections_lap_2": Case("analyze", "three_sections.csv --lap 2 --right-wedges 2", ANALYZED),
    "three_sections_lap_3": Case("analyze", "three_sections.csv --lap 3", ANALYZED),
    "dario_1": Case(
        "analyze", "--left sessions/dario_1_left.csv --right sessions/dario_1_right.csv", ("json", "text", "html")
    ),
    "markers_without_static": Case("analyze", "markers.trc", SHORT),
    "markers_neutral": Case("analyze", "markers.trc --left-neutral -4 --right-neutral -7 --cleat speedplay", SHORT),
    "shoe_sensor_pose": Case("analyze", "shoe_sensor.fit --pose 0-5 --right-wedges 1", SHORT),
    "metric_peak": Case("analyze", "two_wedges.csv --metric peak --neutral 1.5", SHORT),
    "metric_power_phase": Case("analyze", "two_wedges.csv --metric power_phase --neutral recovery", SHORT),
    "heel_in_swapped": Case("analyze", "two_wedges.csv --positive heel-in --swap-sides --from 20 --to 90", SHORT),
    "reference_rotation": Case("analyze", "european.csv --reference rotation", SHORT),
    "float_stated": Case("analyze", "float_stop.csv --cleat 3-bolt --cleat-float 7", SHORT),
    "short_section": Case("analyze", "two_wedges.csv --from 0 --to 4", SHORT),
    "one_foot": Case("analyze", "two_wedges.csv --column left_heel_rotation_deg=right_heel_rotation_deg", SHORT),
    "wrong_column": Case("analyze", "two_wedges.csv --column crank_angle_deg=pedal", SHORT),
    "too_many_wedges": Case("analyze", "two_wedges.csv --right-wedges 9", SHORT),
    "unknown_lap": Case("analyze", "three_sections.csv --lap 7", SHORT),
    "markers_inspected_bare": Case("inspect", "markers.trc", SHORT),
    "ride_inspected_section": Case("inspect", "three_sections.csv --lap 2", SHORT),
    "compare_a_b_a": Case(
        "compare", "a_b_a_1.csv a_b_a_2.csv a_b_a_3.csv --right-wedges 0,2,0", ("json", "text", "html")
    ),
    "compare_a_b_a_remounted": Case(
        "compare", "a_b_a_1.csv a_b_a_2.csv a_b_a_3.csv --right-wedges 0,2,0 --left-wedges 0,0,0 --remounted", SHORT
    ),
    "compare_wrong_way": Case(
        "compare", "wrong_way_1.csv wrong_way_2.csv --right-wedges 0,2", ("json", "text", "html")
    ),
    "compare_three_sections": Case(
        "compare",
        "three_sections.csv@0-75 three_sections.csv@87-162 three_sections.csv@174-250 --right-wedges 0,2,0",
        ("json", "text", "html"),
    ),
    "compare_anna": Case(
        "compare", "sessions/anna_1.fit sessions/anna_2.fit sessions/anna_3.fit --right-wedges 0,2,0", SHORT
    ),
    "compare_ben": Case(
        "compare",
        "sessions/ben_1.fit sessions/ben_2.fit sessions/ben_3.fit --left-wedges 0,-1,0 --system bikefit-in-shoe",
        SHORT,
    ),
    "compare_carla": Case(
        "compare", "sessions/carla_1.csv sessions/carla_2.fit --right-wedges 0,1 --remounted --metric peak", SHORT
    ),
    "compare_turned": Case("compare", "a_b_a_1.csv a_b_a_3.csv --right-rotation 0,1.5 --right-wedges 0,2", SHORT),
    "compare_turned_alone": Case(
        "compare", "a_b_a_1.csv a_b_a_3.csv --right-rotation 0,1.5 --right-wedges 0,2 --cleat-float 0", SHORT
    ),
    "compare_one": Case("compare", "a_b_a_1.csv --right-wedges 0", SHORT),
    "compare_manifest": Case("compare", "sessions/manifest.csv", SHORT),
    "wedges": Case("wedges", "", SHORT),
    "settings": Case("settings", "", ()),
    "compare_visit": Case(
        "compare", " ".join(f"visit_harmed_{n}.fit" for n in (1, 2, 3, 4)) + " --right-wedges 0,2,-2,0", SHORT
    ),
    "compare_visit_laps": Case(
        "compare", " ".join(f"visit_helped_laps.fit@lap{n}" for n in (1, 2, 3, 4)) + " --right-wedges 0,2,-2,0", SHORT
    ),
    "batch_manifest": Case("batch", "sessions/manifest.csv --title Studio --fitter Fitter", ("store", "pages")),
    "batch_folder": Case("batch", "sessions --no-report --right-wedges 1", ()),
}


def recordings() -> list[str]:
    """Return the names of all recordings of the sample data; visits are kept as they are compared."""
    kinds = (".csv", ".fit", ".trc")
    paths = (
        path for path in SAMPLES.rglob("*") if path.suffix in kinds and not path.name.startswith(("manifest", "visit_"))
    )
    return sorted(path.relative_to(SAMPLES).as_posix() for path in paths)


def cases() -> dict[str, Case]:
    """Return all cases: analyze and inspect of each recording, then the others, by name.

    Of sessions/ the batch keeps the strokes and those pages that differ in kind.
    """
    found = {}
    for name in recordings():
        known_as = name.removeprefix("sessions/")
        found[known_as] = Case("analyze", f"{name} {OPTIONS.get(name, '')}", SHORT if known_as != name else ANALYZED)
        static = OPTIONS["markers.trc"] if name == "markers.trc" else ""
        found[f"{known_as}.inspect"] = Case("inspect", f"{name} {static}", SHORT)
    return found | MORE
