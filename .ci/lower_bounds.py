"""Print the declared lower bounds of the dependencies as exact requirements, for testing the oldest that we promise."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
wanted = list(project["dependencies"])
for extra in sys.argv[1:]:
    wanted += project["optional-dependencies"][extra]
for requirement in wanted:
    if match := re.fullmatch(r"([A-Za-z0-9_.-]+(?:\[\w+\])?)>=([\w.]+)", requirement):
        print(f"{match[1]}=={match[2]}")
