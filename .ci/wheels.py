"""Ask pip for a wheel of every hard dependency on every system and Python that is promised; nothing is installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PLATFORMS = {
    "Windows x64": ["win_amd64"],
    "macOS arm64": ["macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_14_0_arm64"],
    "macOS x86-64": ["macosx_10_9_x86_64", "macosx_10_13_x86_64", "macosx_11_0_x86_64", "macosx_14_0_x86_64"],
    "Linux x86-64": ["manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in (17, 27, 28))],
    "Linux aarch64": ["manylinux2014_aarch64", *(f"manylinux_2_{minor}_aarch64" for minor in (17, 27, 28))],
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PURE_SOURCE_ONLY = {"fitparse"}
"""Published as source alone, in plain Python: pip builds its wheel without a compiler on any system."""


def missing(platform: list[str], python: str, wanted: list[str]) -> str:
    """Return pip's last complaint, empty where everything has a wheel."""
    command = [
        sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--target", "unused",
        "--only-binary", ":all:", "--python-version", python, "--implementation", "cp",
        *(word for name in platform for word in ("--platform", name)), *wanted,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return (errors or ["pip failed without a word"])[-1] if done.returncode else ""


project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
requirements = [item for item in project["dependencies"] if item.split(">")[0] not in PURE_SOURCE_ONLY]
asked = [(system, version) for system in PLATFORMS for version in PYTHONS]
with ThreadPoolExecutor(4) as pool:
    answers = list(pool.map(lambda pair: missing(PLATFORMS[pair[0]], pair[1], requirements), asked))
for (system, version), said in zip(asked, answers, strict=True):
    print(f"{system}, Python {version}: {said or 'all wheels'}")
sys.exit(1 if any(answers) else 0)
