"""What a log is. Both programs import this package; it imports neither.

`event` the event as it arrives, `logs.json` the index as Elasticsearch receives it, `index` its names and periods,
`instant` times, `body_text` what a body says, `text` how texts are read for the search.
"""
