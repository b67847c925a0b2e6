"""Write the JSON Schema files of the package and of the docs from the package's types."""

from __future__ import annotations

import json
from pathlib import Path

from bikefit.schemas import NAMES, json_schema

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "bikefit" / "schemas", ROOT / "docs" / "schemas")


def pages() -> dict[Path, str]:
    """Return every file and its text."""
    texts = {f"{name}.json": json.dumps(json_schema(name), indent=1) + "\n" for name in NAMES}
    return {folder / name: text for folder in FOLDERS for name, text in texts.items()}


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
