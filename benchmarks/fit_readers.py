"""Time FIT readers on the same two files, from the file to the columns that are needed.

Each reader runs in processes of its own, several times; the median time and the peak memory are shown. A reader
that is not installed, fails, or gives other numbers than ours is told so. Each process first reads a file of ten
seconds, so that imports and what is built on first use are neither timed nor counted.

    pip install fitdecode garmin-fit-sdk fitfast pyfitparsernative fit-tool fitfile chiptime
    python benchmarks/fit_readers.py
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RECORD_FIELDS = (
    "heart_rate", "cadence", "distance", "power", "grade", "temperature", "gps_accuracy", "vertical_speed", "calories",
    "vertical_oscillation", "stance_time_percent", "stance_time", "left_torque_effectiveness",
    "right_torque_effectiveness", "left_pedal_smoothness", "right_pedal_smoothness", "fractional_cadence",
    "time_from_course", "total_cycles", "accumulated_power", "battery_soc",
)  # fmt: skip
"""21 fields beside the time stamp; none that readers expand or convert each in their own way."""
AXES = tuple(f"calibrated_{kind}_{axis}" for kind in ("gyro", "accel") for axis in "xyz")
HOUR_S = 3600


# ---- the files


def write_files(folder: Path, seconds: int = HOUR_S) -> dict[str, Path]:
    """Write an hour of one record a second, and an hour of gyroscope and accelerometer at 100 Hz."""
    import numpy as np
    from fitparse.profile import MESSAGE_TYPES

    from bikefit.io.fit.checksum import crc16
    from bikefit.io.fit.profile import BASE_TYPES
    from bikefit.io.fit.writer import write_fit
    from bikefit.model import Recording, ShoeSensor

    rng = np.random.default_rng(1)
    known = {field.name: field for field in MESSAGE_TYPES[20].fields.values()}
    numbers = {code: number for number, code in ((number, base.name) for number, base in BASE_TYPES.items())}
    chosen = [known["timestamp"], *(known[name] for name in RECORD_FIELDS)]
    bases = [(numbers[item.base_type.name], BASE_TYPES[numbers[item.base_type.name]]) for item in chosen]
    table = np.zeros(seconds, [("header", "u1"), *((str(n), "<" + base.code) for n, (_, base) in enumerate(bases))])
    table["0"] = 1_000_000_000 + np.arange(seconds)
    for n in range(1, len(chosen)):
        limit = min(100, np.iinfo(bases[n][1].code).max)
        table[str(n)] = rng.integers(1, limit, seconds)
    fields = b"".join(
        bytes([item.def_num, base.size, number]) for item, (number, base) in zip(chosen, bases, strict=True)
    )
    file_id = bytes([0x40, 0, 0, 0, 0, 2, 0, 1, 0, 4, 4, 0x86, 0, 4]) + (1_000_000_000).to_bytes(4, "little")
    body = file_id + bytes([0x40, 0, 0, 20, 0, len(chosen)]) + fields + table.tobytes()
    head = bytes([14, 0x20, 0x6E, 0x08, *len(body).to_bytes(4, "little")]) + b".FIT"
    whole = head + crc16(head).to_bytes(2, "little") + body
    records = folder / "records.fit"
    records.write_bytes(whole + crc16(whole).to_bytes(2, "little"))

    time_s = np.arange(seconds * 100) / 100
    sensor = ShoeSensor(
        "right", time_s, rng.normal(0, 100, (time_s.size, 3)), time_s, rng.normal(0, 10, (time_s.size, 3))
    )
    sensors = folder / "sensors.fit"
    write_fit(Recording("bench", "simulated", "", None, 0.0, float(seconds), sensors={"right": sensor}), sensors)
    return {"records": records, "sensors": sensors}


# ---- the readers: each returns a sum over the columns, which all must agree on


def total(columns: dict[str, Any]) -> float:
    import numpy as np

    return float(sum(np.nansum(np.asarray(column, float)) for column in columns.values()))


def gathered(messages: Any, kind: str) -> dict[str, Any]:
    """Put columns together from messages as dicts of values."""
    import numpy as np

    names = RECORD_FIELDS if kind == "records" else AXES
    lists: dict[str, list[Any]] = {name: [] for name in names}
    for message in messages:
        for name in names:
            if name in message:
                lists[name].append(message[name])
    return {name: np.array(values, float).ravel() for name, values in lists.items()}


def read_bikefit(path: Path, kind: str) -> dict[str, Any]:
    from bikefit.io.fit.decoder import decode_fit

    data = decode_fit(path)
    assert not data.damage  # the checksum is checked
    if kind == "records":
        record = data["record"]
        columns = {name: record[name].values for name in ("timestamp", *RECORD_FIELDS)}
        del columns["timestamp"]
        return columns
    gyro, accel = data["gyroscope_data"], data["accelerometer_data"]
    return {name: (gyro if "gyro" in name else accel)[name].values.ravel() for name in AXES}


def read_fitparse(path: Path, kind: str) -> dict[str, Any]:
    import fitparse

    wanted = ["record"] if kind == "records" else ["gyroscope_data", "accelerometer_data"]
    messages = fitparse.FitFile(str(path), check_crc=True).get_messages(wanted)
    return gathered((message.get_values() for message in messages), kind)


def read_fitdecode(path: Path, kind: str) -> dict[str, Any]:
    import fitdecode

    wanted = {"record"} if kind == "records" else {"gyroscope_data", "accelerometer_data"}
    with fitdecode.FitReader(str(path), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        frames = (frame for frame in reader if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name in wanted)
        return gathered(({item.name: item.value for item in frame.fields} for frame in frames), kind)


def read_garmin_fit_sdk(path: Path, kind: str) -> dict[str, Any]:
    from garmin_fit_sdk import Decoder, Stream

    assert Decoder(Stream.from_file(str(path))).check_integrity()
    decoder = Decoder(Stream.from_file(str(path)))
    messages, errors = decoder.read(merge_heart_rates=False)
    assert not errors
    wanted = ["record_mesgs"] if kind == "records" else ["gyroscope_data_mesgs", "accelerometer_data_mesgs"]
    return gathered((message for name in wanted for message in messages[name]), kind)


def read_fitfast(path: Path, kind: str) -> dict[str, Any]:
    import fitfast

    if kind == "records":
        columns = fitfast.records(path, degrees=False)
        return {name: columns[name] for name in RECORD_FIELDS}
    messages = fitfast.parse(path)
    return gathered((item for name in ("gyroscope_data", "accelerometer_data") for item in messages[name]), kind)


def read_pyfitparsernative(path: Path, kind: str) -> dict[str, Any]:
    from pyfitparsernative import parse_fit_file

    wanted = {"record"} if kind == "records" else {"gyroscope_data", "accelerometer_data"}
    return gathered((item for item in parse_fit_file(str(path)) if item["message_type"] in wanted), kind)


def read_fit_tool(path: Path, kind: str) -> dict[str, Any]:
    from fit_tool.fit_file import FitFile

    wanted = {"record"} if kind == "records" else {"gyroscope_data", "accelerometer_data"}
    rows = (item.message for item in FitFile.from_file(str(path)).records if not item.is_definition)
    rows = (item for item in rows if item.name in wanted)
    return gathered(({field.name: field.get_values() for field in item.fields} for item in rows), kind)


def read_fitfile(path: Path, kind: str) -> dict[str, Any]:
    import fitfile

    messages = fitfile.file.File(str(path))
    names = ["record"] if kind == "records" else ["gyroscope_data", "accelerometer_data"]
    return gathered((item.fields for name in names for item in getattr(messages, name)), kind)


def read_chiptime(path: Path, kind: str) -> dict[str, Any]:
    import chiptime

    wanted = {"record"} if kind == "records" else {"gyroscope_data", "accelerometer_data"}
    messages = (item for item in chiptime.iter_messages(path) if item.name in wanted)
    return gathered(({name: item.value for name, item in message.fields.items()} for message in messages), kind)


READERS = {
    "bikefit": (read_bikefit, "bikefit"),
    "fitparse": (read_fitparse, "fitparse"),
    "fitdecode": (read_fitdecode, "fitdecode"),
    "garmin-fit-sdk": (read_garmin_fit_sdk, "garmin_fit_sdk"),
    "fitfast": (read_fitfast, "fitfast"),
    "pyfitparsernative": (read_pyfitparsernative, "pyfitparsernative"),
    "fit-tool": (read_fit_tool, "fit_tool.fit_file"),
    "fitfile": (read_fitfile, "fitfile"),
    "chiptime": (read_chiptime, "chiptime"),
}


# ---- one run in one process


def peak_mb() -> float:
    """Return the peak memory of this process so far, its own program alone."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def run_one(reader: str, path: Path, kind: str, short: Path) -> None:
    import numpy  # noqa: F401  (imports are not timed)

    read, module = READERS[reader]
    importlib.import_module(module)
    read(short, kind)  # whatever is imported or built on first use
    before_mb = peak_mb()
    begin = time.perf_counter()
    columns = read(path, kind)
    seconds = time.perf_counter() - begin
    grown_mb = peak_mb() - before_mb
    samples = sum(len(column) for column in columns.values())
    print(json.dumps([seconds, grown_mb, samples, total(columns)]))


