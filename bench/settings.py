"""Which servers to measure on, from the environment."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BenchSettings(BaseSettings):
    """Read once at start; every name is the environment variable with `BENCH_` before it."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="bench_", env_ignore_empty=True, extra="ignore")

    elasticsearch_url: str | None = Field(None, description="one node without a password; else one is started")
    kafka_bootstrap_servers: str | None = Field(None, description="goes with it")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.elasticsearch_url is None) != (self.kafka_bootstrap_servers is None):
            raise ValueError("BENCH_ELASTICSEARCH_URL and BENCH_KAFKA_BOOTSTRAP_SERVERS go together")
        return self
