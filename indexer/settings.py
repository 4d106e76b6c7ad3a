"""The settings of the indexer, from environment variables."""

import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from indexer.redaction.redact import Redaction
from indexer.redaction.secret_rules import RULES
from indexer.shapes.registry import SHAPES, Format, Shape
from mappings.index import Period
from service.settings import StoreSettings

MAX_PORT = 65_535
TOPIC = r"^[a-zA-Z0-9._-]{1,249}$"  # what Kafka takes as a name


class IndexerSettings(StoreSettings):
    """The settings of `python -m indexer`."""

    retention_days: int = Field(30, ge=0, le=20_000, description="0 keeps logs for ever")
    index_period: Period = Field("day", description="of one index; do not change it once there are logs")

    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", description="comma-separated")
    kafka_topic: str = Field("gateway-logs", pattern=TOPIC)
    kafka_format: Format = Field("gateway-logs", description="the shape of the records")
    kafka_group_id: str = "gateway-logs-indexer"
    kafka_group_instance_id: str | None = Field(None, description="static membership, one name per process")
    kafka_dead_letter_topic: str = Field("gateway-logs.dead-letter", pattern=TOPIC)
    kafka_session_timeout_ms: int = Field(10_000, ge=6_000, description="after it a dead member is replaced")

    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "GSSAPI", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
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
    indexer_metrics_port: int = Field(9108, ge=0, le=MAX_PORT)
    indexer_senders: int = Field(4, ge=1, le=8, description="bulk requests in flight")
    indexer_bulk_bytes: int = Field(2_000_000, ge=1_000, le=64_000_000)
    indexer_budget_bytes: int = Field(32_000_000, ge=1_000_000, description="events in memory, in all")
    indexer_linger_ms: int = Field(200, ge=0, description="longest wait for a fuller bulk request")
    indexer_bulk_timeout_seconds: float = Field(30, gt=0, le=600)
    indexer_dead_letter_ratio: float = Field(
        0.05, ge=0, le=1, description="of the last 5,000 records; above it an alarm is raised"
    )
    indexer_stop_seconds: float = Field(15, ge=0, le=25, description="longest wait for records in flight")

    indexer_redact_provider_key: bool = Field(True, description="sk-…, AIza…, gsk_…, AKIA…, ghp_… and their like")
    indexer_redact_bearer_token: bool = Field(True, description="what authorization and api-key headers hold, and JWTs")
    indexer_redact_cookie: bool = Field(True, description="sessions and tokens in Cookie and Set-Cookie headers")
    indexer_redact_url_key: bool = Field(True, description="?key=…, &token=…, &signature=…, and user:password@")
    indexer_redact_private_key: bool = Field(True, description="the lines of a private key in PEM")

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _each_has_a_port(cls, value: str) -> str:
        found = [re.fullmatch(r"\s*\S+:(\d{1,5})\s*", address) for address in value.split(",")]
        if not all(one and int(one[1]) <= MAX_PORT for one in found):
            raise ValueError("each address must look like host:9092")
        return value

    @field_validator("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile", "kafka_ssl_crlfile")
    @classmethod
    def _is_there(cls, value: Path | None) -> Path | None:
        if value and not value.is_file():
            raise ValueError("this file does not exist")
        return value

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        plain = self.kafka_sasl_mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
        if plain and not (self.kafka_sasl_plain_username and self.kafka_sasl_plain_password):
            raise ValueError("KAFKA_SASL_MECHANISM needs KAFKA_SASL_PLAIN_USERNAME and KAFKA_SASL_PLAIN_PASSWORD")
        if self.kafka_security_protocol.startswith("SASL") and not self.kafka_sasl_mechanism:
            raise ValueError("KAFKA_SECURITY_PROTOCOL with SASL needs KAFKA_SASL_MECHANISM")
        return self

    @model_validator(mode="after")
    def _dead_letters_go_elsewhere(self) -> Self:
        if self.kafka_dead_letter_topic == self.kafka_topic:
            raise ValueError(
                "KAFKA_DEAD_LETTER_TOPIC must differ from KAFKA_TOPIC: dead letters would be read as events"
            )
        return self

    def redaction(self) -> Redaction:
        """Return the redaction with the rules that are on."""
        return Redaction([rule for rule in RULES if getattr(self, f"indexer_redact_{rule.name}")])

    def shape(self) -> Shape:
        """Return how the value of a record is read as events."""
        return SHAPES[self.kafka_format]

    def kafka_options(self) -> dict[str, Any]:
        """Return the options of every Kafka client: addresses and security."""
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
