"""What the environment says about the servers, the feed and the programs to run."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start; every name is the environment variable in lower case."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    elasticsearch_url: str = "http://127.0.0.1:9200"  # comma-separated: one node each
    elasticsearch_ca_certs: Path | None = None
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_topic: str = "gateway-logs"
    stack_dir: Path = Path(".stack")
    stack_es_heap: str = "1g"  # of each node, as Java writes it
    api_host: str = "127.0.0.1"
    api_port: int = 8000
    api_admin_keys: SecretStr = SecretStr("")  # comma-separated
    indexer_metrics_port: int = 9108

    def elasticsearch_urls(self) -> list[str]:
        """Give the nodes' addresses, one by one."""
        return [url.strip().rstrip("/") for url in self.elasticsearch_url.split(",") if url.strip()]

    def admin_key(self) -> str:
        """Give the key that reads every log, or "" where the API asks for none."""
        return self.api_admin_keys.get_secret_value().split(",")[0].strip()
