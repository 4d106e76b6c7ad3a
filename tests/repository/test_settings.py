"""What is wrong with a setting is said in one line, with its name and value, and never with a password."""

import pytest

from indexer.settings import IndexerSettings
from service.settings import load


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ELASTICSEARCH_URL", "host:9200", "ELASTICSEARCH_URL=host:9200: each address must look like http://host:9200"),
        ("ELASTICSEARCH_URL", "http://", "ELASTICSEARCH_URL=http://: each address must look like"),
        ("ELASTICSEARCH_URL", "http://a:1,http://b:x", "ELASTICSEARCH_URL=http://a:1,http://b:x: each address"),
        ("ELASTICSEARCH_URL", "me:secret@host", "ELASTICSEARCH_URL=***@host: each address must look like"),
        ("ELASTICSEARCH_CA_CERTS", "/nowhere", "ELASTICSEARCH_CA_CERTS=/nowhere: this file does not exist"),
        ("ELASTICSEARCH_USERNAME", "me", "ELASTICSEARCH_USERNAME requires ELASTICSEARCH_PASSWORD"),
        ("INDEX_ALIAS", "Logs", "INDEX_ALIAS=Logs: String should match pattern"),
        ("INDEX_PERIOD", "hour", "INDEX_PERIOD=hour: Input should be 'day', 'week' or 'month'"),
        ("RETENTION_DAYS", "-1", "RETENTION_DAYS=-1: Input should be greater than or equal to 0"),
        ("KAFKA_BOOTSTRAP_SERVERS", "a:1,b", "KAFKA_BOOTSTRAP_SERVERS=a:1,b: each address must look like host:9092"),
        (
            "KAFKA_BOOTSTRAP_SERVERS",
            "a:70000",
            "KAFKA_BOOTSTRAP_SERVERS=a:70000: each address must look like host:9092",
        ),
        ("KAFKA_TOPIC", "gateway-logs.dead-letter", "KAFKA_DEAD_LETTER_TOPIC must differ from KAFKA_TOPIC"),
        ("KAFKA_TOPIC", "a b", "KAFKA_TOPIC=a b: String should match pattern"),
        ("KAFKA_SASL_MECHANISM", "PLAIN", "KAFKA_SASL_MECHANISM needs KAFKA_SASL_PLAIN_USERNAME"),
        ("KAFKA_SSL_CAFILE", "/nowhere", "KAFKA_SSL_CAFILE=/nowhere: this file does not exist"),
        ("INDEXER_METRICS_PORT", "http", "INDEXER_METRICS_PORT=http: Input should be a valid integer"),
    ],
)
def test_a_bad_setting_is_named_with_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        load(IndexerSettings)

    assert str(ended.value).startswith(f"settings: {sentence}")
    assert "secret" not in str(ended.value)


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_DAYS", "")

    assert load(IndexerSettings).retention_days == 30


def test_kafka_clients_get_their_login_and_nothing_that_was_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"MECHANISM": "PLAIN", "PLAIN_USERNAME": "me", "PLAIN_PASSWORD": "secret"}
    for name, value in given.items():
        monkeypatch.setenv(f"KAFKA_SASL_{name}", value)

    assert load(IndexerSettings).kafka_options() == {
        "bootstrap_servers": ["127.0.0.1:9092"],
        "security_protocol": "PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "me",
        "sasl_plain_password": "secret",
        "ssl_check_hostname": True,
    }
