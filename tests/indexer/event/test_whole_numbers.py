"""Whole numbers with a point or an exponent are the integers that they are; other numbers stay wrong."""

import json
from typing import Any

import msgspec
import pytest

from indexer.event.decode import InvalidEventError, Window, decode

NOW = 1_795_500_000_000
WINDOW = Window(0, 2**60)


def event(fields: str, created_at: str = str(NOW)) -> bytes:
    return f'{{"group":"g","created_at":{created_at}{fields}}}'.encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (event("", f"{NOW}.0"), {}),
        (event("", "1.7955e+12"), {}),
        (event(',"code":200.0'), {"code": 200}),
        (event(',"code":2e2,"mode":-0.0'), {"code": 200, "mode": 0}),
        (event(',"id":1.79551661e+15'), {"id": 1_795_516_610_000_000}),
        (event(',"usage":{"input_tokens":1.2e1,"odd":1.0}'), {"usage": {"input_tokens": 12, "odd": 1.0}}),
        (event(',"price":{"input_price_unit":1e3}'), {"price": {"input_price_unit": 1000}}),
        (event(',"request_detail":{"log_id":9223372036854775807.0}'), {"request_detail": {"log_id": 2**63 - 1}}),
        (event(',"code":200.0,"x.y":1.50'), {"code": 200}),
        (event(',"request_at":1.7954e12'), {"request_at": 1_795_400_000_000}),
    ],
)  # fmt: skip
def test_a_whole_number_is_a_number_however_it_is_written(value: bytes, expected: dict[str, Any]) -> None:
    log = decode(value, WINDOW)

    assert log.created_ms == NOW
    assert json.loads(log.value) == {"group": "g", "created_at": NOW, **expected}
    assert b'"code":200.0' not in log.value


@pytest.mark.parametrize("written", ["200.5", "1e-1", '"200"', "1e19", "1e999", "9223372036854775808.0", "[200.0]"])
def test_any_other_number_is_of_the_wrong_type_as_before(written: str) -> None:
    with pytest.raises(InvalidEventError, match="not a log: "):
        decode(event(f',"code":{written}'), WINDOW)


def test_numbers_of_undeclared_fields_stay_as_they_were_written() -> None:
    log = decode(event(',"code":200.0,"x":1.50,"y":1e9999'), WINDOW)

    fields = msgspec.json.decode(log.value, type=dict[str, msgspec.Raw])
    assert bytes(fields["x"]) == b"1.50"
    assert log.own["extra"] == '{"y":1e9999}'
