"""What other packages add by an entry point, without a look at all installed packages where none does.

`importlib.metadata` takes ten times as long to be imported and to go through the packages as the plain search here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator


def load_declared(group: str) -> Iterator[tuple[str, object]]:
    """Give what installed packages name in a group of entry points: name, and the object or why it cannot be had."""
    if not is_declared(group):
        return
    from importlib.metadata import entry_points

    for point in entry_points(group=group):
        try:
            loaded = point.load()
        except Exception as error:  # whatever another package's code raises
            loaded = error
        yield point.name, loaded


def is_declared(group: str) -> bool:
    """Tell whether any package on the import path names the group; a path that is a file (ZIP) may."""
    mark = f"[{group}]".encode()
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except NotADirectoryError:
            return True
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                try:
                    with open(os.path.join(place, name, "entry_points.txt"), "rb") as stream:
                        if mark in stream.read():
                            return True
                except OSError:
                    continue
    return False
