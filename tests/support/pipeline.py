"""A topic, a consumer group and an alias of one test, and the indexers on them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.consumer.fetcher import ConsumerRecord

from tests.support.logs import Event
from tests.support.programs import RunningIndexer, running_indexer
from tests.support.repository import ROOT
from tests.support.servers import Servers
from tests.support.waiting import PATIENCE_S


@dataclass(frozen=True)
class Pipeline:
    """A topic, a consumer group and an alias of one test, and the programs on them."""

    name: str
    servers: Servers
    client: Elasticsearch
    producer: KafkaProducer
    running: ExitStack

    @property
    def environment(self) -> dict[str, str]:
        """Settings of the indexer on this pipeline."""
        return {
            "ELASTICSEARCH_URL": self.servers.elasticsearch_url,
            "KAFKA_BOOTSTRAP_SERVERS": self.servers.bootstrap_servers,
            "KAFKA_TOPIC": self.name,
            "KAFKA_GROUP_ID": self.name,
            "KAFKA_DEAD_LETTER_TOPIC": f"{self.name}.dead",
            "KAFKA_SESSION_TIMEOUT_MS": "6000",
            "INDEX_ALIAS": self.name,
        }

    def send(self, *values: Event | bytes | None, **record: Any) -> None:
        """Write events, or raw values, to the topic, and wait until Kafka has them."""
        sent = [self.producer.send(self.name, _value(value), **record) for value in values]
        for future in sent:
            future.get(timeout=PATIENCE_S)

    def start_indexer(self, **environment: str) -> RunningIndexer:
        """Run `python -m indexer`; returns once its health port answers."""
        return self.running.enter_context(running_indexer({**self.environment, **environment}))

    def start_version(self, version: int, **environment: str) -> RunningIndexer:
        """Run the indexer as a release with this version of the mapping."""
        program = ("tests.support.faults.other_version", str(version))
        return self.running.enter_context(running_indexer({**self.environment, **environment}, program))

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """Run `python -m indexer` with these arguments to its end; return what it logged."""
        settings = {**os.environ, **self.environment, **environment}
        command = [sys.executable, "-m", "indexer", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, done.stderr
        return done.stderr

    def count(self, **query: Any) -> int:
        """Return the number of documents behind the alias that match, after a refresh."""
        if not self.client.indices.exists_alias(name=self.name):
            return 0
        self.client.indices.refresh(index=self.name)
        return int(self.client.count(index=self.name, **query)["count"])

    def sources(self) -> list[Event]:
        """Return what is stored, oldest first."""
        self.client.indices.refresh(index=self.name)
        hits = self.client.search(index=self.name, size=1000, sort="created_at:asc")["hits"]["hits"]
        return [hit["_source"] for hit in hits]

    def dead_letters(self) -> list[ConsumerRecord]:
        """Return every record of the dead-letter topic."""
        return read_topic(self.servers, f"{self.name}.dead")

    def lag(self) -> int:
        """Return how many records of the topic are not committed."""
        consumer = KafkaConsumer(bootstrap_servers=self.servers.bootstrap_servers, group_id=self.name)
        try:
            partitions = [TopicPartition(self.name, number) for number in consumer.partitions_for_topic(self.name)]
            ends = consumer.end_offsets(partitions)
            return sum(ends[partition] - (consumer.committed(partition) or 0) for partition in partitions)
        finally:
            consumer.close(autocommit=False)


def read_topic(servers: Servers, topic: str) -> list[ConsumerRecord]:
    """Return all records of a topic, as they are now."""
    consumer = KafkaConsumer(bootstrap_servers=servers.bootstrap_servers, auto_offset_reset="earliest")
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            found += [record for records in consumer.poll(timeout_ms=200).values() for record in records]
        return found
    finally:
        consumer.close()


def _value(value: Event | bytes | None) -> bytes | None:
    return json.dumps(value, ensure_ascii=False).encode() if isinstance(value, dict) else value


@contextmanager
def pipeline_on(servers: Servers) -> Iterator[Pipeline]:
    """Make a topic and an alias on servers of one's own."""
    name = f"test-{uuid4().hex[:12]}"
    admin = KafkaAdminClient(bootstrap_servers=servers.bootstrap_servers)
    admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1) for topic in (name, f"{name}.dead")])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=servers.bootstrap_servers, linger_ms=5)
    with Elasticsearch(servers.elasticsearch_url, request_timeout=60) as client, ExitStack() as running:
        yield Pipeline(name, servers, client, producer, running)
    producer.close()
