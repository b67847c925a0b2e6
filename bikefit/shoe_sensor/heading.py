"""The foot's heading from the orientation alone, where no pedalling gives a reference (such as walking)."""

from __future__ import annotations

import numpy as np

from bikefit.model import Array, ShoeSensor
from bikefit.settings import Settings
from bikefit.shoe_sensor.orientation import filtered, level_axis
from bikefit.shoe_sensor.quaternions import matrices
from bikefit.shoe_sensor.samples import even_stretches
from bikefit.shoe_sensor.vectors import applied, heading_rad


def foot_heading_deg(sensor: ShoeSensor, settings: Settings) -> tuple[Array, Array]:
    """Return where the foot points, seen from above, up to a constant and a slow drift.

    The heading is that of the shoe's transverse axis, the one that stays most nearly level, whatever the mounting.
    Inside a stride or a stroke it is good to a few degrees; its constant means nothing and it drifts by degrees a
    minute.
    """
    stretches = even_stretches(sensor, settings).stretches
    turned = [matrices(filtered(part)[0]) for part in stretches]
    level = level_axis(np.concatenate(turned))
    headings = [np.degrees(np.unwrap(heading_rad(applied(matrix, level)))) for matrix in turned]
    return np.concatenate([part.time_s for part in stretches]), np.concatenate(headings)
