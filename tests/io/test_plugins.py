"""Readers of other packages, by the entry point group ``bikefit.readers``."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import bikefit
from bikefit.batch.plan import find_recordings
from bikefit.errors import RecordingError
from bikefit.io import ReadOptions, read_recording
from bikefit.io.formats import recording_suffixes

READER = """
from pathlib import Path

import numpy as np

from bikefit.io import ReadOptions
from bikefit.io.assemble import assemble
from bikefit.io.formats import Format
from bikefit.io.series import Parts, Series
from bikefit.io.source import load
from bikefit.model import Recording


def read(path: Path, options: ReadOptions) -> Recording:
    source = load(path, strict=options.strict)
    rows = np.array([line.split(b"|") for line in source.data.splitlines()[1:]], dtype=float)
    series = [Series(channel, rows[:, 0], rows[:, at], channel) for at, channel in ((1, "left_heel_rotation"),
                                                                                    (2, "crank_angle"))]
    return assemble(Parts(source.name, "pedal", source.sha256, tuple(series), findings=source.findings), options)


FORMAT = Format("pedal", (".pedal",), lambda head, suffix: head.startswith(b"PEDAL"), read)
"""
TIME_S = np.arange(3000) / 100


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package with a reader, as pip would: a module and its metadata on the import path."""

    def install(code: str, name: str = "pedal_reader", target: str = "FORMAT") -> None:
        site = tmp_path / f"site_{name}"
        about = site / f"{name}-1.0.dist-info"
        about.mkdir(parents=True)
        (site / f"{name}.py").write_text(code)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[bikefit.readers]\n{name} = {name}:{target}\n")
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.delitem(sys.modules, name, raising=False)

    return install


@pytest.fixture
def ride(tmp_path: Path) -> Path:
    path = tmp_path / "rides" / "ride.pedal"
    path.parent.mkdir()
    heel = 3 + np.sin(np.radians(TIME_S * 540))
    rows = (
        f"{t!r}|{h!r}|{c!r}" for t, h, c in zip(TIME_S.tolist(), heel.tolist(), (TIME_S * 540).tolist(), strict=True)
    )
    path.write_text("\n".join(["PEDAL 1", *rows]))
    return path


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "ride.csv"
    path.write_text("time_s,left_heel_rotation_deg\n0.0,1.5\n0.01,1.6\n0.02,1.7\n")
    return path


def test_a_format_of_another_package_is_read(installed, ride: Path) -> None:
    with pytest.raises(RecordingError):
        read_recording(ride)
    installed(READER)
    read = read_recording(ride)
    assert (read.format, read.findings) == ("pedal", ())
    result = bikefit.analyze(ride)
    assert result.feet["left"].strokes.reference == "crank_angle"
    assert result.feet["left"].strokes.used > 30
    assert ".pedal" in recording_suffixes()
    assert find_recordings(ride.parent, ride.parent / "out") == [ride]


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("raise RuntimeError('no licence')", "FORMAT"),
        ("import not_there_at_all", "FORMAT"),
        ("FORMAT = 7", "FORMAT"),
        ("FORMAT = 7", "OTHER"),
        (READER.replace('head.startswith(b"PEDAL")', "1 / 0"), "FORMAT"),
        (
            READER.replace('head.startswith(b"PEDAL")', "True").replace("source = load", "source = 1 / 0 or load"),
            "FORMAT",
        ),
        (
            READER.replace('head.startswith(b"PEDAL")', "True").replace("source = load", "return None\n    load"),
            "FORMAT",
        ),
    ],
)
def test_a_broken_reader_is_told_and_passed_over(installed, csv: Path, code: str, target: str) -> None:
    whole = read_recording(csv)
    installed(code, target=target)
    read = read_recording(csv)
    told = [item for item in read.findings if item.code == "reader_plugin_broken"]
    assert [(item.level, item.values["name"] in ("pedal_reader", "pedal")) for item in told] == [("warning", True)]
    assert read.feet["left"].heel_out_deg.tolist() == whole.feet["left"].heel_out_deg.tolist()


def test_a_broken_reader_of_a_file_that_nobody_else_reads(installed, ride: Path) -> None:
    installed(READER.replace("rows = np", "rows = 1 / 0 or np"))
    with pytest.raises(RecordingError, match=r"(?s)not a table.*'pedal' of another package failed.*ZeroDivisionError"):
        read_recording(ride)


def test_what_a_reader_says_of_a_file_reaches_the_user(installed, ride: Path) -> None:
    code = READER.replace("rows = np", "raise RecordingError(f'{path.name}: the pedal was off.')\n    rows = np")
    installed(code.replace("import numpy as np", "import numpy as np\nfrom bikefit.errors import RecordingError"))
    with pytest.raises(RecordingError, match="the pedal was off"):
        read_recording(ride)


