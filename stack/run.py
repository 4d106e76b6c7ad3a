"""`python -m stack run`: the whole product on this machine, from servers to searchable logs."""

from collections.abc import Callable
from contextlib import closing

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from stack.errors import StackError
from stack.feed import Plan, feed
from stack.product import Product
from stack.programs import Programs
from stack.serve import servers
from stack.servers.address import Address, is_open
from stack.settings import Settings

PAST_EVENTS = 20_000
LIVE_RATE = 5  # events a second
ENOUGH = 0.99  # one event that the indexer refuses must not hold up the rest

Progress = Callable[[str], None]


def run(settings: Settings, progress: Progress) -> None:
    """Start everything that does not answer yet and keep it running until a signal ends it.

    StackError when a port is taken, or when a part ends by itself.
    """
    _refuse_hash_as_key(settings)
    product = Product(settings)
    for address, setting in ((product.indexer, "INDEXER_METRICS_PORT"), (product.api, "API_PORT")):
        _refuse_taken_port(address, setting)
    with servers(settings, progress) as started, Programs(settings.stack_dir / "logs", progress) as programs:
        programs.also_watch(started)
        programs.start("indexer", "indexer")
        programs.wait("the indexer", lambda: product.trouble(product.indexer))
        programs.start("api", "api")
        programs.wait("the API", lambda: product.trouble(product.api))
        if product.total() == 0 and _is_empty(settings):
            progress(f"feeding {PAST_EVENTS:,} events of the past days")
            fed = feed(settings, Plan(PAST_EVENTS, rate=None, seed=1), progress)
            programs.wait("the events to become searchable", lambda: product.total_below(int(fed * ENOUGH)))
        programs.start("feed", "stack", "feed", "--events", "0", "--rate", str(LIVE_RATE))
        programs.wait("the first log", lambda: product.total_below(1))
        progress(f"ready: {product.total():,} logs so far, {LIVE_RATE} more each second; Ctrl-C ends it all")
        for line in product.introduction():
            progress(line)
        programs.wait_for_ever()


def _refuse_hash_as_key(settings: Settings) -> None:
    if settings.admin_key().startswith("sha256:"):
        raise StackError("make run asks the API like any client: put a key first in API_ADMIN_KEYS, not its hash.")


def _refuse_taken_port(address: Address, setting: str) -> None:
    """Say so before anything is started, not after a minute, in some log."""
    if is_open(address):
        raise StackError(f"Port {address.port} is in use by another program: end it, or set {setting} to a free port.")


def _is_empty(settings: Settings) -> bool:
    """Whether the topic holds no event yet: a run that was ended early must not be fed twice."""
    try:
        consumer = KafkaConsumer(**settings.kafka_options(), allow_auto_create_topics=False)
    except KafkaError as error:
        raise StackError(f"Kafka at {settings.kafka_bootstrap_servers} refuses the connection ({error}).") from error
    with closing(consumer):
        numbers = consumer.partitions_for_topic(settings.kafka_topic) or set()
        partitions = [TopicPartition(settings.kafka_topic, number) for number in numbers]
        return not partitions or not any(consumer.end_offsets(partitions).values())
