"""The page as a static site: the front end, and a Python for the browser with bikefit in it, in one folder.

Nothing is fetched: interpreter and packages come from a folder with Pyodide in it, each file checked by its sha256, and
plain Python from where bikefit runs. `FILE_LIST` names what was written: the service worker keeps those files, the
worker knows from it how much there is to fetch, and the next export that the folder is its own.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from bikefit import __version__
from bikefit.app.engine import SAMPLES
from bikefit.app.page import front
from bikefit.app.pure_wheels import installed_wheel, own_wheel
from bikefit.errors import OutputError, RecordingError, UsageError
from bikefit.files import sample_folder, write_whole

FILE_LIST: Final = "site_files.js"
LIST_OPENING: Final = "self.BIKEFIT_SITE = "
LOCK: Final = "pyodide-lock.json"
ENGINE: Final = "engine"
SCIPY: Final = "scipy"
FILE_MAX_BYTES: Final = 300_000_000
"""A recording takes about five times its size of the browser's memory, which has an end at 4 GB."""
HOW_TO_GET: Final = "docs/host-it.md says how to get it"
LICENCES: Final = """\
This folder holds, unchanged, the interpreter of Pyodide {version} (MPL-2.0, https://github.com/pyodide/pyodide) with
Python (PSF licence), and packages whose licences are inside their .whl files, which are zip files.
"""


@dataclass(frozen=True)
class Site:
    """What an export wrote: how many bytes are fetched before the first answer, and how many only for shoe sensors."""

    folder: Path
    first_bytes: int
    scipy_bytes: int


def export_site(folder: Path, pyodide: Path, language: str = "en") -> Site:
    """Write the site; a folder that is neither empty nor an earlier export is refused, and other files stay in it."""
    earlier = _earlier_files(folder)
    content = front({"engine": "browser", "max_bytes": FILE_MAX_BYTES}, language) | {
        f"{ENGINE}/{name}": each for name, each in _engine(pyodide).items()
    }
    late = {f"{ENGINE}/{name}" for name in _names_of(pyodide, SCIPY)}
    listed: list[dict[str, Any]] = [
        {"path": path, "sha256": _sha256(each), "bytes": len(each), "part": SCIPY if path in late else "first"}
        for path, each in sorted(content.items())
    ]
    about = {"bikefit": __version__, "pyodide": _pinned()["version"], "files": listed}
    list_of_files = f"{LIST_OPENING}{json.dumps(about, indent=1)};\n"
    _make_folder(folder / ENGINE)
    if not earlier:
        write_whole(folder / FILE_LIST, list_of_files)  # so that an export that was interrupted can be done again
    for path, each in content.items():
        write_whole(folder / path, each)
    write_whole(folder / FILE_LIST, list_of_files)
    for path in earlier - set(content):
        (folder / path).unlink(missing_ok=True)
    sizes = {part: sum(each["bytes"] for each in listed if each["part"] == part) for part in ("first", SCIPY)}
    return Site(folder, sizes["first"], sizes[SCIPY])


