"""What the page asks for and gets, wherever the program runs: in a process of the local server, or in the browser.

Plain data goes in and comes out: no server, no thread, no process, and nothing of the file system but one folder with
the recordings, which whoever runs the engine fills (`place` finds a free name in it). Everything is said in the words
of the command line, typed in that folder: a request names files as ``ride.csv``, ``ride.csv@60-180`` or ``@lap2``;
its ``options`` are flags without their dashes with what would be typed behind them (``{"left-wedges": "1", "neutral":
"recovery"}``; True for a switch, a list for a flag that repeats; None or "" says nothing). So each document equals what
``--json`` prints, and each report what ``--report`` writes, to the last byte.

``call(what, request)`` answers, by what is asked:

- ``"about"``, ``{}``: ``version``, ``systems``, ``samples``, ``languages``.
- ``"sample"``, ``{name}``: ``recordings``, each copied into the folder, with name, size and options.
- ``"analyze"``, ``{file, options}`` or ``{left: [..], right: [..], options}``: ``document``, ``answer``, ``file``.
- ``"inspect"``, ``{file, options}``: ``document``, ``answer``, ``file``.
- ``"compare"``, ``{files, options}``, in order, counts with commas between them: ``document``, ``answer``.
- ``"plan"``, ``{options}`` or ``{file, options}`` (also ``side``, ``laps``): ``document``, ``answer``.
- ``"report"``, ``{of, request, format, options}``, with what was asked (``analyze``, ``compare`` or ``plan`` and its
  request), html, pdf, png or json, and title, rider, fitter, paper, pages: the bytes of the file.

``answer`` holds the few lines that the page shows at once, ready to print (`bikefit.app.answers`); ``file`` holds what
has to be asked of a recording. Whatever goes wrong is ``{"error": {"message", "exit_code"}}``: the project's own
sentence, which says what to do, and never a traceback. A request says all itself, so an engine may be ended and begun
anew between any two; that it keeps recordings and results which it has at hand is for speed alone.
"""

from __future__ import annotations

import contextlib
import filecmp
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from bikefit import __version__
from bikefit.analysis import analyze_file, analyze_session
from bikefit.app import answers
from bikefit.app.memory import Memory
from bikefit.brand.brand import Pages, Paper
from bikefit.comparison import NotComparableError, compare
from bikefit.conventions import SIDES
from bikefit.errors import UsageError, in_words, near_matches
from bikefit.files import sample_folder
from bikefit.inspection import inspect_recording
from bikefit.model import Recording
from bikefit.report import Sheet
from bikefit.report.out.write import report_bytes
from bikefit.report.pages.view import Given
from bikefit.sessions import values
from bikefit.sessions.option import Group
from bikefit.sessions.reading import read_options, read_session, with_file, with_shoes
from bikefit.sessions.session import Said, Session, said
from bikefit.sessions.typed import as_typed, keywords_of
from bikefit.visit import plan_visit
from bikefit.wedge_systems import known_systems
from bikefit.words import Words, languages

Request = Mapping[str, Any]
FORMATS: Final = ("html", "pdf", "png", "json")
LONGEST_NAME: Final = 120
SAMPLES: Final[Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]]] = {
    "first": (("two_wedges.fit", {}),),
    "visit": tuple(
        (f"visit_helped_{number}.fit", {"left-wedges": "0", "right-wedges": count})
        for number, count in enumerate(("0", "2", "-2", "0"), start=1)
    ),
}
"""Sample -> its recordings, each with what was on the shoes."""


