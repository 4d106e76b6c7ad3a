"""How far the indexers are: the hidden index that they write this to, beside the logs, and the API reads it from. Pure.

It has one document for each partition of each topic, and is not behind the alias of the logs.
"""

from typing import Any

_NUMBER = {"type": "long"}


def progress_index(alias: str) -> str:
    """Return the name of the index: among those that logins may use for the logs of this alias."""
    return f"{alias}-progress"


def progress_template(alias: str) -> dict[str, Any]:
    """Return the index template of that one index. It goes before the one of the logs, whose pattern it matches too."""
    return {
        "index_patterns": [progress_index(alias)],
        "priority": 501 + len(alias),
        "version": 1,
        "_meta": {"owner": "gateway-logs"},
        "template": {
            "settings": {
                "index": {
                    "number_of_shards": 1,
                    "auto_expand_replicas": "0-1",
                    "refresh_interval": "1s",
                    "hidden": True,  # so `gateway-logs-*` does not mean it, in Kibana for example
                }
            },
            "mappings": {
                "dynamic": False,  # a later release may write more
                "properties": {
                    "topic": {"type": "keyword"},
                    "partition": _NUMBER,
                    "waiting": _NUMBER,  # records that are not finished
                    "complete_to": _NUMBER,  # epoch ms: what Kafka had by then is finished
                    "checked_at": _NUMBER,  # epoch ms, by the clock of the indexer
                },
            },
        },
    }
