"""The API: a request in, logs out of Elasticsearch. In the order in which a request passes them:

`__main__` and `settings` start the process, `app` assembles it from `services`, `routing` has the two forms of a route.
`edge` the connection and the middlewares, `access` who may read what, `request` the parameters, `clauses`, `words` and
`conditions` what a search matches, `query` the bodies for Elasticsearch, `store` the requests to it, `checkpoints` how
far shards are searchable, `repetitive` how long phrases may read, `envelope` the answer.
The features: `search`, `facets`, `stats`, `error_groups`, `neighbours`, `freshness`, `export`, `tail`, and `console`,
the page that uses them; beside them `identity`, `health`, `docs`, `metrics`, `errors` and `openapi`.
"""
