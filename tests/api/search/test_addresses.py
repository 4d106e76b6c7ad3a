"""A log is found by the address of its client, however the gateway has written it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

WRITTEN = ("192.0.2.7, 198.51.100.1", "192.0.2.8:5678", "[2001:db8::1]:443", "fe80::1%eth0", "unknown")


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on one log for each way to write an address."""
    module_logs.store([{"id": n, "created_at": NOON_MS, "ip": written} for n, written in enumerate(WRITTEN, 1)])
    settings = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api(settings) as api:
        yield api


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"ip": "192.0.2.7"}, [1]),
        ({"ip": "192.0.2.0/24"}, [1, 2]),
        ({"ip": "192.0.2.7, 198.51.100.1"}, [1]),
        ({"ip": "198.51.100.1"}, []),
        ({"ip": "192.0.2.8"}, [2]),
        ({"ip": "192.0.2.8:5678"}, [2]),
        ({"ip": "2001:db8::1"}, [3]),
        ({"ip": "2001:db8::/32"}, [3]),
        ({"ip": "fe80::1%eth0"}, [4]),
        ({"ip": "fe80::/10"}, [4]),
        ({"ip": "unknown"}, [5]),
        ({"query": "192.0.2.7"}, [1]),
    ],
)
def test_a_log_is_found_by_the_address_of_its_client(api: RunningApi, params: dict[str, Any], ids: list[int]) -> None:
    logs = api.search(**params)["logs"]

    assert sorted(log["id"] for log in logs) == ids
    assert [log["ip"] for log in logs] == [WRITTEN[log["id"] - 1] for log in logs]
