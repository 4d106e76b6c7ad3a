"""Access control: an admin key reads everything, a group's key reads the logs of its group."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import time_ns

import structlog
from msgspec import Struct
from starlette.requests import Request

from api.access.keyring import FILE_CHECK_S, Keyring
from api.access.presented import presented_keys
from api.access.rate_limits import RateLimits
from api.access.shares import Shares
from api.access.streams import Streams
from api.edge.admission import Slot
from api.edge.exchange import Exchange, exchange_of
from api.edge.key import NO_KEY, Key
from api.errors import ApiError

UNKNOWN = "no key, or an unknown one: send it as `Authorization: Bearer <key>`"
KEY_ENDED = "this key has ended: ask for a new one"
OTHER_GROUP = "this key reads the logs of its own group only: /api/log/{group}/search"
_UNKNOWN_KEY = Key(b"unknown")  # all of them together
_log = structlog.get_logger()


class AccessControl(Struct, frozen=True):
    """The keys and the limits of each."""

    keyring: Keyring
    limits: RateLimits
    searches: Shares
    streams: Streams

    async def run(self) -> None:
        """Read the key file again whenever it changes, and end what keys no longer allow, until cancelled."""
        while True:
            await asyncio.sleep(FILE_CHECK_S)
            try:
                await self.keyring.refresh()
                self.streams.end_withdrawn()
            except Exception:  # noqa: BLE001  # withdrawing a key depends on this loop: it must not end
                _log.exception("unexpected error")

    def take_slot(self, exchange: Exchange) -> Slot:
        """Return a slot for a request, before anything else is done for it; raise `ApiError` 429 or 503.

        So a key that sends more than its share takes no slot from others, and neither do all unknown keys together.
        """
        if not self.keyring.is_locked:
            return self.searches.take(NO_KEY)
        found = map(self.keyring.keys.find, presented_keys(exchange.scope))
        exchange.presented = next(filter(None, found), ())
        return self.searches.take(exchange.presented[0] if exchange.presented else _UNKNOWN_KEY)

    def admit(self, request: Request) -> AbstractContextManager[None]:
        """Return a context that counts the request against its key; raise `ApiError` 401, 403 or 429."""
        exchange = exchange_of(request.scope)
        exchange.key = self._key(request, exchange.presented)
        return self.limits.taken(exchange.key.digest)

    def still_allows(self, request: Request) -> Callable[[], bool]:
        """Return a function that tells whether the key of an admitted request has no fewer rights at the moment."""
        key = exchange_of(request.scope).key

        def is_allowed() -> bool:
            return not key.digest or any(map(key.is_within, self._current(key.digest)))

        return is_allowed

    def _key(self, request: Request, known: tuple[Key, ...]) -> Key:
        """Return the key of a request, as it opens its path; raise `ApiError` 401 or 403 where it does not."""
        if not self.keyring.is_locked:
            return NO_KEY
        current = _not_ended(known)
        if not current:
            raise ApiError(401, KEY_ENDED if known else UNKNOWN)
        # An admin key before a group's: it may stand in both places.
        groups = (None, request.path_params.get("group"))
        opening = [key for group in groups for key in current if key.group == group]
        if not opening:
            raise ApiError(403, OTHER_GROUP)
        return opening[0]

    def _current(self, digest: bytes) -> tuple[Key, ...]:
        return _not_ended(self.keyring.keys.find(digest))

    def readable_groups(self, request: Request) -> set[str] | None:
        """Return the groups whose logs the request's key reads, None for all; raise `ApiError` 401."""
        if not self.keyring.is_locked:
            return None
        current = _not_ended(exchange_of(request.scope).presented)
        if not current:
            raise ApiError(401, UNKNOWN)
        groups = {key.group for key in current if key.group is not None}
        return None if any(key.group is None for key in current) else groups


def _not_ended(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    now_ms = time_ns() // 1_000_000
    return tuple(key for key in keys if key.ends_ms is None or now_ms < key.ends_ms)
