"""What a comparison says of one foot, in sentences; the same in the terminal and on the pages."""

from __future__ import annotations

import numpy as np

from bikefit.comparison import CurveDifference, FootComparison
from bikefit.conventions import Side
from bikefit.report import numbers, sentences
from bikefit.report.texts import text


def comparison_sentences(foot: FootComparison) -> list[str]:
    """Say of one foot what the recordings showed, how sure that is, and what to record next.

    Parameters
    ----------
    foot : FootComparison
        One foot.

    Returns
    -------
    list of str
        Plain sentences.
    """
    said = [] if foot.verdict is None else [str(foot.verdict)]
    if foot.change is not None:
        said.append(
            text(
                "compared.change",
                before=sentences.wedges(foot.change.from_wedges),
                after=sentences.wedges(foot.change.to_wedges),
                deg=numbers.signed_degrees(foot.change.deg),
                interval=numbers.signed_interval(foot.change.interval_deg),
                verdict=text("compared.detected" if foot.change.detected else "compared.not_detected"),
            )
        )
        if foot.curves is not None:
            said.append(where_it_differs(foot.side, foot.curves))
        said.append(
            text(
                "compared.response",
                mean=numbers.signed_degrees(foot.response.mean, 2),
                interval=numbers.signed_interval(foot.response.interval, 2),
                chance=numbers.percent(foot.response.probability_heel_in),
            )
        )
    if numbers.known(foot.minimal_detectable_change_deg):
        said.append(smallest_change(foot))
    if foot.next_recording is not None:
        said.append(str(foot.next_recording))
    return said


def smallest_change(foot: FootComparison) -> str:
    """Say how small a change the set-up can show, before the trial and with the recordings that there are.

    Parameters
    ----------
    foot : FootComparison
        With a minimal detectable change.

    Returns
    -------
    str
        One or two sentences; why the second figure is the larger where a repeat taught how well angles repeat.
    """
    before, now = foot.minimal_detectable_change_before_deg, foot.minimal_detectable_change_deg
    if foot.change is None:
        return text("compared.smallest_before", before=numbers.degrees(before))
    said = text("compared.smallest", before=numbers.degrees(before), now=numbers.degrees(now))
    if foot.between_recording_sd_learnt and now > before:
        said += " " + text("compared.smallest_learned")
    return said


def where_it_differs(side: Side, found: CurveDifference) -> str:
    """Say where in the stroke the mean curves differ, and where most.

    Parameters
    ----------
    side : {"left", "right"}
        The foot.
    found : CurveDifference
        The difference with its band.

    Returns
    -------
    str
        One sentence.
    """
    shoe = text(f"advice.shoe_{side}")
    if not found.differs:
        return text("compared.differs_nowhere", shoe=shoe)
    outside = np.where(np.abs(found.difference_deg) > found.half_width_deg, np.abs(found.difference_deg), 0.0)
    most = int(outside.argmax())
    whole = found.differs == ((0.0, 360.0),)
    stretches = text("compared.and").join(
        text("compared.stretch", low=f"{low:.0f}", high=f"{high:.0f}") for low, high in found.differs
    )
    return text(
        "compared.differs_everywhere" if whole else "compared.differs_in",
        shoe=shoe,
        stretches=stretches,
        reference=text("compared.after_top" if found.is_crank else "compared.of_phase"),
        at=f"{found.phase_deg[most]:.0f}",
        deg=numbers.degrees(abs(found.difference_deg[most])),
        way=text("axes.heel_out" if found.difference_deg[most] > 0 else "axes.heel_in"),
    )
