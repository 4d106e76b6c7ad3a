"""`python -m tests.support.faults.other_version N`: the indexer of a release with mapping version N, for tests."""

import runpy
import sys
from typing import Any, cast

from mappings import index


def main() -> None:
    """Run `python -m indexer` with another version of the mapping."""
    version = int(sys.argv.pop(1))
    index.VERSION = version
    cast("dict[str, Any]", index.BODY)["mappings"]["_meta"] = {"of": version}  # another mapping: another fingerprint
    runpy.run_module("indexer", run_name="__main__")


if __name__ == "__main__":
    main()
