"""Read the recordings of a fictional pedal, the Rotalog.

A file is a line such as ``ROTALOG 1 rate=200 side=left``, then a line a sample: the heel's angle and the right crank's
angle, in hundredths of a degree, heel-out positive; ``x`` where the pedal lost the signal.
"""

from pathlib import Path

import numpy as np

from bikefit.errors import RecordingError
from bikefit.io import ReadOptions
from bikefit.io.assemble import assemble
from bikefit.io.formats import Format
from bikefit.io.series import Parts, Series
from bikefit.io.source import load
from bikefit.model import Recording


def read(path: Path, options: ReadOptions) -> Recording:
    """Read one file; what cannot be read is said in words that the rider understands."""
    source = load(path, strict=options.strict)
    head, *lines = source.data.decode("ascii", "replace").splitlines()
    told = dict(word.split("=", 1) for word in head.split() if "=" in word)
    try:
        rate_hz, side = float(told["rate"]), told["side"]
        cells = np.array([line.replace("x", "nan").split() for line in lines], dtype=float) / 100.0
        heel, crank = cells.T
    except (KeyError, ValueError) as error:
        raise RecordingError(
            f"{source.name}: this is not a whole Rotalog file; copy it from the pedal again."
        ) from error
    time_s = np.arange(len(heel)) / rate_hz
    series = (
        Series(f"{side}_heel_rotation", time_s, heel, "angle"),
        Series("crank_angle", time_s, crank, "crank"),
    )
    return assemble(Parts(source.name, "rotalog", source.sha256, series, findings=source.findings), options)


FORMAT = Format("rotalog", (".rota",), lambda head, suffix: head.startswith(b"ROTALOG "), read)
