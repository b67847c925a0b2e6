"""Write the tables of columns into docs/data.md from the rows that a batch keeps."""

from __future__ import annotations

from pathlib import Path

from bikefit.store import COLUMNS, CSV_COLUMNS
from bikefit.store.schema import ALL_TABLES

PAGE = Path(__file__).with_name("data.md")
BEGIN, END = "<!-- columns -->\n", "<!-- end of columns -->\n"


def unit_of(name: str) -> str:
    """Return the unit that a column's name ends in."""
    units = {"_deg": "deg", "_s": "s", "_rpm": "rpm", "_w": "W", "_hz": "Hz"}
    return next((unit for ending, unit in units.items() if name.endswith(ending)), "")


def tables() -> str:
    """Return every table of the database, with what ``sessions.csv`` shows, as Markdown."""
    shown = ", ".join(f"`{name}`" for name in CSV_COLUMNS)
    parts = [f"`sessions.csv` has the columns {shown}; they mean what they mean in `sessions` and `feet` below."]
    for table, columns in COLUMNS.items():
        rows = [f"**`{table}`**", "", "| column | type | unit | what it says |", "|---|---|---|---|"]
        if ALL_TABLES[table].of_session:
            rows.append("| `session_id` | TEXT | | `sessions.id` |")
        rows += [f"| `{name}` | {kind} | {unit_of(name)} | {meaning} |" for name, kind, meaning, *_ in columns]
        parts.append("\n".join(rows))
    return "\n" + "\n\n".join(parts) + "\n\n"


def page() -> str:
    """Return the whole page with the tables up to date."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + tables() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