def version(reader: str) -> str:
    """Return a reader's version."""
    if reader == "bikefit":
        import bikefit

        return bikefit.__version__
    try:
        return importlib.metadata.version(reader)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def measure(reader: str, path: Path, kind: str, short: Path, runs: int) -> tuple[float, float, int, float] | str:
    results = []
    for _ in range(runs):
        command = [
            sys.executable,
            __file__,
            "--reader",
            reader,
            "--file",
            str(path),
            "--kind",
            kind,
            "--short",
            str(short),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip().splitlines()[-1][:90]
        results.append(json.loads(done.stdout))
    first = results[0]
    return (
        statistics.median(item[0] for item in results),
        statistics.median(item[1] for item in results),
        first[2],
        first[3],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--reader", choices=READERS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--kind", choices=("records", "sensors"))
    parser.add_argument("--short", type=Path)
    parser.add_argument("--only", nargs="+", choices=READERS, default=list(READERS))
    options = parser.parse_args()
    if options.reader:
        run_one(options.reader, options.file, options.kind, options.short)
        return
    print(f"Python {platform.python_version()}, {options.runs} runs each, median; memory = growth of the peak")
    with tempfile.TemporaryDirectory() as folder:
        brief = Path(folder, "brief")
        brief.mkdir()
        short = write_files(brief, 10)
        for kind, path in write_files(Path(folder)).items():
            if options.kind not in (None, kind):
                continue
            size_mb = path.stat().st_size / 2**20
            print(f"\n{kind}: {size_mb:.2f} MB\n\n| reader | seconds | times ours | peak MB | note |")
            print("|---|---|---|---|---|")
            ours = measure("bikefit", path, kind, short[kind], options.runs)
            assert not isinstance(ours, str), ours
            for reader in options.only:
                result = ours if reader == "bikefit" else measure(reader, path, kind, short[kind], options.runs)
                name = f"{reader} {version(reader)}"
                if isinstance(result, str):
                    print(f"| {name} | - | - | - | {result} |")
                    continue
                seconds, peak_mb, samples, value = result
                same = samples == ours[2] and math.isclose(value, ours[3], rel_tol=1e-6)
                note = (
                    "" if same else f"other numbers: {samples} samples, sum {value:.6g}; ours {ours[2]}, {ours[3]:.6g}"
                )
                print(f"| {name} | {seconds:.4f} | {seconds / ours[0]:.1f} | {peak_mb:.1f} | {note} |")


if __name__ == "__main__":
    main()
