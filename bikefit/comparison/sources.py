"""What is compared: files or sections of files, each with the wedges that were on the shoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bikefit.conventions import SIDES, PerFoot, Side
from bikefit.errors import UsageError
from bikefit.io import read_recording, read_sides
from bikefit.model import Recording
from bikefit.sessions.manifest import ManifestSession
from bikefit.sessions.reading import read_options
from bikefit.sessions.session import NeutralChoice, Session
from bikefit.sessions.values import split_section

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

    def options(self, common: Session) -> Session:
        """Return how to analyse this recording: the common options with what is its own in their place."""
        sectioned = self.from_s is not None or self.to_s is not None
        return replace(
            common,
            side=self.side or common.side,
            wedges=PerFoot(self.left_wedges, self.right_wedges),
            from_s=self.from_s if sectioned else common.from_s,
            to_s=self.to_s if sectioned else common.to_s,
            lap=None if sectioned else common.lap,
            system=self.system or common.system,
            neutral=PerFoot(self.left_neutral, self.right_neutral).over(common.neutral),
        )


def read_sources(sources: Sequence[Source], common: Session) -> list[Recording]:
    """Read the recordings of a comparison, each file once.

    Parameters
    ----------
    sources : sequence of Source
        What is compared.
    common : Session
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
        given, options = source.recording, read_options(source.options(common))
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


def source_from_row(row: ManifestSession) -> Source:
    """Turn a session of a manifest into a source.

    Parameters
    ----------
    row : ManifestSession
        As from `bikefit.sessions.manifest.read_manifest`.

    Returns
    -------
    Source
        With all that the manifest says of it.
    """
    said = row.session()
    return Source(
        recording=said.files[0] if said.files else ShoeFiles(said.shoe_files.left, said.shoe_files.right),
        from_s=said.from_s,
        to_s=said.to_s,
        left_wedges=said.wedges.left,
        right_wedges=said.wedges.right,
        side=said.side,
        system=row.said.get("system"),
        left_neutral=said.neutral.left,
        right_neutral=said.neutral.right,
    )


def as_sources(
    given: Sequence[str | Path | Recording | Source | ManifestSession],
    left_wedges: Sequence[int] | None = None,
    right_wedges: Sequence[int] | None = None,
    left_rotation: Sequence[float] | None = None,
    right_rotation: Sequence[float] | None = None,
) -> tuple[Source, ...]:
    """Bring files and the lists of counts together.

    Parameters
    ----------
    given : sequence of str, path, Recording, Source or ManifestSession
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
        source_from_row(item) if isinstance(item, ManifestSession) else item
        for item in given
        if isinstance(item, (Source, ManifestSession))
    ]
    if own:
        lists = (left_wedges, right_wedges, left_rotation, right_rotation)
        if len(own) < len(given) or any(item is not None for item in lists):
            raise UsageError("a manifest names the wedges itself; leave --left-wedges, --right-wedges and files out.")
        riders = dict.fromkeys(
            item.said["rider"] for item in given if isinstance(item, ManifestSession) and item.said.get("rider")
        )
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
        assert not isinstance(item, (Source, ManifestSession))
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
