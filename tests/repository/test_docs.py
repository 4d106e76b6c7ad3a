"""The pages say what the code does: settings, routes, parameters, metrics, messages, commands, modules and links."""

import importlib
import json
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from api.app import create_app
from api.edge.admission import request_slots
from api.error_groups import routes as error_groups
from api.export import routes as export
from api.facets import routes as facets
from api.metrics import ApiMetrics
from api.neighbours import routes as neighbours
from api.request.parameters import PARAMETERS, Parameter
from api.settings import ApiSettings
from api.stats import routes as stats
from api.tail import routes as tail
from indexer.ledger import Ledger
from mappings.event import LogEvent, Price, RequestDetail, Usage
from service.settings import load
from tests.support.repository import ROOT

FOLDERS = [folder for folder in sorted(ROOT.iterdir()) if folder.is_dir() and not folder.name.startswith(".")]
PAGES = sorted([*ROOT.glob("*.md"), *chain.from_iterable(folder.rglob("*.md") for folder in FOLDERS)])
API = (ROOT / "docs/api.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
EVENT = (ROOT / "docs/event.md").read_text()
OPERATING = (ROOT / "docs/operating.md").read_text()
SETTINGS = (ROOT / "docs/settings.md").read_text()
DECISIONS = sorted(ROOT.glob("docs/decisions/0*.md"))

NOT_IN_OPENAPI = {"/docs", "/openapi.json"}
SHORT_FORMS = {"/api/logs", "/api/logs/", "/api/log/{group}"}
OF_AIPROXY = {"/api/logs/consume_error"}
PROGRAMS = {"indexer": "indexer", "api": "API", "sources": "sources", "stack": "stack", "bench": "bench"}
NO_SETTINGS = {
    "AIPROXY_API_ENDPOINT",
    "AIPROXY_API_TOKEN",
    "COMPOSE_PROJECT_NAME",
    "GROUP_PARAMETERS",
    "SASL_PLAINTEXT",
    "SASL_SSL",
    "TEST_ELASTICSEARCH_URL",
    "TEST_KAFKA_BOOTSTRAP_SERVERS",
}
PARTS_OF_A_RECORD = ("**Context.**", "**Decision.**", "**Consequences.**", "**Turned down.**")
LONGEST_README = 130  # lines
SHORTEST_PIECE = 5  # characters of a message that are looked for in the code


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^ {4}\S.*$", "", text, flags=re.MULTILINE)


def table(page: str, *columns: str) -> list[list[str]]:
    """Return the rows of the table with these columns; a page without it fails the test."""
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    assert head in page, f"no table {columns}"
    rows = page.partition(head)[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row[1:-1].split(" | ")] for row in rows]


def quoted(cell: str) -> list[str]:
    """Return what a cell has in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def settings() -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield the program, the environment variable and the field of every setting in the code."""
    for package, program in PROGRAMS.items():
        module = importlib.import_module(f"{package}.settings")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind.__module__ == module.__name__:
                prefix = kind.model_config.get("env_prefix", "")
                yield from ((program, f"{prefix}{name}".upper(), field) for name, field in kind.model_fields.items())


def documented_settings() -> dict[str, tuple[str, set[str]]]:
    """Return the default and the programs of each setting in docs/settings.md, by name."""
    rows = table(SETTINGS, "name", "default", "of", "meaning")
    return {
        name.strip("`"): (default.strip("`"), {"indexer", "API", "stack"} if of == "all" else set(of.split(", ")))
        for name, default, of, *_ in rows
    }


def as_documented(default: Any) -> str:
    """Return a default as docs/settings.md writes it."""
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    return "none" if default in (None, "") else str(default)


def test_the_table_of_settings_lists_those_that_the_programs_read() -> None:
    of: dict[str, set[str]] = {}
    for program, name, _ in settings():
        of.setdefault(name, set()).add(program)

    assert {name: programs for name, (_, programs) in documented_settings().items()} == of


