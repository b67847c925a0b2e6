"""Mutated FIT files through the reader: only the package's own errors, no warning, bounded time and memory.

    python benchmarks/fuzz_fit.py [--count 1000000] [--seconds 240] [--seed 1] [--memory-every 50] [--real FOLDER]

Starts from small files of many ways of recording (and from real ones where a folder is given), changes bytes, cuts,
doubles, shifts and joins, then reads the whole recording. What fails is printed with its seed and kept in a file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bikefit.errors import BikefitError
from bikefit.io.fit.checksum import crc16
from bikefit.io.fit.reader import read_fit
from bikefit.io.options import ReadOptions

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from helpers.fit_bytes import STAMP, T0, Part, pack, small_ride
from helpers.fit_rides import OWN, Record, ride_bytes, spread

INTERESTING = (0x00, 0x01, 0x02, 0x40, 0x41, 0x60, 0x7F, 0x80, 0x83, 0x84, 0x88, 0x89, 0xFF)
LARGEST = 60_000
"""Real files are cut to this many bytes."""
SMALL = 10_000
"""What a file smaller than this costs is mostly the same for all."""


def sensors() -> bytes:
    """Return a file of gyroscope and accelerometer counts with calibrations."""
    part = Part().define(
        4, 167, [STAMP, (0, 1, 0), (1, 4, 0x86), (2, 4, 0x86), (3, 4, 0x86), (4, 12, 0x85), (5, 36, 0x85)]
    )
    for sensor in (0, 1):
        cells = pack(0x86, T0) + bytes([sensor]) + pack(0x86, 5, 10, 32768)
        part.data(4, cells + pack(0x85, *[0] * 3, *[65535, 0, 0, 0, 65535, 0, 0, 0, 65535]))
    for local, number in ((2, 164), (3, 165)):
        part.define(local, number, [STAMP, (0, 2, 0x84), (1, 10, 0x84), *((2 + axis, 10, 0x84) for axis in range(3))])
    for second in range(12):
        for local in (2, 3):
            offsets = pack(0x84, 0, 200, 400, 600, 800)
            part.data(local, pack(0x86, T0 + second) + pack(0x84, 10) + offsets + pack(0x84, *range(32000, 32015)))
    return part.bytes()


def seeds(real: Path | None) -> list[bytes]:
    """Return the files that are mutated."""
    records = [Record(s, {name: spread(s, 1.0, 8) for name in OWN}, {"power": 200, "cadence": 90}) for s in range(12)]
    split = [item for s, record in enumerate(records) for item in (record, Record(s, {}, {"position_lat": 5}))]
    found = [small_ride().bytes(), sensors(), small_ride(3).bytes() * 2]
    for ride in (records, split):
        found += [
            ride_bytes(ride, big=big, compressed=short).bytes() for big in (False, True) for short in (False, True)
        ]
    for path in sorted(real.rglob("*.fit")) if real else ():
        found.append(path.read_bytes()[:LARGEST])
    return found


def mutated(rng: np.random.Generator, files: list[bytes]) -> bytes:
    """Return one of the files, changed in a few ways."""
    content = bytearray(files[rng.integers(len(files))])
    for _ in range(rng.integers(1, 6)):
        at = int(rng.integers(len(content))) if content else 0
        size = int(rng.choice([1, 1, 2, 4, 17, 200]))
        way = rng.integers(9)
        if way <= 1 and content:
            content[at] ^= 1 << int(rng.integers(8))
        elif way == 2 and content:
            content[at] = INTERESTING[rng.integers(len(INTERESTING))]
        elif way == 3:
            del content[at : at + size]
        elif way == 4:
            content[at:at] = rng.bytes(size)
        elif way == 5:
            content[at : at + size] = bytes([INTERESTING[rng.integers(len(INTERESTING))]]) * size
        elif way == 6:
            content[at:at] = content[at : at + size]
        elif way == 7 and rng.random() < 0.3:
            del content[at:]
        elif way == 8:
            other = files[rng.integers(len(files))]
            begin = int(rng.integers(len(other)))
            content[at : at + size] = other[begin : begin + size]
    if rng.random() < 0.5 and len(content) > 16:  # a checksum that agrees, so changed values are believed
        size = len(content) - 16
        content[4:8] = size.to_bytes(4, "little")
        content[12:14] = crc16(bytes(content[:12])).to_bytes(2, "little")
        content[-2:] = crc16(bytes(content[:-2])).to_bytes(2, "little")
    return bytes(content)


def read(content: bytes, path: Path) -> str:
    """Read a file; return what came of it."""
    path.write_bytes(content)
    try:
        recording = read_fit(path, ReadOptions(side="left"))
    except BikefitError:
        return "refused"
    for trace in recording.feet.values():
        assert (np.diff(trace.time_s) > 0).all(), "times of a foot do not rise"
    for channel in recording.companions.values():
        assert (np.diff(channel.time_s) > 0).all(), "times of a companion do not rise"
    for sensor in recording.sensors.values():
        assert (np.diff(sensor.gyr_time_s) > 0).all(), "times of a gyroscope do not rise"
        assert (np.diff(sensor.acc_time_s) > 0).all(), "times of an accelerometer do not rise"
    return "rotation" if recording.feet or recording.sensors else "no rotation"


def peak_of(content: bytes, path: Path) -> int:
    """Return the peak memory of reading a file [bytes]."""
    tracemalloc.start()
    read(content, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def inputs(count: int, seconds: float, seed: int, files: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield mutated files with their seeds, as many as there is time for."""
    end = time.perf_counter() + seconds
    for number in range(seed, seed + count):
        if time.perf_counter() > end:
            return
        yield number, mutated(np.random.default_rng(number), files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory-every", type=int, default=50)
    parser.add_argument("--real", type=Path, help="a folder of real FIT files")
    options = parser.parse_args()
    warnings.simplefilter("error")
    files = seeds(options.real)
    outcomes: Counter[str] = Counter()
    slowest, largest, small_kb, failures = (0.0, 0), (0.0, 0), 0.0, 0
    in_memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=in_memory if in_memory.is_dir() else None) as folder:
        path = Path(folder, "ride.fit")
        for content in files:  # what is imported or built on first use
            read(content, path)
        for number, content in inputs(options.count, options.seconds, options.seed, files):
            begin = time.process_time()
            try:
                outcomes[read(content, path)] += 1
            except Exception as error:  # whatever is not an error of the package is what is looked for
                failures += 1
                outcomes["FAILED"] += 1
                print(f"seed {number}: {type(error).__name__}: {error}")
                Path(f"fuzz_fit_{number}.fit").write_bytes(content)
                continue
            slowest = max(slowest, (time.process_time() - begin, number))
            if number % options.memory_every == 0:
                peak = peak_of(content, path)
                if len(content) >= SMALL:
                    largest = max(largest, (peak / len(content), number))
                else:
                    small_kb = max(small_kb, peak / 1000)
    print(f"{sum(outcomes.values())} inputs from {len(files)} files: {dict(outcomes)}")
    print(f"slowest {slowest[0]:.3f} s of the processor (seed {slowest[1]})")
    print(
        f"most memory {largest[0]:.0f} times files from {SMALL} bytes on (seed {largest[1]}), {small_kb:.0f} kB below"
    )
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
