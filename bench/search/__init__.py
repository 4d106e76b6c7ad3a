"""The API against the bare requests that it sends."""
