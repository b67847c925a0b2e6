"""The tables as Parquet files, for those who go on with them elsewhere; needs the extra package pyarrow."""

from __future__ import annotations

from pathlib import Path

from bikefit.files import whole_file
from bikefit.store.reading import reading
from bikefit.store.rows import TABLES
from bikefit.store.schema import COLUMNS

PARQUET_FILES = tuple(f"{table}.parquet" for table in TABLES)
ROWS_AT_ONCE = 50_000
"""So many rows are in memory at a time."""
_LEFT_OUT = {"document"}
"""The whole result as JSON, which the database has."""
_ORDERS = {"sessions": "", "feet": ", own.foot", "strokes": ", own.foot, stroke", "findings": ", number"}


def write_parquet(database: Path, table: str) -> None:
    """Write a table of a batch's results beside them, whole or not at all, some rows at a time."""
    import pyarrow
    import pyarrow.parquet

    kinds = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "REAL": pyarrow.float64()}
    columns = [column for column in COLUMNS[table] if column.name not in _LEFT_OUT]
    shape = [] if table == "sessions" else [("session_id", kinds["TEXT"])]
    shape += [(column.name, kinds[column.kind]) for column in columns]
    schema = pyarrow.schema(shape)
    names = ", ".join(f'own."{name}"' for name, _ in shape)
    source = "sessions own" if table == "sessions" else f"{table} own JOIN sessions named ON named.id = own.session_id"
    order = ("own" if table == "sessions" else "named") + f".position{_ORDERS[table]}"
    with (
        reading(database) as stored,
        whole_file(database.with_name(f"{table}.parquet")) as file,
        pyarrow.parquet.ParquetWriter(file, schema) as writer,
    ):
        rows = stored.execute(f"SELECT {names} FROM {source} ORDER BY {order}")
        while some := rows.fetchmany(ROWS_AT_ONCE):
            values = [
                pyarrow.array(column, kind) for column, (_, kind) in zip(zip(*some, strict=True), shape, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(values, schema=schema))
