"""Servers that a test may kill."""

from collections.abc import Iterator

import pytest

from stack.servers.cluster import Stack
from tests.support.pipeline import Pipeline, pipeline_on
from tests.support.servers import Servers


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Servers that may be killed."""
    with Stack(tmp_path_factory.mktemp("killed"), heap="512m") as stack:
        yield stack


@pytest.fixture
def own(stack: Stack) -> Iterator[Pipeline]:
    """A topic and an alias on them."""
    with pipeline_on(Servers(stack.elasticsearch.url, stack.kafka.bootstrap)) as pipeline:
        yield pipeline
