"""The connection to Kafka and the topic of the events, as every program that needs them reads them."""

import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_PORT = 65_535
TOPIC = r"^[a-zA-Z0-9._-]{1,249}$"  # what Kafka takes as a name


class KafkaSettings(BaseSettings):
    """The addresses of the brokers, the login, and the topic."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", description="comma-separated")
    kafka_topic: str = Field("gateway-logs", pattern=TOPIC)

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
