"""Files made to waste time and memory, and what must be said of each."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

MB: Final = 1 << 20
HEADER: Final = b"time_s,left_heel_rotation_deg,crank_angle_deg\n"
TRC: Final = b"PathFileType\t4\t(X/Y/Z)\ta.trc\nDataRate\tUnits\n100\tmm\nFrame#\tTime\t"
READ: Final = """
import json, resource, sys, time
from bikefit.errors import RecordingError
from bikefit.io import read_recording
import pandas
for path in sys.argv[1:]:
    begin = time.process_time()
    try:
        read_recording(path)
        said = ""
    except RecordingError as error:
        said = str(error)
    print(json.dumps([said, time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def rows(text: bytes, count: int) -> bytes:
    return b"".join(text % number for number in range(count))


ZEROS: Final = gzip.compress(bytes(4 * MB)) * 1000
FILES: Final[Mapping[str, tuple[Callable[[], bytes], str]]] = {
    "bomb.csv.gz": (lambda: gzip.compress(HEADER + b"0,1,2\n" * 9) + ZEROS, "no recording does"),
    "bomb.trc.gz": (lambda: gzip.compress(TRC + b"RHEE\n1\t0\t1\t2\t3\n") + ZEROS, "no recording does"),
    "one_line.csv": (lambda: b"1," * (3 * MB), "longer than 1 MB"),
    "one_row.csv": (lambda: HEADER + b"1," * (3 * MB), "no numbers under it"),
    "million_columns.csv": (lambda: HEADER[:-1] + b",c" * 100_000 + b"\n0,1,2\n", "more than 20000 cells"),
    "million_columns.trc": (lambda: TRC + b"M\t\t\t" * 90_000 + b"\n1\t0\t1\n", "90000 markers"),
    "million_columns.sto": (lambda: b"x\nendheader\ntime" + b"\ta" * 60_000 + b"\n0\t1\n0\t1\n", "60001 columns"),
    "quotes.csv": (lambda: HEADER + b'"' * (3 * MB) + b"\n", "no numbers under it"),
    "open_quote.csv": (lambda: HEADER + b"0,1,2\n" * 99 + b'0,"1,2\n' + b"0.1,1,2\n" * MB, "never closed"),
    "nuls.csv": (lambda: HEADER + b"0,1,2\n" * 99 + bytes(5 * MB), "binary data"),
    "nuls_late.csv": (lambda: HEADER + b"0,1,2\n" * (MB // 2) + bytes(5 * MB) + b"1", "zero bytes"),
    "empty_lines.csv": (lambda: HEADER + b"0,1,2\n" + b"\n" * 10**6 + b"1,1,2\n", ""),
    "empty_lines_first.csv": (lambda: b"\n" * 10**6 + HEADER + b"0,1,2\n", "no header row"),
    "blank_rows.csv": (lambda: HEADER + (b"0,1,2\n" + b" ,, \n" * 10) * 20_000, "one time"),
    "words.csv": (lambda: HEADER + b"0,nothing,2\n" * 300_000, "line 2, column 'left_heel"),
    "missing.csv": (lambda: HEADER + rows(b"%d,#DIV/0!,2\n", 100_000), ""),
    "footer.csv": (lambda: HEADER + rows(b"%d,1,2\n", 300) + b"The end\n" * (MB // 2), "line 302, column 'time_s'"),
    "dates.csv": (lambda: HEADER.replace(b"_s", b"") + b"2026-99-99T1,2\n" * 100_000, "is not a time"),
    "long_cells.csv": (lambda: HEADER + (b"0," + b"9" * 5000 + b",2\n") * 1000, "one time"),
    "long.trc": (lambda: TRC + b"RHEE\n" + b"x\ty\tz\n" * (2 * MB), "holds 0 rows"),
    "long.sto": (lambda: b"x\n" * (2 * MB) + b"endheader\n", "not an OpenSim table"),
    "long.mot": (lambda: b"x\nendheader\ntime\ta\n" + b"0\tx\n" * (2 * MB), "is not a number"),
}


def costs(folder: Path) -> dict[str, tuple[str, float, float]]:
    """Read each file in one process: what was said of it, seconds of the processor, and the most memory so far [MB]."""
    for name, (made, _) in FILES.items():
        (folder / name).write_bytes(made())
    command = [sys.executable, "-c", READ, *(str(folder / name) for name in FILES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr == ""
    return {name: tuple(json.loads(line)) for name, line in zip(FILES, done.stdout.splitlines(), strict=True)}
