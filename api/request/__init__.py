"""Reading a request: bytes of a query string in, typed parameters out. Pure.

`group_path` the group in a path, `parameters` every parameter and how its text is read, `query_language` the text of
`query`, `version_2` its parts in older indices, `query_cost` what it may cost, `address` the filter `ip`, `conditions`
filters with several values, `ranges` ranges of numbers, `timezone` time zones, `view` what a request may see, `params`
all of it together.
"""
