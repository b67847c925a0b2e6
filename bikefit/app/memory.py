"""What an engine has at hand, so that an answer and its report are not worked out twice."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bikefit.model import Recording

RECORDINGS_MAX_BYTES: Final = 80_000_000
"""Of the files whose recordings are kept together; one longer ride is kept by itself."""
RESULTS_MAX: Final = 24


class Memory:
    """Keeps recordings and results by what they were made from; a file that changed is another one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recordings: OrderedDict[object, tuple[int, Recording]] = OrderedDict()
        self._results: OrderedDict[object, Any] = OrderedDict()

    def recording(self, files: Sequence[Path], how: object, read: Callable[[], Recording]) -> Recording:
        """Return the recording in some files, read in one way; older ones go before a new one is read."""
        key = (self._seen(files), repr(how))
        if key not in self._recordings:
            size = sum(stamp[0] for _, stamp in self._seen(files) if stamp)
            while self._recordings and size + sum(each for each, _ in self._recordings.values()) > RECORDINGS_MAX_BYTES:
                self._recordings.popitem(last=False)
            self._recordings[key] = (size, read())
        self._recordings.move_to_end(key)
        return self._recordings[key][1]

    def result(self, what: str, request: Mapping[str, Any], make: Callable[[Mapping[str, Any]], Any]) -> Any:
        """Return what was made of a request."""
        asked = json.dumps(request, sort_keys=True, ensure_ascii=False)
        named = sorted(path for path in self._folder.iterdir() if path.name in asked)
        key = (what, asked, self._seen(named))
        if key not in self._results:
            while len(self._results) >= RESULTS_MAX:
                self._results.popitem(last=False)
            self._results[key] = make(request)
        self._results.move_to_end(key)
        return self._results[key]

    def _seen(self, files: Sequence[Path]) -> tuple[tuple[str, tuple[int, int] | None], ...]:
        """Return name, size and time of files as they are now."""
        return tuple((path.name, _stamp(self._folder / path)) for path in files)


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return a file's size and time; None where there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
