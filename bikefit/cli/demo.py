"""The command that shows the program at work on its own sample data."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

from bikefit.cli.declared import Argument, app
from bikefit.cli.flags import CommonFlags
from bikefit.errors import OutputError
from bikefit.files import sample_folder
from bikefit.words import ENGLISH


@app.command(epilog="Example: bikefit demo my-demo")
def demo(
    common: CommonFlags,
    folder: Annotated[Path, Argument(metavar="DIR", help="Where to copy the sample data.")] = Path("bikefit-demo"),
) -> None:
    """Copy the sample data (synthetic riders) and analyse one of them."""
    copy_samples(folder)
    from bikefit.analysis import analyze
    from bikefit.report import write_report

    ride, page = folder / "two_wedges.fit", folder / "two_wedges.html"
    result = analyze(ride)
    write_report(result, page)
    if common.quiet:
        return
    from bikefit.report.out.text import print_result, session_text

    print_result(session_text(ENGLISH, result))
    visit = " ".join(str(folder / f"visit_helped_{number}.fit") for number in (1, 2, 3, 4))
    for line in (
        "",
        f"The same as a page: {page}",
        "Then try:",
        f"  bikefit plan {ride}",
        f"  bikefit compare {visit} --right-wedges 0,2,-2,0",
        f"  bikefit inspect {folder / 'float_stop.csv'}",
        f"  bikefit batch {folder / 'sessions' / 'manifest.csv'} --out {folder / 'results'}",
    ):
        print(line)


def copy_samples(folder: Path) -> None:
    """Copy the sample data into a folder; a file there that differs from its sample is refused, never replaced."""
    with sample_folder() as source:
        samples = [path for path in sorted(source.rglob("*.*")) if path.suffix in (".csv", ".fit", ".trc", ".md")]
        try:
            wanted = {folder / path.relative_to(source): path for path in samples}
            for place, path in wanted.items():
                if place.exists() and place.read_bytes() != path.read_bytes():
                    raise OutputError(f"{place} is there already and is not the sample; name another folder.")
            for place, path in wanted.items():
                place.parent.mkdir(parents=True, exist_ok=True)
                if not place.exists():
                    shutil.copyfile(path, place)
        except OSError as error:
            raise OutputError(f"{folder}: the sample data cannot be copied ({error}).") from error