def _earlier_files(folder: Path) -> set[str]:
    """Return what an earlier export wrote here, and refuse a folder that is somebody else's."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--export {folder}: this is a file. Name a folder for the site.")
    if not folder.is_dir() or not any(folder.iterdir()):
        return set()
    refused = UsageError(
        f"--export {folder}: there are files in this folder that are not of a site of bikefit's (no {FILE_LIST} names "
        "them). Name an empty folder, or one that does not exist yet."
    )
    try:
        text = (folder / FILE_LIST).read_text(encoding="utf-8")
        paths = {str(each["path"]) for each in json.loads(text.removeprefix(LIST_OPENING).rstrip(";\n"))["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise refused from None
    if any(Path(path).is_absolute() or ".." in Path(path).parts for path in paths):
        raise refused
    return paths


def _engine(pyodide: Path) -> dict[str, bytes]:
    """Return the interpreter, its packages, ours, and a lock file that names just these."""
    pinned = _pinned()
    lock = _lock(pyodide)
    content = {name: _checked(pyodide, name, digest) for name, digest in pinned["interpreter"].items()}
    packages: dict[str, Any] = {}
    for name in (*pinned["packages"]["first"], *pinned["packages"][SCIPY]):
        packages[name] = lock["packages"][name]
        file = packages[name]["file_name"]
        content[file] = _checked(pyodide, file, packages[name]["sha256"])
    own = {name: installed_wheel(name) for name in pinned["pure"]["names"]}
    own["bikefit"] = own_wheel(_samples())
    for name, (file, each) in own.items():
        depends = [*pinned["packages"]["first"], *pinned["pure"]["names"]] if name == "bikefit" else []
        packages[name] = _lock_entry(name, file, each, depends)
        content[file] = each
    content[LOCK] = json.dumps({"info": lock["info"], "packages": packages}, indent=1).encode()
    content["LICENCES.txt"] = LICENCES.format(version=pinned["version"]).encode()
    return content


def _lock_entry(name: str, file: str, content: bytes, depends: list[str]) -> dict[str, Any]:
    """Describe a wheel of ours as Pyodide's lock file does."""
    return {
        "depends": depends,
        "file_name": file,
        "imports": [name],
        "install_dir": "site",
        "name": name,
        "package_type": "package",
        "sha256": _sha256(content),
        "unvendored_tests": False,
        "version": file.split("-")[1],
    }


def _lock(pyodide: Path) -> dict[str, Any]:
    """Read Pyodide's lock file, and refuse one of another version or without a package that is needed."""
    version = _pinned()["version"]
    place = pyodide / LOCK
    if not place.is_file():
        raise UsageError(
            f"--pyodide {pyodide}: there is no {LOCK} in it. Name a folder with Pyodide {version}; {HOW_TO_GET}."
        )
    try:
        lock: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        found = lock["info"]["version"]
        entries = [lock["packages"].get(name) for part in _pinned()["packages"].values() for name in part]
        whole = all(entry is None or (entry["file_name"] and entry["sha256"]) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        whole, found, entries = False, version, []
    if not whole:
        raise RecordingError(
            f"{place}: this is not a lock file of Pyodide, or a damaged one. Get it again; {HOW_TO_GET}."
        )
    if found != version:
        raise RecordingError(
            f"{place}: this is Pyodide {found}; the site is made with Pyodide {version}. {HOW_TO_GET.capitalize()}."
        )
    if None in entries:
        names = [name for part in _pinned()["packages"].values() for name in part if name not in lock["packages"]]
        raise RecordingError(
            f"{place}: it does not know {', '.join(names)}. Use the whole lock file of Pyodide {version}."
        )
    return lock


def _names_of(pyodide: Path, part: str) -> Iterator[str]:
    """Give the names of the files of one part of the packages."""
    packages = _lock(pyodide)["packages"]
    return (packages[name]["file_name"] for name in _pinned()["packages"][part])


def _checked(pyodide: Path, name: str, digest: str) -> bytes:
    """Return a file of Pyodide's, if it is the one that its sha256 stands for."""
    place = pyodide / name
    if "/" in name or not place.is_file():
        raise RecordingError(f"{place}: this file of Pyodide {_pinned()['version']} is missing; {HOW_TO_GET}.")
    try:
        content = place.read_bytes()
    except OSError as error:
        raise RecordingError(f"{place}: cannot be read ({error.strerror}).") from error
    if _sha256(content) != digest:
        raise RecordingError(
            f"{place}: its sha256 is not that of Pyodide {_pinned()['version']}, so it is damaged or another file. "
            f"Get it again; {HOW_TO_GET}."
        )
    return content


def _samples() -> Mapping[str, bytes]:
    """Return the recordings that the page offers to try."""
    with sample_folder() as folder:
        return {name: (folder / name).read_bytes() for sample in SAMPLES.values() for name, _ in sample}


def _pinned() -> dict[str, Any]:
    """Return which Pyodide it is, with the sha256 of its interpreter and what is used of it."""
    return tomllib.loads(files("bikefit.app").joinpath("pyodide.toml").read_text(encoding="utf-8"))


def _make_folder(folder: Path) -> None:
    """Make a folder of the site."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder cannot be made ({error.strerror}).") from error


def _sha256(content: bytes) -> str:
    """Return the sha256 of some bytes."""
    return hashlib.sha256(content).hexdigest()
