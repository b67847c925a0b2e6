"""Write the table of a simulated ride's numbers into docs/simulate.md from their one description."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from bikefit.simulate.numbers import ALL, RiderNumbers

PAGE = Path(__file__).with_name("simulate.md")
MARK = "<!-- numbers -->\n"


def table() -> str:
    """Return every number with its flag, default, limits, unit and meaning as a Markdown table."""
    rows = ["| in Python | flag | default | limits | unit | meaning | seen by |", "|---|---|---|---|---|---|---|"]
    for item in fields(RiderNumbers):
        about = item.metadata
        flag = f"`{about['flag']}`" if about["flag"] else ""
        default = "" if item.default is None else f"{item.default}"
        limits = "" if about["high"] is None else f"{about['low']:.10g} to {about['high']:.10g}"
        if about["worn"]:
            limits += f"; sensors, cameras {about['worn'][0]:g} to {about['worn'][1]:g}"
        if about["room_s"]:
            limits = f"one in {about['room_s']:g} s"
        seen_by = "all" if about["seen_by"] == ALL else ", ".join(about["seen_by"])
        rows.append(
            f"| `{item.name}` | {flag} | {default} | {limits} | {about['unit']} | {about['help']} | {seen_by} |"
        )
    return "\n".join(rows) + "\n"


def page() -> str:
    """Return the whole page with the table up to date."""
    return PAGE.read_text(encoding="utf-8").split(MARK)[0] + MARK + "\n" + table()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
