"""Wheels of plain Python made of what is installed: bikefit itself, and what it needs besides Pyodide's packages."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from importlib.resources import files
from pathlib import Path
from typing import Final

from bikefit import __version__
from bikefit.errors import RecordingError

MADE: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a wheel, so that the same files make the same bytes."""
LEFT_OUT: Final = ("__pycache__", "sample_data", "front")
"""Folders that the package does without in a browser: the front end lies beside it, and few samples are enough."""
NOT_PASSED_ON: Final = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "WHEEL")
COMPILED: Final = (".so", ".pyd", ".pyc", ".c", ".dll", ".dylib")


def own_wheel(samples: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return name and bytes of bikefit's own wheel, with these files as its sample data."""
    with_code = {f"bikefit/{name}": content for name, content in _own_files()}
    with_samples = {f"bikefit/sample_data/{name}": content for name, content in samples.items()}
    about = f"Metadata-Version: 2.1\nName: bikefit\nVersion: {__version__}\nLicense: MIT\n".encode()
    return _wheel(
        "bikefit", __version__, with_code | with_samples | {f"bikefit-{__version__}.dist-info/METADATA": about}
    )


def installed_wheel(name: str) -> tuple[str, bytes]:
    """Return name and bytes of a wheel of an installed package, each file as its installation recorded it."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise RecordingError(f"{name}: it is not installed here. Install bikefit with pip.") from None
    content = {str(path): _recorded(name, path) for path in _passed_on(found)}
    if not any(path.endswith(".py") for path in content):
        raise RecordingError(f"{name}: no list of its files was kept when it was installed. Install bikefit with pip.")
    return _wheel(name, found.version, content)


def _own_files() -> Iterator[tuple[str, bytes]]:
    """Give the package's files by their path in it."""
    package = Path(str(files("bikefit")))
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.is_file() and not set(inside.parts) & set(LEFT_OUT) and path.suffix not in COMPILED:
            yield inside.as_posix(), path.read_bytes()


def _passed_on(found: Distribution) -> Iterator[PackagePath]:
    """Give an installed package's files in plain Python, its licence and what else describes it."""
    for path in found.files or ():
        kept = path.suffix not in COMPILED and path.name not in NOT_PASSED_ON
        if kept and path.parts[0] not in ("..", "") and "__pycache__" not in path.parts:
            yield path


def _recorded(name: str, path: PackagePath) -> bytes:
    """Return a file's bytes if they still are what was installed."""
    try:
        content = Path(str(path.locate())).read_bytes()
    except OSError as error:
        raise RecordingError(f"{path}: {name}'s file cannot be read ({error.strerror}). Reinstall {name}.") from error
    if path.hash is not None and path.hash.value != _digest(content):
        raise RecordingError(f"{path}: {name}'s file is not what was installed. Reinstall {name}.")
    return content


def _wheel(name: str, version: str, content: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return name and bytes of a wheel of plain Python with these files."""
    about = b"Wheel-Version: 1.0\nGenerator: bikefit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    described = next(path for path in content if path.endswith(".dist-info/METADATA"))
    folder = described.removesuffix("/METADATA")
    whole = dict(content) | {f"{folder}/WHEEL": about}
    record = f"{folder}/RECORD"
    lines = [f"{path},sha256={_digest(whole[path])},{len(whole[path])}" for path in sorted(whole)]
    whole[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(whole):
            entry = zipfile.ZipInfo(path, MADE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, whole[path])
    return f"{name}-{version}-py3-none-any.whl", packed.getvalue()


def _digest(content: bytes) -> str:
    """Return a file's sha256 as a RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
