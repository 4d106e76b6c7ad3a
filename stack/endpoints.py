"""The HTTP endpoints of indexer and API: whether they are ready, how many logs are found, what to open and try."""

import json
from http import HTTPStatus
from typing import Any

from stack.network.address import Address
from stack.network.connection import Connection
from stack.settings import StackSettings

REQUEST_TIMEOUT_S = 5
LOOPBACK_FOR = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # a server on all interfaces is asked on loopback


class Endpoints:
    """The indexer and the API at the addresses of the settings."""

    def __init__(self, settings: StackSettings) -> None:
        self.api = Address(LOOPBACK_FOR.get(settings.api_host, settings.api_host), settings.api_port)
        self.indexer = Address("127.0.0.1", settings.indexer_metrics_port)
        self._key = settings.admin_key()
        self._elasticsearch = settings.elasticsearch_urls()[0]

    def not_ready_reason(self, program: Address) -> str:
        """Return the message of a program's /readyz while it is not ready, "" once it is."""
        status, body = self._get(program, "/readyz")
        return "" if status == HTTPStatus.OK else body.get("message", "it does not answer")

    def log_count(self) -> int:
        """Return how many logs the API finds, 0 when it does not answer."""
        _, body = self._get(self.api, "/api/logs/search?per_page=1&include_detail=false")
        return int(body.get("data", {}).get("total", 0))

    def missing_logs(self, wanted: int) -> str:
        """Return "N of WANTED" while the API finds fewer logs than wanted, then ""."""
        count = self.log_count()
        return f"{count:,} of {wanted:,}" if count < wanted else ""

    def introduction(self) -> list[str]:
        """Return the lines that tell the user what to open and what to try."""
        api = f"http://{self.api}"
        key = ' -H "Authorization: ${API_ADMIN_KEYS%%,*}"' if self._key else ""
        return [
            f"  console            {api}/",
            f"  API documentation  {api}/docs",
            f"  search             {api}/api/logs/search",
            f"  metrics            {api}/metrics, http://{self.indexer}/metrics",
            f"  Elasticsearch      {self._elasticsearch}",
            "try in another terminal:",
            f"  curl{key} '{api}/api/logs/search'",
            f"  curl{key} -G '{api}/api/log/ns-admin/search' --data-urlencode 'query=请求超时'",
            f"  curl{key} '{api}/api/logs/search?model_name=gpt-4o&code_type=error'",
        ]

    def _get(self, address: Address, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and JSON body of the answer, 0 and {} when there is none."""
        headers = {"Authorization": self._key} if self._key else {}
        try:
            with Connection(address, REQUEST_TIMEOUT_S) as connection:
                response = connection.request("GET", path, headers=headers)
            return response.status, json.loads(response.body)
        except (OSError, ValueError):
            return 0, {}
