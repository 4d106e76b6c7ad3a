"""Servers for the tests of `stack` alone: they may be killed."""

from collections.abc import Iterator

import pytest

from stack.servers.cluster import Stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One node and one broker for all tests of this folder."""
    with Stack(tmp_path_factory.mktemp("stack"), heap="512m") as stack:
        yield stack
