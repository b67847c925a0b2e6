"""Write the table of findings into docs/json.md from the package's list of codes and its English words."""

from __future__ import annotations

import re
from pathlib import Path

from bikefit.model.findings import codes
from bikefit.words import ENGLISH

PAGE = Path(__file__).with_name("json.md")
MARK = "<!-- codes -->\n"


def table() -> str:
    """Return every code with its level and words as a Markdown table; places are named without their format.

    Of two forms by a number, the table has that for many.
    """
    rows = ["| code | level | message |", "|---|---|---|"]
    for code, entry in sorted(codes().items()):
        message = re.sub(r"\{(\w+):([^}]*)\}", _plain, ENGLISH.section("findings")[code]).replace("|", "\\|")
        rows.append(f"| `{code}` | {entry.level} | {message} |")
    return "\n".join(rows) + "\n"


def _plain(place: re.Match[str]) -> str:
    """Return a place by its name alone, or its form for many with the name in it."""
    name, how = place.groups()
    return how.partition("|")[2].replace("#", f"{{{name}}}") if "|" in how else f"{{{name}}}"


def page() -> str:
    """Return the whole page with the table up to date."""
    return PAGE.read_text(encoding="utf-8").split(MARK)[0] + MARK + "\n" + table()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
