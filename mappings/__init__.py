"""What a log is. Both programs import this package; it imports neither.

`event` the event as it arrives, `logs.json` the index as Elasticsearch receives it, `index` its names and periods,
`instant` times, `address` the client's address, `body_text` what a body says, `text` how texts are read for the search.
"""
