"""Settings of the benchmarks, from the environment: the servers to measure on."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BenchSettings(BaseSettings):
    """Read once at start. Each field is an environment variable, in upper case, after `BENCH_`."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="bench_", env_ignore_empty=True, extra="ignore")

    elasticsearch_url: str | None = Field(None, description="one node without a password; default: start one")
    kafka_bootstrap_servers: str | None = Field(None, description="required with BENCH_ELASTICSEARCH_URL")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.elasticsearch_url is None) != (self.kafka_bootstrap_servers is None):
            raise ValueError("set BENCH_ELASTICSEARCH_URL and BENCH_KAFKA_BOOTSTRAP_SERVERS together")
        return self
