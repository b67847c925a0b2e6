"""What the numbers of a foot on a pedal can be: by these a reader tells a wrong unit, or what is no angle at all.

They are facts about bodies, shoes and instruments, not choices of an analysis: readers take no `Settings`, so a file
gives the same recording whatever it is then analysed with. An angle that can be a shoe's passes here; whether it can be
this rider's is judged by the analysis, with its settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

# ---- angles ------------------------------------------------------------------------------------------------------

IMPOSSIBLE_DEG: Final = 180.0
"""No shoe turns further from its usual angle; such values are missing."""
ROTATION_MAX_DEG: Final = 90.0
"""No shoe turns further from straight ahead about the normal of its sole ..."""
PITCH_MAX_DEG: Final = 130.0
"""... nor is it pitched further."""
PITCH_SWING_MAX_DEG: Final = 150.0
"""Nobody pedals with a foot that is pitched further to and fro; a velocity in deg/s swings further."""
ROTATION_STILL_DEG: Final = 0.35
PITCH_STILL_DEG: Final = 1.5
"""A pedalling foot moves more than this."""
ROTATION_MAX_RAD: Final = 0.2
"""A rotation that never leaves this is suspiciously small for degrees."""
TURN_RAD: Final = 2 * np.pi * 1.001
"""Angles beyond a turn in radians are in degrees."""

# ---- shoe sensors ------------------------------------------------------------------------------------------------

ACCELERATIONS: Final[Mapping[str, tuple[float, float]]] = {"g": (0.3, 4.0), "m_s2": (4.0, 60.0), "mg": (300.0, 6000.0)}
"""What the median length of an acceleration with gravity in it lies between."""
MOVED_M_S2: Final = 3.0
"""The length of a pedalling foot's acceleration spans more than this."""
RATE_MAX_RAD_S: Final = 25.0
"""A pedalling foot's rate of turning stays under this in rad/s, and goes beyond it in deg/s."""
RATE_SURE_RAD_S: Final = 12.0
"""Where the file says deg/s, a foot that moved and stays under this number turned in rad/s."""
RATE_MAX_DEG_S: Final = 3500.0
"""No shoe turns faster."""

# ---- markers -----------------------------------------------------------------------------------------------------

SHOE_MM: Final = (100.0, 500.0)
"""Between these lies the distance from heel to toe marker; a factor of ten or a thousand falls outside."""
FARTHEST: Final = 1e6
"""A coordinate beyond this, in whatever unit, is not a marker's."""
