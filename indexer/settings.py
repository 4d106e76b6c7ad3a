"""Every variable of the indexer, with its unit and default."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr

from mappings.index import Period
from service.settings import StoreSettings


class IndexerSettings(StoreSettings):
    """What `python -m indexer` reads from its environment."""

    retention_days: int = Field(30, ge=0, description="0 keeps for ever")
    index_period: Period = Field("day", description="what one index holds; keep it once there are logs")

    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", description="comma-separated")
    kafka_topic: str = "gateway-logs"
    kafka_group_id: str = "gateway-logs-indexer"
    kafka_group_instance_id: str | None = Field(None, description="static membership, one name per process")
    kafka_dead_letter_topic: str = "gateway-logs.dead-letter"
    kafka_session_timeout_ms: int = Field(10_000, ge=6_000, description="after it a dead member is replaced")

    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: str | None = None
    kafka_sasl_plain_username: str | None = None
    kafka_sasl_plain_password: SecretStr | None = None
    kafka_sasl_kerberos_name: str | None = None
    kafka_sasl_kerberos_service_name: str | None = None
    kafka_sasl_kerberos_domain_name: str | None = None
    kafka_ssl_cafile: Path | None = None
    kafka_ssl_certfile: Path | None = None
    kafka_ssl_keyfile: Path | None = None
    kafka_ssl_password: SecretStr | None = None
    kafka_ssl_crlfile: Path | None = None
    kafka_ssl_ciphers: str | None = None
    kafka_ssl_check_hostname: bool = True

    indexer_metrics_host: str = "127.0.0.1"
    indexer_metrics_port: int = Field(9108, ge=0, le=65535)
    indexer_senders: int = Field(2, ge=1, le=8, description="bulk requests in flight")
    indexer_bulk_bytes: int = Field(4_000_000, ge=1_000, le=64_000_000)
    indexer_budget_bytes: int = Field(40_000_000, ge=1_000_000, description="events in memory, all told")
    indexer_linger_ms: int = Field(200, ge=0, description="longest wait for a fuller bulk request")
    indexer_bulk_timeout_seconds: float = Field(30, gt=0)
    indexer_dead_letter_ratio: float = Field(0.05, ge=0, le=1, description="of the last 5,000; above it they are held")
    indexer_stop_seconds: float = Field(15, ge=0, le=25, description="longest wait for what is under way")

    def kafka_options(self) -> dict[str, Any]:
        """Return what every Kafka client of this program is made with: addresses and security."""
        names = [name for name in type(self).model_fields if name.startswith(("kafka_sasl", "kafka_ssl"))]
        given = {name.removeprefix("kafka_"): _plain(getattr(self, name)) for name in names}
        return {
            "bootstrap_servers": [address.strip() for address in self.kafka_bootstrap_servers.split(",")],
            "security_protocol": self.kafka_security_protocol,
            **{name: value for name, value in given.items() if value is not None},
        }


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if isinstance(value, Path) else value
