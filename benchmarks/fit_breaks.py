"""FIT rides with one break each: what is lost, and whether anything that is read is wrong.

    python benchmarks/fit_breaks.py [--count 2000] [--seed 1]

The rides have a known truth. Bytes are missing, or random ones too many, anywhere behind the first records.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from bikefit.io.fit.decoder import decode_bytes
from bikefit.io.fit.reader import read_fit
from bikefit.io.options import ReadOptions

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from helpers.fit_bytes import STAMP, T0, pack
from helpers.fit_rides import OWN, Record, ride_bytes, spread, truth

SECONDS = 200
KINDS = ("one record a second", "two of one stamp", "big-endian", "compressed headers")
SIZES = (1, 1, 2, 3, 7, 40, 300)


def ride(kind: str) -> tuple[bytes, np.ndarray]:
    """Return a ride's bytes and where its messages begin."""
    records = []
    for second in range(SECONDS):
        arrays = {name: spread(second, 1.0, 25) for name in OWN}
        records.append(Record(second, arrays, {"power": 200, "cadence": 90}))
        if kind != KINDS[0]:
            records.append(Record(second, {}, {"position_lat": 123456 * second}))
    part = ride_bytes(records, big=kind == KINDS[2], compressed=kind == KINDS[3])
    part.define(2, 19, [STAMP, (2, 4, 0x86), (7, 4, 0x86)])
    part.data(2, pack(0x86, T0 + SECONDS, T0, SECONDS * 1000))
    return part.bytes(), np.array(part.starts)


def wrong_samples(path: Path) -> int:
    """Return how many samples of both feet are not the truth at their time."""
    wrong = 0
    for side, trace in read_fit(path, ReadOptions()).feet.items():
        off = np.abs(trace.heel_out_deg - truth(f"{side}_heel_rotation", trace.time_s))
        wrong += int(np.count_nonzero(off > 0.02))
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    print("| records | breaks | most other messages lost | rides with a wrong sample | told as one break |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ride.fit")
        for kind in KINDS:
            content, starts = ride(kind)
            lost, counts = Counter[int](), Counter[str]()
            for _ in range(options.count // len(KINDS)):
                at, size = int(rng.integers(starts[8], starts[-3])), int(rng.choice(SIZES))
                missing = bool(rng.integers(2))
                broken = content[:at] + (content[at + size :] if missing else rng.bytes(size) + content[at:])
                path.write_bytes(broken)
                data = decode_bytes(broken, "x.fit")
                mine = np.concatenate([messages.starts for messages in data.values()])
                before = starts[: np.searchsorted(starts, at, side="right") - 1]
                behind = starts[starts > at + size * missing] + len(broken) - len(content)
                lost[int(np.setdiff1d(np.concatenate([before, behind]), mine).size)] += 1
                counts["wrong"] += wrong_samples(path) > 0
                counts["one"] += [item.what for item in data.damage] == ["gap"]
            total = lost.total()
            print(f"| {kind} | {total} | {max(lost)} | {counts['wrong']} | {counts['one']} |")


if __name__ == "__main__":
    main()
