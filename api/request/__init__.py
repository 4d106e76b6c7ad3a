"""Reading a request: bytes of a query string in, typed parameters out. Pure.

`group_path` the group in a path, `parameters` every parameter and how its text is read, `query_language` the text of
`query`, `timezone` time zones, `view` what a request may see, `params` all of it together.
"""
