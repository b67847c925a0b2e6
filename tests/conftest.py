"""Fixtures that many tests share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from helpers.browsers import chromium
from helpers.schemas import validated
from hypothesis import settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported: pytest-xdist uses every core already

SAMPLES = Path(__file__).parents[1] / "sample_data"

# machines of continuous integration are slow and shared: the examples count, not their wall-clock time
# in continuous integration the same examples every time: a new one belongs to a developer, not to a landing
settings.register_profile("bikefit", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("bikefit")


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line in this process and return exit code and streams."""
    from bikefit.cli import main

    def call(*arguments: Any) -> Outcome:
        with pytest.raises(SystemExit) as exit_info:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = exit_info.value.code
        assert isinstance(code, int)
        if code == 0 and "--json" in arguments:
            validated(json.loads(captured.out))
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Open a real browser."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def samples() -> Path:
    """Folder of the sample data."""
    return SAMPLES


@pytest.fixture
def real_data() -> Path:
    """Folder of real recordings that are not part of the project."""
    folder = os.environ.get("BIKEFIT_REAL_DATA")
    if not folder:
        pytest.skip("BIKEFIT_REAL_DATA is not set: no real recordings to check against")
    return Path(folder)


def _settings_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program look for a user's own settings in a folder, on whatever system this is."""
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(folder))


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests apart from what whoever runs them has in their own folder."""
    _settings_in(tmp_path_factory.getbasetemp() / "nobody", monkeypatch)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of settings of a user who has one."""
    folder = tmp_path / "settings" / "bikefit"
    folder.mkdir(parents=True)
    _settings_in(folder.parent, monkeypatch)
    return folder
