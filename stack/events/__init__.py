"""Generated gateway log events that resemble real traffic.

`generate`    whole events, from a seed and a sequence of times
`call`        one call, and what differs between corpora
`small`       the corpus of short bodies
`bodies`      its JSON bodies of requests and responses
`billing`     tokens, prices and amounts of a call
`vocabulary`  models, errors, names and parts of sentences
"""
