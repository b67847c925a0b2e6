"""Refresh every figure that a command can: the table, the scaling and the profile; under 25 minutes on two idle cores.

    pip install '.[bench]'
    python benchmarks/all.py [--before FOLDER]          # FOLDER: a checkout of another version

It writes docs/performance.md, docs/profile.md and docs/img/scaling.svg. Longer statistics have commands of their own,
named on docs/performance.md beside their figures.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import scaling
import table
import where_time_goes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="checkout of another version, measured in turn with this one")
    given = parser.parse_args()
    before = ["--before", str(given.before)] if given.before else []
    for name, refresh in (
        ("table", lambda: table.main(before)),
        ("profile", lambda: where_time_goes.main([])),
        ("scaling", lambda: scaling.main([])),
    ):
        started = time.perf_counter()
        refresh()
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
