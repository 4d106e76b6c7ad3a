"""The shape of the code: who imports whom; how large folders, modules and functions may be; one name for one thing."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support.repository import ROOT

SHIPPED = ("api", "indexer", "mappings", "service", "sources")
PACKAGES = (*SHIPPED, "stack", "bench")
MAX_FUNCTION = 40  # lines
MAX_MODULE = 300  # lines
MAX_FOLDER = 15  # Python files
MAX_NESTING = 3

NEVER = [
    ("api", {"indexer", "sources", "stack", "bench", "tests"}),
    ("indexer", {"api", "sources", "stack", "bench", "tests"}),
    ("mappings", {"api", "indexer", "service", "sources", "stack", "bench", "tests"}),
    ("service", {"api", "indexer", "sources", "stack", "bench", "tests"}),
    ("sources", {"api", "stack", "bench", "tests"}),
    ("stack", {"api", "indexer", "sources", "bench", "tests"}),
]
# One per package or program, found by everybody under the same name.
SHARED_NAMES = {"main", "router", "event_of"}


def modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def imported(tree: ast.Module) -> set[str]:
    """Return the dotted names that a module imports, those of functions and classes included."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return names | {f"{node.module}.{alias.name}" for node in froms for alias in node.names}


def name_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def edges(program: str) -> dict[str, set[str]]:
    """Return module → modules of the same program that it imports."""
    trees = {name_of(path): tree for path, tree in modules(program)}
    found: dict[str, set[str]] = defaultdict(set)
    for name, tree in trees.items():
        for target in imported(tree):
            module = target if target in trees else target.rpartition(".")[0]
            if module in trees and module != name:
                found[name].add(module)
    return found


@pytest.mark.parametrize(("package", "never"), NEVER)
def test_a_package_imports_only_packages_below_it(package: str, never: set[str]) -> None:
    wrong = {str(path): {name.partition(".")[0] for name in imported(tree)} & never for path, tree in modules(package)}

    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    TopologicalSorter(edges(package)).prepare()  # raises CycleError


def folders(*roots: str) -> Counter[str]:
    return Counter(str(path.parent.relative_to(ROOT)) for root in roots for path in (ROOT / root).rglob("*.py"))


def test_no_folder_is_too_full_to_find_a_module_in() -> None:
    assert {name: number for name, number in folders(*PACKAGES, "tests").items() if number > MAX_FOLDER} == {}


def test_every_package_names_its_modules_in_its_docstring() -> None:
    missing = [
        f"{path.parent}: {module.stem}"
        for path, tree in modules(*SHIPPED)
        if path.name == "__init__.py"
        for module in sorted((ROOT / path.parent).iterdir())
        if (module.suffix == ".py" or (module / "__init__.py").exists()) and module.name != "__init__.py"
        if f"`{module.stem}`" not in (ast.get_docstring(tree) or "")
    ]

    assert missing == []


def functions(*packages: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in modules(*packages):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.name}", node


def test_no_function_is_too_long_to_be_read_at_a_glance() -> None:
    lengths = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions(*PACKAGES)}

    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION} == {}


def nesting(body: Sequence[ast.stmt]) -> int:
    """Return how many blocks are nested in each other."""
    blocks = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)
    depths = [0]
    for node in body:
        inner = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        inner += [handler.body for handler in getattr(node, "handlers", [])]
        if isinstance(node, blocks):
            is_elif = isinstance(node, ast.If) and [type(one) for one in node.orelse] == [ast.If]
            depths += [nesting(part) + (0 if is_elif and part is inner[1] else 1) for part in inner]
    return max(depths)


def test_no_function_is_nested_too_deeply() -> None:
    assert {name for name, node in functions(*SHIPPED) if nesting(node.body) > MAX_NESTING} == set()


def test_no_module_has_grown_into_two() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path, _ in modules(*PACKAGES)}

    assert {path: lines for path, lines in lengths.items() if lines > MAX_MODULE} == {}


def defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


@pytest.mark.parametrize("packages", [SHIPPED, ("stack",), ("bench",)])
def test_a_public_name_means_one_thing(packages: tuple[str, ...]) -> None:
    places = defaultdict(set)
    for path, tree in modules(*packages):
        for name in defined(tree):
            places[name].add(str(path))

    twice = {name: where for name, where in places.items() if len(where) > 1 and not name.startswith("_")}
    assert twice.keys() - SHARED_NAMES == set(), twice


def test_only_settings_read_the_environment() -> None:
    found = {
        str(path)
        for path, tree in modules(*SHIPPED)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and ast.unparse(node.value) == "os"
    }

    # The one sets a variable of the client, and reads none; the other is a file of its own in another program.
    assert found <= {"api/__main__.py", "sources/litellm_callback.py"}
