"""The bytes of a record in, one bulk operation out, or the reason why not. Pure.

`origin` the original position of a record, `redact` takes secrets out, `decode` bytes to a checked log, `document` a
log to an operation, `reader` all of it.
"""