def test_the_table_of_settings_has_their_defaults() -> None:
    first = {name: as_documented(field.default) for _, name, field in reversed(list(settings()))}

    assert {name: default for name, (default, _) in documented_settings().items()} == first


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = {name for _, name, _ in settings()} | NO_SETTINGS
    named = set(chain.from_iterable(re.findall(r"`([A-Z]+(?:_[A-Z0-9]+)+)\b", page.read_text()) for page in PAGES))

    assert named - known == set()


def routes() -> set[str]:
    return set(create_app(load(ApiSettings), ApiMetrics(), request_slots(1)).openapi()["paths"]) | NOT_IN_OPENAPI


def test_the_table_of_routes_has_every_route_and_no_other() -> None:
    named = list(chain.from_iterable(quoted(route) for route, _ in table(API, "route", "answers")))

    assert sorted(named) == sorted(routes())


def test_no_page_names_a_route_that_does_not_exist() -> None:
    texts = (page.read_text() for page in PAGES)
    named = set(chain.from_iterable(re.findall(r"`(/(?:api/|healthz|readyz|metrics)[^`]*)`", text) for text in texts))

    assert named - routes() == SHORT_FORMS | OF_AIPROXY


def names(parameters: tuple[Parameter, ...]) -> set[str]:
    return {name for one in parameters for name in (one.name, one.alias) if name}


@pytest.mark.parametrize(
    ("column", "parameters"),
    [
        ("parameter", PARAMETERS),
        ("parameter of facets", facets._form(()).own),
        ("parameter of stats", stats._form(()).own),
        ("parameter of error groups", error_groups.ERRORS_FORM.own),
        ("parameter of neighbours", neighbours.NEIGHBOURS_FORM.own),
        ("parameter of export", export.EXPORT_FORM.own),
        ("parameter of a tail", tail.TAIL_FORM.own),
    ],
    ids=["search", "facets", "stats", "errors", "neighbours", "export", "tail"],
)
def test_every_parameter_is_in_its_table_and_no_other(column: str, parameters: tuple[Parameter, ...]) -> None:
    named = chain.from_iterable(quoted(row[0]) for row in table(API, column, "rule"))

    assert set(named) == names(parameters)


def test_the_table_of_metrics_has_every_metric_and_no_other() -> None:
    metrics = [*Ledger().metrics.registry.collect(), *ApiMetrics()._registry.collect()]
    known = {metric.name + {"counter": "_total", "info": "_info"}.get(metric.type, "") for metric in metrics}
    named = chain.from_iterable(quoted(row[0]) for row in table(OPERATING, "metric", "meaning"))
    elsewhere = chain.from_iterable(re.findall(r"`(gateway_logs_[a-z_]+)`", page.read_text()) for page in PAGES)

    assert set(named) == known
    assert set(elsewhere) == {name for name in known if name.startswith("gateway_logs_")}


def test_the_example_answer_has_the_fields_of_a_log() -> None:
    answer = json.loads(API.partition("```json\n")[2].partition("```")[0])
    (log,) = answer["data"]["logs"]

    assert set(log) == set(LogEvent.__struct_fields__)
    assert set(log["price"]) == set(Price.__struct_fields__)
    assert set(log["usage"]) == set(Usage.__struct_fields__)
    assert set(log["request_detail"]) == set(RequestDetail.__struct_fields__) - {"request_body", "response_body"}


def type_of(field: msgspec.structs.FieldInfo) -> str:
    """Return the type of a field of the event as docs/event.md names it."""
    kinds = {"int": "integer", "float": "number", "str": "string", "bool": "boolean", "dict": "object of strings"}
    types = msgspec.inspect.type_info(field.type)
    given = [type(one).__name__.removesuffix("Type").lower() for one in getattr(types, "types", (types,))]
    found = [kind for kind in given if kind != "none"]
    return "time" if len(found) > 1 else kinds.get(found[0], "object")


def test_the_table_of_fields_has_every_field_of_the_event_with_its_type() -> None:
    rows = table(EVENT, "field", "type", "meaning")

    assert [(name.strip("`"), kind) for name, kind, _ in rows] == [
        (field.name, type_of(field)) for field in msgspec.structs.fields(LogEvent)
    ]