def test_the_projects_own_formats_come_first(installed, csv: Path, tmp_path: Path) -> None:
    installed(READER.replace('head.startswith(b"PEDAL")', "True"))
    path = tmp_path / "ride.mot"
    path.write_text("inDegrees=yes\nendheader\ntime\tleft_heel_rotation\n0.0\t1.0\n0.01\t2.0\n")
    assert read_recording(path).format == "opensim"


def test_without_any_no_package_is_looked_through(csv: Path) -> None:
    code = f"import sys, bikefit; bikefit.read_recording({str(csv)!r}); print('importlib.metadata' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# ---- the example package of the docs ---------------------------------------------------------------------------

EXAMPLE = Path(__file__).parents[2] / "docs" / "example_reader"


@pytest.fixture
def rotalog(installed):
    """Install the example package as its own pyproject.toml says."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, target = project["entry-points"]["bikefit.readers"]["rotalog"].split(":")
    installed((EXAMPLE / f"{module}.py").read_text(encoding="utf-8"), module, target)


def rota_file(path: Path, head: str = "ROTALOG 1 rate=100 side=left", spoil: str = "") -> Path:
    heel, crank = 2.5 + np.sin(np.radians(TIME_S * 540)), (TIME_S * 540) % 360
    lines = [f"{h * 100:.0f} {c * 100:.0f}" for h, c in zip(heel, crank, strict=True)]
    lines[1500] = "x x"
    path.write_text("\n".join([head, *lines, spoil] if spoil else [head, *lines]))
    return path


def test_the_example_of_the_docs_reads_its_logger(rotalog, tmp_path: Path) -> None:
    result = bikefit.analyze(rota_file(tmp_path / "ride.rota"))
    assert result.recording.format == "rotalog"
    told = {
        each.name: (each.meaning, each.unit, round(each.rate_hz))
        for each in read_recording(tmp_path / "ride.rota").channels
    }
    assert told["crank"] == ("crank_angle_deg", "deg", 100)
    assert told["angle"][0].endswith("_heel_rotation_deg")
    assert result.feet["left"].rotation.value_deg == pytest.approx(2.5, abs=0.005)
    assert (result.feet["left"].strokes.reference, list(result.feet)) == ("crank_angle", ["left"])


@pytest.mark.parametrize("wrong", [{"head": "ROTALOG 1 side=left"}, {"spoil": "12"}, {"spoil": "a b"}])
def test_the_example_of_the_docs_refuses_in_words(rotalog, tmp_path: Path, wrong) -> None:
    with pytest.raises(RecordingError, match=r"ride.rota: this is not a whole Rotalog file"):
        read_recording(rota_file(tmp_path / "ride.rota", **wrong))


RECIPE = re.search(r"```py\n(.*?)```", (EXAMPLE.parent / "architecture.md").read_text(encoding="utf-8"), re.S)
AROUND = """
import numpy as np


def take_apart(source):
    head, *rows = source.data.decode().splitlines()[1:]
    names = head.split("|")
    return names, [None] * len(names), np.array([row.split("|") for row in rows], dtype=float)


from bikefit.io.formats import Format

FORMAT = Format("myformat", (".pedal",), lambda head, suffix: head.startswith(b"PEDAL"), read_myformat)
"""


def test_the_recipe_of_the_docs_reads_a_table(installed, tmp_path: Path) -> None:
    assert RECIPE is not None
    installed(textwrap.dedent(RECIPE[1]) + AROUND)
    path, cadence = tmp_path / "ride.pedal", np.full(TIME_S.size, 90.0)
    rows = np.column_stack([1.7776e12 + 1000 * TIME_S, np.sin(np.radians(TIME_S * 540)), TIME_S * 540, cadence])
    lines = ["|".join(map(repr, row)) for row in rows.tolist()]
    path.write_text("\n".join(["PEDAL 1", "time (ms)|turned|crank_angle_deg|cadence_rpm", *lines]))
    read = read_recording(path, ReadOptions(columns={"left_heel_rotation_deg": "turned"}))
    assert (read.format, read.findings, read.start) == ("myformat", (), datetime.fromtimestamp(1.7776e9, UTC))
    np.testing.assert_allclose(read.feet["left"].time_s, TIME_S, atol=1e-6)
    np.testing.assert_allclose(read.feet["left"].heel_out_deg, rows[:, 1])
    assert read.companions["cadence_rpm"].values.tolist() == cadence.tolist()
    assert [channel.meaning for channel in read.channels] == [
        "left_heel_rotation_deg",
        "crank_angle_deg",
        "cadence_rpm",
    ]


def test_the_example_of_the_docs_is_short() -> None:
    code = (EXAMPLE / "bikefit_rotalog.py").read_text(encoding="utf-8").splitlines()
    assert sum(bool(line.strip()) for line in code) <= 40
