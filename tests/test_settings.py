"""Settings: defaults, overrides from a file, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from bikefit.errors import UsageError
from bikefit.settings import Settings, load_settings
from bikefit.wedge_systems import load_system


def test_a_file_overrides_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text("neutral_band_deg = 2\nstrokes_min = 20\nresponse_mean = -0.1\n")
    settings = load_settings(path)
    assert (settings.neutral_band_deg, settings.strokes_min, settings.response_mean) == (2.0, 20, -0.1)
    assert settings.zero_sd_deg == Settings().zero_sd_deg


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("neutral_bands_deg = 1", "Did you mean 'neutral_band_deg'"),
        ('neutral_band_deg = "wide"', "expected a number"),
        ("strokes_min = 2.5", "whole number"),
        ("strokes_min = true", "whole number"),
        ("zero_sd_deg = -1", "not negative"),
        ("zero_sd_deg = nan", "expected a number"),
        ("zero_sd_deg = inf", "expected a number"),
        ("[table]\na = 1", "unknown setting"),
        ("not toml", "not a TOML"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=said):
        load_settings(path)


@pytest.mark.parametrize("read", [load_settings, load_system])
@pytest.mark.parametrize("text", ["token = geheim-1\n", "[geheim]\n[geheim]\n", "geheim = 'geheim'\n", "\xffgeheim"])
def test_a_strangers_file_is_not_quoted(tmp_path: Path, read: Callable[[str], object], text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError) as told:
        read(str(path))
    assert "geheim" not in str(told.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_every_setting_is_documented() -> None:
    text = Settings.__doc__ or ""
    for item in fields(Settings):
        assert f"\n    {item.name} : " in text
