"""`python -m stack run`: the whole product on this machine, from the servers to logs that the API finds."""

from contextlib import closing

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from stack.endpoints import Endpoints
from stack.errors import CommandError
from stack.feed import FeedOptions, feed
from stack.network.address import Address
from stack.network.probes import is_open
from stack.progress import Progress
from stack.serve import missing_servers
from stack.settings import StackSettings
from stack.supervisor import Supervisor

PAST_EVENTS = 5_000  # about 180 MB
LIVE_EVENTS_PER_S = 5
SEARCHABLE_SHARE = 0.99  # wait for this share of the past events only: the indexer may reject a few


def run(settings: StackSettings, progress: Progress) -> None:
    """Start what does not run yet, feed an empty topic, and run until a signal ends this process.

    Raise CommandError when a port is in use, or when a server or program ends.
    """
    _refuse_hashed_key(settings)
    endpoints = Endpoints(settings)
    for address, setting in ((endpoints.indexer, "INDEXER_METRICS_PORT"), (endpoints.api, "API_PORT")):
        _refuse_port_in_use(address, setting)
    with (
        missing_servers(settings, progress) as started,
        Supervisor(settings.stack_dir / "logs", progress) as supervisor,
    ):
        supervisor.watch_servers(started)
        supervisor.start("indexer", "indexer")
        supervisor.wait_for("the indexer", lambda: endpoints.not_ready_reason(endpoints.indexer))
        supervisor.start("api", "api")
        supervisor.wait_for("the API", lambda: endpoints.not_ready_reason(endpoints.api))
        if endpoints.log_count() == 0 and _is_empty(settings):
            progress(f"feeding {PAST_EVENTS:,} events of the past days")
            fed = feed(settings, FeedOptions(PAST_EVENTS, rate=None, seed=1), progress)
            wanted = int(fed * SEARCHABLE_SHARE)
            supervisor.wait_for("the events to become searchable", lambda: endpoints.missing_logs(wanted))
        supervisor.start("feed", "stack", "feed", "--events", "0", "--rate", str(LIVE_EVENTS_PER_S))
        supervisor.wait_for("the first log", lambda: endpoints.missing_logs(1))
        progress(
            f"ready: {endpoints.log_count():,} logs, {LIVE_EVENTS_PER_S} more each second; Ctrl-C stops everything"
        )
        for line in endpoints.introduction():
            progress(line)
        supervisor.watch()


def _refuse_hashed_key(settings: StackSettings) -> None:
    if settings.admin_key().startswith("sha256:"):
        raise CommandError("make run sends a key to the API: put a key first in API_ADMIN_KEYS, not its hash.")


def _refuse_port_in_use(address: Address, setting: str) -> None:
    """Raise CommandError before anything is started; the program itself would only log it, a minute later."""
    if is_open(address):
        raise CommandError(
            f"Port {address.port} is in use by another program: stop it, or set {setting} to a free port."
        )


def _is_empty(settings: StackSettings) -> bool:
    """Return whether the topic has no events. A run that was stopped early must not feed the past events twice."""
    try:
        consumer = KafkaConsumer(**settings.kafka_options(), allow_auto_create_topics=False)
    except KafkaError as error:
        raise CommandError(f"Kafka at {settings.kafka_bootstrap_servers} refuses the connection ({error}).") from error
    with closing(consumer):
        numbers = consumer.partitions_for_topic(settings.kafka_topic) or set()
        partitions = [TopicPartition(settings.kafka_topic, number) for number in numbers]
        return not partitions or not any(consumer.end_offsets(partitions).values())
