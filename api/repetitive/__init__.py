"""Logs that repeat a word very often: a phrase may read each of them for a tenth of a second.

Elasticsearch looks at the time after some thousands of logs, so a search of hundreds of such logs would go on for a
minute after its time is over. So it is checked before how long a phrase reads them, so many at one time as take a
fraction of a second. `plan` which logs these are, and how many go together; `check` the searches.
"""
