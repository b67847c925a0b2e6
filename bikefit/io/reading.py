"""Reading recordings (and writing the few formats that the simulator's users need).

`read_recording` finds the reader by what the file holds, its name being a hint only; readers are loaded when they
are needed. A recording without any rotation is read all the same, so that it can be inspected: whoever needs
rotation asks `require_usable`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bikefit.io.options import AS_THE_FILE_SAYS, ReadOptions
from bikefit.io.sides import apply_options, reader_side
from bikefit.model import Recording

if TYPE_CHECKING:
    from bikefit.io.fit.decoder import FitData
    from bikefit.model import Finding


def read_recording(path: str | Path, options: ReadOptions = AS_THE_FILE_SAYS) -> Recording:
    """Read a recording of any supported format.

    Parameters
    ----------
    path : path-like
        The file.
    options : ReadOptions
        What the user says about it.

    Returns
    -------
    Recording
        In the project's sides, signs and units; it may hold no rotation (see `require_usable`).

    Raises
    ------
    RecordingError
        If the file cannot be read, is of no supported format, or lacks the foot that was asked for.
    UsageError
        If an option makes no sense.
    """
    from bikefit.io.formats import read_file

    return apply_options(read_file(Path(path), reader_side(options)), options)


def read_sides(
    left: Sequence[str | Path], right: Sequence[str | Path], options: ReadOptions = AS_THE_FILE_SAYS
) -> Recording:
    """Read one file, or one accelerometer and one gyroscope file, for each shoe.

    Parameters
    ----------
    left, right : sequence of path-like
        Files of the left and of the right shoe; one of them may be empty.
    options : ReadOptions
        What the user says about the files.

    Returns
    -------
    Recording
        Both shoes in one. Sensors with clocks of their own keep them: ``ShoeSensor.clock`` differs.

    Raises
    ------
    RecordingError
        If a file cannot be read, or the files of a shoe do not go together.
    UsageError
        If there is no file.
    """
    from bikefit.io.pairs import read_pair

    return apply_options(read_pair(list(map(Path, left)), list(map(Path, right)), options), options)


def require_usable(recording: Recording) -> None:
    """Raise `NoRotationError`, with what the file holds and what would work, unless it holds rotation or its source."""
    from bikefit.io.usable import check_usable

    check_usable(recording)


def unread_foot(recording: Recording) -> tuple[Finding, ...]:
    """Name the column that may be the other foot's where the rotation of only one was found, if any is near."""
    from bikefit.io.usable import unread_foot as look

    return look(recording)


def decode_fit(path: str | Path) -> FitData:
    """Decode a FIT file into columns, whatever it holds (see `bikefit.io.fit.decoder`).

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    FitData
        Message name -> columns by field name, each message type with ``to_frame()``.

    Raises
    ------
    RecordingError
        If the file cannot be opened, is empty or no FIT file.
    """
    from bikefit.io.fit.decoder import decode_fit as decode

    return decode(path)
