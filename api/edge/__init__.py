"""Around every request: what happens to it before and after its route.

`protocol` the HTTP connection, `admission` how many requests run at one time, `middleware` request ids, log lines and
metrics, `exchange` one request and what becomes of it, `request_id` its id, `target` its host and path, `key` its key,
`failures` what is answered where a route raises, `headers` those of every answer, `cors` answers for pages of other
origins.
"""
