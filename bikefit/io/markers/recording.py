"""A recording of a file that holds marker trajectories and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bikefit.digests import combined
from bikefit.errors import RecordingError
from bikefit.io.assemble import assemble
from bikefit.io.columns import asked_columns
from bikefit.io.finite import rate_of
from bikefit.io.markers.names import MARKER_NAMES
from bikefit.io.markers.settle import settle_markers
from bikefit.io.names import shown
from bikefit.io.options import ReadOptions
from bikefit.io.series import Parts
from bikefit.io.source import Source
from bikefit.io.tables import order_rows
from bikefit.model import Array, Recording, finding

RATE_TOLERANCE: Final = 0.02
"""A header's rate may differ from the time stamps' by this share."""


@dataclass(frozen=True)
class PedalPoints:
    """Where the pedals are, from a companion file in the same axes."""

    name: str
    sha256: str
    time_s: Array  # On the file's own clock, which is the marker file's
    positions_mm: Mapping[str, Array]  # left_pedal, right_pedal, shape (n, 3)

    def at(self, time_s: Array) -> dict[str, Array]:
        """Return the points at other times; NaN outside their own."""
        return {
            name: np.column_stack(
                [np.interp(time_s, self.time_s, values[:, axis], left=np.nan, right=np.nan) for axis in range(3)]
            )
            for name, values in self.positions_mm.items()
        }


def recording_of_markers(
    source: Source,
    file_format: str,
    time_s: Array,
    positions: Mapping[str, Array],
    unit: str,
    options: ReadOptions,
    *,
    claimed_hz: float = float("nan"),
    pedals: PedalPoints | None = None,
) -> Recording:
    """Make a recording of trajectories as a file has them, by the file's clock; the rest as for `settle_markers`.

    ``claimed_hz`` is the header's rate, NaN where it gives none; ``pedals`` come from a companion file.
    """
    _only_markers(options.columns, source.name)
    order = order_rows(time_s, source.name)
    ordered = {
        name: np.column_stack([order.apply(values[:, axis]) for axis in range(3)]) for name, values in positions.items()
    }
    found = [*source.findings, *order.findings]
    measured_hz = rate_of(order.time_s)
    if abs(claimed_hz / measured_hz - 1.0) > RATE_TOLERANCE:
        found.append(finding("rate_mismatch", claimed=claimed_hz, measured=measured_hz))
    if order.time_s.size == 1:
        found.append(finding("markers_one_frame"))
    sha256 = source.sha256
    beside: dict[str, Array] = {}
    if pedals is not None:
        beside = pedals.at(order.time_s + float(np.nanmin(time_s)))
        sha256 = combined([source.sha256, pedals.sha256])
        found.append(finding("companion_file", name=pedals.name))
    settled = settle_markers(order.time_s, ordered, unit, options, source.name, beside)
    parts = Parts(
        source.name, file_format, sha256, to_s=float(order.time_s[-1]), markers=settled, findings=tuple(found)
    )
    return assemble(parts, options)


def _only_markers(asked: Mapping[str, str], where: str) -> None:
    """Raise where ``--column`` names a channel that is not a marker's."""
    for key, name in asked.items():
        if key not in MARKER_NAMES and asked_columns({key: name}, [name.strip()], where):
            raise RecordingError(
                f"{where}: '{shown(name)}' cannot be read as {key}: the file holds markers only. A marker is named as "
                "in --column left_heel=NAME."
            )
