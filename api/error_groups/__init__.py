"""Failed requests by what their messages say.

`routes` the endpoint, `folding` what two messages have in common, `sample` the newest errors, as
many as fit in memory, `groups` these errors in groups.
"""
