"""Settings of the commands of `stack`, from the environment."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, NonNegativeInt, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StackSettings(BaseSettings):
    """Read once at start. Each field is an environment variable, in upper case."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    elasticsearch_url: str = Field(default="http://127.0.0.1:9200", description="comma-separated: one node each")
    elasticsearch_ca_certs: Path | None = None
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_topic: str = "gateway-logs"
    kafka_security_protocol: str | None = None
    kafka_sasl_mechanism: str | None = None
    kafka_sasl_plain_username: str | None = None
    kafka_sasl_plain_password: SecretStr | None = None
    kafka_ssl_cafile: str | None = None
    retention_days: NonNegativeInt = Field(default=30, description="0 keeps logs for ever")
    stack_dir: Path = Path(".stack")
    stack_es_version: Literal["8", "9"] = Field(default="9", description="8 is version 8.19")
    stack_es_heap: str = Field(default="1g", description="heap of each node, as Java writes sizes")
    api_host: str = "127.0.0.1"
    api_port: PositiveInt = 8000
    api_admin_keys: SecretStr = Field(default=SecretStr(""), description="comma-separated")
    indexer_metrics_port: PositiveInt = 9108

    def elasticsearch_urls(self) -> list[str]:
        """Return the URL of each node, without a trailing slash."""
        return [url.strip().rstrip("/") for url in self.elasticsearch_url.split(",") if url.strip()]

    def kafka_options(self) -> dict[str, Any]:
        """Return the arguments with which a Kafka client connects; options that are not set are left out."""
        password = self.kafka_sasl_plain_password
        options = {
            "bootstrap_servers": self.kafka_bootstrap_servers.split(","),
            "security_protocol": self.kafka_security_protocol,
            "sasl_mechanism": self.kafka_sasl_mechanism,
            "sasl_plain_username": self.kafka_sasl_plain_username,
            "sasl_plain_password": password.get_secret_value() if password else None,
            "ssl_cafile": self.kafka_ssl_cafile,
        }
        return {name: value for name, value in options.items() if value is not None}

    def admin_key(self) -> str:
        """Return the first admin key, or "" when none is set."""
        return self.api_admin_keys.get_secret_value().split(",")[0].strip()
