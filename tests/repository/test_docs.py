"""README says what the code does: every setting, route, metric and command stands there, and nothing else."""

import importlib
import json
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from api.app import create_app
from api.edge.admission import request_slots
from api.metrics import Metrics
from api.request.parameters import PARAMETERS
from api.settings import ApiSettings
from indexer.metrics import Metrics as IndexerMetrics
from mappings.event import LogEvent, Price, RequestDetail, Usage
from service.settings import load
from tests.support.repository import ROOT

README = (ROOT / "README.md").read_text()
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md")]
PAGES += [ROOT / "tests/events/README.md"]
MADE_BY_FASTAPI = {"/docs", "/redoc", "/openapi.json"}
PROGRAMS = {"indexer": "indexer", "api": "API", "stack": "stack", "bench": "bench"}
NO_SETTINGS = {"TEST_ELASTICSEARCH_URL", "TEST_KAFKA_BOOTSTRAP_SERVERS", "SASL_PLAINTEXT", "SASL_SSL"}


def settings() -> Iterator[tuple[str, str, FieldInfo]]:
    """Give the program, the environment variable and the field of every setting in the code."""
    for package, program in PROGRAMS.items():
        module = importlib.import_module(f"{package}.settings")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind.__module__ == module.__name__:
                prefix = kind.model_config.get("env_prefix", "")
                yield from ((program, f"{prefix}{name}".upper(), field) for name, field in kind.model_fields.items())


def rows() -> dict[str, tuple[str, set[str]]]:
    """Give the settings of README: name → default, programs."""
    found = re.findall(r"^\| `([A-Z0-9_]+)` \| (.+?) \| (.+?) \|", README, re.MULTILINE)
    return {
        name: (default.strip("`"), {"indexer", "API", "stack"} if of == "all" else set(of.split(", ")))
        for name, default, of in found
    }


def written(default: Any) -> str:
    """Give a default as README writes it."""
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    return "none" if default in (None, "") else str(default)


def test_readme_lists_the_settings_that_the_programs_read() -> None:
    of: dict[str, set[str]] = {}
    for program, name, _ in settings():
        of.setdefault(name, set()).add(program)

    assert {name: programs for name, (_, programs) in rows().items()} == of


def test_readme_has_the_defaults_of_the_settings() -> None:
    first = {name: written(field.default) for _, name, field in reversed(list(settings()))}

    assert {name: default for name, (default, _) in rows().items()} == first


def test_no_page_names_a_setting_that_is_none() -> None:
    known = {name for _, name, _ in settings()} | NO_SETTINGS
    named = set(chain.from_iterable(re.findall(r"`([A-Z]+(?:_[A-Z0-9]+)+)\b", page.read_text()) for page in PAGES))

    assert named - known == set()


def routes() -> set[str]:
    return set(create_app(load(ApiSettings), Metrics(), request_slots(1)).openapi()["paths"]) | MADE_BY_FASTAPI


def test_readme_names_every_route_and_no_other() -> None:
    named = set(re.findall(r"`(/(?:api/|healthz|readyz|metrics|docs|redoc|openapi)[^`]*)`", README))

    assert named == routes()


def test_readme_has_every_parameter_of_the_searches() -> None:
    table = README.partition("| parameter | rule |")[2].partition("\n\n")[0]
    names = " ".join(re.findall(r"^\|([^|]+)\|", table, re.MULTILINE))

    assert set(re.findall(r"`([a-z_]+)`", names)) == {
        name for one in PARAMETERS for name in (one.name, one.alias) if name
    }


def test_readme_names_every_metric_and_no_other() -> None:
    metrics = [*IndexerMetrics().registry.collect(), *Metrics()._registry.collect()]
    known = {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in metrics}

    assert set(re.findall(r"`(gateway_logs_[a-z_]+)`", README)) == known


def test_the_answer_shown_in_readme_has_the_fields_of_a_log() -> None:
    answer = json.loads(README.partition("```json\n")[2].partition("```")[0])
    (log,) = answer["data"]["logs"]

    assert set(log) == set(LogEvent.__struct_fields__)
    assert set(log["price"]) == set(Price.__struct_fields__)
    assert set(log["usage"]) == set(Usage.__struct_fields__)
    assert set(log["request_detail"]) == set(RequestDetail.__struct_fields__) - {"request_body", "response_body"}


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = "\n".join(page.read_text() for page in PAGES)

    assert set(re.findall(r"(?:`|^ {4})make ([a-z]+)", pages, re.MULTILINE)) == targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_a_page_has_its_heading(page: Path) -> None:
    text = page.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_the_tree_in_readme_names_every_folder_and_only_modules_that_exist() -> None:
    tree = README.partition("## What is where")[2]
    files = {*ROOT.glob("[a-z]*/*.py"), *ROOT.glob("[a-z]*/*.ndjson"), *ROOT.glob("[a-z]*/*.json")}

    assert set(re.findall(r"^ {4}([a-z]+)/", tree, re.MULTILINE)) == {file.parent.name for file in files}
    assert set(re.findall(r"\b[a-z]+\.(?:py|json)\b", tree)) <= {file.name for file in files}


def test_the_changelog_has_an_entry_for_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert re.search(rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
