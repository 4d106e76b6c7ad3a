"""The settings of `python -m sources follow`, from environment variables."""

from pydantic import Field, SecretStr

from service.kafka_settings import KafkaSettings


class SourceSettings(KafkaSettings):
    """Read once at start. The options of the command say which table."""

    source_dsn: SecretStr | None = Field(None, description="of the database, where --dsn would show it in `ps`")
    source_lag_seconds: float = Field(10, ge=0, le=3_600, description="for transactions that commit late")
    source_poll_seconds: float = Field(2, gt=0, le=3_600, description="between two looks for new rows")