class Engine:
    """Answers requests about the recordings in one folder; ``stage`` is called when reading and analysing begin."""

    def __init__(self, folder: Path, stage: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self._stage = stage
        self._memory = Memory(folder)
        self._calls: Mapping[str, Callable[[Request], dict[str, Any] | bytes]] = {
            "about": self._about,
            "sample": self._sample,
            "analyze": self._analyze,
            "inspect": self._inspect,
            "compare": self._compare,
            "plan": self._plan,
            "report": self._report,
        }

    def call(self, what: str, request: Request | None = None) -> dict[str, Any] | bytes:
        """Answer a request; bytes for a report, else plain data, which is an error where it cannot be answered."""
        try:
            if what not in self._calls:
                raise UsageError(f"there is nothing called '{what}' to ask for.")
            with contextlib.chdir(self.folder):
                return self._calls[what](request or {})
        except Exception as error:
            told = in_words(error, on_page=True)
            if isinstance(error, NotComparableError):
                told = error.told(self._words(request or {}, what)), error.exit_code
            if told is None:
                kind = f"{type(error).__name__}: {str(error)[:200]}".removesuffix(": ")
                told = f"a fault of the program, not of your recording ({kind}). Please report it.", 1
            return {"error": {"message": told[0], "exit_code": told[1]}}

    def call_json(self, what: str, request: str = "{}") -> str | bytes:
        """Answer a request that comes as JSON in JSON, for whoever passes texts; a report stays bytes."""
        answer = self.call(what, json.loads(request))
        return answer if isinstance(answer, bytes) else json.dumps(answer, allow_nan=False)

    # ---- what can be asked ---------------------------------------------------------------------------------

    def _about(self, _: Request) -> dict[str, Any]:
        """Say what the page offers to choose from."""
        systems = [
            {
                "id": each.id,
                "name": each.name,
                "cant": {code: Words(code).degrees(each.cant_deg) for code in languages()},
                "most": each.cap,
            }
            for each in known_systems().values()
        ]
        return {
            "version": __version__,
            "systems": systems,
            "samples": list(SAMPLES),
            "languages": [{"code": code, "name": Words(code).text("language.name")} for code in languages()],
        }

    def _sample(self, request: Request) -> dict[str, Any]:
        """Copy a sample's recordings into the folder."""
        name = str(request.get("name", ""))
        if name not in SAMPLES:
            raise UsageError(f"there is no sample '{name}'.{near_matches(name, SAMPLES)}")
        copied = []
        with sample_folder() as samples:
            for file, options in SAMPLES[name]:
                arrived = self.folder / f".{file}"
                shutil.copyfile(samples / file, arrived)
                size = arrived.stat().st_size
                copied.append({"name": settle(self.folder, arrived, file), "size": size, "options": dict(options)})
        return {"recordings": copied}

    def _analyze(self, request: Request) -> dict[str, Any]:
        """Analyse a recording, or those of each shoe's sensor."""
        result = self._result("analyze", request, self._analyzed)
        return {
            "document": result.to_dict(),
            "answer": answers.of_session(self._words(request, "analyze"), result),
            "file": answers.of_recording(self._read(request, "analyze")),
        }

    def _inspect(self, request: Request) -> dict[str, Any]:
        """Say what a file holds, what is missing and what would help."""
        session, recording = self._session(request, "inspect"), self._read(request, "inspect")
        found = inspect_recording(recording, read_options(session), session.settings)
        return {
            "document": found.to_dict(),
            "answer": answers.of_inspection(self._words(request, "inspect"), found),
            "file": answers.of_recording(recording),
        }

    def _compare(self, request: Request) -> dict[str, Any]:
        """Compare recordings of one rider."""
        self._stage("reading")
        result = self._result("compare", request, self._compared)
        return {"document": result.to_dict(), "answer": answers.of_comparison(self._words(request, "compare"), result)}

    def _plan(self, request: Request) -> dict[str, Any]:
        """Plan the visit that shows what wedges do to the rider."""
        visit = self._result("plan", request, self._planned)
        return {"document": visit.to_dict(), "answer": answers.of_visit(self._words(request, "plan"), visit)}

    def _report(self, request: Request) -> bytes:
        """Write the report of an answer, or the answer's document."""
        of, kind, asked = str(request.get("of")), str(request.get("format", "html")), request.get("request") or {}
        makers = {"analyze": self._analyzed, "compare": self._compared, "plan": self._planned}
        if of not in makers or kind not in FORMATS:
            raise UsageError(f"a report is of {', '.join(makers)}, as {', '.join(FORMATS)}.")
        options: dict[str, Any] = {word: str(told) for word, told in (request.get("options") or {}).items() if told}
        for word, told in options.items():
            if word not in REPORT_WORDS:
                raise UsageError(f"a report has no --{word}.{near_matches(word, REPORT_WORDS)}")
            if REPORT_WORDS[word] and told not in REPORT_WORDS[word]:
                raise UsageError(f"--{word} '{told}': expected one of {', '.join(REPORT_WORDS[word])}.")
        result = self._result(of, asked, makers[of])
        if kind == "json":
            return (json.dumps(result.to_dict(), allow_nan=False, indent=2) + "\n").encode()
        session = self._session(asked, of)
        given = Given(*(options.pop(word, "") for word in ("title", "rider", "fitter")))
        look: dict[str, Any] = {"language": session.language, "brand": session.brand, "sheet": Sheet.of(session)}
        return report_bytes(result, f".{kind}", given=given, **look, **options)

    # ---- how it is done ------------------------------------------------------------------------------------

    def _session(self, request: Request, what: str) -> Session:
        """Return the session that a request describes."""
        own = {word: told for word, told in (request.get("options") or {}).items() if word not in OWN_WORDS[what]}
        session = Session().told(told_by(own, GROUPS[what]))
        return with_file(session, _named(request)) if request.get("file") else session

    def _words(self, request: Request, what: str) -> Words:
        """Return the words of the language that an answer is asked for in."""
        return Words(self._session(request, what).page_language, "page")

    def _result(self, what: str, request: Request, make: Callable[[Request], Any]) -> Any:
        """Work a result out, or take the one at hand; what is for the pages alone makes no other one."""
        kept = {word: told for word, told in (request.get("options") or {}).items() if word not in SHEET_WORDS}
        return self._memory.result(what, {**request, "options": kept}, make)

    def _read(self, request: Request, what: str) -> Recording:
        """Read the recording, or take the one at hand."""
        session = self._session(request, what)
        if request.get("file"):
            return self._memory.recording(session.files, read_options(session), lambda: self._from_file(session))
        return self._from_file(with_shoes(session, *_of_shoes(request)))

    def _from_file(self, session: Session) -> Recording:
        """Read a session's files."""
        self._stage("reading")
        recording = read_session(session)
        self._stage("analysing")
        return recording

    def _analyzed(self, request: Request) -> Any:
        """Analyse, as ``bikefit analyze`` does."""
        session = self._session(request, "analyze")
        if request.get("file"):
            return analyze_file(self._read(request, "analyze"), session)
        return analyze_session(with_shoes(session, *_of_shoes(request)))

    def _compared(self, request: Request) -> Any:
        """Compare, as ``bikefit compare`` does."""
        options = request.get("options") or {}
        lists = (options.get(word) or None for word in values.LISTS)
        return compare(
            [_plain(str(name)) for name in request.get("files") or ()],
            **values.lists(*lists),
            remounted=bool(options.get("remounted")),
            options=self._session({"options": options}, "compare"),
        )

    def _planned(self, request: Request) -> Any:
        """Plan, as ``bikefit plan`` does."""
        options = request.get("options") or {}
        sides, laps = values.sides(options.get("side")), bool(options.get("laps"))
        session = self._session({"options": options}, "plan")
        passed_on = keywords_of(("read", "decision"), without=("side",))
        typed = {one.name: options[one.word] for one in passed_on if options.get(one.word)}
        flags = as_typed(passed_on, typed)
        file = _named(request) if request.get("file") else None
        return plan_visit(file, sides, session, laps=laps, flags=flags)


GROUPS: Final[Mapping[str, tuple[Group, ...]]] = {
    "analyze": ("read", "section", "decision", "fitted", "sheet"),
    "inspect": ("read", "section", "decision", "sheet"),
    "compare": ("read", "decision", "sheet"),
    "plan": ("read", "section", "decision", "fitted", "sheet"),
}
"""What is asked -> the groups of flags that its command takes."""
OWN_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "analyze": (),
    "inspect": (),
    "compare": (*values.LISTS, "remounted"),
    "plan": ("side", "laps"),
}
"""What is asked -> the flags of its command that are not an option of a session."""
SHEET_WORDS: Final = frozenset(one.word for one in keywords_of(("sheet",)))
REPORT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": (),
    "rider": (),
    "fitter": (),
    "paper": get_args(Paper),
    "pages": get_args(Pages),
}
"""What a report takes beside the options of its session -> the words that it may be."""


