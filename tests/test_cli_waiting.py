"""The line on the terminal while something takes its time."""

from __future__ import annotations

import io
import sys
import time

import pytest

from bikefit.cli import waiting as module
from bikefit.cli.waiting import waiting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, work_s: float, *, quiet: bool = False) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module, "SILENT_S", 0.05)
    monkeypatch.setattr(module, "EVERY_S", 0.05)
    with waiting("Analysing ride.csv", quiet):
        time.sleep(work_s)
    return stream.getvalue()


def test_long_work_is_told_and_the_line_wiped_off(monkeypatch: pytest.MonkeyPatch) -> None:
    text = told(monkeypatch, Terminal(), 0.3)
    assert text.startswith("\rAnalysing ride.csv: 0 s")
    assert text.endswith("\r")
    assert text.split("\r")[-2].strip() == ""


def test_short_work_a_pipe_and_quiet_stay_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, Terminal(), 0.0) == ""
    assert told(monkeypatch, io.StringIO(), 0.2) == ""
    assert told(monkeypatch, Terminal(), 0.2, quiet=True) == ""


def test_a_fault_wipes_the_line_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(module, "SILENT_S", 0.01)

    def fail() -> None:
        with waiting("Analysing", False):
            time.sleep(0.1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert terminal.getvalue().endswith("\r")
