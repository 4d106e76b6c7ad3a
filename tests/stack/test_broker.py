"""A broker of the stack can be made with whatever identity it draws."""

from pathlib import Path
from uuid import UUID

import pytest

from stack.servers.address import Address, free_port
from stack.servers.broker import Broker
from stack.servers.cluster import silent
from stack.servers.installation import install


def test_an_identity_that_begins_with_a_hyphen_is_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uuid.uuid4", lambda: UUID(bytes=b"\xfb" * 16))  # "-_v7…", as one of 64 does
    broker = Broker(Address("127.0.0.1", free_port()), tmp_path, install(silent))

    broker.prepare()

    assert "cluster.id=-_v7" in (tmp_path / "data" / "meta.properties").read_text()
