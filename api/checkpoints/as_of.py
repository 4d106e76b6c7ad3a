"""`as_of`: a search of the logs that were searchable at one moment.

The moment is a position (position.py): a log that was searchable then has a `_seq_no` up to it, and every later one has
a higher number, however old its `created_at` is.
"""

from msgspec import structs

from api.checkpoints.poller import CheckpointPoller
from api.checkpoints.position import BEFORE_FIRST, Position, end_of, event_id, parse_event_id
from api.errors import ApiError
from api.request.params import P, ParsedRequest, shortened

NOW = "now"


async def at_its_moment(poller: CheckpointPoller, request: ParsedRequest[P]) -> ParsedRequest[P]:
    """Return the request with a view of the moment that it names; raise `ApiError` 400 where it names none."""
    text = request.params.as_of
    if text is None:
        return request
    shards = await poller.fresh_shards()
    position = end_of(shards) if text == NOW else _parse(text)
    if position and not position.keys() & shards.keys():
        raise ApiError(400, "as_of: the indices of that moment no longer exist: start again with as_of=now")
    numbers = ((shard.index, position.get(shard.key, BEFORE_FIRST)) for shard in shards.values())
    snapshot = tuple((index, number) for index, number in numbers if number > BEFORE_FIRST)
    return structs.replace(
        request,
        view=structs.replace(request.view, snapshot=snapshot),
        params=structs.replace(request.params, as_of=event_id(position)),
    )


def _parse(text: str) -> Position:
    try:
        return parse_event_id(text)
    except ValueError:
        raise ApiError(400, f"as_of={shortened(text)}: must be `{NOW}`, or the as_of of an answer") from None
