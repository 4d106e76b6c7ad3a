"""`python -m tests.support.faults.other_version N`: the indexer of a release with mapping version N, for tests."""

import sys
from typing import Any, cast

from mappings import index


def main() -> None:
    """Run `python -m indexer` with another version of the mapping."""
    version = int(sys.argv.pop(1))
    index.VERSION = version
    cast("dict[str, Any]", index.BODY)["mappings"]["_meta"] = {"of": version}  # another mapping: another fingerprint
    from indexer.__main__ import main as indexer_main  # noqa: PLC0415 - it reads the version when it is imported

    indexer_main()


if __name__ == "__main__":
    main()
