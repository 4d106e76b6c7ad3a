"""Who may read what, and how much at one time.

`keyring` the configured keys, `key_file` their text, `presented` the key of a request, `control` the check of one
request, `rate_limits` the limits of each key, `shares` its fair share of what runs at one time, `streams` the answers
that end with their key.
"""
