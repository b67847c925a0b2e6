"""Pages and tables about several sessions: the riders', the studio's index, ``sessions.csv``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bikefit.batch.plan import unique_ids
from bikefit.batch.riders import compare_rider, day_of, riders_with_two_counts, taken_off_between
from bikefit.files import write_whole
from bikefit.settings import Settings
from bikefit.store import Store, sessions_csv
from bikefit.words import ENGLISH

TABLE, INDEX, RIDERS = "sessions.csv", "index.html", "riders"


def rider_links(riders: Iterable[str]) -> dict[str, str]:
    """Name the page of each rider.

    Examples
    --------
    >>> rider_links(["Zoë & Bob", "", "Ann"])
    {'Ann': 'riders/Ann.html', 'Zoë & Bob': 'riders/Zoë-Bob.html'}
    """
    names = sorted(set(riders) - {""})
    return {name: f"{RIDERS}/{made}.html" for name, made in zip(names, unique_ids(names), strict=True)}


def load_libraries() -> None:
    """Load what the riders' pages need before the sessions begin, so that memory stays level while they are done."""
    import bikefit.report.pages.studio  # noqa: F401


def write_rider(store: Store, rider: str, path: Path, settings: Settings) -> None:
    """Write the page of a rider who rode with two counts; of another, nothing."""
    from bikefit.report.pages.studio import rider_html

    own = riders_with_two_counts(_dated(store, rider)).get(rider)
    if own is None:
        return
    compared = compare_rider(own, settings)
    path.parent.mkdir(exist_ok=True)
    page = rider_html(
        ENGLISH, rider, own, compared, remounted=taken_off_between(own), band_deg=settings.neutral_band_deg
    )
    write_whole(path, page)


def write_group(store: Store, out: Path, links: Mapping[str, str], settings: Settings, title: str) -> None:
    """Write ``sessions.csv`` and the index from what the store holds, and remove pages that are about nothing more."""
    from bikefit.report.pages.studio import index_html

    sessions = _dated(store)
    write_whole(out / TABLE, sessions_csv(sessions))
    there = {rider: links[rider] for rider in riders_with_two_counts(sessions)}
    clear_stale(out / RIDERS, there.values())
    page = index_html(ENGLISH, sessions, there, title=title, band_deg=settings.neutral_band_deg)
    write_whole(out / INDEX, page)


def clear_stale(folder: Path, links: Iterable[str]) -> None:
    """Remove pages of sessions or riders that are no more; the links that stay are as seen from the folder above."""
    for stale in set(folder.glob("*.html")) - {folder.parent / link for link in links}:
        stale.unlink()


def _dated(store: Store, rider: str | None = None) -> list[dict[str, Any]]:
    """Return the stored sessions, each with its day."""
    return [{**session, "day": day_of(session)} for session in store.sessions(rider)]
