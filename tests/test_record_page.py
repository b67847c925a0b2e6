"""The recipes of docs/record.md, tried: files as their devices write them, and the page's own commands."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bikefit.io.fit.writer import write_fit
from bikefit.io.markers.trc_writer import write_trc
from bikefit.model import Recording, ShoeSensor
from bikefit.simulate import simulate_plain
from bikefit.simulate.markers import simulate_stance

PAGE = (Path(__file__).parents[1] / "docs" / "record.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("bikefit ")
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    for line in block.splitlines()
    if line.startswith("bikefit ")
]
TRUE_DEG = {"left": -1.0, "right": 4.0}
GRAVITY = 9.80665


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the page's commands name."""
    folder = tmp_path_factory.mktemp("record")
    means = {f"{side}_mean_deg": value for side, value in TRUE_DEG.items()}
    worn, _ = simulate_plain(duration_s=75, seen_by="shoe-sensor", seed=3, **means)
    for side, sensor in worn.sensors.items():
        (folder / f"{side}.txt").write_text(witmotion(sensor), encoding="utf-8")
    polar(folder, worn.sensors["right"])
    (folder / "esp32.csv").write_text(esp32(worn.sensors["right"]))
    write_fit(alone(worn), folder / "watch.fit")
    seen, _ = simulate_plain(duration_s=45, seen_by="markers", seed=4, **means)
    write_trc(seen, folder / "ride.trc")
    write_trc(simulate_stance({"left": 0.0, "right": 0.0}), folder / "stand.trc")
    for number, (name, mean) in enumerate(
        {"pedal": 4.0, "bare": 4.0, "two": 2.6, "minus_two": 5.2, "bare_again": 4.0}.items()
    ):
        (folder / f"{name}.csv").write_text(pedal(number, mean))
    return folder


def alone(worn: Recording) -> Recording:
    """The right shoe's recording by itself."""
    from dataclasses import replace

    return replace(worn, sensors={"right": worn.sensors["right"]}, feet={})


def witmotion(sensor: ShoeSensor) -> str:
    """As the WitMotion app writes: tabs, date and time, g and deg/s."""
    lines = ["time\tDeviceName\tAccX(g)\tAccY(g)\tAccZ(g)\tAsX(°/s)\tAsY(°/s)\tAsZ(°/s)\tAngleX(°)"]
    for time_s, acc, gyr in zip(sensor.gyr_time_s, sensor.acc_m_s2, sensor.gyr_deg_s, strict=True):
        minute, second = divmod(float(time_s), 60.0)
        cells = [f"2026-05-01 08:{30 + int(minute):02d}:{second:06.3f}", "WT9011"]
        cells += [*(f"{value / GRAVITY:.4f}" for value in acc), *(f"{value:.3f}" for value in gyr), "1.5"]
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def polar(folder: Path, sensor: ShoeSensor) -> None:
    """As Polar Sensor Logger writes: a file each, semicolons, nanoseconds of the sensor's own clock."""
    for kind, unit, times, values in (
        ("GYRO", "dps", sensor.gyr_time_s, sensor.gyr_deg_s),
        ("ACC", "mg", sensor.acc_time_s, 1000.0 * sensor.acc_m_s2 / GRAVITY),
    ):
        lines = [f"Phone timestamp;sensor timestamp [ns];X [{unit}];Y [{unit}];Z [{unit}] "]
        for time_s, row in zip(times, values, strict=True):
            moment = f"2026-05-01T08:{30 + int(time_s // 60):02d}:{time_s % 60:06.3f}"
            lines.append(";".join([moment, f"{8.31e17 + 1e9 * time_s:.0f}", *(f"{value:.3f}" for value in row)]))
        (folder / f"Polar_Sense_R_{kind}.txt").write_text("\n".join(lines) + "\n")


def esp32(sensor: ShoeSensor) -> str:
    """As a sketch writes: milliseconds since it was switched on, deg/s and g, no units in the names."""
    rows = np.column_stack([1000.0 * sensor.gyr_time_s + 5210, sensor.gyr_deg_s, sensor.acc_m_s2 / GRAVITY])
    return "millis,gx,gy,gz,ax,ay,az\n" + "\n".join(",".join(f"{value:.4f}" for value in row) for row in rows) + "\n"


def pedal(seed: int, mean_deg: float) -> str:
    """As the page asks a home-made pedal to write."""
    made, _ = simulate_plain(duration_s=90, seed=20 + seed, right_mean_deg=mean_deg, side="right")
    trace = made.feet["right"]
    assert trace.crank_deg is not None
    pulse = np.mod(trace.crank_deg, 360.0) < 20.0
    head = "# pedal 0.3, right, zero set 2026-03-01\ntime_us,right_heel_rotation_deg,tdc_pulse\n"
    rows = zip(1e6 * trace.time_s, trace.heel_out_deg, pulse, strict=True)
    return head + "".join(f"{time_us:.0f},{angle:.2f},{top:d}\n" for time_us, angle, top in rows)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_pages_commands_give_an_answer(
    run: Callable[..., Any], desk: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(desk)
    words = [word for word in shlex.split(command) if word not in ("--report", "result.html")]
    done = run(*words, "--json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    if words[0] == "inspect":
        assert document["feet"]
        return
    assert "right" in document["feet"]
    for side, foot in document["feet"].items():
        if words[0] == "compare":
            assert foot["change_detected"] is True
            continue
        low, high = foot["excess"]["interval_deg"]
        assert low < TRUE_DEG[side] < high
        assert foot["excess"]["deg"] == pytest.approx(TRUE_DEG[side], abs=1.0)
        assert foot["recommendation"]["outcome"] != "undetermined"


def test_every_recipe_is_there() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"inspect", "analyze", "compare"}
    assert len(COMMANDS) == 11
