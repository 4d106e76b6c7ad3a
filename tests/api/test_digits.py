"""Numbers of undeclared fields come back digit by digit, on every route that gives logs."""

from tests.support.pipeline import Pipeline
from tests.support.programs import StartApi
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

NUMBERS = "1e400,1E-400,-1e400,0.12345678901234567890123,123456789012345678901234567890,9007199254740993"
EVENT = (
    f'{{"created_at":{NOON_MS},"id":7,"newer":[{NUMBERS}],"amount":{{"a":[{NUMBERS}]}},'
    f'"price":{{"newer":[{NUMBERS}]}},"usage":{{"newer":[{NUMBERS}]}}}}'
)
FIELDS = EVENT.count(NUMBERS)
AT_THE_ROOT = 2  # of these; CSV has no column for what else `price` and `usage` hold
ROUTES = ("search", "detail/7", "neighbours/7", "export?format=csv", "export?format=ndjson")


def test_a_number_of_an_undeclared_field_keeps_its_digits(pipeline: Pipeline, start_api: StartApi) -> None:
    pipeline.start_indexer(RETENTION_DAYS="0")
    pipeline.send(EVENT.encode())
    wait_until(lambda: pipeline.count() == 1)
    api = start_api(pipeline.name)

    for route in ROUTES:
        for with_bodies in ("true", "false"):
            address = f"/api/logs/{route}{'&' if '?' in route else '?'}include_detail={with_bodies}"
            assert api.get(address).text.count(NUMBERS) == (AT_THE_ROOT if "csv" in route else FIELDS), address


def test_a_number_keeps_its_digits_in_a_tail(pipeline: Pipeline, start_api: StartApi) -> None:
    pipeline.start_indexer(RETENTION_DAYS="0")
    pipeline.send(b'{"created_at":%d}' % NOON_MS)
    wait_until(lambda: pipeline.count() == 1)
    api = start_api(pipeline.name)

    with api.client.stream("GET", f"{api.url}/api/logs/tail?include_detail=false") as tail:
        lines = tail.iter_lines()
        next(lines)
        pipeline.send(EVENT.encode())
        data = next(line for line in lines if line.startswith('data: {"id"'))

    assert data.count(NUMBERS) == FIELDS
