"""What files cost that were made to waste time and memory: each within 2 s of one processor and 500 MB.

python -m benchmarks.hostile_files
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.helpers.hostile_files import costs

SECONDS, MEMORY_MB = 2.0, 500.0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = costs(Path(folder))
    for name, (said, seconds, most_mb) in found.items():
        mark = "" if seconds < SECONDS and most_mb < MEMORY_MB else "   TOO MUCH"
        print(f"{name:22} {seconds:5.2f} s, {most_mb:4.0f} MB so far: {said[:60] or 'read'}{mark}")
    return int(any(seconds >= SECONDS or most_mb >= MEMORY_MB for _, seconds, most_mb in found.values()))


if __name__ == "__main__":
    sys.exit(main())
