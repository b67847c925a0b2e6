"""Every odd file of the table: understood, or refused in plain words; never a traceback of ours."""

from __future__ import annotations

import os
import sys

import pytest
from helpers.malformed_cases import CASES, Case

from bikefit.errors import BikefitError
from bikefit.io import read_recording, require_usable


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_odd_file(case: Case, tmp_path):
    if case.name == "unreadable" and hasattr(os, "geteuid") and os.geteuid() == 0:
        pytest.skip("the super-user may read everything")
    if case.name in ("pipe", "unreadable") and sys.platform == "win32":
        pytest.skip("there are no such files on Windows")
    path = case.write(tmp_path)
    if case.exit_code == 0:
        recording = read_recording(path, case.options)
        require_usable(recording)
        codes = {item.code for item in recording.findings}
        assert set(case.findings) <= codes
        if not case.findings:
            assert not {item.code for item in recording.findings if item.level != "info"}
        return
    with pytest.raises(BikefitError) as caught:
        require_usable(read_recording(path, case.options))
    message = str(caught.value)
    assert caught.value.exit_code == case.exit_code
    for part in case.says:
        assert part in message
    assert message.count("\n") <= 1
    assert len(message) < 1500


def test_the_table_is_long_enough():
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


def test_strict_refuses_what_is_damaged(tmp_path):
    from bikefit.io import ReadOptions

    for case in CASES:
        if {"gzip_damaged", "text_cut_off", "last_line_torn"} & set(case.findings):
            with pytest.raises(BikefitError):
                read_recording(case.write(tmp_path), ReadOptions(strict=True))
