"""Failed requests by what their messages say.

`routes` the endpoint, `folding` what two messages have in common, `groups` the newest errors in groups.
"""
