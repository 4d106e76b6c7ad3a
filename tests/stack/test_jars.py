"""What a registry refuses now and then is asked for again, and half a file is no file."""

import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from stack.errors import StackError
from stack.servers import jars


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local repository of its own, and no pauses."""
    monkeypatch.setattr(jars, "REPOSITORY", tmp_path)
    monkeypatch.setattr(jars, "PAUSES_S", (0, 0, 0))
    return tmp_path


def registry(monkeypatch: pytest.MonkeyPatch, jar: Path, refusals: int) -> None:
    """Have a registry that refuses some times, and then gives the jar, if it is not there in any form."""
    left = [ConnectionResetError("reset by peer")] * refusals

    def resolve(_: str) -> list[SimpleNamespace]:
        if left:
            raise left.pop()
        return [SimpleNamespace(resolve=download)]

    def download() -> Path:
        if not jar.exists():
            with zipfile.ZipFile(jar, "w") as whole:
                whole.writestr("a", "b")
        return jar

    monkeypatch.setattr("jgo.resolve", resolve)


def test_a_registry_that_refuses_is_asked_again(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, repository / "a.jar", refusals=3)

    assert jars.fetch("g:a:1") == [repository / "a.jar"]


def test_one_that_goes_on_refusing_is_named(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, repository / "a.jar", refusals=4)

    with pytest.raises(StackError, match=r"Could not download g:a:1 .*reset by peer"):
        jars.fetch("g:a:1")


def test_what_broke_off_is_fetched_anew(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, repository / "a.jar", refusals=0)
    (repository / "a.jar").write_bytes(b"PK\x03\x04 half")
    (repository / "a.pom").write_bytes(b"<project><dep")

    assert zipfile.is_zipfile(jars.fetch("g:a:1")[0])
    assert not (repository / "a.pom").exists()
