"""Records that are not a log, and the topic they go to.

`rejection` a rejected record and who takes it, `breaker` holds dead letters while too many records are rejected,
`writer` writes them.
"""