@pytest.mark.parametrize(("name", "struct"), [("price", Price), ("usage", Usage), ("request_detail", RequestDetail)])
def test_the_tables_of_inner_fields_have_each_with_its_type(name: str, struct: type[Struct]) -> None:
    rows = table(EVENT, f"field of `{name}`", "type")
    documented = {field: kind.partition(":")[0] for fields, kind in rows for field in quoted(fields)}

    assert documented == {field.name: type_of(field) for field in msgspec.structs.fields(struct)}


def source(*packages: str) -> str:
    return "\n".join(path.read_text() for package in packages for path in sorted((ROOT / package).rglob("*.py")))


@pytest.mark.parametrize(
    ("page", "columns", "at", "packages"),
    [
        (API, ("status", "message", "cause"), 1, ("api",)),
        (EVENT, ("cause", "reason that it gets"), 1, ("indexer", "mappings")),
        (OPERATING, ("reason", "what to do"), 0, ("indexer",)),
    ],
    ids=["errors", "reasons of dead letters", "reasons of readyz"],
)
def test_a_message_is_quoted_as_the_code_has_it(
    page: str, columns: tuple[str, ...], at: int, packages: tuple[str, ...]
) -> None:
    messages = chain.from_iterable(quoted(row[at]) for row in table(page, *columns))
    # Without what the code fills in: `…`, numbers, and the name and value of a parameter.
    pieces = chain.from_iterable(re.split(r"…|\d+|\w+=\d+: must be ", message) for message in messages)
    wanted = [text for piece in pieces if len(text := piece.strip(" :,")) >= SHORTEST_PIECE]
    code = source(*packages)

    assert len(wanted) > len(columns)
    assert [piece for piece in wanted if piece not in code] == []


def test_every_make_target_is_documented_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = "\n".join(page.read_text() for page in PAGES)

    assert set(re.findall(r"(?:`|^ {4})make ([a-z]+)", pages, re.MULTILINE)) == targets
    assert set(re.findall(r"^([a-z]+):.* ## \S", makefile, re.MULTILINE)) == targets  # what `make help` lists


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor of each relative link of a page."""
    for path, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)", prose(page)):
        yield (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    assert [str(file) for file, _ in links(page) if not file.is_relative_to(ROOT) or not file.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_anchor_is_a_heading(page: Path) -> None:
    wanted = [(file, anchor) for file, anchor in links(page) if anchor]

    assert [f"{file.name}#{anchor}" for file, anchor in wanted if anchor not in anchors(file)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, new = set[Path](), {ROOT / "README.md"}
    while new:
        reached |= new
        new = {file for page in new for file, _ in links(page) if file.suffix == ".md"} - reached

    assert reached == set(PAGES)


def test_the_architecture_names_every_package_and_only_modules_that_exist() -> None:
    packages = {path.parent.name for program in ("api", "indexer") for path in ROOT.glob(f"{program}/*/__init__.py")}
    packages |= {path.parent.name for path in ROOT.glob("*/__init__.py")}
    files = {f"/{path.relative_to(ROOT)}" for folder in FOLDERS for path in folder.rglob("*.py")}
    modules = re.findall(r"`([\w/]+\.py)`", ARCHITECTURE)

    assert packages - set(re.findall(r"`([a-z_]+)(?:/[^`]*)?`", ARCHITECTURE)) == set()
    assert [module for module in modules if not any(file.endswith(f"/{module}") for file in files)] == []


def test_decisions_are_numbered_dated_complete_and_in_the_index() -> None:
    index = table((ROOT / "docs/decisions/README.md").read_text(), "record", "date")
    found = []
    for number, record in enumerate(DECISIONS, start=1):
        title, date, *parts = record.read_text().split("\n\n")
        assert record.name.startswith(f"{number:04d}-")
        assert title.startswith(f"# {number}. ")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d, (accepted|replaced by \[decision\s\d+\]\(\d{4}-[a-z-]+\.md\))", date)
        assert all(any(part.startswith(start) for part in parts) for start in PARTS_OF_A_RECORD), record.name
        found.append([f"[{title.removeprefix('# ')}]({record.name})", date.partition(",")[0]])

    assert index == found


def test_the_changelog_has_an_entry_for_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= LONGEST_README
