"""The indexer and the API as seen from outside: whether they answer, how many logs, what to open and try."""

import http.client
import json
from typing import Any

from stack.servers.address import Address
from stack.settings import Settings

ANSWER_SECONDS = 5
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # listens on all, is asked on loopback


class Product:
    """The two programs at the addresses that the settings give them."""

    def __init__(self, settings: Settings) -> None:
        self.api = Address(ANY_ADDRESS.get(settings.api_host, settings.api_host), settings.api_port)
        self.indexer = Address("127.0.0.1", settings.indexer_metrics_port)
        self._key = settings.admin_key()
        self._elasticsearch = settings.elasticsearch_urls()[0]

    def trouble(self, program: Address) -> str:
        """Give the program's own words for why it cannot work, "" when it can."""
        status, body = self._get(program, "/readyz")
        return "" if status == http.client.OK else body.get("message", "it does not answer")

    def total(self) -> int:
        """Count the logs that the API finds; 0 too while it does not answer."""
        _, body = self._get(self.api, "/api/logs/search?per_page=1&include_detail=false")
        return int(body.get("data", {}).get("total", 0))

    def total_below(self, wanted: int) -> str:
        """Give in words how many of the wanted logs the API finds, "" when all of them."""
        total = self.total()
        return f"{total:,} of {wanted:,}" if total < wanted else ""

    def introduction(self) -> list[str]:
        """Give the lines that say what to open and what to try."""
        api = f"http://{self.api}"
        key = ' -H "Authorization: ${API_ADMIN_KEYS%%,*}"' if self._key else ""
        return [
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
        """Give status and envelope of an answer; 0 and nothing when there is none."""
        headers = {"Authorization": self._key} if self._key else {}
        connection = http.client.HTTPConnection(*address, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()
