"""Access control: an admin key reads everything, a group's key reads the logs of its group."""

from contextlib import AbstractContextManager

from msgspec import Struct
from starlette.requests import Request

from api.access.keyring import Keyring, digest
from api.access.rate_limits import RateLimits
from api.edge.exchange import exchange_of
from api.errors import ApiError

NO_KEY = b""  # the caller where no key is configured


class AccessControl(Struct, frozen=True):
    """The keys and the limits of each."""

    keyring: Keyring
    limits: RateLimits

    def admit(self, request: Request) -> AbstractContextManager[None]:
        """Return a context that counts the request against its key; raise `ApiError` 401, 403 or 429."""
        return self.limits.taken(self.check(request))

    def is_allowed(self, request: Request) -> bool:
        """Tell whether a request that was admitted before would be admitted now."""
        try:
            self.check(request)
        except ApiError:
            return False
        return True

    def check(self, request: Request) -> bytes:
        """Return the digest of the request's key; raise `ApiError` 401 or 403 where it may not read the path."""
        if not self.keyring.is_locked:
            return NO_KEY  # the settings allow this on loopback only
        presented = digest(_presented_key(request))
        groups = self.keyring.keys.groups(presented)
        if not groups:
            raise ApiError(401, "no key, or an unknown one: send it as `Authorization: Bearer <key>`")
        if None not in groups and request.path_params.get("group") not in groups:
            raise ApiError(403, "this key reads the logs of its own group only: /api/log/{group}/search")
        exchange_of(request.scope).reader = "admin" if None in groups else "group"
        return presented


def _presented_key(request: Request) -> bytes:
    header = request.headers.get("authorization", "").encode("latin-1").strip()
    scheme, _, key = header.partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else header
