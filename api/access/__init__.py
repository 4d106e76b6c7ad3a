"""Who may read what, and how many requests each key may send.

`keyring` the configured keys, `rate_limits` the limits of each key, `control` the check of one request.
"""
