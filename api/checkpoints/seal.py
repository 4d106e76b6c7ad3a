"""A seal: bytes of ours as a text that only we can read, and that nobody can change. Pure, but for the random nonce.

Encrypt, then authenticate: the bytes are combined with the output of SHAKE-256 over a key and a nonce, and BLAKE2b with
another key authenticates both. The standard library has no cipher, and for two kilobytes this needs none: a hash
function of extendable output, keyed in front, is a stream that nobody predicts without the key.
"""

import hmac
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import blake2b, shake_256
from os import urandom

from service.signing_key import derived

_NONCE_BYTES = 16
_TAG_BYTES = 16


class Seal:
    """Seals with keys that are derived from one key."""

    def __init__(self, key: bytes) -> None:
        self._stream_key = derived(key, "event ids: encryption")
        self._tag_key = derived(key, "event ids: authentication")

    def close(self, plain: bytes) -> str:
        """Return bytes sealed, as text that fits into a URL; each time another one."""
        nonce = urandom(_NONCE_BYTES)
        hidden = nonce + self._combined(nonce, plain)
        return urlsafe_b64encode(self._tag(hidden) + hidden).decode().rstrip("=")

    def open(self, text: str) -> bytes:
        """Return the bytes of a sealed text; raise ValueError where it was not sealed with this key."""
        try:
            sealed = b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        except (UnicodeEncodeError, Base64Error):
            raise ValueError("not a sealed text") from None
        tag, hidden = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        if len(hidden) < _NONCE_BYTES or not hmac.compare_digest(tag, self._tag(hidden)):
            raise ValueError("not a sealed text")
        return self._combined(hidden[:_NONCE_BYTES], hidden[_NONCE_BYTES:])

    def _combined(self, nonce: bytes, data: bytes) -> bytes:
        stream = shake_256(self._stream_key + nonce).digest(len(data))
        number = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
        return number.to_bytes(len(data), "big")

    def _tag(self, hidden: bytes) -> bytes:
        return blake2b(hidden, key=self._tag_key, digest_size=_TAG_BYTES).digest()
