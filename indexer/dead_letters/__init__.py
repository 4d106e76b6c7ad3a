"""Records that are not a log, and the topic they go to.

`rejection` a rejected record and who takes it, `writer` writes them, `letter` what it writes, `alarm` tells when they
are many. `refusals` what Elasticsearch says about a document, in our words; `reasons` by which kinds they are counted.
"""
