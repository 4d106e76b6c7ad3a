"""`as_of`: a search of the logs that were searchable at one moment.

The moment is a position (position.py): a log that was searchable then has a `_seq_no` up to it, and every later one has
a higher number, however old its `created_at` is.
"""

from msgspec import Struct, structs

from api.checkpoints.event_ids import EventIds
from api.checkpoints.id_key import IdKey
from api.checkpoints.poller import CheckpointPoller
from api.checkpoints.position import BEFORE_FIRST, Position, Shards, end_of
from api.errors import ApiError
from api.request.params import P, ParsedRequest, shortened

NOW = "now"


class Moments(Struct, frozen=True):
    """What resolves moments: how far the shards are searchable, and the key of the ids."""

    poller: CheckpointPoller
    id_key: IdKey

    async def resolve(self, request: ParsedRequest[P]) -> ParsedRequest[P]:
        """Return the request with a view of the moment that it names; raise `ApiError` 400 where it names none."""
        text = request.params.as_of
        if text is None:
            return request
        shards, ids = await self.poller.fresh_shards(), await self.id_key.event_ids()
        position = end_of(shards) if text == NOW else _read(ids, text, shards)
        numbers = ((shard.index, position.get(shard.key, BEFORE_FIRST)) for shard in shards.values())
        snapshot = tuple((index, number) for index, number in numbers if number > BEFORE_FIRST)
        return structs.replace(
            request,
            view=structs.replace(request.view, snapshot=snapshot),
            params=structs.replace(request.params, as_of=ids.write(position, shards) if text == NOW else text),
        )


def _read(ids: EventIds, text: str, shards: Shards) -> Position:
    try:
        return ids.read(text, shards)
    except ValueError as error:
        wrong = f"as_of={shortened(text)}: {error}: send `{NOW}`, or the as_of of an answer"
        raise ApiError(400, wrong) from None
