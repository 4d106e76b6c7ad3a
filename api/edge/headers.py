"""Headers of every answer: what a browser may do with it."""

from starlette.datastructures import MutableHeaders

# Scripts, styles and requests of our own origin only, and nothing inline.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
SAFETY = {
    "x-content-type-options": "nosniff",  # a log is not run as a script, whatever is in it
    "referrer-policy": "no-referrer",  # an address may have a key in it
    "content-security-policy": _DATA_POLICY,
}


def add_safety(headers: MutableHeaders) -> None:
    """Add the headers; a page gets the policy of pages, and an answer with a policy of its own keeps it."""
    is_page = headers.get("content-type", "").startswith("text/html")
    given = {name: headers[name] for name in SAFETY if name in headers}
    headers.update(SAFETY | ({"content-security-policy": _PAGE_POLICY} if is_page else {}) | given)
