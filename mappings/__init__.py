"""What a log is. Both programs import this package; it imports neither.

`event` the event as it arrives, `logs.json` the index as Elasticsearch receives it, `index` its names and periods,
`instant` times, `address` the client's address, `body_text` what a body says, `words` how texts become words for the
search, `version_2` the index of older releases, `progress` where the indexers write how far they are.
"""
