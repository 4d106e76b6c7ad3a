"""Bounds what one poll returns by bytes."""

from collections.abc import Iterator
from typing import Any

from kafka.consumer.fetcher import ConsumerRecord

PORTION_BYTES = 4_000_000


class Portion:
    """Ends each poll of a consumer after so many bytes of records; the rest of a fetch is read by the next poll.

    The library counts records only, and a batch of 1 MB may unpack to a thousand records of 1 MB each.
    """

    def __init__(self, fetcher: Any) -> None:
        self._left = 0
        poll, append = fetcher.fetched_records, fetcher._append  # noqa: SLF001

        def fetched_records(*arguments: Any, **named: Any) -> Any:
            self._left = PORTION_BYTES
            return poll(*arguments, **named)

        def appended(drained: Any, part: Any, max_records: int, update_offsets: bool) -> int:
            number = int(append(drained, part, max_records, update_offsets))
            return max_records if self._left <= 0 else number  # with as many as were asked for it ends

        fetcher.fetched_records, fetcher._append = fetched_records, appended  # noqa: SLF001

    def of(self, records: Iterator[ConsumerRecord]) -> "_Portions":
        """Return the records, as an iterator that stops at the end of a portion and then goes on."""
        return _Portions(records, self)

    def spend(self, record: ConsumerRecord) -> None:
        """Count a record that is returned."""
        self._left -= record.serialized_key_size + record.serialized_value_size + record.serialized_header_size

    def is_spent(self) -> bool:
        """Tell whether no further record is to be returned by this poll."""
        return self._left <= 0


class _Portions:
    def __init__(self, records: Iterator[ConsumerRecord], portion: Portion) -> None:
        self._records = records
        self._portion = portion

    def __iter__(self) -> "_Portions":
        return self

    def __next__(self) -> ConsumerRecord:
        if self._portion.is_spent():
            raise StopIteration
        record = next(self._records)
        self._portion.spend(record)
        return record
