"""The OpenAPI document. It describes the answers and does not write them: `envelope` and the features do.

`models` the answers, `schemas` their JSON schemas, `answers` what a route answers and how it may fail, `example` the
log of the examples, `document` all of it as one document.
"""
