"""The docs say what is so: Python runs, commands parse, links lead somewhere, lists and docstrings are complete."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import inspect
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

import bikefit
from bikefit.conventions import REJECT_REASONS
from bikefit.model.findings import codes
from bikefit.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "sample_data" / "README.md"])
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.M | re.S)
SOURCES = sorted((ROOT / "bikefit").rglob("*.py"))


def blocks(page: Path, *languages: str) -> Iterator[str]:
    for indent, language, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            yield re.sub(f"^{indent}", "", body, flags=re.M)


PYTHON = [
    pytest.param(code, id=f"{page.name}-{number}")
    for page in PAGES
    for number, code in enumerate(blocks(page, "python"), start=1)
]


@pytest.mark.parametrize("code", PYTHON)
def test_python_of_the_docs_runs(code: str, tmp_path: Path, samples: Path) -> None:
    shutil.copytree(samples, tmp_path / "sample_data", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(samples / "sessions", tmp_path / "sessions")
    script = tmp_path / "block.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout or "print" not in code


# ---- commands ----------------------------------------------------------------------------------------------


def the_commands() -> dict[str, Any]:
    from bikefit.cli import clients, commands, demo, page, studio  # noqa: F401  (they add themselves to the program)
    from bikefit.cli.declared import app
    from bikefit.cli.parser import typer_app

    group: Any = typer.main.get_command(typer_app(app))
    return dict(group.commands)


COMMANDS = the_commands()


NAMES = "|".join(COMMANDS)
CALLED = re.compile(rf"(?:^|[/\s])(bikefit (?:{NAMES})(?= |$)[^\n&|]*)", re.M)
NAMED = re.compile(rf"`(bikefit (?:{NAMES})(?= |`)[^`]*)`")


def command_lines(page: Path) -> Iterator[str]:
    """Command lines that begin with ``bikefit`` and a command, in fenced blocks and in running text."""
    text = page.read_text(encoding="utf-8")
    fenced = "\n".join(body for _, language, body in FENCE.findall(text) if language in ("sh", ""))
    yield from CALLED.findall(fenced.replace("\\\n", " "))
    yield from NAMED.findall(FENCE.sub("", text).replace("\n", " "))


LINES = sorted({(page.name, line.strip()) for page in PAGES for line in command_lines(page)})


def test_there_are_commands_to_check() -> None:
    assert len(LINES) > 40
    assert {shlex.split(line)[1] for _, line in LINES} == set(COMMANDS)


@pytest.mark.parametrize(("page", "line"), LINES)
def test_command_lines_of_the_docs_parse(page: str, line: str) -> None:
    name, *arguments = shlex.split(line.replace("..", "").replace("`", ""), comments=True)[1:]
    # "`bikefit compare` reads that" and "`bikefit analyze --json`" speak of a command without calling it
    only_named = all(word.startswith("-") for word in arguments)
    if only_named and set(arguments) <= known_options():
        return
    try:
        COMMANDS[name].make_context(name, list(arguments))
    except Exception as error:  # whichever class typer's version gives its errors of usage
        says = error.format_message() if hasattr(error, "format_message") else repr(error)
        pytest.fail(f"{page}: {line}: {says}")


def known_options() -> set[str]:
    commands = [*COMMANDS.values(), *COMMANDS["clients"].commands.values()]
    own = {name for command in commands for option in command.params for name in (*option.opts, *option.secondary_opts)}
    return own | {"--help", "-h", "--version"}


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_options_in_running_text_exist(page: Path) -> None:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    said = {
        option
        for code in re.findall(r"`(--?[^`]*)`", prose)
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*\w", code)
    }
    assert said <= known_options()


# ---- links -------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip() for heading in headings)
    return {re.sub(r"[ -]+", "-", heading) for heading in plain}


@pytest.mark.parametrize("page", [*PAGES, *sorted(ROOT.glob("notebooks/*.ipynb"))], ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), f"{page.name}: {target}"
        assert place == ROOT or ROOT in place.parents
        if anchor and place.suffix == ".md":
            assert anchor in anchors(place), f"{page.name}: {target}"


def test_modules_named_by_the_architecture_exist() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").replace("bikefit/io/myformat.py", "")
    named = set(re.findall(r"[\w/.]+\.(?:py|toml)\b", page))
    assert len(named) > 20
    missing = {
        name for name in named if not any((ROOT / place / name).exists() for place in ("", "bikefit", "sample_data"))
    }
    assert not missing


def test_every_page_is_in_the_sites_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2]
    assert set(re.findall(r": (\S+\.md)$", menu, re.M)) == {page.name for page in ROOT.glob("docs/*.md")}


# ---- lists that must be complete -----------------------------------------------------------------------------


def load_script(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_codes_is_up_to_date() -> None:
    page = ROOT / "docs" / "json.md"
    assert page.read_text(encoding="utf-8") == load_script(ROOT / "docs" / "make_codes.py").page()


def test_the_table_of_a_simulated_rides_numbers_is_up_to_date() -> None:
    page = ROOT / "docs" / "simulate.md"
    assert page.read_text(encoding="utf-8") == load_script(ROOT / "docs" / "make_numbers.py").page()


def test_the_tables_of_columns_are_up_to_date() -> None:
    page = ROOT / "docs" / "data.md"
    assert page.read_text(encoding="utf-8") == load_script(ROOT / "docs" / "make_columns.py").page()


def test_codes_in_the_source_and_in_the_list_are_the_same() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    called = set(re.findall(r"\b(?:finding|reason)\(\s*\"(\w+)\"", source))
    assert called <= set(codes())
    unused = {code for code in codes() if f'"{code}"' not in source}
    assert not unused


def test_every_reject_reason_is_explained() -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.partition("## Reasons why a stroke is not used")[2].partition("\n## ")[0]
    listed = [code for row in re.findall(r"^\|([^|]*)\|", section, re.M) for code in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted(REJECT_REASONS)


def test_every_setting_is_explained() -> None:
    for item in fields(Settings):
        assert f"    {item.name} : " in (Settings.__doc__ or "")


def test_the_picture_of_the_floors_is_the_contract() -> None:
    drawn = load_script(ROOT / "docs" / "make_floors.py").picture()
    assert (ROOT / "docs" / "img" / "floors.svg").read_text(encoding="utf-8") == drawn, (
        "run: python docs/make_floors.py"
    )


WORDS = [*PAGES, *sorted(ROOT.glob("notebooks/*.ipynb")), *sorted((ROOT / "bikefit").rglob("*.toml"))]


@pytest.mark.parametrize("page", [page for page in WORDS if page.name != "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_no_promise_of_a_clinic(page: Path) -> None:
    said = re.findall(r"\b(?:diagnos\w*|cures?|cured|therap\w*|treatments?)\b", page.read_text(encoding="utf-8"), re.I)
    assert not said


# ---- docstrings ------------------------------------------------------------------------------------------------


def modules() -> list[str]:
    found = pkgutil.walk_packages(bikefit.__path__, "bikefit.")
    return ["bikefit", *(module.name for module in found if module.name != "bikefit.__main__")]


def public_functions() -> dict[str, Callable[..., Any]]:
    functions: dict[str, Callable[..., Any]] = {}
    for name in modules():
        if name.startswith("bikefit.cli.") or any(part.startswith("_") for part in name.split(".")[1:]):
            continue  # a command's parameters are explained by its --help
        module = pytest.importorskip(name) if name == "bikefit.io.markers.c3d" else importlib.import_module(name)
        own = {key: value for key, value in vars(module).items() if getattr(value, "__module__", "") == name}
        for key, value in own.items():
            if inspect.isfunction(value) and not key.startswith("_"):
                functions[f"{name}.{key}"] = value
    return functions


def on_the_api_page() -> set[str]:
    named = re.findall(r"^::: (\S+)", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.M)
    found = (getattr(importlib.import_module(name.rpartition(".")[0]), name.rpartition(".")[2], None) for name in named)
    return {f"{item.__module__}.{item.__name__}" for item in found if inspect.isfunction(item)}


def section(doc: str, title: str) -> str | None:
    """The lines under a numpydoc heading, up to the next one."""
    match = re.search(rf"^{title}\n-+\n(.*?)(?=^[A-Z][A-Za-z ]+\n-+\n|\Z)", doc, re.M | re.S)
    return match and match[1]


def documented(doc: str, title: str) -> list[str]:
    heads = re.findall(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :.*)?$", section(doc, title) or "", re.M)
    return [name.strip(" *") for head in heads for name in head.split(",")]


def test_docstrings_name_the_parameters_that_there_are() -> None:
    listed = on_the_api_page()
    for name, function in public_functions().items():
        doc = inspect.cleandoc(function.__doc__ or "")
        taken = list(inspect.signature(function).parameters)
        assert doc, f"{name} has no docstring"
        if name in listed or section(doc, "Parameters") is not None:
            assert documented(doc, "Parameters") == taken, name
        gives = inspect.signature(function).return_annotation not in ("None", None)
        if name in listed and gives:
            assert section(doc, "Returns") or section(doc, "Yields"), f"{name} does not say what it returns"


def test_the_types_on_the_api_page_name_their_fields() -> None:
    for name in re.findall(r"^::: (\S+)", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.M):
        module, _, key = name.rpartition(".")
        kind = getattr(importlib.import_module(module), key)
        if is_dataclass(kind):
            assert set(documented(inspect.cleandoc(kind.__doc__ or ""), "Attributes")) >= {
                item.name for item in fields(kind) if item.name != "schema"
            }, name


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_run(name: str) -> None:
    module = pytest.importorskip(name) if name == "bikefit.io.markers.c3d" else importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
