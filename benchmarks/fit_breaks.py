"""FIT rides with one break each: what is lost, and whether anything that is read is wrong.

    python benchmarks/fit_breaks.py [--count 2000] [--seed 1]

The rides have a known truth. Bytes are missing, or random ones too many, or some are overwritten by random ones,
anywhere behind the first records. Of messages that were overwritten, nothing tells which samples are wrong: only more
wrong samples than theirs are counted.
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
SAMPLES = 50
"""Of both feet a second."""
KINDS = ("one record a second", "two of one stamp", "big-endian", "compressed headers")
WAYS = ((("missing", "added"), (1, 1, 2, 3, 7, 40, 300)), (("overwritten",), (1, 3, 7, 40, 300)))
"""What happens to bytes, and to how many."""
COUNTED = ("many", "false", "wrong", "one")


def ride(kind: str) -> tuple[bytes, np.ndarray]:
    """Return a ride's bytes and where its messages begin."""
    records = []
    for second in range(SECONDS):
        arrays = {name: spread(second, 1.0, SAMPLES // 2) for name in OWN}
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


def broken(content: bytes, at: int, size: int, how: str, rng: np.random.Generator) -> bytes:
    """Return content with bytes missing, too many or overwritten at a place."""
    if how == "missing":
        return content[:at] + content[at + size :]
    return content[:at] + rng.bytes(size) + content[at + size * (how == "overwritten") :]


def expected(starts: np.ndarray, end: int, at: int, size: int, how: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where messages must begin that the break does not touch, and all places where one truly begins."""
    shift = {"missing": -size, "added": size, "overwritten": 0}[how]
    touched = at + size * (how != "added")
    ends = np.append(starts[1:], end)
    whole = np.concatenate([starts[ends <= at], starts[starts >= touched] + shift])
    true = np.concatenate([starts[starts <= at], starts[starts >= touched] + shift])
    return whole, starts if how == "overwritten" else true


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    print("| records | bytes | rides | most others lost | over 6 lost | false messages | wrong samples | as one |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ride.fit")
        for ways, sizes in WAYS:
            for kind in KINDS:
                content, starts = ride(kind)
                lost, counts = Counter[int](), Counter[str]()
                for _ in range(options.count // len(KINDS)):
                    at, size = int(rng.integers(starts[8], starts[-3])), int(rng.choice(sizes))
                    how = str(rng.choice(ways))
                    damaged = broken(content, at, size, how, rng)
                    path.write_bytes(damaged)
                    data = decode_bytes(damaged, "x.fit")
                    mine = np.concatenate([messages.starts for messages in data.values()])
                    whole, true = expected(starts, len(content) - 2, at, size, how)
                    gone = int(np.setdiff1d(whole, mine).size)
                    lost[gone] += 1
                    counts["many"] += gone > 6
                    counts["false"] += np.setdiff1d(mine, true).size > 0
                    own = starts.size - whole.size if how == "overwritten" else 0
                    counts["wrong"] += wrong_samples(path) > own * SAMPLES
                    counts["one"] += [item.what for item in data.damage] in (["gap"], ["checksum_wrong"])
                cells = [kind, " or ".join(ways), lost.total(), max(lost)]
                print(f"| {' | '.join(map(str, [*cells, *(counts[name] for name in COUNTED)]))} |")


if __name__ == "__main__":
    main()
