"""A private folder for one run of the local page: nobody else reads it, and nothing of it stays.

It is removed at the end; where a run was killed, the next one removes what it left, which the lock tells: the system
gives a dead process's lock back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from bikefit.errors import OutputError

LOCK: Final = "in-use.lock"


class Room:
    """One run's folder.

    Attributes
    ----------
    path : Path
        The folder, with ``recordings`` and ``folders`` in it.
    recordings : Path
        Where the engine works.
    """

    def __init__(self, base: Path | None = None) -> None:
        base = base or Path(tempfile.gettempdir()) / f"bikefit-app-{_user()}"
        _make_private(base)
        _clear_left(base)
        try:
            self.path = Path(tempfile.mkdtemp(prefix="run-", dir=base))
            self._lock = FileLock(self.path / LOCK)
            self._lock.acquire(timeout=0)
            self.recordings = self.path / "recordings"
            self.folders = self.path / "folders"
            self.recordings.mkdir()
            self.folders.mkdir()
        except OSError as error:
            raise OutputError(f"{base}: cannot be written ({error.strerror or error}).") from error

    def clear(self) -> None:
        """Remove it with all that is in it."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.path.parent.rmdir()  # unless another run has a room there


def _user() -> str:
    """Name the user, so that two on one machine do not share a folder."""
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _make_private(base: Path) -> None:
    """Make the folder of all runs, for its owner alone; one that somebody else made there is refused."""
    try:
        base.mkdir(mode=0o700, exist_ok=True)
        status = base.lstat()
    except OSError as error:
        raise OutputError(f"{base}: cannot be made ({error.strerror or error}).") from error
    if base.is_symlink() or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
        raise OutputError(
            f"{base}: this folder is somebody else's, so no recording goes there. Remove it, or set TMPDIR."
        )
    if os.name == "posix" and status.st_mode & 0o077:
        base.chmod(0o700)


def _clear_left(base: Path) -> None:
    """Remove the rooms of runs that have ended without doing so."""
    for left in base.glob("run-*"):
        lock = FileLock(left / LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        lock.release()
        shutil.rmtree(left, ignore_errors=True)
