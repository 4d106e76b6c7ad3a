"""Generated gateway log events that resemble real traffic.

`vocabulary`  models, errors, names and parts of sentences
`billing`     tokens, prices and amounts of a call
`bodies`      JSON bodies of requests and responses
`generate`    whole events, from a seed and a sequence of times
"""
