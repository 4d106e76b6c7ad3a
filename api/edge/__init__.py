"""Around every request: what happens to it before and after its route.

`protocol` the HTTP connection, `admission` how many requests run at one time, `middleware` request ids, log lines and
metrics, `exchange` one request and what becomes of it, `request_id` its id, `cors` answers for pages of other origins.
"""
