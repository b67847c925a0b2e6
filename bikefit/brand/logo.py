"""A logo: an SVG or PNG of bounded size, cleaned, ready to be put into a page."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from bikefit.brand.png import UnsafePngError, clean_png
from bikefit.brand.svg import UnsafeSvgError, clean_svg
from bikefit.errors import UsageError

BYTES_MAX: Final = 512 * 1024


@dataclass(frozen=True)
class Logo:
    """A logo."""

    kind: Literal["svg", "png"]  # What its bytes are
    content: bytes = field(repr=False)
    ratio: float  # Width over height
    left_out: tuple[str, ...] = ()  # What was taken out of it

    @property
    def address(self) -> str:
        """The logo as the address of a picture inside a page."""
        mime = "image/svg+xml" if self.kind == "svg" else "image/png"
        return f"data:{mime};base64,{base64.b64encode(self.content).decode()}"


def load_logo(path: Path, where: str) -> Logo:
    """Read and clean a logo; ``where`` begins the message about one that is refused."""
    try:
        if path.stat().st_size > BYTES_MAX:
            raise UsageError(
                f"{where}: {path.name} has {path.stat().st_size / 1024:.0f} KB; up to {BYTES_MAX // 1024} KB were "
                "expected. Save it smaller."
            )
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{where}: {path} cannot be read ({error.strerror or error}). Put the picture beside the brand's file, or "
            "leave the line out."
        ) from error
    try:
        if data.startswith(b"\x89PNG"):
            content, width, height = clean_png(data)
            return Logo("png", content, width / height)
        svg = clean_svg(data)
    except (UnsafeSvgError, UnsafePngError) as error:
        raise UsageError(
            f"{where}: {path.name} cannot be used as a logo: {error}. An SVG or PNG was expected."
        ) from error
    return Logo("svg", svg.text.encode(), svg.width / svg.height, svg.left_out)
