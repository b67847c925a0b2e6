"""The commands of a studio: many sessions at once, and what they teach of the next rider."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from bikefit.cli.declared import Argument, Flag, app
from bikefit.cli.flags import AsJson, CommonFlags, Spoken, session_flags
from bikefit.cli.output import announce, print_json, say
from bikefit.cli.reports import check_written
from bikefit.errors import how_many
from bikefit.files import write_whole
from bikefit.sessions.session import Said, Session
from bikefit.words import Words

FAILURES = 4
"""Exit code of a batch that finished with failed sessions."""


@app.command(epilog="Example: bikefit batch sessions/ --out results/ --jobs 4")
def batch(
    common: CommonFlags,
    said: Annotated[Said, session_flags("read", "section", "decision", "fitted", "sheet")],
    source: Annotated[Path, Argument(metavar="FOLDER|MANIFEST.csv", help="Recordings, or a table of them.")],
    out: Annotated[Path, Flag("--out", "-o", metavar="DIR", help="Folder of the results.")],
    jobs: Annotated[
        int,
        Flag("--jobs", metavar="N", min=0, help="Workers; 0 = one per core.", also=("threads", "cores", "parallel")),
    ] = 0,
    timeout: Annotated[
        float, Flag("--timeout", metavar="S", min=0.1, help="Longest time for one session, in seconds.")
    ] = 900.0,
    report: Annotated[bool, Flag("--report/--no-report", help="Write a page for each session.")] = True,
    force: Annotated[bool, Flag("--force", help="Go on where most recordings are missing.")] = False,
    prune: Annotated[bool, Flag("--prune", help="Remove sessions that are not named any more.")] = False,
    parquet: Annotated[bool, Flag("--parquet", help="Write the tables as Parquet files too; needs pyarrow.")] = False,
    dry_run: Annotated[bool, Flag("--dry-run", help="Say what would be done, and why.")] = False,
    scheduler: Annotated[
        str | None, Flag("--scheduler", metavar="tcp://HOST:PORT", help="Work on a Dask cluster.")
    ] = None,
    ship_files: Annotated[bool, Flag("--ship-files", help="Send the files to the cluster's workers.")] = False,
    title: Annotated[str, Flag("--title", metavar="TITLE", help="Title of the pages.")] = "",
    fitter: Annotated[str, Flag("--fitter", metavar="NAME", help="Fitter's name for the pages.")] = "",
    pdf: Annotated[bool, Flag("--pdf", help="Write the client's page of each session as a PDF.")] = False,
    name: Annotated[str, Flag("--name", metavar="PATTERN", help="Names of the pages, such as {date}_{rider}.")] = "",
    clients: Annotated[
        Path | None, Flag("--clients", metavar="FILE.sqlite", help="Add the sessions to the clients there.")
    ] = None,
) -> int | None:
    """Analyse a folder or a manifest of sessions; a second run does only what changed."""
    from bikefit.batch import BatchOptions, failures, jobs_and_notes, rebuild_notice, removals, run_jobs
    from bikefit.batch import dry_run as plan_jobs
    from bikefit.batch.names import check_pattern

    how = BatchOptions(jobs, timeout, report, scheduler, ship_files, title, fitter, force, prune, parquet, pdf, name)
    if name:
        check_pattern(name)
    todo, notes = jobs_and_notes(source, out, Session().told(said))
    brands = {id(brand): brand for job in todo if (brand := job.session.brand) is not None}
    for note in (*notes, *(f"brand: {told}" for brand in brands.values() for told in brand.notes)):
        say(note)
    if dry_run:
        if notice := rebuild_notice(out):
            say(notice)
        needed = 0
        for job, plan in plan_jobs(todo, out, how):
            needed += plan.doing != "unchanged"
            print(f"{plan.doing:9}  {job.name}: {job.fault or plan.why}")
        for line in removals(todo, out, how):
            print(line)
        print(f"{needed} of {how_many(len(todo), 'session')} would be done.")
        return None
    counts = {"ok": 0, "undetermined": 0, "failed": 0, "kept": 0, "unchanged": 0}
    kept = []
    with _progress(len(todo), common.quiet) as advance:
        for outcome in run_jobs(todo, out, how, tell=say):
            counts[outcome.status] += 1
            if outcome.status == "kept":
                kept.append((outcome.name, outcome.error))
            advance()
    failed = failures(out)
    counts["failed before"] = min(max(len(failed) - counts["failed"], 0), counts["unchanged"])
    counts["unchanged"] -= counts["failed before"]
    if not common.quiet:
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        print(f"{how_many(len(todo), 'session')}: {told}. See {out / 'index.html'}")
    _list("gave no result this time; what was stored is kept", kept, len(todo))
    if clients is not None:
        from bikefit.clients import append_batch

        for line in append_batch(out, clients):
            announce(line, common.quiet)
    _list("failed", failed, len(todo))
    return FAILURES if failed or kept else None


def _list(what: str, told: Sequence[tuple[str, str]], count: int) -> None:
    """List sessions with what there is to say of each on standard error."""
    if told:
        say(f"{len(told)} of {how_many(count, 'session')} {what}:")
    for name, error in told:
        print(f"  {name}: {error.removeprefix(f'{Path(name).name}: ')}", file=sys.stderr)


@app.command(epilog="Example: bikefit learn results/ -o prior.toml --report riders.html")
def learn(
    common: CommonFlags,
    source: Annotated[Path, Argument(metavar="DIR|FILE.sqlite", help="Results of 'bikefit batch', or clients.")],
    out: Annotated[
        Path | None, Flag("--out", "-o", metavar="OUT.toml", help="Write the prior, for --settings.")
    ] = None,
    report: Annotated[
        Path | None, Flag("--report", metavar="OUT.html", help="Write a page with each foot's answer.")
    ] = None,
    as_json: AsJson = False,
    language: Spoken = "en",
) -> None:
    """Learn from a studio's own riders what to expect of the next one: response, repeatability, drift."""
    words = Words(language)
    check_written(out, "--out", (".toml",))
    check_written(report, "--report", (".html",))
    from bikefit.batch.experiments import learn_prior

    prior = learn_prior(source)
    if out is not None:
        from bikefit.report.out.learn_text import prior_toml

        write_whole(out, prior_toml(words, prior))
        announce(f"Wrote {out}", common.quiet)
    if report is not None:
        from bikefit.report.pages.learn_view import learn_html

        write_whole(report, learn_html(words, prior))
        announce(f"Wrote {report}", common.quiet)
    if as_json:
        print_json(prior.to_dict())
    elif not common.quiet:
        from bikefit.report.out.learn_text import learn_text
        from bikefit.report.out.text import print_result

        print_result(learn_text(words, prior, out if prior.learned("response_mean") else None))


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show a bar with rate and time left on standard error; nothing where that is not a terminal or quiet is wanted."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("sessions", total=total, rate="")

        def advance() -> None:
            speed = bar.tasks[0].speed
            bar.update(task, advance=1, rate=f"{speed:.1f} a second" if speed else "")

        yield advance
