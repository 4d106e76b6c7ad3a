"""The key of the event ids: the one that the indexers of the same alias use, from which a key of its own is derived.

So all processes of the API read each other's ids, also after a restart, without a setting.
"""

import asyncio
from os import urandom

import msgspec
import structlog

from api.checkpoints.event_ids import EventIds
from api.errors import ApiError
from api.store.client import MISSING, NOT_AUTHORIZED, Store
from service.signing_key import KEY_BYTES, derived, key_of, new_meta, template_name

_log = structlog.get_logger()


class IdKey:
    """Loads the key when it is first needed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = f"/_component_template/{template_name(store.alias)}"
        self._loading = asyncio.Lock()
        self._ids: EventIds | None = None

    async def event_ids(self) -> EventIds:
        """Return what writes and reads ids; raise `ApiError` where Elasticsearch does not answer."""
        async with self._loading:
            if self._ids is None:
                self._ids = EventIds(derived(await self._key(), "event ids"))
        return self._ids

    async def _key(self) -> bytes:
        try:
            return await self._shared_key()
        except ApiError as error:
            if error.message != NOT_AUTHORIZED:
                raise
        _log.warning(
            "this login may not read component templates: tails and as_of end with this process, and work on this "
            "process only",
            component_template=template_name(self._store.alias),
        )
        return urandom(KEY_BYTES)

    async def _shared_key(self) -> bytes:
        try:
            return await self._read()
        except ApiError as error:
            if error.message != MISSING:
                raise
        await self._create()
        return await self._read()

    async def _read(self) -> bytes:
        return key_of(msgspec.json.decode(await self._store.request("GET", self._path)))

    async def _create(self) -> None:
        body = msgspec.json.encode({"template": {}, "_meta": new_meta()})
        try:
            await self._store.request("PUT", self._path, {"create": "true"}, body)
        except ApiError as error:
            if error.status != 500:
                raise
            # Another program was first: Elasticsearch refuses to create a second one.
