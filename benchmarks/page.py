"""The local page beside the command line: a long CSV from its bytes to answer and report, and the first answer, warm.

``python benchmarks/page.py [HOURS]``; 5 hours at 100 Hz are 68 MB. The page's times begin with the upload.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bikefit.io.text.writer import write_csv
from bikefit.simulate import simulate_plain

SMALL = Path(__file__).parents[1] / "sample_data" / "two_wedges.csv"
REPEATS = 3
BIKEFIT = [sys.executable, "-m", "bikefit"]


class Page:
    """A running page, asked as its front end asks."""

    def __init__(self) -> None:
        self.server = subprocess.Popen([*BIKEFIT, "app", "--no-open"], stderr=subprocess.PIPE, text=True)
        said = iter(self.server.stderr or ())
        found = next(hit for line in said if (hit := re.search(r"http://127\.0\.0\.1:(\d+)/([\w-]+)/", line)))
        self.port, self.key = int(found[1]), found[2]
        self.send("POST", "api/about", b"{}")

    def send(self, method: str, path: str, body: Any) -> bytes:
        """Send a request and return the whole reply."""
        connection = HTTPConnection("127.0.0.1", self.port)
        size = {} if isinstance(body, bytes) else {"Content-Length": str(Path(body.name).stat().st_size)}
        connection.request(method, f"/{self.key}/{path}", body, size)
        return connection.getresponse().read()

    def answer(self, path: Path, *, report: bool) -> float:
        """Upload, analyse and, if wanted, write the report; return the time [s]."""
        begun = time.perf_counter()
        with path.open("rb") as file:
            name = json.loads(self.send("PUT", f"api/files?name={path.name}", file))["name"]
        asked = {"file": name, "options": {}}
        self.send("POST", "api/analyze", json.dumps(asked).encode())
        if report:
            self.send("POST", "api/report", json.dumps({"of": "analyze", "request": asked}).encode())
        took = time.perf_counter() - begun
        self.send("DELETE", f"api/files?name={name}", b"")
        return took


def typed(path: Path, folder: Path) -> float:
    """Return the time of the command line for the same [s]."""
    begun = time.perf_counter()
    words = ["analyze", str(path), "--quiet", "--report", str(folder / "report.html")]
    subprocess.run([*BIKEFIT, *words], check=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print the best of some repeats of each."""
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        long = folder / "long.csv"
        write_csv(simulate_plain(duration_s=3600 * hours, seed=1)[0], long)
        page = Page()
        try:
            beside = min(typed(long, folder) for _ in range(REPEATS))
            whole = min(page.answer(long, report=True) for _ in range(REPEATS))
            print(f"{long.stat().st_size / 1e6:.0f} MB: command line {beside:.2f} s, page {whole:.2f} s", end="")
            print(f" ({whole / beside:.2f} times)")
            print(f"first answer of {SMALL.name}, warm: {page.answer(SMALL, report=False):.2f} s")
        finally:
            page.server.terminate()
            page.server.wait()


if __name__ == "__main__":
    main()
