"""The words of the reports, from ``texts.<language>.toml``: a translation is one more file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGE = "en"


@cache
def texts(language: str = LANGUAGE) -> dict[str, dict[str, str]]:
    """Return all texts of a language.

    Parameters
    ----------
    language : str
        Two-letter code of a ``texts.<language>.toml`` beside this module.

    Returns
    -------
    dict
        Section -> key -> template; read once.
    """
    source = files("bikefit.report").joinpath(f"texts.{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


def text(key: str, **values: Any) -> str:
    """Return one text with its places filled in.

    Parameters
    ----------
    key : str
        ``"section.name"`` of the texts.
    **values
        What the text has places for.

    Returns
    -------
    str
        The sentence or label.

    Raises
    ------
    KeyError
        If the text or a value for one of its places is missing: a mistake of ours, not of the user's.

    Examples
    --------
    >>> text("axes.heel_out")
    'heel out'
    """
    section, name = key.split(".")
    return texts()[section][name].format_map(values)


def counted(key: str, number: int, **values: Any) -> str:
    """Return a text that depends on a number: ``<key>_none`` (where given), ``<key>_one`` or ``<key>_many``.

    Parameters
    ----------
    key : str
        ``"section.name"`` without the ending.
    number : int
        Decides the ending; also the value ``{n}``.
    **values
        Further values.

    Returns
    -------
    str
        The sentence or label.

    Examples
    --------
    >>> counted("words.varus_wedges", 1), counted("words.varus_wedges", 2)
    ('1 varus wedge', '2 varus wedges')
    """
    section, name = key.split(".")
    ending = "one" if number == 1 else "none" if number == 0 and f"{name}_none" in texts()[section] else "many"
    return text(f"{key}_{ending}", n=number, **values)
