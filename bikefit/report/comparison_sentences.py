"""What a comparison says of one foot, in sentences; the same in the terminal and on the pages."""

from __future__ import annotations

import numpy as np

from bikefit.comparison import CurveDifference, FootComparison, sentences
from bikefit.conventions import Side
from bikefit.words import Words


def comparison_sentences(words: Words, foot: FootComparison) -> list[str]:
    """Say of one foot what was measured, what is expected, and what to do next."""
    said = [sentences.measured(words, foot)]
    if foot.recommendation.next_step.action in ("test", "compare"):
        said.append(smallest_change(words, foot))
    if foot.curves is not None and foot.curves.differs:
        said.append(where_it_differs(words, foot.side, foot.curves))
    said.append(sentences.outlook(words, foot))
    return [*said, words.text("compared.next", message=sentences.next_step(words, foot))]


def smallest_change(words: Words, foot: FootComparison) -> str:
    """Say how small a change one recording before and one after can show."""
    before = foot.minimal_detectable_change_before_deg
    return words.text("compared.smallest_before", before=words.degrees(before))


def where_it_differs(words: Words, side: Side, found: CurveDifference) -> str:
    """Say where in the stroke the shape of the mean curves differs, and where most."""
    shoe = words.shoe(side)
    if not found.differs:
        return words.text("compared.shape_same", shoe=shoe)
    outside = np.where(np.abs(found.difference_deg) > found.half_width_deg, np.abs(found.difference_deg), 0.0)
    most = int(outside.argmax())
    whole = found.differs == ((0.0, 360.0),)
    stretches = words.text("compared.and").join(
        words.text("compared.stretch", low=low, high=high) for low, high in found.differs
    )
    return words.text(
        "compared.shape_everywhere" if whole else "compared.shape_in",
        shoe=shoe,
        stretches=stretches,
        reference=words.text("compared.after_top" if found.is_crank else "compared.of_phase"),
        at=float(found.phase_deg[most]),
        deg=words.degrees(abs(found.difference_deg[most])),
        way=words.text("axes.heel_out" if found.difference_deg[most] > 0 else "axes.heel_in"),
    )
