"""What a studio's riders have in common, on a terminal; and as a file of settings that any command takes."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bikefit import __version__
from bikefit.report.pages.learn_view import about, headline, number_rows
from bikefit.response import StudioPrior
from bikefit.words import Words


def learn_text(words: Words, prior: StudioPrior, written: Path | None = None) -> RenderableType:
    """Lay out the prior; ``written`` is where its settings are."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, name in enumerate(words.columns("learn.columns")):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in number_rows(words, prior):
        table.add_row(*(Text(cell) for cell in (row.name, row.studio, row.riders, row.built_in, row.following)))
    parts: list[RenderableType] = [Text(headline(words, prior), style="bold"), "", table, ""]
    parts += [Text(line) for line in about(words, prior)]
    if written is not None:
        # a path to paste is longer than the line
        parts.append(Text(words.text("learn.use", path=str(written)), no_wrap=True, overflow="ignore"))
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
