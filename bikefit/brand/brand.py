"""The file of a studio's brand: one dataclass, whose fields are the keys."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from bikefit.brand.colour import DARK_GROUND, LIGHT_GROUND, READABLE, contrast, hex_colour, readable
from bikefit.brand.logo import Logo, load_logo
from bikefit.errors import UsageError, first_of, near_matches
from bikefit.words import languages

LINES_MAX: Final = 6
Paper = Literal["a4", "letter"]
Pages = Literal["client", "all"]


def _text(most: int) -> Mapping[str, Any]:
    """Return the metadata of a key that is a line of words."""
    return {"read": lambda value: " ".join(_string(value, most).split()), "expected": f"words of up to {most} letters"}


def _string(value: Any, most: int) -> str:
    """Return words; a ValueError where they are not text or too long."""
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(value)
    return value


def _lines(value: Any) -> tuple[str, ...]:
    """Return the lines of an address; a ValueError where they are too many."""
    told = tuple(" ".join(line.split()) for line in _string(value, 90 * LINES_MAX).splitlines() if line.strip())
    if len(told) > LINES_MAX or any(len(line) > 90 for line in told):
        raise ValueError(value)
    return told


def _one_of(words: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the metadata of a key that is one of some words."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(value)
        return str(value)

    return {"read": read, "expected": f"one of {', '.join(words)}"}


@dataclass(frozen=True)
class Brand:
    """What a studio's pages carry of its own; every key may be left out.

    Attributes
    ----------
    name : str
        The studio's name.
    logo : Logo, optional
        Its picture.
    colour : str
        As #rrggbb.
    address : tuple of str
        Lines under the name.
    closing : str
        The last words of the client's page.
    language, paper, pages : str, optional
        What holds where the command line and the manifest say nothing.
    """

    name: str = field(default="", metadata=_text(90))
    logo: Logo | None = field(default=None, metadata={"read": None, "expected": "the path of an SVG or PNG file"})
    colour: str = field(default="", metadata={"read": hex_colour, "expected": "a colour such as #0a5c8a"})
    address: tuple[str, ...] = field(
        default=(), metadata={"read": _lines, "expected": f"up to {LINES_MAX} lines of 90 letters"}
    )
    closing: str = field(default="", metadata=_text(400))
    language: str | None = field(default=None, metadata=_one_of(languages()))
    paper: Paper | None = field(default=None, metadata=_one_of(get_args(Paper)))
    pages: Pages | None = field(default=None, metadata=_one_of(get_args(Pages)))

    @property
    def ink(self) -> str:
        """The colour for words on white; darker where it could not be read."""
        return readable(self.colour, LIGHT_GROUND) if self.colour else ""

    @property
    def ink_dark(self) -> str:
        """The colour for words at night."""
        return readable(self.colour, DARK_GROUND) if self.colour else ""

    @property
    def digest(self) -> str:
        """A hash of all that shows."""
        told = repr([getattr(self, item.name) for item in fields(self) if item.name != "logo"]).encode()
        return hashlib.sha256(told + (self.logo.content if self.logo else b"")).hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed of what the file says."""
        said = []
        if self.logo is not None and self.logo.left_out:
            shown = first_of(self.logo.left_out, most=6)
            said.append(f"logo: taken out, as no logo needs it: {shown}.")
        if self.colour and self.ink != self.colour:
            said.append(
                f"colour: {self.colour} has a contrast of {contrast(self.colour, LIGHT_GROUND):.1f} to the page and "
                f"{READABLE} is needed to read words, so words are in {self.ink}."
            )
        return tuple(said)


def load_brand(path: str | Path) -> Brand:
    """Read a studio's brand from a TOML file.

    Parameters
    ----------
    path : path-like
        A file with any of the keys of `Brand`; a logo's path is relative to it.

    Returns
    -------
    Brand
        What it says, its logo cleaned.

    Raises
    ------
    UsageError
        If it cannot be read, has an unknown key, or a value or the logo cannot be used.
    """
    path = Path(path)
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise UsageError(f"{path}: the brand cannot be read ({error.strerror or error}).") from error
    return _loaded(path, changed)


@lru_cache(maxsize=8)
def _loaded(path: Path, changed: int) -> Brand:
    """Read a brand's file as it was last changed: the rows of a manifest share it."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: the brand cannot be read ({error.strerror or error}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: this is not a TOML file of a brand ({error}).") from error
    known = {item.name: item.metadata for item in fields(Brand)}
    told: dict[str, Any] = {}
    for key, value in given.items():
        where = f"{path}, {key}"
        if key not in known:
            raise UsageError(f"{path}: unknown key '{key}'.{near_matches(key, known)} Known: {', '.join(known)}.")
        read: Callable[[Any], Any] | None = known[key]["read"]
        try:
            told[key] = load_logo(path.parent / _string(value, 4000), where) if read is None else read(value)
        except (ValueError, TypeError):
            raise UsageError(
                f"{where}: {str(value)[:40]!r} makes no sense; {known[key]['expected']} was expected."
            ) from None
    return Brand(**told)
