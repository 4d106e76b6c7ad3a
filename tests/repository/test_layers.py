"""A module imports only from lower layers of its program; docs/architecture.md says which layers there are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repository import ROOT

ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
PROGRAMS = ("api", "indexer", "sources")


def layers(program: str) -> dict[str, int]:
    """Return the layer of each package and each top-level module of a program."""
    rows = ARCHITECTURE.partition(f"| layer | `{program}/` |\n|---|---|\n")[2].partition("\n\n")[0]
    found = re.findall(r"^\| (\d+) \| (.+) \|$", rows, re.MULTILINE)
    return {unit: int(number) for number, units in found for unit in re.findall(r"`(\w+)`", units)}


def unit_of(path: Path, program: str) -> str:
    """Return the package or the top-level module of a program that a file belongs to."""
    return path.relative_to(ROOT / program).parts[0].removesuffix(".py")


def files(program: str) -> list[Path]:
    return [
        path
        for path in sorted((ROOT / program).rglob("*.py"))
        if path.parent.name != program or path.stem != "__init__"
    ]


def imported_units(path: Path, program: str) -> Iterator[str]:
    """Yield the packages and top-level modules of the same program that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith(f"{program}."))


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_package_and_top_level_module_has_a_layer(program: str) -> None:
    assert set(layers(program)) == {unit_of(path, program) for path in files(program)}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_module_imports_only_from_lower_layers_and_from_its_own_package(program: str) -> None:
    layer = layers(program)
    wrong = [
        f"{path.relative_to(ROOT)} imports {imported}"
        for path in files(program)
        for imported in imported_units(path, program)
        if imported != (own := unit_of(path, program)) and layer[imported] >= layer[own]
    ]

    assert wrong == []
