"""The configured keys: plain or hashed, with names, rights and ends, and read again when their file changes."""

import asyncio
import hmac
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.access import key_file
from api.access.key_file import Keys, admin_keys, digest, file_keys
from api.access.keyring import Keyring, hashed, new_key, read_keys
from api.edge.key import Key


def groups(ring: Keyring, key: str) -> set[str | None]:
    return {found.group for found in ring.keys.find(digest(key.encode()))}


def again(ring: Keyring, file: Path, text: str) -> None:
    """Change the file, and let the ring look at it."""
    file.write_text(text)
    asyncio.run(ring._read())


def entry(**fields: Any) -> Key:
    """Return the key of a file with one entry for the group "a"."""
    (key,) = file_keys(json.dumps({"a": [{"name": "n", "key": "k", **fields}]}).encode())
    return key


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


@pytest.mark.parametrize("written", [str.upper, str.lower, str.title])
def test_a_hash_is_recognised_in_any_letter_case(file: Path, written: Any) -> None:
    text = written(hashed("hidden"))
    file.write_text(json.dumps({"ns-a": [text, {"name": "n", "sha256": written(hashed("other")[7:])}]}))
    ring = Keyring(text, file)

    assert groups(ring, "hidden") == {None, "ns-a"}
    assert groups(ring, "other") == {"ns-a"}
    assert groups(ring, text) == set()


@pytest.mark.parametrize("text", ["sha256:abc", "sha256:" + "G" * 64, "a" * 64])
def test_what_only_looks_like_a_hash_is_a_key(text: str) -> None:
    assert read_keys(text, None).find(digest(text.encode()))


def test_an_entry_has_a_name_an_end_and_rights() -> None:
    assert entry() == Key(digest(b"k"), "n", "a")
    assert entry(bodies=False, export=False) == Key(digest(b"k"), "n", "a", None, bodies=False, export=False)


@pytest.mark.parametrize(
    ("ends", "moment_ms"),
    [
        ("2026-12-31", 1_798_761_600_000),  # its last day: the beginning of 2027
        ("2026-12-31T08:00:00+08:00", 1_798_675_200_000),
        ("2020-02-29", 1_583_020_800_000),
    ],
)
def test_a_key_ends_after_its_last_day_or_at_a_moment(ends: str, moment_ms: int) -> None:
    assert entry(ends=ends).ends_ms == moment_ms


def test_the_names_of_keys_without_one_say_where_they_stand() -> None:
    text = b'{"groups": {"ns-a": ["a", "b"]}, "admins": ["c"]}'

    assert [key.name for key in file_keys(text)] == ["key 1 of admins", "key 1 of ns-a", "key 2 of ns-a"]
    assert [key.name for key in admin_keys("a, ,b")] == ["key 1 of API_ADMIN_KEYS", "key 2 of API_ADMIN_KEYS"]


