"""Pages and tables about several sessions: the riders', the studio's index, ``sessions.csv``, Parquet files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bikefit.batch.experiments import rider_recordings
from bikefit.batch.folder import DATABASE, INDEX, RIDERS, TABLE, is_page, page_lost
from bikefit.batch.identity import named_id
from bikefit.batch.riders import compare_rider, day_of, riders_with_two_counts, taken_off_between
from bikefit.brand import Brand
from bikefit.comparison import ComparisonResult
from bikefit.errors import BikefitError, OutputError
from bikefit.files import write_whole
from bikefit.response import learn_from
from bikefit.response.learn import RIDERS_MIN
from bikefit.settings import Settings
from bikefit.store import PARQUET_FILES, Store, client_of, sessions_csv, write_parquet
from bikefit.words import ENGLISH, Words

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Look:
    """How a page about several sessions looks: its words, and the brand on it."""

    words: Words = ENGLISH
    brand: Brand | None = None


def rider_link(rider: str) -> str:
    """Name the page of a rider, whoever else rides.

    Examples
    --------
    >>> rider_link("Zoë & Bob")
    'riders/Zoë-Bob-30694f71.html'
    """
    return f"{RIDERS}/{named_id(rider)}.html"


def rider_links(riders: Iterable[str]) -> dict[str, str]:
    """Name the page of each rider; who has no name has none."""
    return {rider: rider_link(rider) for rider in sorted(set(riders) - {""})}


def load_libraries() -> None:
    """Load what the riders' pages need before the sessions begin, so that memory stays level while they are done."""
    import bikefit.report.pages.studio  # noqa: F401


def write_rider(store: Store, rider: str, out: Path, settings: Settings, look: Look) -> None:
    """Write the page of a rider who rode with two counts; of another, nothing."""
    own = riders_with_two_counts(_dated(store, rider)).get(rider)
    if own is not None:
        _write_rider(store, rider, own, out, settings, look)


def _write_rider(
    store: Store, rider: str, own: Collection[Mapping[str, Any]], out: Path, settings: Settings, look: Look
) -> None:
    """Write the page of a rider with these sessions."""
    from bikefit.report.pages.studio import rider_html

    sessions = list(own)
    compared = compare_rider(sessions, settings)
    page = rider_html(
        look.words,
        rider,
        sessions,
        compared,
        remounted=taken_off_between(sessions),
        band_deg=settings.neutral_band_deg,
        brand=look.brand,
    ).encode("utf-8")
    link = rider_link(rider)
    write_whole(out / link, page)
    store.set_verdicts(rider, verdicts_of(compared))
    store.set_sizes({link: len(page)})


def verdicts_of(compared: ComparisonResult | BikefitError) -> dict[str, str]:
    """Return what the wedges did to each foot on which some were tried."""
    if isinstance(compared, BikefitError):
        return {}
    return {side: foot.verdict for side, foot in compared.feet.items() if foot.verdict not in (None, "not_tried")}


def pooled_lines(words: Words, store: Store, sessions: Collection[Mapping[str, Any]]) -> list[str]:
    """Say what wedges do to the studio's riders, where there are enough; worked out only where something changed."""
    if len(riders_with_two_counts(sessions)) < RIDERS_MIN:
        return []
    told = repr([(one["id"], client_of(one), one["day"], one["start"], one["feet"]) for one in sessions])
    key = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    found = store.pooled(key)
    if found is None:
        prior = learn_from(rider_recordings(sessions))
        one = prior.numbers["response_mean"]
        found = [one.value, *one.interval, one.riders] if prior.learned("response_mean") else []
        store.set_pooled(key, found)
    if not found:
        return []
    value, low, high = (words.fixed(number, 2) for number in found[:3])
    return [words.text("studio.pooled_response", riders=int(found[3]), value=value, low=low, high=high)]


def write_group(
    store: Store,
    out: Path,
    settings: Settings,
    title: str,
    tell: Tell,
    *,
    parquet: bool,
    look: Look,
    riders: Mapping[str, Look] = MappingProxyType({}),
    moved: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the index and the tables from what the store holds, and the riders' pages that are not up to date.

    ``riders`` has the look of those whose pages have another than the index, ``moved`` what each page
    that is not written any more is called now (empty: nothing).
    The tables come last, for another program may hold them; then that is said and all else is there.
    """
    from bikefit.report.pages.studio import index_html

    sessions = _dated(store)
    with_pages = riders_with_two_counts(sessions)
    sizes = store.pages()
    for rider, own in with_pages.items():
        if page_lost(out, rider_link(rider), sizes.get(rider_link(rider))):
            _write_rider(store, rider, own, out, settings, riders.get(rider, look))
    links = rider_links(with_pages)
    page = index_html(
        look.words,
        sessions,
        links,
        title=title,
        band_deg=settings.neutral_band_deg,
        verdicts=store.keep_verdicts(with_pages),
        pooled=pooled_lines(look.words, store, sessions),
        brand=look.brand,
    )
    write_whole(out / INDEX, page)
    reports = {session[name] for session in sessions for name in ("report", "pdf") if session[name]}
    clear_stale(store, out, {*reports, *links.values()}, tell, moved)
    _write_table(out / TABLE, lambda: write_whole(out / TABLE, sessions_csv(sessions)), tell)
    for name in PARQUET_FILES if parquet else ():
        _write_table(out / name, partial(write_parquet, out / DATABASE, Path(name).stem), tell)
    if not parquet and any(name in sizes for name in PARQUET_FILES):
        tell("the Parquet files are those of an earlier run; --parquet writes them anew.")


def _write_table(path: Path, write: Callable[[], None], tell: Tell) -> None:
    """Write a table; where another program holds it, that is said."""
    try:
        write()
    except OutputError as error:
        if not isinstance(error.__cause__, PermissionError):
            raise
        tell(
            f"{path}: it is still the old table, for another program holds it. Close it there, such as in a "
            f"spreadsheet, and run the same again; {INDEX} and the results are up to date."
        )


def clear_stale(
    store: Store, out: Path, needed: Collection[str], tell: Tell, moved: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Remove pages that the database names and that nothing stands behind any more, and say so.

    ``moved`` has the new name of a page whose session is still there, empty where its kind is not written any more.
    """
    stale = [
        path for path in sorted(store.pages()) if path not in (TABLE, INDEX, *PARQUET_FILES) and path not in needed
    ]
    removed = [path for path in stale if is_page(path) and (out / path).is_file()]
    for path in removed:
        (out / path).unlink()
        if path not in moved:
            tell(f"removed {path}: its session is not in the results any more, or has no answer now.")
    renamed = [path for path in removed if moved.get(path)]
    if renamed:
        more = f", and so on for {len(renamed)} pages" if len(renamed) > 1 else ""
        tell(f"pages have new names: {renamed[0]} is now {moved[renamed[0]]}{more}.")
    for suffix, how in ((".html", "with --no-report"), (".pdf", "without --pdf")):
        left_out = [path for path in removed if moved.get(path) == "" and path.endswith(suffix)]
        if left_out:
            more = f" and {len(left_out) - 1} more like it" if len(left_out) > 1 else ""
            tell(f"removed {left_out[0]}{more}: {how} this run wrote none, and the old ones are out of date.")
    store.disown(stale)


def _dated(store: Store, rider: str | None = None) -> list[dict[str, Any]]:
    """Return the stored sessions, each with its day."""
    return [{**session, "day": day_of(session)} for session in store.sessions(rider)]
