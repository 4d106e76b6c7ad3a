"""The page of each source lists the fields that its sample fills, and no other."""

import re

import pytest

from tests.indexer.shapes.samples import NAMES, event
from tests.repository.test_docs import quoted, table
from tests.support.repository import ROOT

# What the samples lack, because they are successful calls, or because the default log of the source does not have it.
ONLY_SOMETIMES = {"content", "request_id"}


@pytest.mark.parametrize("name", NAMES)
def test_the_map_of_a_source_lists_the_fields_that_it_fills(name: str) -> None:
    rows = table((ROOT / f"docs/sources/{name}.md").read_text(), "field", "from")
    documented = {field for row in rows for field in quoted(row[0])}

    assert documented - ONLY_SOMETIMES == set(event(name)) - ONLY_SOMETIMES


@pytest.mark.parametrize("name", NAMES)
def test_the_map_of_a_source_names_the_metadata_that_it_fills(name: str) -> None:
    rows = table((ROOT / f"docs/sources/{name}.md").read_text(), "field", "from")
    [metadata] = [quoted(row[1]) for row in rows if row[0] == "`metadata`"]

    assert set(event(name)["metadata"]) <= set(metadata)


def test_every_shape_has_a_page_and_every_page_can_be_chosen() -> None:
    pages = {path.stem for path in (ROOT / "docs/sources").glob("*.md")}
    chosen = set(re.findall(r"KAFKA_FORMAT=(\w+)", (ROOT / "docs/sources.md").read_text()))

    assert pages - {"tables"} == set(NAMES) == chosen
