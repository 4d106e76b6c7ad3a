"""Keys while the program runs: made, hashed, withdrawn, limited; and what the log lines say of them."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from stack.network.address import free_port
from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi, is_answering
from tests.support.repository import ROOT
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

EVENT = {"id": 1, "group": "ns-a", "created_at": NOON_MS}


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> str:
    module_logs.store([EVENT])
    return module_logs.alias


def status(api: RunningApi, key: str) -> int:
    return api.get("/api/log/ns-a/search", headers={"Authorization": key}).status_code


def test_a_key_made_by_the_program_opens_where_its_hash_is_configured(stored: str, start_api: StartApi) -> None:
    made = subprocess.run([sys.executable, "-m", "api", "key"], cwd=ROOT, capture_output=True, text=True, check=True)
    key, hashed = (line.partition(":")[2].strip() for line in made.stdout.splitlines())
    api = start_api(stored, API_ADMIN_KEYS=hashed)

    assert (status(api, f"Bearer {key}"), status(api, hashed)) == (200, 401)


def made(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Return what `python -m api key` did with these arguments."""
    command = [sys.executable, "-m", "api", "key", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_program_makes_an_entry_for_the_key_file(stored: str, start_api: StartApi, tmp_path: Path) -> None:
    key, _, entry = (
        line.partition(":")[2].strip()
        for line in made("--name", "web panel", "--ends", "9998-12-31", "--no-export").stdout.splitlines()
    )
    (tmp_path / "keys.json").write_text(f'{{"ns-a": [{entry}]}}')
    api = start_api(stored, API_GROUP_KEYS_FILE=str(tmp_path / "keys.json"))

    assert set(json.loads(entry)) == {"name", "sha256", "ends", "export"}
    assert status(api, key) == 200
    assert api.get("/api/log/ns-a/export", headers={"Authorization": key}).status_code == 403


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--no-bodies",), "an end and rights need a name: add --name"),
        (("--name", "x", "--ends", "soon"), "its ends must be a day such as 2026-12-31"),
        (("--name", "x" * 101), "its name must have 1 to 100 characters"),
    ],
)
def test_an_entry_that_the_file_may_not_have_is_not_made(arguments: tuple[str, ...], sentence: str) -> None:
    ended = made(*arguments)

    assert ended.returncode != 0
    assert sentence in ended.stderr
    assert ended.stdout == ""


def test_keys_change_without_a_restart_and_an_open_tail_ends_with_its_key(
    stored: str, start_api: StartApi, tmp_path: Path
) -> None:
    file = tmp_path / "keys.json"
    file.write_text('{"ns-a": ["old"]}')
    api = start_api(stored, API_GROUP_KEYS_FILE=str(file))
    with tailing(api, "/api/log/ns-a/tail", Authorization="old") as tail:
        file.write_text('{"ns-a": ["new"]}')
        wait_until(lambda: status(api, "new") == 200)
        wait_until(lambda: tail.is_over)

    assert tail.events[-1].data == {"message": "the key no longer gives access to these logs"}
    assert status(api, "old") == 401
    file.write_text("{}")
    wait_until(lambda: status(api, "new") == 401)


def test_a_key_past_its_rate_is_429_with_the_time_to_wait(stored: str, start_api: StartApi) -> None:
    api = start_api(stored, API_ADMIN_KEYS="a,b", API_KEY_REQUESTS_PER_SECOND="0.2")
    first, refused = (api.get("/api/logs/search", headers={"Authorization": "a"}) for _ in range(2))

    assert first.status_code == 200
    assert_envelope(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 5
    assert status(api, "b") == 200


def test_a_key_has_so_many_requests_at_one_time_tails_among_them(stored: str, start_api: StartApi) -> None:
    api = start_api(stored, API_ADMIN_KEYS="a,b", API_KEY_CONCURRENCY="2")
    with ExitStack() as opened:
        for _ in range(2):
            opened.enter_context(tailing(api, Authorization="a"))
        assert (status(api, "a"), status(api, "b")) == (429, 200)

    wait_until(lambda: status(api, "a") == 200)


def test_log_lines_hold_neither_keys_nor_what_was_searched_for(stored: str, servers: Servers, tmp_path: Path) -> None:
    port = free_port()
    settings = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored, "API_PORT": str(port)}
    environment = {**os.environ, **settings, "API_ADMIN_KEYS": "secret-key"}
    with (
        (tmp_path / "log").open("w") as lines,
        subprocess.Popen([sys.executable, "-m", "api"], cwd=ROOT, env=environment, stderr=lines) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", verify=False) as client,
    ):
        wait_until(lambda: is_answering(client))
        for key in ("secret-key", "secret-guess"):
            for path in ("/api/logs/search?query=secret-word&user=secret-user", "/api/logs/search?page=secret-page"):
                client.get(path, headers={"Authorization": f"Bearer {key}"})
        process.terminate()
    text = (tmp_path / "log").read_text()
    answered = [json.loads(line) for line in text.splitlines() if '"path": "/api' in line]

    assert "secret" not in text
    assert [line["status"] for line in answered] == [200, 400, 401, 401]
    assert [line.get("reader") for line in answered] == ["admin", "admin", None, None]
    assert {line["client"] for line in answered} == {"127.0.0.1"}
