"""The settings of the API, from environment variables."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from api.access.keyring import Keyring
from mappings.instant import Times
from service.loopback import is_loopback
from service.settings import StoreSettings


class ApiSettings(StoreSettings):
    """The settings of `python -m api`."""

    api_host: str = "127.0.0.1"
    api_port: int = Field(8000, ge=0, le=65535, description="0 takes any free port")
    api_admin_keys: SecretStr = Field(SecretStr(""), description="comma-separated: keys that read everything")
    api_group_keys_file: Path | None = Field(None, description="JSON: docs/api.md, Key file")
    api_key_requests_per_second: float = Field(0, ge=0, description="for each key; 0 is no limit")
    api_key_concurrency: int = Field(0, ge=0, description="concurrent requests of each key; 0 is no limit")
    api_key_share: float = Field(0.5, gt=0, le=1, description="of requests, exports and tails; 1 is no limit")
    api_cors_origins: str = Field("", description="comma-separated, or *: web panels on other origins")
    api_times: Times = Field("rfc3339", description="how answers write the times of a log: rfc3339 or epoch_ms")
    api_console: bool = Field(True, description="whether the page at / is served")
    api_search_timeout_s: float = Field(10, gt=0, le=600, description="a longer search gets a 504")
    api_max_searches: int = Field(64, ge=1, description="concurrent requests; further ones get a 503")
    api_max_exports: int = Field(8, ge=0, description="concurrent exports; further ones get a 503")
    api_max_tails: int = Field(1000, ge=0, description="open tails; further ones get a 503")
    api_tail_heartbeat_s: float = Field(15, ge=0.1, le=600, description="longest silence of a tail")
    api_client_patience_s: float = Field(
        30, ge=0.1, le=600, description="for a client to send a request, or to read a part of its answer"
    )
    api_budget_bytes: int = Field(
        128_000_000, ge=8_000_000, description="memory of large answers under way; further ones wait, then get a 503"
    )
    api_connections: int = Field(32, ge=1, description="to each Elasticsearch node")

    @field_validator("api_admin_keys")
    @classmethod
    def _has_a_key(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text and not text.strip(", "):
            raise ValueError("it has no key in it: set a key, or leave it empty")
        return value

    @model_validator(mode="after")
    def _serves_only_this_machine_without_keys(self) -> Self:
        if not self.keyring().is_locked and not is_loopback(self.api_host):
            raise ValueError(
                f"API_HOST={self.api_host} can be reached by other machines, and no key is configured: set "
                "API_ADMIN_KEYS or API_GROUP_KEYS_FILE, or bind to 127.0.0.1"
            )
        return self

    def keyring(self) -> Keyring:
        """Return the configured keys; raise ValueError for a key file that cannot be used."""
        return Keyring(self.api_admin_keys.get_secret_value(), self.api_group_keys_file)

    def origins(self) -> list[str]:
        """Return the origins whose pages may read answers."""
        return [origin.strip() for origin in self.api_cors_origins.split(",") if origin.strip()]
