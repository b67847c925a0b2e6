"""Many sessions: one command, in parallel, resumable, nothing lost."""

from bikefit.batch.plan import Job
from bikefit.batch.preview import BatchOptions, dry_run, rebuild_notice, removals
from bikefit.batch.run import BatchOutcome, failures, jobs_and_notes, jobs_of, run_batch, run_jobs
from bikefit.batch.tables import result_tables

__all__ = [
    "BatchOptions", "BatchOutcome", "Job", "dry_run", "failures", "jobs_and_notes", "jobs_of", "rebuild_notice",
    "removals", "result_tables", "run_batch", "run_jobs",
]  # fmt: skip
