"""Standing or seated, where the shoe's pitch shows it, and which of the two carry the number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bikefit.conventions import POSTURES, PostureChoice, RejectReason, Side
from bikefit.model import Array, Finding, Flags, StrokeColumns, finding
from bikefit.settings import DEFAULTS, Settings

REJECTED: RejectReason = "posture"


def label_posture(pitch_deg: Array, used: Flags, settings: Settings = DEFAULTS) -> NDArray[np.object_]:
    """Label strokes as standing or seated by their mean pitch.

    Examples
    --------
    >>> pitch = np.repeat([20.0, 42.0, 21.0], 10) + np.tile([0.0, 0.5], 15)
    >>> np.unique(label_posture(pitch, np.ones(30, dtype=bool))[10:20]).tolist()
    ['standing']
    """
    labels = np.full(pitch_deg.size, "", dtype=object)
    known = np.sort(pitch_deg[used & np.isfinite(pitch_deg)])
    fewest = settings.posture_strokes_min
    if known.size < 2 * fewest:
        return labels
    total, squares = np.cumsum(known), np.cumsum(known**2)
    low = np.arange(fewest, known.size - fewest + 1)
    high = known.size - low
    mean_low, mean_high = total[low - 1] / low, (total[-1] - total[low - 1]) / high
    within = squares[-1] - low * mean_low**2 - high * mean_high**2
    best = int(np.argmin(within))
    apart = float(mean_high[best] - mean_low[best])
    sd = float(np.sqrt(max(within[best], 0.0) / known.size))
    if apart >= settings.posture_apart_deg and apart >= settings.posture_apart_sds * sd:
        border = 0.5 * float(mean_low[best] + mean_high[best])
        labels[pitch_deg > border] = "standing"
        labels[pitch_deg <= border] = "seated"
    return labels


def keep_posture(
    table: StrokeColumns, choice: PostureChoice | None, settings: Settings, side: Side
) -> tuple[StrokeColumns, tuple[Finding, ...]]:
    """Return the stroke table with one posture used, and what is to be said of it.

    Where nothing is chosen, seated strokes carry the number if both postures occur and they are enough for one.
    """
    used = table.used
    posture = table["posture"]
    groups = {name: used & (posture == name) for name in POSTURES}
    counts = {name: int(np.count_nonzero(group)) for name, group in groups.items()}
    if not all(counts.values()):
        asked = choice in POSTURES and used.any()
        return table, (finding("posture_unknown", side=side, posture=choice),) if asked else ()
    kept = choice or ("seated" if counts["seated"] >= settings.strokes_min else "all")
    mean_deg = table.numbers("mean_deg")
    told = finding(
        "posture_mixed",
        side=side,
        kept=kept,
        **{f"{name}_deg": float(mean_deg[group].mean()) for name, group in groups.items()},
        **{f"{name}_strokes": count for name, count in counts.items()},
    )
    if kept == "all":
        return table, (told,)
    left_out = used & ~groups[kept]
    return table.changed(used=used & ~left_out, reject_reason=np.where(left_out, REJECTED, table["reject_reason"])), (
        told,
    )
