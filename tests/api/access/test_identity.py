"""`/api/key` tells which logs a key reads, and nothing to those who have none."""

import json
from pathlib import Path

from tests.api.envelope import assert_envelope
from tests.support.programs import StartApi


def test_a_key_is_told_its_groups(start_api: StartApi, alias: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"b": ["shared"], "a": ["shared", "mine"]}))
    api = start_api(alias, API_ADMIN_KEYS="admin", API_GROUP_KEYS_FILE=str(file))
    answers = {
        key: api.get("/api/key", headers={"Authorization": f"Bearer {key}"}).json()["data"]
        for key in ("admin", "mine", "shared")
    }

    assert answers == {
        "admin": {"all": True, "groups": []},
        "mine": {"all": False, "groups": ["a"]},
        "shared": {"all": False, "groups": ["a", "b"]},
    }
    assert_envelope(api.get("/api/key"), 401)
    assert_envelope(api.get("/api/key", headers={"Authorization": "wrong"}), 401)


def test_without_keys_everything_can_be_read(start_api: StartApi, alias: str) -> None:
    assert start_api(alias).get("/api/key").json()["data"] == {"all": True, "groups": []}
