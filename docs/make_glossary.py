"""The page of terms, from the words that every report explains: ``python docs/make_glossary.py``."""

from __future__ import annotations

from pathlib import Path

from bikefit.words import ENGLISH

PAGE = Path(__file__).with_name("glossary.md")


def page() -> str:
    """Return the page."""
    rows = "\n".join(f"| **{term}** | {meaning} |" for term, meaning in sorted(ENGLISH.section("glossary").items()))
    return f"""# Terms

Each report explains the same terms at its end. Signs, sides and units are in [Conventions](conventions.md).

| term | meaning |
|---|---|
{rows}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
