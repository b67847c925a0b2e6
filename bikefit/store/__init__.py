"""Results of many sessions in one SQLite file: one writer, one transaction a session.

The tables are documented in ``docs/data.md``. A file of another schema is kept beside the new one.
"""

from __future__ import annotations

from bikefit.store.clients import ClientFile, Forgotten, client_of
from bikefit.store.database import Store
from bikefit.store.owner import check_own, is_own
from bikefit.store.parquet import PARQUET_FILES, write_parquet
from bikefit.store.reading import Known, Stored, look_up, reading, stored_version
from bikefit.store.rows import (
    ClientRow,
    FindingRow,
    FootRow,
    PageRow,
    SessionRow,
    SessionRows,
    Status,
    row_about,
    rows_of,
    stored_readings,
)
from bikefit.store.schema import COLUMNS, SCHEMA_VERSION
from bikefit.store.sessions import StoredSession, stored_sessions
from bikefit.store.table import CSV_COLUMNS, sessions_csv

__all__ = [
    "COLUMNS", "CSV_COLUMNS", "PARQUET_FILES", "SCHEMA_VERSION", "ClientFile", "ClientRow", "FindingRow", "FootRow",
    "Forgotten", "Known", "PageRow", "SessionRow", "SessionRows", "Status", "Store", "Stored", "StoredSession",
    "check_own", "client_of", "is_own", "look_up", "reading", "row_about", "rows_of", "sessions_csv",
    "stored_readings", "stored_sessions", "stored_version", "write_parquet",
]  # fmt: skip
