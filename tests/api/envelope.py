"""The envelope of a failure."""

import httpx


def assert_envelope(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["x-request-id"]
    assert set(answer.json()) == {"message", "success"}
    assert answer.json()["success"] is False
    assert answer.json()["message"]
