"""Downloads of jars: retries, and partial files."""

import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from stack.errors import CommandError
from stack.servers import jars


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local repository of this test alone, and no pauses between retries."""
    monkeypatch.setattr(jars, "REPOSITORY", tmp_path)
    monkeypatch.setattr(jars, "RETRY_PAUSES_S", (0, 0, 0))
    return tmp_path


def registry(monkeypatch: pytest.MonkeyPatch, jar: Path, refusals: int) -> None:
    """Replace the registry by one that refuses the first requests, then writes the jar unless a file is there."""
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


def test_a_refused_download_is_tried_again(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, repository / "a.jar", refusals=3)

    assert jars.fetch("g:a:1") == [repository / "a.jar"]


def test_a_download_that_keeps_failing_is_reported(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, repository / "a.jar", refusals=4)

    with pytest.raises(CommandError, match=r"Could not download g:a:1 .*reset by peer"):
        jars.fetch("g:a:1")


def test_a_partial_file_is_downloaded_again(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, repository / "a.jar", refusals=0)
    (repository / "a.jar").write_bytes(b"PK\x03\x04 half")
    (repository / "a.pom").write_bytes(b"<project><dep")

    assert zipfile.is_zipfile(jars.fetch("g:a:1")[0])
    assert not (repository / "a.pom").exists()
