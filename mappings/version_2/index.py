"""The index template of version 2, for indices that are created while releases of that version still run."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

BODY_2: Mapping[str, Any] = json.loads(files("mappings").joinpath("version_2/logs.json").read_bytes())
_PRIORITY = 10_000  # above that of the template for all indices of an alias


def template_2(alias: str) -> dict[str, Any]:
    """Return the index template for the indices of this alias whose name ends in `-v2`."""
    return {
        "index_patterns": [f"{alias}-*-v2"],
        "priority": _PRIORITY + len(alias),  # see mappings.index.template
        "version": 2,
        "_meta": {"owner": "gateway-logs"},
        "template": BODY_2,
    }
