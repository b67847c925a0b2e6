"""Work side by side, and the same work where there are no threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from bikefit.threads import begin, side_by_side, usable


@pytest.fixture(params=["threads", "none"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "none":
        monkeypatch.setattr(sys, "platform", "emscripten")
        monkeypatch.setattr(threading.Thread, "start", lambda thread: pytest.fail("a thread was started"))
    else:
        monkeypatch.setattr("bikefit.threads.processors", lambda: 3)
    assert usable() == (1 if request.param == "none" else 3)
    return str(request.param)


@pytest.mark.usefixtures("platform")
def test_results_come_in_the_order_of_the_items() -> None:
    assert side_by_side(lambda number: number**2, range(50)) == [number**2 for number in range(50)]
    assert begin(lambda: "done")() == "done"


@pytest.mark.usefixtures("platform")
def test_the_first_fault_ends_it() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda number: 1 // number, [2, 0, 1])
    with pytest.raises(ZeroDivisionError):
        begin(lambda: 1 // 0)()


@pytest.mark.usefixtures("platform")
def test_a_fault_among_the_items_is_told() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        side_by_side(abs, items())
