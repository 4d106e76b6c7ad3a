"""The keys as they are configured: plain or hashed, and read again when their file changes."""

import json
from pathlib import Path

import pytest

from api.access.keyring import Keyring, digest, hashed, new_key, read_keys


def groups(ring: Keyring, key: str) -> set[str | None]:
    return ring.keys.groups(digest(key.encode()))


def again(ring: Keyring, file: Path, text: str) -> None:
    """Change the file, and let the ring look at it."""
    file.write_text(text)
    ring._read()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_text('{"ns-a": ["key-a"]}')
    return file


def test_a_key_is_known_by_itself_or_by_its_hash(file: Path) -> None:
    file.write_text(json.dumps({"ns-a": ["plain", hashed("secret")], "ns-b": [hashed("secret")]}))
    ring = Keyring(f"root, {hashed('hidden')}", file)

    assert (groups(ring, "root"), groups(ring, "hidden")) == ({None}, {None})
    assert (groups(ring, "plain"), groups(ring, "secret")) == ({"ns-a"}, {"ns-a", "ns-b"})


def test_a_hash_is_no_key(file: Path) -> None:
    ring = Keyring(hashed("hidden"), file)

    assert groups(ring, hashed("hidden")) == set()


@pytest.mark.parametrize("text", ["sha256:abc", "sha256:" + "G" * 64, "SHA256:" + "a" * 64])
def test_what_only_looks_like_a_hash_is_a_key(text: str) -> None:
    assert read_keys(text, None).groups(digest(text.encode())) == {None}


def test_new_keys_are_long_and_unlike_each_other() -> None:
    keys = {new_key() for _ in range(100)}

    assert len(keys) == 100
    assert all(len(key) >= 43 for key in keys)


def test_a_changed_file_changes_the_keys(file: Path) -> None:
    ring = Keyring("", file)
    again(ring, file, '{"ns-b": ["key-b"]}')

    assert (groups(ring, "key-a"), groups(ring, "key-b")) == (set(), {"ns-b"})


@pytest.mark.parametrize("text", ["", '{"ns-b": ["key', '{"": ["x"]}', '{"a": [""]}', "[]"])
def test_a_file_that_is_wrong_changes_nothing(file: Path, text: str) -> None:
    ring = Keyring("", file)
    again(ring, file, text)

    assert groups(ring, "key-a") == {"ns-a"}


def test_a_file_that_is_gone_changes_nothing(file: Path) -> None:
    ring = Keyring("", file)
    file.unlink()
    ring._read()

    assert groups(ring, "key-a") == {"ns-a"}


def test_a_file_that_loses_its_last_key_locks_everybody_out(file: Path) -> None:
    ring = Keyring("", file)
    again(ring, file, "{}")

    assert not ring.keys
    assert ring.is_locked


def test_the_first_key_locks_what_was_open(file: Path) -> None:
    file.write_text("{}")
    ring = Keyring("", file)
    assert not ring.is_locked
    again(ring, file, '{"ns-a": ["key-a"]}')

    assert ring.is_locked