def told_by(options: Mapping[str, Any], groups: Sequence[Group]) -> Said:
    """Return by field what the options of a request say, as if they had been typed."""
    known = {one.word: one for one in keywords_of(groups)}
    told = {}
    for word, value in options.items():
        if value is None or value == "" or value is False:
            continue
        if word not in known:
            raise UsageError(f"--{word}: there is no such option here.{near_matches(word, known)}")
        one = known[word]
        kind = one.option.kind
        if kind.choices and value not in kind.choices:
            raise UsageError(f"{one.flag} '{value}': expected one of {', '.join(kind.choices)}.")
        if kind.names_file(str(value)):
            value = _plain(str(value))
        told[one.name] = one.option.read(value if kind.switch or kind.repeatable else str(value), one.flag)
    return said(told)


def place(folder: Path, name: str) -> Path:
    """Return where a file of this name goes in the folder: its own name, made harmless, and not taken yet.

    Examples
    --------
    >>> import tempfile
    >>> place(Path(tempfile.mkdtemp()), "../../etc/my ride?.csv").name
    'my ride_.csv'
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", last).strip(" .")[-LONGEST_NAME:].lstrip("-. ") or "recording"
    stem, dot, suffix = plain.rpartition(".")
    stem, suffix = (stem, dot + suffix) if dot else (plain, "")
    if re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", stem):
        stem += "_"
    free = folder / f"{stem}{suffix}"
    number = 2
    while free.exists():
        free = folder / f"{stem}_{number}{suffix}"
        number += 1
    return free


def settle(folder: Path, arrived: Path, name: str) -> str:
    """Move a file that has arrived into the folder and return its name there; one that is there already stays.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for text in ("a", "b", "a"):
    ...     _ = (folder / "arrived").write_text(text)
    ...     print(settle(folder, folder / "arrived", "x.csv"))
    x.csv
    x_2.csv
    x.csv
    """
    free = place(folder, name)
    wanted = re.compile(rf"{re.escape(place(folder / 'nowhere', name).stem)}(_\d+)?{re.escape(free.suffix)}")
    for same in sorted(path for path in folder.iterdir() if wanted.fullmatch(path.name)):
        if same != arrived and filecmp.cmp(same, arrived, shallow=False):
            arrived.unlink()
            return same.name
    arrived.rename(free)
    return free.name


def _plain(name: str) -> str:
    """Refuse a name that leads out of the folder."""
    if not name or re.search(r"[/\\\x00]", name) or name in (".", ".."):
        raise UsageError(f"'{name[:60]}': name a file that was added to the page.")
    return name


def _named(request: Request) -> str:
    """Return the one file of a request."""
    return _plain(str(request["file"]))


def _of_shoes(request: Request) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the files of each shoe's sensor."""
    left, right = (tuple(Path(_plain(str(name))) for name in request.get(side) or ()) for side in SIDES)
    if not left and not right:
        raise UsageError("name a recording, or the files of each shoe's sensor.")
    return left, right
