"""What the package imports is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import bikefit

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORT_NAMES = {"pyyaml": "yaml", "dask": "distributed"}


def declared(requirements: list[str]) -> set[str]:
    names = {re.split(r"[<>=\[]", requirement)[0].lower() for requirement in requirements}
    return {IMPORT_NAMES.get(name, name) for name in names}


def imported() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "bikefit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"bikefit"}


def test_every_import_is_declared() -> None:
    extras = PROJECT["optional-dependencies"]
    allowed = declared(PROJECT["dependencies"] + extras["dask"] + extras["parquet"])
    # jinja2 brings markupsafe and exposes its types
    assert imported() - allowed <= {"markupsafe"}


def test_every_dependency_is_used() -> None:
    assert declared(PROJECT["dependencies"]) <= imported()


def test_only_lower_bounds_are_pinned() -> None:
    requirements = PROJECT["dependencies"] + [item for own in PROJECT["optional-dependencies"].values() for item in own]
    for requirement in requirements:
        assert re.fullmatch(r"[\w.-]+(\[[\w,]+\])?(>=[\w.]+)?", requirement), requirement


@pytest.mark.parametrize(
    ("name", "spared"), [("two_wedges.csv", "pandas"), ("two_wedges.fit", "pandas"), ("markers.trc", "")]
)
def test_the_common_path_loads_only_what_it_needs(name: str, spared: str) -> None:
    ride = ROOT / "sample_data" / name
    code = (
        "import sys, bikefit.cli as cli\n"
        "try: cli.main(['analyze', sys.argv[1], '--json'])\n"
        "except SystemExit as done: assert not done.code\n"
        "heavy = {'scipy', 'vqf', 'matplotlib', 'jinja2', 'rich', 'typer', *sys.argv[2:]}\n"
        "print([name for name in sys.modules if name.split('.')[0] in heavy], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ride), spared], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


# ---- packaging --------------------------------------------------------------------------------------------------

CONDA_NAMES = {"matplotlib": "matplotlib-base", "fitparse": "python-fitparse", "typst": "typst-py"}


def test_the_conda_recipe_asks_for_what_the_project_asks_for() -> None:
    recipe = (ROOT / "packaging" / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    run = re.search(r"^  run:\n((?:    - .*\n)+)", recipe, re.M)
    assert run
    oldest = re.search(r'^  python_min: "(.*)"$', recipe, re.M)
    assert oldest
    asked = [line.removeprefix("    - ").replace("${{ python_min }}", oldest[1]) for line in run[1].splitlines()]
    wanted = [f"python {PROJECT['requires-python']}"]
    for requirement in PROJECT["dependencies"]:
        name, bound = re.fullmatch(r"([\w.-]+?)(?:\[\w+\])?(>=.*)", requirement).groups()  # type: ignore[union-attr]
        wanted.append(f"{CONDA_NAMES.get(name, name)} {bound}")
    assert asked == wanted


def test_every_place_that_names_the_version_names_this_one() -> None:
    for path, pattern in (
        ("CITATION.cff", r"^version: (.*)$"),
        ("packaging/conda/recipe.yaml", r'^  version: "(.*)"$'),
    ):
        named = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"), re.M)
        assert named, path
        assert named[1] == bikefit.__version__, path
    assert f"## {bikefit.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_container_copies_all_that_the_build_needs() -> None:
    made = (ROOT / "packaging" / "Containerfile").read_text(encoding="utf-8")
    copied = {name.removeprefix("./") for line in re.findall(r"^COPY (.*) \S+$", made, re.M) for name in line.split()}
    needed = {"pyproject.toml", "README.md", "LICENSE", "bikefit", "sample_data"}
    assert needed <= copied
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert needed == {line.removeprefix("!") for line in ignored if line.startswith("!")}
