"""Reading a request: parameters, the query language, the group in the path."""
