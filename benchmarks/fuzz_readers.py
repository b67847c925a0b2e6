"""Mutated text tables, markers, OpenSim tables and archives through the readers: only the package's own errors.

    python -m benchmarks.fuzz_readers [--count 1000000] [--seconds 240] [--seed 1] [--real FOLDER]

Starts from the beginnings of the sample data and of small tables of many dialects (and of real files where a folder is
given), changes, cuts, doubles and joins bytes and whole lines, and reads. FIT has `fuzz_fit.py`. What fails, takes over
2 s or warns is printed with its seed and kept in a file.
"""

from __future__ import annotations

import argparse
import gzip
import io
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.fuzz_fit import mutated
from bikefit.errors import BikefitError
from bikefit.io import read_recording

ROOT = Path(__file__).parents[1]
SUFFIXES = (".csv", ".txt", ".tsv", ".trc", ".mot", ".sto", ".c3d", ".gz", ".zip")
LARGEST, SLOW_S = 12_000, 2.0
WORDS = (
    b"NaN", b"", b"1e999", b"-", b"#REF!", b"\xff\xfe", b'"', b"12:00:00", b"2026-11-29", b",", b";", b"\t", b"\x00",
    b"\r",
)  # fmt: skip


def seeds(real: Path | None) -> list[tuple[str, bytes]]:
    """Return the files that are mutated: suffix and bytes."""
    found = [
        (path.suffix, path.read_bytes()[:LARGEST])
        for path in sorted((ROOT / "sample_data").iterdir())
        if path.suffix in (".csv", ".trc")
    ]
    plain = b"time_s,left_heel_rotation_deg,crank_angle_deg\n"
    plain += b"".join(b"%.2f,1.5,%d\n" % (n / 100, n * 5 % 360) for n in range(300))
    sensor = b"t [ms];gyr x;gyr y;gyr z;acc x;acc y;acc z\n"
    sensor += b"".join(b"%d;1,5;2;3;0;0;9,8\n" % (n * 10) for n in range(200))
    mot = b"ride\ninDegrees=yes\nendheader\ntime\tleft_heel_rotation\n"
    mot += b"".join(b"%.2f\t1.5\n" % (n / 100) for n in range(200))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("ride.csv", plain)
    found += [
        (".csv", plain),
        (".csv", plain.decode().encode("utf-16")),
        (".txt", sensor),
        (".mot", mot),
        (".sto", mot),
    ]
    found += [(".gz", gzip.compress(plain)), (".zip", archive.getvalue())]
    for path in sorted(real.rglob("*")) if real else ():
        if path.suffix.lower() in SUFFIXES and path.is_file():
            found.append((path.suffix.lower(), path.read_bytes()[:LARGEST]))
    return found


def changed(rng: np.random.Generator, content: bytes) -> bytes:
    """Return a file with lines or cells changed, then perhaps bytes."""
    lines = content.split(b"\n")
    for _ in range(rng.integers(0, 5)):
        at, way = int(rng.integers(len(lines))), rng.integers(5)
        if way == 0:
            lines.insert(at, lines[int(rng.integers(len(lines)))])
        elif way == 1 and len(lines) > 1:
            del lines[at]
        elif way == 2:
            cells = lines[at].split(b",")
            cells[int(rng.integers(len(cells)))] = WORDS[rng.integers(len(WORDS))]
            lines[at] = b",".join(cells)
        elif way == 3:
            other = int(rng.integers(len(lines)))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            lines[at] += WORDS[rng.integers(len(WORDS))]
    content = b"\n".join(lines)
    return mutated(rng, [content]) if rng.random() < 0.4 else content


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", type=Path, help="a folder of real recordings")
    options = parser.parse_args()
    warnings.simplefilter("error")
    files, outcomes, slowest = seeds(options.real), Counter[str](), (0.0, 0)
    end = time.perf_counter() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.seed, options.seed + options.count):
            if time.perf_counter() > end:
                break
            rng = np.random.default_rng(number)
            suffix, content = files[rng.integers(len(files))]
            path = Path(folder, f"ride{suffix}")
            path.write_bytes(changed(rng, content))
            begin, fault = time.process_time(), ""
            try:
                read_recording(path)
                outcomes["read"] += 1
            except BikefitError:
                outcomes["refused"] += 1
            except Exception as error:  # whatever is not an error of the package is what is looked for
                fault = "".join(traceback.format_exception(error)[-3:])
            took = time.process_time() - begin
            slowest = max(slowest, (took, number))
            if fault or took > SLOW_S:
                outcomes["FAILED"] += 1
                print(f"seed {number} ({suffix}): {fault or f'{took:.1f} s'}"[-900:], flush=True)
                Path(f"fuzz_reader_{number}{suffix}").write_bytes(path.read_bytes())
    print(f"{sum(outcomes.values())} inputs from {len(files)} files: {dict(outcomes)}")
    print(f"slowest {slowest[0]:.3f} s of the processor (seed {slowest[1]})")
    return int(outcomes["FAILED"] > 0)


if __name__ == "__main__":
    sys.exit(main())
