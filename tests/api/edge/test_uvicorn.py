"""The release of uvicorn that is installed has the parts that api/edge/protocol.py overrides and reads.

The behaviour itself is tested in test_load.py; this test says which part is missing.
"""

import ast
import inspect
import re
from importlib.metadata import version

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.edge import protocol
from api.edge.protocol import LenientProtocol
from tests.support.repository import ROOT


def attributes_set_in(source: type) -> set[str]:
    return set(re.findall(r"self\.(\w+)\b", inspect.getsource(source)))


def parameters(owner: type, method: str) -> list[str]:
    return list(inspect.signature(getattr(owner, method)).parameters)


def used_of(name: str) -> set[str]:
    """Return what the module reads or sets of `self.<name>`."""
    tree = ast.parse(inspect.getsource(protocol))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == f"self.{name}"
    }


def test_the_release_is_the_one_that_is_pinned() -> None:
    assert f'"uvicorn[standard]=={version("uvicorn")}"' in (ROOT / "pyproject.toml").read_text()


def test_every_method_that_is_overridden_exists_with_the_same_parameters() -> None:
    own = {name for name, value in vars(LenientProtocol).items() if inspect.isfunction(value)}
    overridden = {name for name in own if hasattr(HttpToolsProtocol, name)} - {"__init__"}

    assert overridden == {
        "connection_made",
        "connection_lost",
        "data_received",
        "on_message_begin",
        "on_headers_complete",
        "on_body",
        "on_message_complete",
        "on_response_complete",
        "pause_writing",
        "shutdown",
        "send_400_response",
    }
    for name in overridden:
        ours, theirs = (
            list(inspect.signature(getattr(one, name)).parameters) for one in (LenientProtocol, HttpToolsProtocol)
        )
        assert ours == theirs, name


@pytest.mark.parametrize(
    ("part", "source"), [("cycle", RequestResponseCycle), ("flow", FlowControl), ("scope", None), ("parser", None)]
)
def test_every_attribute_that_is_read_exists(part: str, source: type | None) -> None:
    assert part in attributes_set_in(HttpToolsProtocol)
    if source:
        assert used_of(part)
        assert used_of(part) <= attributes_set_in(source)


def test_the_protocol_has_what_the_connection_uses() -> None:
    used = {"transport", "loop", "connections", "headers", "url", "server_state"}

    assert used <= attributes_set_in(HttpToolsProtocol)
    assert STATUS_LINE[503].startswith(b"HTTP/1.1 503 ")
