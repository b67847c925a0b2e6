"""The tables as Parquet files, for those who go on with them elsewhere; needs the extra package pyarrow."""

from __future__ import annotations

from pathlib import Path

from bikefit.files import whole_file
from bikefit.store.reading import reading
from bikefit.store.schema import TABLES

PARQUET_FILES = tuple(f"{name}.parquet" for name in TABLES)
ROWS_AT_ONCE = 50_000
"""So many rows are in memory at a time."""


def write_parquet(database: Path, name: str) -> None:
    """Write a table of a batch's results beside them, whole or not at all, some rows at a time."""
    import pyarrow
    import pyarrow.parquet

    kinds = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "REAL": pyarrow.float64()}
    table = TABLES[name]
    shape = [(column, kinds[kind]) for column, kind in table.listed.items()]
    schema = pyarrow.schema(shape)
    names = ", ".join(f'own."{column}"' for column in table.listed)
    with (
        reading(database) as stored,
        whole_file(database.with_name(f"{name}.parquet")) as file,
        pyarrow.parquet.ParquetWriter(file, schema) as writer,
    ):
        rows = stored.execute(table.in_order(names))
        while some := rows.fetchmany(ROWS_AT_ONCE):
            values = [
                pyarrow.array(column, kind) for column, (_, kind) in zip(zip(*some, strict=True), shape, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(values, schema=schema))
