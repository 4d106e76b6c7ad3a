"""Which numbers a reader of doubles would cut, and that finding them takes no long time."""

import time

import pytest

from indexer.event.cut_numbers import is_cut_by_a_double


@pytest.mark.parametrize(
    "number",
    [
        *("1e400", "-1e400", "1E-400", "1e-99999999999999999999", "1.0e99999999999999999999"),
        *("0.12345678901234567890", "1234567890.12345678901", "123456789012345678901234567890.5"),
        *("12345678901234567e1", "9007199254740993.0", "0." + "1" * 2000),
    ],
)
def test_a_number_with_more_than_a_double_keeps_is_found_wherever_it_is(number: str) -> None:
    for json in (number, f"[{number}]", f'{{"a":{number}}}', f'{{"a" :\t[1, {number} ]}}'):
        assert is_cut_by_a_double(json.encode()), json


@pytest.mark.parametrize(
    "json",
    [
        *("0.1", "1.10", "-0.0", "5.0E-4", "1e300", "1.7976931348623157e308", "0.30000000000000004", "0e999"),
        *(
            "123456789012345678901234567890",
            "0." + "0" * 30,
            '{"a":0.000105,"b":[1e5]}',
            '"x1e400"',
            '{"id":"1795e400"}',
        ),
    ],
)
def test_what_a_double_keeps_is_not(json: str) -> None:
    assert not is_cut_by_a_double(json.encode())


@pytest.mark.parametrize(
    "json",
    [
        b"[" + b"0.1234567890123456," * 50_000 + b"1]",
        b"[" + b"1," * 500_000 + b"1e400]",
        b"1" * 1_000_000,
        b"1." * 500_000,
        b"e1e1" * 250_000,
        b":" * 1_000_000 + b"1e400",
    ],
)
def test_a_megabyte_of_digits_takes_less_than_two_seconds(json: bytes) -> None:
    started = time.process_time()

    is_cut_by_a_double(json)

    assert time.process_time() - started < 2
