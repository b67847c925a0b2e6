"""What a studio's riders have in common, on a terminal; and as a file of settings that any command takes."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from bikefit import __version__
from bikefit.report.out.parts import table, to_paste
from bikefit.report.pages.learn_view import about, headline, number_rows
from bikefit.response import StudioPrior
from bikefit.words import Words


def learn_text(words: Words, prior: StudioPrior, written: Path | None = None) -> RenderableType:
    """Lay out the prior; ``written`` is where its settings are."""
    rows = [(row.name, row.studio, row.riders, row.built_in, row.following) for row in number_rows(words, prior)]
    numbers = table(words.columns("learn.columns"), rows, numeric=True, show_edge=False)
    parts: list[RenderableType] = [Text(headline(words, prior), style="bold"), "", numbers, ""]
    parts += [Text(line) for line in about(words, prior)]
    if written is not None:
        parts.append(to_paste(words.text("learn.use", path=str(written)), ""))
    return Group(*parts)


def prior_toml(words: Words, prior: StudioPrior) -> str:
    """Return the prior as a file of settings, each line with what it comes from."""
    lines = [f"# {words.text('learn.toml_head', version=__version__)}", f"# {headline(words, prior)}"]
    for name, value in prior.settings.items():
        one = prior.numbers[name]
        low, high = (words.fixed(end, 3) for end in one.interval)
        told = words.text("learn.toml_built_in")
        if prior.learned(name):
            told = words.text(
                "learn.toml_learned", value=words.fixed(one.value, 3), low=low, high=high, riders=one.riders
            )
        lines.append(f"{name} = {round(value, 4)!r}  # {words.text(f'learn_numbers.{name}')}: {told}")
    return "\n".join(lines) + "\n"
