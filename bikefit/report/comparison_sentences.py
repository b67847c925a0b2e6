"""What a comparison says of one foot, in sentences; the same in the terminal and on the pages."""

from __future__ import annotations

import numpy as np

from bikefit.comparison import CurveDifference, FootComparison
from bikefit.conventions import Side
from bikefit.words import Words, known


def comparison_sentences(words: Words, foot: FootComparison) -> list[str]:
    """Say of one foot what the recordings showed, how sure that is, and what to record next."""
    said = [] if foot.verdict is None else [words.finding(foot.verdict)]
    if foot.change is not None:
        said.append(
            words.text(
                "compared.change",
                before=words.wedges(foot.change.from_wedges),
                after=words.wedges(foot.change.to_wedges),
                deg=words.signed_degrees(foot.change.deg),
                interval=words.signed_interval(foot.change.interval_deg),
                verdict=words.text("compared.detected" if foot.change.detected else "compared.not_detected"),
            )
        )
        if foot.curves is not None:
            said.append(where_it_differs(words, foot.side, foot.curves))
        said.append(
            words.text(
                "compared.response",
                mean=words.signed_degrees(foot.response.mean, 2),
                interval=words.signed_interval(foot.response.interval, 2),
                chance=words.percent(foot.response.probability_heel_in),
            )
        )
    if known(foot.minimal_detectable_change_deg):
        said.append(smallest_change(words, foot))
    if foot.next_recording is not None:
        said.append(words.finding(foot.next_recording))
    return said


def smallest_change(words: Words, foot: FootComparison) -> str:
    """Say how small a change the set-up can show, before the trial and with the recordings that there are."""
    before, now = foot.minimal_detectable_change_before_deg, foot.minimal_detectable_change_deg
    if foot.change is None:
        return words.text("compared.smallest_before", before=words.degrees(before))
    said = words.text("compared.smallest", before=words.degrees(before), now=words.degrees(now))
    if foot.between_recording_sd_learnt and now > before:
        said += " " + words.text("compared.smallest_learned")
    return said


def where_it_differs(words: Words, side: Side, found: CurveDifference) -> str:
    """Say where in the stroke the mean curves differ, and where most."""
    shoe = words.shoe(side)
    if not found.differs:
        return words.text("compared.differs_nowhere", shoe=shoe)
    outside = np.where(np.abs(found.difference_deg) > found.half_width_deg, np.abs(found.difference_deg), 0.0)
    most = int(outside.argmax())
    whole = found.differs == ((0.0, 360.0),)
    stretches = words.text("compared.and").join(
        words.text("compared.stretch", low=low, high=high) for low, high in found.differs
    )
    return words.text(
        "compared.differs_everywhere" if whole else "compared.differs_in",
        shoe=shoe,
        stretches=stretches,
        reference=words.text("compared.after_top" if found.is_crank else "compared.of_phase"),
        at=float(found.phase_deg[most]),
        deg=words.degrees(abs(found.difference_deg[most])),
        way=words.text("axes.heel_out" if found.difference_deg[most] > 0 else "axes.heel_in"),
    )
