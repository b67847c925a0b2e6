"""A studio's clients over the years: their sessions in one file of its own, their history, their right to go."""

from __future__ import annotations

from bikefit.clients.append import append_batch, append_result
from bikefit.clients.export import export_client
from bikefit.clients.forget import forget_client
from bikefit.clients.history import client_page, compare_client, visits_of

__all__ = [
    "append_batch", "append_result", "client_page", "compare_client", "export_client", "forget_client", "visits_of",
]  # fmt: skip