def test_admins_stand_beside_the_groups_whatever_the_groups_are_called() -> None:
    flat = b'{"groups": ["a"], "admins": ["b"], "admin": ["c"], "*": ["d"]}'
    grouped = b'{"groups": {"groups": ["a"], "admins": ["b"]}, "admins": [{"name": "root", "key": "c"}]}'

    assert [key.group for key in file_keys(flat)] == ["groups", "admins", "admin", "*"]
    assert next((key.name, key.group) for key in file_keys(grouped)) == ("root", None)
    assert [key.group for key in file_keys(grouped)] == [None, "groups", "admins"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"ns-b": ["secret-key', "it is not JSON like"),
        ("[]", "it is not JSON like"),
        ('{"ns-b": "secret-key"}', "it is not JSON like"),
        ('{"groups": {"a": []}, "admin": ["secret-key"]}', "it is not JSON like"),
        ('{"": ["secret-key"]}', "a group has an empty name"),
        ('{"a": [" "]}', "entry 1 of group 'a': its key is empty"),
        ('{"a": ["x", 7]}', "entry 2 of group 'a' must be a key, a hash, or an object"),
        ('{"a": [{"key": "secret-key"}]}', "entry 1 of group 'a' must be a key, a hash, or an object"),
        ('{"a": [{"name": "n", "key": "secret-key", "bodys": false}]}', "entry 1 of group 'a' must be"),
        ('{"a": [{"name": "n", "key": "secret-key", "bodies": 0}]}', "entry 1 of group 'a' must be"),
        ('{"a": [{"name": " ", "key": "secret-key"}]}', "its name must have 1 to 100 characters"),
        ('{"a": [{"name": "n"}]}', "it must have either key or sha256"),
        ('{"a": [{"name": "n", "key": "secret-key", "sha256": "00"}]}', "it must have either key or sha256"),
        ('{"a": [{"name": "n", "sha256": "secret-key"}]}', "its sha256 must have 64 hexadecimal digits"),
        ('{"a": [{"name": "n", "key": "k", "ends": "soon"}]}', "its ends must be a day such as 2026-12-31"),
        ('{"a": [{"name": "n", "key": "k", "ends": "2026-02-30"}]}', "its ends must be a day such as 2026-12-31"),
        ('{"groups": {}, "admins": [{"name": "n"}]}', "entry 1 of admins: it must have either"),
        ('{"a": ["k", {"name": "n", "key": "k", "bodies": false}]}', "are the same key with different rights"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place_and_without_its_text(
    file: Path, text: str, sentence: str
) -> None:
    file.write_text(text)

    with pytest.raises(ValueError, match="API_GROUP_KEYS_FILE=") as refused:
        read_keys("", file)
    assert sentence in str(refused.value)
    assert "secret" not in str(refused.value)


def test_new_keys_are_long_and_unlike_each_other() -> None:
    keys = {new_key() for _ in range(100)}

    assert len(keys) == 100
    assert all(len(key) >= 43 for key in keys)


def test_a_changed_file_changes_the_keys_of_groups_and_of_admins(file: Path) -> None:
    ring = Keyring("", file)
    again(ring, file, '{"groups": {"ns-b": ["key-b"]}, "admins": ["root"]}')

    assert (groups(ring, "key-a"), groups(ring, "key-b"), groups(ring, "root")) == (set(), {"ns-b"}, {None})


@pytest.mark.parametrize("text", ['{"ns-b": ["key', '{"": ["x"]}', '{"a": [""]}', "[]"])
def test_a_file_that_is_wrong_changes_nothing(file: Path, text: str) -> None:
    ring = Keyring("", file)
    again(ring, file, text)

    assert groups(ring, "key-a") == {"ns-a"}


def test_a_file_that_is_gone_changes_nothing(file: Path) -> None:
    ring = Keyring("", file)
    file.unlink()
    asyncio.run(ring._read())

    assert groups(ring, "key-a") == {"ns-a"}


@pytest.mark.parametrize("text", ["{}", "", " \n", '{"ns-a": []}', '{"groups": {}}'])
def test_a_file_without_keys_locks_at_start_and_later(file: Path, text: str) -> None:
    ring = Keyring("", file)
    again(ring, file, text)

    assert not ring.keys
    assert (ring.is_locked, Keyring("", file).is_locked) == (True, True)


def test_without_keys_and_without_a_file_nothing_is_locked() -> None:
    assert not Keyring("", None).is_locked


def test_a_file_is_read_once_it_has_stayed_the_same_for_two_checks(file: Path) -> None:
    ring = Keyring("", file)

    def check(text: str) -> set[str | None]:
        file.write_text(text)
        asyncio.run(ring.refresh())
        return groups(ring, "key-b")

    half, whole = '{"ns-b": ["key', '{"ns-b": ["key-b"]}'
    found = [check(text) for text in (half, whole)]
    asyncio.run(ring.refresh())

    assert [*found, groups(ring, "key-b")] == [set(), set(), {"ns-b"}]


def test_the_number_of_keys_does_not_matter_to_a_search_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys([Key(digest(b"%d" % number), str(number)) for number in range(20_000)])
    compared: list[bytes] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(key_file, "hmac", SimpleNamespace(compare_digest=compare))

    assert [key.name for key in keys.find(digest(b"19999"))] == ["19999"]
    assert keys.find(digest(b"unknown")) == ()
    assert len(compared) <= 1
