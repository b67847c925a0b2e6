"""What is compared: files or sections of files, each with the wedges that were on the shoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bikefit.analysis import AnalyzeOptions, NeutralChoice
from bikefit.conventions import SIDES, Side
from bikefit.errors import UsageError
from bikefit.io import read_recording, read_sides, split_section
from bikefit.io.manifest import SessionSpec
from bikefit.model import Recording

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class ShoeFiles:
    """A recording in files of its own for each shoe."""

    left: tuple[Path, ...]
    right: tuple[Path, ...]


@dataclass(frozen=True)
class Source:
    """One recording of a comparison, such as a row of a manifest.

    Attributes
    ----------
    recording : Path, ShoeFiles or Recording
        The file or files, or a recording that was read or simulated.
    from_s, to_s : float, optional
        The section to use, in seconds from the first sample.
    left_wedges, right_wedges : int, optional
        Signed counts on the shoes, varus positive; None = nothing was said.
    left_rotation_deg, right_rotation_deg : float
        Turn of the cleat against the first recording [deg], positive = the way that turns the heel out.
    side : {"left", "right"}, optional
        Whose foot a file of one unnamed foot is.
    system : str, optional
        The wedge system of this recording.
    left_neutral, right_neutral : float or str, optional
        The neutral of this recording.
    """

    recording: Path | ShoeFiles | Recording
    from_s: float | None = None
    to_s: float | None = None
    left_wedges: int | None = None
    right_wedges: int | None = None
    left_rotation_deg: float = 0.0
    right_rotation_deg: float = 0.0
    side: Side | None = None
    system: str | None = None
    left_neutral: NeutralChoice | None = None
    right_neutral: NeutralChoice | None = None

    def wedges(self, side: Side) -> int | None:
        """Return the signed count on one shoe, None where nothing was said."""
        return self.left_wedges if side == "left" else self.right_wedges

    def rotation_deg(self, side: Side) -> float:
        """Return the turn of one cleat against the first recording [deg]."""
        return self.left_rotation_deg if side == "left" else self.right_rotation_deg

    def options(self, common: AnalyzeOptions) -> AnalyzeOptions:
        """Return how to analyse this recording: the common options with what is its own in their place."""
        sectioned = self.from_s is not None or self.to_s is not None
        return replace(
            common,
            read=replace(common.read, side=self.side or common.read.side),
            left_wedges=self.left_wedges or 0,
            right_wedges=self.right_wedges or 0,
            from_s=self.from_s if sectioned else common.from_s,
            to_s=self.to_s if sectioned else common.to_s,
            lap=None if sectioned else common.lap,
            system=self.system or common.system,
            left_neutral=self.left_neutral if self.left_neutral is not None else common.left_neutral,
            right_neutral=self.right_neutral if self.right_neutral is not None else common.right_neutral,
        )


def read_sources(sources: Sequence[Source], common: AnalyzeOptions) -> list[Recording]:
    """Read the recordings of a comparison, each file once.

    Parameters
    ----------
    sources : sequence of Source
        What is compared.
    common : AnalyzeOptions
        For how to read files.

    Returns
    -------
    list of Recording
        Whole, one a source.

    Raises
    ------
    RecordingError
        If a file cannot be read.
    """
    known: dict[object, Recording] = {}
    recordings = []
    for source in sources:
        given, options = source.recording, source.options(common).read
        if isinstance(given, Recording):
            recordings.append(given)
            continue
        key = (given, source.side)
        if key not in known:
            if isinstance(given, ShoeFiles):
                known[key] = read_sides(given.left, given.right, options)
            else:
                known[key] = read_recording(given, options)
        recordings.append(known[key])
    return recordings


def source_from_row(row: SessionSpec) -> Source:
    """Turn a session of a manifest into a source.

    Parameters
    ----------
    row : SessionSpec
        As from `bikefit.io.manifest.read_manifest`.

    Returns
    -------
    Source
        With all that the manifest says of it.
    """
    return Source(
        recording=row.files[0] if row.files else ShoeFiles(row.left, row.right),
        from_s=row.from_s,
        to_s=row.to_s,
        left_wedges=row.left_wedges,
        right_wedges=row.right_wedges,
        side=row.side,
        system=row.system,
        left_neutral=row.left_neutral,
        right_neutral=row.right_neutral,
    )


def as_sources(
    given: Sequence[str | Path | Recording | Source | SessionSpec],
    left_wedges: Sequence[int] | None = None,
    right_wedges: Sequence[int] | None = None,
    left_rotation: Sequence[float] | None = None,
    right_rotation: Sequence[float] | None = None,
) -> tuple[Source, ...]:
    """Bring files and the lists of counts together.

    Parameters
    ----------
    given : sequence of str, path, Recording, Source or SessionSpec
        ``FILE`` or ``FILE@FROM-TO``; a `Source` or a manifest's session brings its own counts, so no list may be given
        with it.
    left_wedges, right_wedges : sequence of int, optional
        Signed counts, varus positive, one a recording.
    left_rotation, right_rotation : sequence of float, optional
        Turn of the cleat against the first recording [deg], one a recording; a single number = turned by that
        much after the first.

    Returns
    -------
    tuple of Source
        In the order given.

    Raises
    ------
    UsageError
        If there are fewer than two recordings, no counts, or not one count a recording.

    Examples
    --------
    >>> [s.left_wedges for s in as_sources(["a.csv@0-60", "b.csv"], left_wedges=[0, 2])]
    [0, 2]
    """
    if len(given) < 2:
        raise UsageError("compare needs two recordings or more: one before and one after a change of wedges.")
    own = [
        source_from_row(item) if isinstance(item, SessionSpec) else item
        for item in given
        if isinstance(item, (Source, SessionSpec))
    ]
    if own:
        lists = (left_wedges, right_wedges, left_rotation, right_rotation)
        if len(own) < len(given) or any(item is not None for item in lists):
            raise UsageError("a manifest names the wedges itself; leave --left-wedges, --right-wedges and files out.")
        riders = dict.fromkeys(item.rider for item in given if isinstance(item, SessionSpec) and item.rider)
        if len(riders) > 1:
            raise UsageError(
                f"the manifest names more than one rider ({', '.join(riders)}), but what a wedge does is each rider's "
                "own. Compare the recordings of one rider."
            )
        if all(item.wedges(side) is None for item in own for side in SIDES):
            raise UsageError("the manifest names no wedges; it needs a column left_wedges or right_wedges.")
        return tuple(own)
    if left_wedges is None and right_wedges is None:
        zeros = ",".join("0" * (len(given) - 1))
        raise UsageError(
            f"say how many wedges were on the shoes, one count a recording: --left-wedges {zeros},2 and/or "
            "--right-wedges (varus positive, valgus negative)."
        )
    counts = {
        "left": _matched(left_wedges, len(given), "--left-wedges"),
        "right": _matched(right_wedges, len(given), "--right-wedges"),
    }
    turns = {
        "left": _turns(left_rotation, len(given), "--left-rotation"),
        "right": _turns(right_rotation, len(given), "--right-rotation"),
    }
    sources = []
    for i, item in enumerate(given):
        assert not isinstance(item, (Source, SessionSpec))
        recording, from_s, to_s = (item, None, None) if isinstance(item, Recording) else split_section(str(item))
        left, right = counts["left"], counts["right"]
        sources.append(
            Source(
                recording,
                from_s,
                to_s,
                None if left is None else left[i],
                None if right is None else right[i],
                turns["left"][i],
                turns["right"][i],
            )
        )
    return tuple(sources)


def _matched(values: Sequence[Number] | None, count: int, option: str) -> Sequence[Number] | None:
    if values is not None and len(values) != count:
        raise UsageError(
            f"{option}: {len(values)} number{'s' if len(values) != 1 else ''} for {count} recordings; "
            "give one for each recording, in the same order."
        )
    return values


def _turns(values: Sequence[float] | None, count: int, option: str) -> Sequence[float]:
    if values is None:
        return [0.0] * count
    if len(values) == 1:
        return [0.0] + [values[0]] * (count - 1)
    matched = _matched(values, count, option)
    assert matched is not None
    return [value - matched[0] for value in matched]
