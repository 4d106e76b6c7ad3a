"""A visit that sees one moment: `as_of` in, the numbers up to which each index is looked at out.

The numbers are those of the tails (see position.py): what was searchable at a moment has a number up to these, and
whatever comes in later has a higher one, however old its `created_at` is.
"""

from typing import TypeVar

from msgspec import structs

from api.checkpoints.beat import Feed
from api.checkpoints.position import NOTHING, Position, end_of, event_id, read_event_id
from api.errors import ApiError
from api.request.params import SearchParams, shortened

NOW = "now"
P = TypeVar("P", bound=SearchParams)


async def hold(feed: Feed, params: P) -> P:
    """Return the params bound to the moment that they name; raise `ApiError` 400 for what names none."""
    if params.as_of is None:
        return params
    lanes = await feed.fresh_lanes()
    position = end_of(lanes) if params.as_of == NOW else _read(params.as_of)
    if position and not position.keys() & lanes.keys():
        raise ApiError(400, "as_of: the logs it was about are no longer there: begin anew with as_of=now")
    reached = ((lane.index, position.get(lane.mark, NOTHING)) for lane in lanes.values())
    seen = tuple((index, number) for index, number in reached if number > NOTHING)
    return structs.replace(params, as_of=event_id(position), seen=seen)


def _read(text: str) -> Position:
    try:
        return read_event_id(text)
    except ValueError:
        raise ApiError(400, f"as_of={shortened(text)}: must be `{NOW}`, or the as_of of an answer") from None
