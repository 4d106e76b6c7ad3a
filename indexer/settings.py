"""The settings of the indexer, from environment variables."""

from typing import Self

from pydantic import Field, model_validator

from indexer.kafka_python.unreadable import MAX_BATCH_BYTES, MAX_RECORD_BYTES, UnpackLimits
from indexer.redaction.redact import Redaction
from indexer.redaction.secret_rules import RULES
from indexer.shapes.registry import SHAPES, Format, RecordShape
from mappings.index import Period
from service.kafka_settings import MAX_PORT, TOPIC, KafkaSettings
from service.settings import StoreSettings


class IndexerSettings(StoreSettings, KafkaSettings):
    """The settings of `python -m indexer`."""

    retention_days: int = Field(30, ge=0, le=20_000, description="0 keeps logs for ever")
    index_period: Period = Field("day", description="of one index; do not change it once there are logs")

    kafka_format: Format = Field("gateway-logs", description="the shape of the records")
    kafka_group_id: str = "gateway-logs-indexer"
    kafka_group_instance_id: str | None = Field(None, description="static membership, one name per process")
    kafka_dead_letter_topic: str = Field("gateway-logs.dead-letter", pattern=TOPIC)
    kafka_session_timeout_ms: int = Field(10_000, ge=6_000, description="after it a dead member is replaced")

    indexer_metrics_host: str = "127.0.0.1"
    indexer_metrics_port: int = Field(9108, ge=0, le=MAX_PORT)
    indexer_senders: int = Field(4, ge=1, le=8, description="bulk requests in flight")
    indexer_bulk_bytes: int = Field(2_000_000, ge=1_000, le=64_000_000)
    indexer_budget_bytes: int = Field(32_000_000, ge=1_000_000, description="events in memory, in all")
    indexer_max_record_bytes: int = Field(
        MAX_RECORD_BYTES, ge=1_000, le=500_000_000, description="a record that unpacks to more becomes a dead letter"
    )
    indexer_max_batch_bytes: int = Field(
        MAX_BATCH_BYTES, ge=1_000_000, description="what lies behind it in a record batch becomes one dead letter"
    )
    indexer_linger_ms: int = Field(200, ge=0, description="longest wait for a fuller bulk request")
    indexer_bulk_timeout_seconds: float = Field(30, gt=0, le=600)
    indexer_dead_letter_ratio: float = Field(
        0.05, ge=0, le=1, description="of the last 5,000 records; above it an alarm is raised"
    )
    indexer_max_indices: int = Field(400, ge=10, description="beyond it new periods share larger ones")
    indexer_stop_seconds: float = Field(15, ge=0, le=25, description="longest wait for records in flight")

    indexer_redact_provider_key: bool = Field(True, description="sk-…, AIza…, gsk_…, AKIA…, ghp_… and their like")
    indexer_redact_bearer_token: bool = Field(True, description="what authorization and api-key headers hold, and JWTs")
    indexer_redact_cookie: bool = Field(True, description="sessions and tokens in Cookie and Set-Cookie headers")
    indexer_redact_url_key: bool = Field(True, description="?key=…, &token=…, &signature=…, and user:password@")
    indexer_redact_private_key: bool = Field(True, description="the lines of a private key in PEM")

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

    def unpack_limits(self) -> UnpackLimits:
        """Return how much the records of the topic may unpack to."""
        return UnpackLimits(self.indexer_max_record_bytes, self.indexer_max_batch_bytes)

    def shape(self) -> RecordShape:
        """Return how the value of a record is read as events."""
        return SHAPES[self.kafka_format]
